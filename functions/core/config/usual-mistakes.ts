import type { Host } from '../hosts/host';
import { HOSTS } from '../hosts/register';
import type { UsualMistakes, Words } from '../words';

const OTHER_CHANNEL = 'take it out: docs/operate/alarms.md#a-second-channel tells how to hear of it elsewhere';

const USUAL: readonly UsualMistakes[] = [
  {
    setting: 'user',
    expected: 'the name of an IAM user',
    forms: [
      [/^arn:[\w-]+:iam::\d*:user\/(?:.*\/)?([^/]+)$/, ([, name]) => ['its ARN', `write "user: ${name}"`]],
      [
        /^arn:[\w-]+:(?:iam|sts)::\d*:(?:assumed-)?role\//,
        () => ['the ARN of a role, which has no access keys', 'name the user whose key the pipelines have'],
      ],
      [/^\/?(?:[\w+=,.@-]+\/)+([\w+=,.@-]+)$/, ([, name]) => ['it with its path', `write "user: ${name}"`]],
    ],
  },
  {
    setting: 'notify',
    expected: 'an e-mail address',
    forms: [
      [
        /^(?:<|mailto:|[^<]*<)([^\s<>@]+@[^\s<>@]+)>?$/i,
        ([, address]) => ['more than the address', `write "${address}"`],
      ],
      [/^https?:\/\//i, () => ['a URL', OTHER_CHANNEL]],
      [/^(#|arn:)/, () => ['the name of another channel', OTHER_CHANNEL]],
    ],
  },
  {
    setting: 'secret',
    expected: 'the name of a secret in Secrets Manager',
    forms: [
      [
        /^\s*\{/,
        () => ['what belongs into it', 'revoke that token, put a new one into a secret, and write its name here'],
      ],
    ],
  },
  {
    setting: 'readers',
    expected: 'the ARN of an IAM role',
    forms: [
      [
        /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\//,
        ([, partition, account, role]) => [
          'that of a session of it',
          `write "arn:${partition}:iam::${account}:role/${role}", with the role's path where it has one`,
        ],
      ],
      [/^[\w+=,.@-]+$/, ([name]) => [`"${name}" alone`, `write "arn:aws:iam::<account>:role/${name}"`]],
    ],
  },
  {
    setting: 'id',
    expected: 'lower-case letters, digits and hyphens, at most 63',
    forms: [
      [
        /^constructor$/,
        () => ['"constructor", a word that the CDK keeps for itself', 'rename it, such as "id: constructor-key"'],
      ],
      [
        /^(?![a-z0-9][a-z0-9-]{0,62}$).*[A-Za-z0-9].*$/,
        ([written = '']) => [`"${written.slice(0, 60)}"`, `write "id: ${idFrom(written)}"`],
      ],
    ],
  },
];

/**
 * Words for a value that the schema refuses and that shows what was meant; undefined for any other.
 *
 * @param setting the name of the setting, or of the list whose item it is
 */
export function usualMistake(setting: string, found: unknown): Words | undefined {
  if (typeof found !== 'string') return undefined;
  const ofHosts = HOSTS.flatMap(({ usual = [] }: Host) => usual);
  for (const { expected, forms } of [...USUAL, ...ofHosts].filter((usual) => usual.setting === setting)) {
    for (const [form, says] of forms) {
      const match = form.exec(found);
      if (match === null) continue;
      const [what, cure] = says(match);
      return { message: `expected ${expected}, found ${what}`, cure };
    }
  }
  return undefined;
}

const YES = /^(yes|y|on)$/i;
const NO = /^(no|n|off)$/i;

/** The same where a text stands in place of true, false or a number of days. @param expected as the schema calls it */
export function usualText(expected: string, found: unknown): Words | undefined {
  if (typeof found !== 'string') return undefined;
  if (expected === 'boolean' && (YES.test(found) || NO.test(found))) {
    return {
      message: `expected true or false, found "${found}", which is a text in YAML 1.2`,
      cure: `write ${YES.test(found)}`,
    };
  }
  const [, days] = /^P?\s*(\d+)\s*d(?:ays?)?$/i.exec(found) ?? [];
  if (days === undefined || (expected !== 'number' && expected !== 'int')) return undefined;
  return { message: `expected a number of days, found "${found}"`, cure: `write ${days}, without the unit` };
}

/** The nearest id to what somebody wrote. */
export function idFrom(written: string): string {
  const words = written
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return words.join('-').slice(0, 63).replace(/-$/, '');
}
