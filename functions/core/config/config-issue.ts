import type * as z from 'zod';
import { oneLine } from '../one-line';
import { joined, type Words } from '../words';
import { secretSetting, withoutSecretsIn } from './inline-secret';
import { nearestName } from './nearest-name';
import { usualMistake, usualText } from './usual-mistakes';

/** One thing that a schema of the configuration found wrong. */
export type ConfigIssue = z.core.$ZodIssue;

/** One thing that is wrong between places that are each sound on their own. */
export interface Mistake {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Adds it to what a schema has found. */
export function addMistake(context: z.RefinementCtx, { path, message }: Mistake): void {
  context.addIssue({ code: 'custom', path, message });
}

/** What the schema calls a kind of value, as people call it, and how it is written. */
const KINDS: Readonly<Record<string, { readonly name: string; readonly cure: string }>> = {
  string: { name: 'text', cure: 'put it in quotes' },
  number: { name: 'a number', cure: 'write the bare number, without quotes' },
  int: { name: 'a whole number', cure: 'write a number without a fraction' },
  boolean: { name: 'true or false', cure: 'write true or false, without quotes' },
  array: { name: 'a list', cure: 'start each item with "- ", or write [first, second]' },
  object: { name: 'a map', cure: 'write "name: value" lines below it' },
  record: { name: 'a map', cure: 'write "name: value" lines below it' },
};

const UUID_CURE = 'copy it from the repository at Bitbucket: Repository settings, Pipelines, OpenID Connect';
const DAILY = 'write rate(1 day) or cron(0 3 * * ? *)';

/** A stack without a key would watch, record and tell of nothing. */
const NO_KEYS =
  'add a key: the stack is what rotates them. Roles alone need none of it: deploy the plain template for each ' +
  '(docs/start/keyless.md), or BitbucketOidcRole in a stack of your own';

/** Where the last key was taken out, and its line was left. */
const LAST_KEY = 'write "keys: []" where there are roles or a provider, or add a key';

/** How to cure what the schema's own rules found, by the setting's name. */
const CURES: Readonly<Record<string, string>> = {
  id: 'rename it',
  user: 'correct the name; one user is one key, which may have many targets',
  connection: 'correct the name, or add the connection under connections',
  deliverTo: 'give one of the two',
  dataCenter: "give the nodes' role the rights itself, and take replacedBy out as long as they read the key",
  variables: 'give them other names, or take one of the two targets away',
  policy: 'write one of these names, or "rotateAfter: 60" and others below it',
  rotateAfter: 'change the days',
  deactivateAfter: 'change the days',
  deleteAfter: 'change the days',
  idleFor: 'change the days',
  holdLimit: 'change the days',
  rotate: DAILY,
  deactivate: DAILY,
  delete: DAILY,
  reconcile: 'write rate(1 hour), or a shorter time',
  schedule: 'write cron(0 6 1 * ? *) for the first day of each month',
  report: 'add audit.archive, or take audit.report out',
  key: 'give one of the two',
  workspaceUuid: UUID_CURE,
  repositoryUuid: UUID_CURE,
  environmentUuids: 'name the environments, or write "anyStep: true", with which every step may, of any branch',
  audience: "leave it out, and the workspace's own is meant",
  provider: 'correct it, or leave it out, and the stack makes the provider',
  addresses: 'write the ranges that the steps come from, or leave addresses out',
  managedPolicies:
    'name a policy of your own, or write allowAdministrator: "whoever can push to the repository may do everything in this account"',
  until: 'an exception that lasts longer is approved again',
};

/**
 * One issue as a sentence: what was expected, what was found, what to do.
 *
 * @param found the value at the issue's path; undefined when there is none
 */
export function describeIssue(issue: ConfigIssue, found: unknown): string {
  return withoutSecretsIn(joined(issueWords(issue, found)));
}

/** The same in its two halves. What was found may be a secret. */
export function issueWords(issue: ConfigIssue, found: unknown): Words {
  const setting = String(issue.path.findLast((step) => typeof step === 'string') ?? '');
  return usualMistake(setting, found) ?? usualKind(issue, found) ?? plainWords(issue, found, setting);
}

function usualKind(issue: ConfigIssue, found: unknown): Words | undefined {
  return issue.code === 'invalid_type' ? usualText(issue.expected, found) : undefined;
}

/** Characters: what is shorter is no token. */
const SHORTEST_TOKEN = 12;

function plainWords(issue: ConfigIssue, found: unknown, setting: string): Words {
  // In place of a secret's name people paste the secret.
  const isHidden = setting === 'secret' && typeof found === 'string' && found.length > SHORTEST_TOKEN;
  const seen = isHidden ? 'a text that is not shown here' : shown(found);
  const said = (expected: string, cure: string) => ({ message: `expected ${expected}, found ${seen}`, cure });
  const none = issue.path.length === 1 && setting === 'keys' ? noKeys(found) : undefined;
  if (none !== undefined) return said(...none);
  switch (issue.code) {
    case 'invalid_type': {
      const kind = KINDS[issue.expected] ?? { name: issue.expected, cure: 'correct it' };
      return said(kind.name, found === undefined && setting !== '' ? `add "${setting}:" here` : kind.cure);
    }
    case 'invalid_value':
      return said(issue.values.map(String).join(' or '), 'write one of these');
    case 'too_small':
      return said(`at least ${amount(issue.origin, issue.minimum)}`, more(issue.origin));
    case 'too_big':
      return said(`at most ${amount(issue.origin, issue.maximum)}`, less(issue.origin));
    case 'invalid_key':
      return { message: 'expected a name of letters, digits, ".", "_" and "-"', cure: 'rename it' };
    case 'invalid_format':
      return { message: `${expectedFormat(issue)}, found ${seen}`, cure: 'correct it' };
    case 'custom': {
      const tellsFound = /found|taken|belongs|must/.test(issue.message);
      const message = `${issue.message.replace(/\.$/, '')}${tellsFound ? '' : `, found ${seen}`}`;
      return { message, cure: CURES[setting] ?? 'correct it' };
    }
    default:
      return { message: issue.message, cure: CURES[setting] ?? 'correct it' };
  }
}

/** What to say of `keys` where there is none. */
function noKeys(found: unknown): readonly [expected: string, cure: string] | undefined {
  if (found === undefined) return ['a list', NO_KEYS];
  if (found === null) return ['a list', LAST_KEY];
  return Array.isArray(found) && found.length === 0 ? ['at least 1 item', NO_KEYS] : undefined;
}

/** What may stand at one place. */
export interface KnownSettings {
  /** Names of settings. */
  readonly own: readonly string[];
  /** The one of them that tells whose item it is; undefined where nothing does. */
  readonly mark?: string | undefined;
  /** Settings of other hosts' items, each with what it stands beside there; undefined where nothing tells them. */
  readonly others: ReadonlyMap<string, string | undefined>;
}

/** A key that the schema does not know, as a sentence with the nearest one that it knows. */
export function describeUnknownKey(key: string, known: KnownSettings): string {
  return joined(unknownKeyWords(key, known));
}

/** The same in its two halves, and which setting was meant. */
export function unknownKeyWords(
  key: string,
  { own, mark, others }: KnownSettings,
): Words & { readonly meant?: string | undefined } {
  const beside = others.get(key);
  if (mark !== undefined && others.has(key)) {
    const rest = own.filter((name) => name !== mark).join(', ');
    return {
      message: `expected ${rest || 'nothing'} and nothing else beside ${mark}, found "${key}"`,
      cure: 'remove it',
    };
  }
  if (beside !== undefined) {
    const cure = `it stands beside ${beside} alone: add ${beside}, or remove it`;
    return { message: `expected ${own.join(', ')}, found "${key}"`, cure };
  }
  const secret = secretSetting(key, own.length === 0 ? 'no setting here' : `one of ${own.join(', ')}`);
  if (secret !== undefined) return secret;
  if (key === '<<') return MERGE_KEY;
  // Where nothing tells yet whose item it is, it may be meant as any of them.
  const known = mark === undefined && !others.has(key) ? [...own, ...others.keys()] : own;
  const meant = nearestName(key, known);
  const expected = known.length === 0 ? 'no setting here' : `one of ${known.join(', ')}`;
  const message = `expected ${expected}, found "${key}"`;
  return { message, cure: meant === undefined ? 'remove it' : `did you mean "${meant}"?`, meant };
}

const MERGE_KEY: Words = {
  message: 'expected a setting, found the merge key "<<", which YAML 1.2 does not have',
  cure: 'write the settings out, or give one of them as a whole by an alias, such as "policy: *slow"',
};

function expectedFormat(issue: Extract<ConfigIssue, { code: 'invalid_format' }>): string {
  if (issue.message.startsWith('expected')) return issue.message;
  switch (issue.format) {
    case 'email':
      return 'expected an e-mail address';
    case 'url':
      return 'expected a URL, such as https://api.bitbucket.org/2.0';
    default:
      return `expected a value of the form ${issue.format}`;
  }
}

function amount(origin: string, bound: number | bigint): string {
  if (origin === 'array') return `${bound} ${bound === 1 ? 'item' : 'items'}`;
  if (origin === 'string') return `${bound} ${bound === 1 ? 'character' : 'characters'}`;
  return String(bound);
}

function more(origin: string): string {
  return origin === 'number' || origin === 'int' ? 'raise it' : 'add what is missing';
}

function less(origin: string): string {
  return origin === 'number' || origin === 'int' ? 'lower it' : 'shorten it';
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return `a map of ${Object.keys(value).join(', ') || 'nothing'}`;
  if (typeof value !== 'string') return String(value);
  // A secret is told by its beginning, and would not be by a part of it.
  const text = oneLine(withoutSecretsIn(value.slice(0, 1_000)));
  return `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;
}
