import type { ConfigInput } from '../../functions/core/config/config';
import { HOUR } from '../../functions/core/duration';
import type { ToldWorld } from './told-world';

type KeyInput = NonNullable<ConfigInput['keys']>[number];

/** The key that has a fault: it has a user, a workspace and a connection of its own. */
export interface At {
  readonly told: ToldWorld;
  readonly key: string;
  readonly user: string;
  readonly secret: string;
  readonly connection: string;
  readonly connectionSecret: string;
}

/** A fault of one key or connection, which lets all others be: they share a world. */
export interface Fault {
  readonly entry?: Partial<KeyInput>;
  /** More keys of the same connection. @default 0 */
  readonly beside?: number;
  readonly plant: (at: At) => unknown;
  /** When people are told. @default at the daily runs */
  readonly within?: 'hours';
  /** No mail tells of it: its runbook names the commands. */
  readonly isNotice?: true;
  /** What is the host's or AWS's own is over before somebody cures the rest. */
  readonly heal?: (at: At) => unknown;
  /** Exit code of `More:`. @default 1: something needs a person, such as the function that does not run */
  readonly exits?: number;
  /** What `More:` shows of it. @default its code, and its key */
  readonly shows?: RegExp;
  /** Why no command cures it. */
  readonly uncured?: string;
  /** Every target takes it at once, and sync marks it when no other run can be under way. */
  readonly isMarkedLater?: true;
}

export const keyOf = (name: string) => `k-${name}`;

export function at(told: ToldWorld, name: string): At {
  const key = keyOf(name);
  return {
    told,
    key,
    user: `ci-${name}`,
    secret: `keyturn/${key}`,
    connection: `c-${name}`,
    connectionSecret: `keyturn/connections/${name}`,
  };
}

type Place = { readonly level: 'repository'; readonly workspace: string; readonly repository: string };
const placeOf = (key: string): Place => ({ level: 'repository', workspace: `w-${key}`, repository: key });

const later = ({ told }: At, milliseconds: number) => new Date(told.now + milliseconds).toISOString();

/** The host answers no request about the workspace of a key. */
function breakHost({ told, key }: At): void {
  told.faults.host.set(key, ({ path }) => (path.includes(`/w-${key}/`) ? { kind: 'status', status: 503 } : undefined));
}
const heal = ({ told, key }: At) => {
  told.faults.host.delete(key);
  told.faults.aws.delete(key);
};

/** The old key is gone, as after its recovery. */
const settle = ({ told, user }: At) =>
  told.does('iam', 'DeleteAccessKey', { UserName: user, AccessKeyId: told.oldest(user) });
const rotate = (at: At, key = at.key) => at.told.type(`keyturn rotate ${key} --why test`, ['--yes']);
const setKey = ({ told, user }: At, AccessKeyId: string, Status: 'Active' | 'Inactive') =>
  told.does('iam', 'UpdateAccessKey', { UserName: user, AccessKeyId, Status });
const makeKey = ({ told, user }: At) => told.does('iam', 'CreateAccessKey', { UserName: user });
const storeToken = ({ told, key, connectionSecret }: At, ...scopes: readonly string[]) => {
  const accessToken = told.bitbucket.addAccessToken({ workspace: `w-${key}`, scopes });
  told.does('secretsmanager', 'PutSecretValue', {
    SecretId: connectionSecret,
    SecretString: JSON.stringify({ accessToken }),
  });
};
const revoke = ({ told, connectionSecret }: At) => {
  const { SecretString = '' } = told.account.secretsManager.getSecretValue({ SecretId: connectionSecret });
  told.bitbucket.revoke(JSON.parse(SecretString).accessToken);
};
const editEntry = ({ told, key }: At, change: (value: string) => string) => {
  const Name = `/keyturn/keys/${key}`;
  const { Value = '' } = told.account.ssm.getParameter({ Name }).Parameter;
  told.does('ssm', 'PutParameter', { Name, Value: change(Value), Type: 'String', Overwrite: true });
};
export const leakOf = (accessKeyId: string) => ({
  version: '0',
  id: '01234567-89ab-cdef-0123-456789abcdef',
  source: 'aws.health',
  'detail-type': 'AWS Health Event',
  account: '111122223333',
  region: 'us-east-1',
  resources: [],
  detail: {
    eventArn: 'arn:aws:health:us-east-1::event/RISK/AWS_RISK_CREDENTIALS_EXPOSED/1',
    service: 'RISK',
    eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
    eventTypeCategory: 'issue',
    affectedEntities: [{ entityValue: accessKeyId }],
  },
});

const PERSON = 'A person decides which key goes.';
const CONFIGURATION = 'A person has to say in the configuration what is meant.';

export const FAULTS: Readonly<Record<string, Fault>> = {
  'user-missing': {
    plant: ({ told, user }) => told.does('iam', 'UpdateUser', { UserName: user, NewUserName: 'renamed' }),
    uncured: 'Only who renamed or deleted the user knows what is right.',
  },
  'current-key-missing': {
    plant: (at) => at.told.does('iam', 'DeleteAccessKey', { UserName: at.user, AccessKeyId: at.told.current(at.user) }),
  },
  'current-key-inactive': {
    plant: (at) => {
      settle(at);
      setKey(at, at.told.current(at.user), 'Inactive');
    },
  },
  compromised: {
    plant: async (at) => {
      settle(at);
      breakHost(at);
      await at.told.type(`keyturn rotate ${at.key} --compromised --why test`, ['--yes']);
    },
    uncured: 'It is done as soon as its successor is delivered.',
  },
  exposed: {
    plant: async (at) => {
      settle(at);
      await at.told.runs('rotate', leakOf(at.told.current(at.user)));
    },
    within: 'hours',
  },
  'exposed-unmanaged': {
    plant: ({ told }) => told.runs('rotate', leakOf('AKIAIOSFODNN7EXAMPLE')),
    within: 'hours',
    uncured: PERSON,
    shows: /AKIAIOSFODNN7EXAMPLE/,
  },
  'compromised-disabled': {
    plant: async (at) => {
      settle(at);
      await at.told.type(`keyturn rotate ${at.key} --compromised --why test`, ['--yes']);
    },
    within: 'hours',
  },
  'compromised-unproved': {
    plant: (at) => at.told.tag(at.secret, 'keyturn:compromised', `${at.told.current(at.user)} ${later(at, 0)}`),
    uncured: 'Whoever wrote the tag has to be found.',
  },
  'torn-pair': {
    plant: async (at) => {
      settle(at);
      let isClosed = false;
      at.told.faults.host.set(at.key, ({ path, method, key }) => {
        if (!path.includes(`/w-${at.key}/`)) return undefined;
        if (isClosed) return { kind: 'status', status: 503 };
        isClosed = method === 'PUT' && key === 'AWS_ACCESS_KEY_ID';
        return undefined;
      });
      await rotate(at);
    },
    shows: /left a torn pair/,
    heal,
  },
  'place-replaced': {
    plant: async (at) => {
      settle(at);
      at.told.bitbucket.removeRepository(`w-${at.key}`, at.key);
      at.told.bitbucket.addRepository(`w-${at.key}`, at.key);
      await rotate(at);
    },
    uncured: CONFIGURATION,
  },
  'proof-failed': {
    plant: async (at) => {
      settle(at);
      breakHost(at);
      await rotate(at);
      setKey(at, at.told.current(at.user), 'Inactive');
      heal(at);
    },
    uncured: 'Rotate is started, or starts by itself: a request is refused as long as the current key is nowhere.',
    within: 'hours',
  },
  'token-rejected': {
    plant: async (at) => {
      settle(at);
      revoke(at);
      await rotate(at);
    },
    shows: /c-token-rejected/,
  },
  'delivery-failed': {
    plant: async (at) => {
      settle(at);
      breakHost(at);
      await rotate(at);
    },
    heal,
  },
  drifted: {
    plant: ({ told, key }) => {
      const place = placeOf(key);
      for (const { uuid } of told.bitbucket.variables(place)) told.bitbucket.removeVariable(place, uuid);
    },
  },
  'place-unidentified': {
    plant: async (at) => {
      settle(at);
      storeToken(at, 'pipeline', 'pipeline:variable');
      await rotate(at);
    },
  },
  'token-expires': {
    plant: (at) => at.told.tag(at.connectionSecret, 'keyturn:expires', later(at, 100 * HOUR).slice(0, 10)),
    shows: /c-token-expires/,
  },
  unchecked: { plant: breakHost, isNotice: true, heal },
  'breaker-open': {
    beside: 2,
    plant: async (at) => {
      for (const user of ['ci-breaker-open', 'ci-breaker-open-1', 'ci-breaker-open-2']) settle({ ...at, user });
      revoke(at);
      for (const key of [at.key, `${at.key}-1`, `${at.key}-2`]) await rotate(at, key);
    },
    shows: /c-breaker-open/,
  },
  'secret-edited': {
    plant: (at) => {
      settle(at);
      at.told.does('secretsmanager', 'PutSecretValue', { SecretId: at.secret, SecretString: '{"accessKeyId":"mine"}' });
    },
    isMarkedLater: true,
    within: 'hours',
  },
  'secret-missing': {
    plant: ({ told, secret }) => told.does('secretsmanager', 'DeleteSecret', { SecretId: secret }),
    uncured: CONFIGURATION,
    shows: /k-secret-missing/,
  },
  'not-deployed': {
    plant: (at) => editEntry(at, (value) => value.replace(`w-${at.key}/`, 'w-elsewhere/')),
    uncured: 'A deployment writes the entry again.',
    shows: /k-not-deployed/,
  },
  'two-keys': {
    plant: async (at) => {
      settle(at);
      makeKey(at);
      await rotate(at);
    },
    uncured: PERSON,
  },
  'foreign-key': {
    plant: (at) => {
      settle(at);
      makeKey(at);
    },
    exits: 0,
    shows: /AKIA/,
    uncured: PERSON,
  },
  'step-failed': {
    plant: (at) => {
      at.told.does('iam', 'DeleteAccessKey', { UserName: at.user, AccessKeyId: at.told.current(at.user) });
      at.told.does('iam', 'DeleteAccessKey', { UserName: at.user, AccessKeyId: at.told.current(at.user) });
      at.told.faults.aws.set(at.key, ({ action, input }) =>
        action === 'CreateAccessKey' && input.UserName === at.user
          ? { kind: 'error', status: 403, code: 'AccessDenied', message: 'denied' }
          : undefined,
      );
    },
    uncured: 'What AWS refuses is granted by a deployment, or by whoever denies it.',
  },
  'not-rolled-back': {
    plant: (at) => at.told.tag(at.secret, 'keyturn:withdrawn', `${at.told.current(at.user)} ${later(at, 0)}`),
    uncured: 'Whoever wrote the tag has to be found.',
  },
  'request-refused': {
    plant: ({ told }) => told.runs('rotate', { keys: ['k-nobody'] }),
    within: 'hours',
    uncured: 'Whoever asked has to ask for a key that there is.',
  },
  'invalid-entry': {
    plant: (at) => editEntry(at, () => '{"id":'),
    uncured: 'A deployment writes the entry again.',
    shows: /k-invalid-entry/,
  },
  paused: {
    plant: (at) => at.told.type(`keyturn pause ${at.key} --until ${later(at, 240 * HOUR)} --why freeze`, ['--yes']),
    isNotice: true,
  },
  observed: {
    entry: { mode: 'observe' },
    plant: () => undefined,
    isNotice: true,
    uncured: CONFIGURATION,
  },
  'invalid-pause': { plant: ({ told, secret }) => told.tag(secret, 'keyturn:paused', 'tomorrow') },
  reactivated: {
    plant: (at) => at.told.tag(at.secret, 'keyturn:deactivated', `${at.told.oldest(at.user)} ${later(at, -HOUR)}`),
    exits: 0,
    shows: /AKIA/,
    uncured: 'It is for whoever uses the key.',
  },
  'key-promoted': {
    plant: async (at) => {
      settle(at);
      await rotate(at);
      await at.told.passes(2 * HOUR);
      setKey(at, at.told.current(at.user), 'Inactive');
    },
    isMarkedLater: true,
  },
  'not-replaced-yet': {
    entry: { replacedBy: { roles: ['arn:aws:iam::111122223333:role/web-shop-deploy'] } },
    plant: settle,
    isNotice: true,
    exits: 0,
    uncured: 'It waits for nothing but that pipelines take the role.',
  },
  'rotation-in-progress': {
    plant: ({ told, secret }) => told.tag(secret, 'keyturn:intent', 'nonsense'),
    uncured: 'It passes by itself, or the tag is corrected by whoever wrote it.',
  },
};

/** A configuration with one key for each fault. */
export function configOf(faults: Readonly<Record<string, Fault>>): ConfigInput {
  const names = Object.keys(faults);
  const key = (name: string, place: string, more: Partial<KeyInput> = {}): KeyInput => ({
    id: keyOf(name),
    user: `ci-${name}`,
    deliverTo: [{ connection: `c-${place}`, repository: `w-${keyOf(place)}/${keyOf(name)}` }],
    ...more,
  });
  return {
    operators: true,
    exposed: true,
    onExposed: 'notify',
    drift: 'report',
    maxRotationsPerRun: 100,
    connections: Object.fromEntries(
      names.map((name) => [`c-${name}`, { bitbucket: { secret: `keyturn/connections/${name}` } }]),
    ),
    keys: names.flatMap((name) => [
      key(name, name, faults[name]?.entry),
      ...Array.from({ length: faults[name]?.beside ?? 0 }, (_, n) => key(`${name}-${n + 1}`, name)),
    ]),
    notify: ['security@example.com'],
  };
}
