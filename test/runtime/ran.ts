import type { RecordOfDay, Target } from '../../functions/account/ports';
import type { AuditEvent } from '../../functions/core/audit';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { KeyturnError } from '../../functions/core/errors';
import type { Finding } from '../../functions/core/findings/findings';
import type { AccessKey, CredentialReport } from '../../functions/core/key/access-key';
import { Credential, Redacted } from '../../functions/core/key/credential';
import type { SecretState } from '../../functions/core/key/secret-state';
import { parseVersionId } from '../../functions/core/key/version-id';
import type { DeployedBy } from '../../functions/core/lifecycle/deployed-by';
import type { Counter } from '../../functions/core/run-summary';
import { Run } from '../../functions/runtime/run';
import { day, secretOf } from '../core/web-shop';

/** What ports say in place of what the world has: values, errors that are thrown, or what they do. */
export type Answers = Readonly<Record<string, unknown>>;

/** What there is, and stays so: ports tell it, and keep nothing that is written but tags. */
export interface World {
  readonly entries?: readonly RegistryEntry[];
  /** By name; each entry has an empty one at least, unless it is `undefined` here. */
  readonly secrets?: Readonly<Record<string, SecretState | undefined>>;
  /** By user. */
  readonly keys?: Readonly<Record<string, readonly AccessKey[]>>;
  readonly answers?: Answers;
  /** What the record has. */
  readonly record?: readonly Partial<AuditEvent>[];
  readonly now?: Date;
  /** Minutes. @default 15 */
  readonly lifetime?: number;
  readonly function?: string;
  readonly deployedBy?: DeployedBy;
  readonly concurrency?: number;
}

/** The credential report of these users' keys. */
export function reportOf(keys: NonNullable<World['keys']>, generatedAt: Date, path = '/'): CredentialReport {
  const lines = Object.entries(keys).map(([user, listed]) => {
    const slots = listed.map(({ status, createdAt }) => ({ active: status === 'Active', changedAt: createdAt }));
    return [user, { user, path, keys: slots }] as const;
  });
  return { generatedAt, users: new Map(lines) };
}

/** A run whose record takes everything at once. */
class RecordedRun extends Run {
  /** Set when it has begun. */
  says: ((...words: readonly unknown[]) => void) | undefined;
  override async beforeTaking(): Promise<void> {}
  override async beforeGiving(): Promise<void> {}
  override find(finding: Finding): void {
    this.says?.('finds', finding);
  }
  override count(counter: Counter, by?: number): void {
    this.says?.('counts', counter, by);
  }
  override repeatSoon(): void {
    this.says?.('repeats soon');
    super.repeatSoon();
  }
}

/** What a use case asks its ports, writes down and tells, in one text. */
export async function ran(useCase: (ports: never, run: Run) => Promise<unknown>, world: World): Promise<string> {
  const { entries = [], keys = {}, answers = {}, record = [], now = day(95), lifetime = 15 } = world;
  const states = new Map<string, SecretState>();
  for (const { id } of entries) states.set(`keyturn/${id}`, { ...secretOf([]), name: `keyturn/${id}` });
  for (const [name, state] of Object.entries(world.secrets ?? {})) {
    if (state === undefined) states.delete(name);
    else states.set(name, { ...state, name });
  }
  const lines: string[] = [];
  const say = (...words: readonly unknown[]) => {
    // Nobody asks for ever.
    if (lines.length > 500) throw new Error('asked without an end');
    lines.push(
      `  ${words
        .filter((word) => word !== undefined)
        .map(shown)
        .join(' ')}`,
    );
  };
  const answered = async (name: string, args: readonly unknown[], usual?: (...given: never[]) => unknown) => {
    say(name, ...args);
    const answer = name in answers ? answers[name] : usual;
    const said: unknown =
      typeof answer === 'function' ? await (answer as (...given: unknown[]) => unknown)(...args) : answer;
    if (said instanceof Error) throw said;
    return said;
  };
  const port = (
    name: string,
    usual: Readonly<Record<string, (...given: never[]) => unknown>> = {},
    more: object = {},
  ) =>
    new Proxy(usual as object, {
      ownKeys: () => [
        'list',
        'describe',
        'describeWithUnlabelled',
        'pins',
        'read',
        'store',
        'moveLabel',
        'removeLabel',
        'tag',
        'untag',
      ],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      get: (_usual, method) => {
        if (method === 'then' || method === 'toJSON') return undefined;
        if (method in more) return Reflect.get(more, method);
        return (...args: readonly unknown[]) => answered(`${name}.${String(method)}`, args, usual[String(method)]);
      },
    });
  const described = (name: string) => states.get(name) ?? new KeyturnError('secret-missing', `no ${name}`);
  const retag = (name: string, tagged: (before: SecretState['tags']) => SecretState['tags']) => {
    const state = states.get(name);
    if (state !== undefined) states.set(name, { ...state, tags: tagged(state.tags) });
  };
  let instant = now.getTime();
  const time = {
    now: () => new Date(instant),
    sleep: async (milliseconds: number) => {
      say('sleeps', milliseconds / 1_000);
      instant += milliseconds;
    },
  };
  const targetOf = (name: string) => port(name, {}, { name }) as Target;
  const ports = {
    iam: port('iam', {
      listAccessKeys: (user: string) => keys[user] ?? new KeyturnError('user-missing', `no ${user}`),
      accessKeyLastUsed: () => ({ at: undefined }),
      credentialReport: () => reportOf(keys, now),
      quarantinedUsers: () => ({ users: [] }),
    }),
    sts: port(
      'sts',
      {
        identify: ({ userName }: Credential) => ({
          arn: `arn:aws:iam::111122223333:user/${userName}`,
          accountId: '111122223333',
        }),
      },
      { regions: ['eu-west-1', 'us-east-1'] },
    ),
    trail: port('trail'),
    secrets: port('secrets', {
      list: () => [...states.values()],
      describe: described,
      describeWithUnlabelled: described,
      tag: (name: string, tags: Record<string, string>) => retag(name, (before) => ({ ...before, ...tags })),
      untag: (name: string, gone: readonly string[]) =>
        retag(name, (before) => Object.fromEntries(Object.entries(before).filter(([tag]) => !gone.includes(tag)))),
      pins: (name: string) => [`digest of ${name.slice(8)}`],
      read: (name: string, versionId: string) => {
        const { accessKeyId = '', createdAt = now } = parseVersionId(versionId) ?? {};
        const user = entries.find(({ id }) => name === `keyturn/${id}`)?.user ?? '';
        return new Credential({ accessKeyId, createdAt, userName: user, secretAccessKey: new Redacted('made up') });
      },
    }),
    registry: port('registry', {
      list: () => ({
        entries,
        digests: new Map(entries.map(({ id }) => [id, `digest of ${id}`])),
        invalid: [],
      }),
      get: (id: string) => {
        const entry = entries.find((each) => each.id === id);
        return entry && { entry, digest: `digest of ${id}` };
      },
    }),
    targets: port('targets', { open: ({ environment }: { environment: string }) => targetOf(environment) }),
    starter: port('starter'),
  };
  const { function: name = 'rotate', deployedBy, concurrency = 1 } = world;
  const recorded = port('record', {
    recorded: (since: Date, event: string, reason?: string, by?: string) =>
      record.filter(
        (one) =>
          one.event === event &&
          (reason === undefined || one.reason === reason) &&
          (by === undefined || one.function === by) &&
          Date.parse(one.time ?? now.toISOString()) >= since.getTime(),
      ),
    ofDay: (): RecordOfDay => ({ ends: [], unsent: { default: [], forwardTo: [] }, isSettled: true }),
  });
  const log = (message: string, facts: unknown) => say('log', message, facts);
  const run = new RecordedRun({
    id: 'run-1',
    function: name,
    origin: { account: '111122223333', region: 'eu-west-1', functionVersion: '1' },
    trigger: 'daily',
    time,
    deadline: new Date(now.getTime() + lifetime * 60_000),
    concurrency,
    deployedBy,
    log: { info: log, warn: log, error: log },
    auditLog: {
      write: ({ event, key, accessKeyId, version, target, reason, outcome, code, message, facts }: AuditEvent) => {
        const words = [event, key, accessKeyId, version, target, reason, outcome === 'ok' ? undefined : outcome, code];
        if (event !== 'run-started') say('event', ...words, message && `"${message}"`, facts);
      },
    },
    record: recorded as never,
    sealKey: port('sealKey') as never,
    buses: [],
    notifier: port('notifier') as never,
  });
  run.says = say;
  try {
    say('=>', (await useCase(ports as never, run)) ?? 'done');
  } catch (thrown) {
    const { code, message, retryable } = thrown as KeyturnError;
    say('throws', code, message, retryable ? 'for now' : undefined);
  }
  return lines.join('\n');
}

function shown(word: unknown): string {
  if (typeof word === 'string') return word;
  if (word instanceof Credential) return `credential ${word.accessKeyId} of ${word.userName}`;
  const { environment, managedKey, versionId, torn } = (word ?? {}) as Partial<Record<string, unknown>>;
  if (environment !== undefined) return `${environment}`;
  if (managedKey !== undefined) return `as ${managedKey} ${versionId}`;
  if (torn !== undefined) return torn ? 'over a torn pair' : '';
  return JSON.stringify(word, (_name, value: unknown) => {
    if (typeof value === 'function') return 'does';
    return value instanceof Map || value instanceof Set ? [...value] : value;
  });
}
