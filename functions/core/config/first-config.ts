import { stringify } from 'yaml';
import { DEFAULT_POLICY } from './policy';

/** Columns of a line. */
const WIDEST = 80;
const EVERY_SETTING = 'https://github.com/keyturn/keyturn/blob/main/docs/start/configuration.md';

/** One key of a first configuration. */
export interface FirstKey {
  readonly id: string;
  readonly user: string;
  /** What is known of the user, in a sentence each. */
  readonly notes: readonly string[];
  /** Where its keys go; undefined where nobody knows yet. */
  readonly target?: { readonly repository: string; readonly environment?: string | undefined } | undefined;
}

/** What a first `keyturn.yaml` is made from. */
export interface FirstConfig {
  /** Where its head says that it is from, such as `the account 111122223333`. */
  readonly about: string;
  readonly connection?:
    | {
        readonly name: string;
        readonly secret: string;
        /** @default Bitbucket Cloud's API */
        readonly url?: string | undefined;
      }
    | undefined;
  readonly keys: readonly FirstKey[];
  readonly notify: readonly string[];
  readonly trail: 'existing' | 'create';
  /** Why the trail is so, in a sentence. */
  readonly trailNote: string;
}

/** A commented `keyturn.yaml`, to be read and changed by people. */
export function firstConfig({ about, connection, keys, notify, trail, trailNote }: FirstConfig): string {
  const { rotateAfter, deactivateAfter, deleteAfter } = DEFAULT_POLICY;
  return [
    ...comment(
      `Which access keys of ${about} Keyturn rotates, and who gets them. "keyturn init" has made it; change it as you like, and check it with "keyturn validate".`,
    ),
    ...comment('Every setting:'),
    `# ${EVERY_SETTING}`,
    '',
    ...(connection === undefined ? [] : connectionLines(connection)),
    'keys:',
    ...keys.flatMap((key) => keyLines(key, connection?.name)),
    '',
    ...comment(
      'Ages in days: a fresh key is made, the old one is made Inactive, and it is deleted. These are the defaults.',
    ),
    `policy: { rotateAfter: ${rotateAfter}, deactivateAfter: ${deactivateAfter}, deleteAfter: ${deleteAfter} }`,
    '',
    ...comment('Who hears of findings and failures. Each address is asked once, by mail, to confirm.'),
    ...(notify.length === 0 ? ['notify: []'] : ['notify:', ...notify.map((address) => `  - ${scalar(address)}`)]),
    '',
    ...comment(trailNote),
    `trail: ${trail}`,
    '',
  ].join('\n');
}

function connectionLines({ name, secret, url }: NonNullable<FirstConfig['connection']>): readonly string[] {
  return [
    'connections:',
    `  ${scalar(name)}:`,
    '    bitbucket:',
    ...comment('The secret in Secrets Manager that holds the token. The token itself belongs into no file.', 6),
    `      secret: ${scalar(secret)}`,
    ...(url === undefined ? [] : [`      url: ${scalar(url)}`]),
    '',
  ];
}

function keyLines({ id, user, notes, target }: FirstKey, connection: string | undefined): readonly string[] {
  return [
    ...notes.flatMap((note) => comment(note, 2)),
    `  - id: ${scalar(id)}`,
    `    user: ${scalar(user)}`,
    ...(target === undefined || connection === undefined
      ? UNDELIVERED
      : [
          '    deliverTo:',
          `      - connection: ${scalar(connection)}`,
          `        repository: ${scalar(target.repository)}`,
          ...(target.environment === undefined ? [] : [`        environment: ${scalar(target.environment)}`]),
        ]),
  ];
}

const UNDELIVERED = [
  ...comment('Nobody gets this key yet: say where its fresh keys go, or who reads them from the secret.', 4),
  ...['deliverTo:', '  - connection: <connection>', '    repository: <workspace>/<repository>'].map(
    (line) => `    # ${line}`,
  ),
  '    #     environment: Production',
  '    # readers: [arn:aws:iam::<account>:role/<role>]',
];

function comment(text: string, indent = 0): readonly string[] {
  const lines: string[] = [];
  const start = `${' '.repeat(indent)}#`;
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > WIDEST) lines.push(`${start} ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** A text as YAML has it, in quotes where it must. */
function scalar(text: string): string {
  return stringify(text, { lineWidth: 0 }).trim();
}
