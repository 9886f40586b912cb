import type { Target } from '../../../functions/account/ports';
import { KeyturnError, type KeyturnErrorOptions } from '../../../functions/core/errors';
import { Credential, Redacted } from '../../../functions/core/key/credential';
import type { Found } from '../../../functions/core/lifecycle/found';
import type { Managed } from '../../../functions/core/lifecycle/managed';
import type { Work } from '../../../functions/runtime/doers/doer';
import type { Run } from '../../../functions/runtime/run';
import { day, entryOf, idOf, keyOf, secretOf, versionOf } from '../../core/web-shop';

/** What a port says to each call of a name such as `secrets.read`: a value, or what it does. An error is thrown. */
export type Answers = Readonly<Record<string, unknown>>;

export interface Given {
  readonly managed?: Partial<Managed>;
  readonly keys?: Work<unknown>['keys'];
  readonly answers?: Answers;
  readonly now?: Date;
  /** What can wait is kept, and done in the end. */
  readonly waits?: boolean;
}

export const [older, newer] = [keyOf('older', day(0)), keyOf('newer', day(90))];
export const secret = secretOf([versionOf(older, 'AWSPREVIOUS'), versionOf(newer, 'AWSCURRENT')]);

export function failing(
  code: ConstructorParameters<typeof KeyturnError>[0],
  options: KeyturnErrorOptions = {},
): KeyturnError {
  return new KeyturnError(code, `it said ${code}`, options);
}

export function credentialOf(name: string, createdAt: Date, userName = entryOf().user): Credential {
  return new Credential({ accessKeyId: idOf(name), secretAccessKey: new Redacted('made up'), userName, createdAt });
}

/** What a doer does with its ports and its run, call by call, and what comes of it. */
export async function did(
  doer: (step: never, work: never) => Promise<unknown>,
  step: object,
  { managed = {}, keys, answers: given = {}, now = day(95), waits = false }: Given = {},
): Promise<string> {
  const lines: string[] = [];
  const say = (...words: readonly unknown[]) =>
    lines.push(
      `  ${words
        .filter((word) => word !== undefined)
        .map(shown)
        .join(' ')}`,
    );
  const whole = { entry: entryOf(), secret, retained: undefined, ...managed } as Managed;
  const answers: Answers = { 'secrets.describe': whole.secret, neighbours: [], ...given };
  const asked =
    (name: string) =>
    async (...args: readonly unknown[]) => {
      say(name, ...args);
      // Nobody asks for ever.
      if (lines.length > 200) throw new Error('asked without an end');
      const answer = answers[name];
      const said: unknown =
        typeof answer === 'function' ? await (answer as (...given: unknown[]) => unknown)(...args) : answer;
      if (said instanceof Error) throw said;
      return said;
    };
  const port = (name: string, more: object = {}) =>
    new Proxy(more, {
      get: (own, method) =>
        Reflect.get(own, method) ??
        (method === 'then' || method === 'toJSON' ? undefined : asked(`${name}.${String(method)}`)),
    });
  const targetOf = (name: string): Target => port(name, { name }) as Target;
  let instant = now.getTime();
  const time = {
    now: () => new Date(instant),
    sleep: async (milliseconds: number) => {
      say('sleeps', milliseconds);
      if (lines.length > 200) throw new Error('asked without an end');
      instant += milliseconds;
    },
  };
  const log = (message: string, facts: unknown) => void say('log', message, facts);
  const run = {
    id: 'run-1',
    time,
    now: time.now,
    log: { info: log, warn: log, error: log },
    audit: (event: string, _entry: unknown, facts?: object) => say('audit', event, facts),
    find: (finding: Found) => say('find', finding),
    count: (counter: string) => say('count', counter),
    repeatSoon: () => say('repeats soon'),
    hasTime: () => answers.hasTime ?? true,
    beforeTaking: asked('beforeTaking'),
    beforeGiving: asked('beforeGiving'),
  };
  const waiting: (() => Promise<void>)[] = [];
  const ports = {
    iam: port('iam'),
    sts: port('sts', { regions: ['eu-west-1'] }),
    trail: port('trail'),
    secrets: port('secrets'),
    targets: {
      open: async (config: { environment: string }, connection: unknown) => {
        say('open', config.environment, connection === undefined ? 'without a connection' : undefined);
        const refused = answers[`open ${config.environment}`];
        if (refused instanceof Error) throw refused;
        return targetOf(config.environment);
      },
    },
    neighbours: { isAtHand: answers.isAtHand ?? true, list: asked('neighbours') },
  };
  const later = waits ? (work: () => Promise<void>) => void waiting.push(work) : undefined;
  const work = { ports, run: run as unknown as Run, managed: whole, keys, later };
  try {
    say('=>', (await doer(step as never, work as never)) ?? 'done');
  } catch (thrown) {
    const { code, message, retryable } = thrown as KeyturnError;
    say('throws', code, message, retryable ? 'for now' : undefined);
  }
  for (const one of waiting) await one();
  return lines.join('\n');
}

/** Cases as one text, for a file beside the test. */
export async function told(cases: Readonly<Record<string, Promise<string>>>): Promise<string> {
  const texts = Object.entries(cases).map(async ([name, text]) => `${name}\n${await text}\n`);
  return (
    (await Promise.all(texts))
      .join('\n')
      // What is asked again and again.
      .replaceAll(/^( .*\n .*\n)\1{2,}/gm, (all, once: string) => `${once}  (${all.length / once.length} times)\n`)
      .replaceAll(/access-key-AKIA0*([A-Z]+)-\d{8}T\d{6}Z/g, 'version-$1')
      .replaceAll(/AKIA0*([A-Z]+)/g, '$1')
      .replaceAll(/(secrets\.\w+) keyturn\/web-shop-production/g, '$1')
  );
}

function shown(word: unknown): string {
  if (typeof word === 'string') return word;
  if (word instanceof Credential) return `credential ${word.accessKeyId} of ${word.userName}`;
  const { managedKey, versionId, torn } = (word ?? {}) as Partial<Record<string, unknown>>;
  if (managedKey !== undefined && 'secretArn' in Object(word)) return `stored as ${versionId}`;
  if (torn !== undefined && 'beforeWriting' in Object(word)) return torn ? 'over a torn pair' : '';
  return JSON.stringify(word, (_name, value: unknown) => {
    if (typeof value === 'function') return 'does';
    if (value instanceof Map) return [...value];
    return value instanceof Set ? [...value] : value;
  });
}
