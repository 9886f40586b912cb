import { settingsOf } from '../hosts/target';
import type { Words } from '../words';
import type { Config } from './config';
import type { ConfigPath } from './config-path';
import type { KeyConfig } from './key-config';
import { type PolicyOverrides, policyWith } from './policy';
import { providerTrust } from './provider-config';
import { trustOf } from './roles-config';

/** What a warning is about, for programs; a code's meaning never changes. */
export const UNMEANT_CODES = [
  'nobody-gets-it',
  'unread-nodes',
  'unused-connection',
  'same-connection',
  'loopback',
  'token-like',
  'key-for-user',
  'short-overlap',
  'short-recovery',
  'rare-rotation',
  'no-hold',
  'nobody-told',
  'repeated',
  'new-user',
  'ended-exception',
  'cap-too-low',
  'shared-audience',
  'replaced-reader',
  'still-given',
] as const;
export type UnmeantCode = (typeof UNMEANT_CODES)[number];

/** Something that is legal, and probably not meant. */
export interface Unmeant extends Words {
  readonly code: UnmeantCode;
  readonly path: ConfigPath;
}

/**
 * What of a sound configuration is probably not meant.
 *
 * @param now what has ended is told only where it is given
 */
export function unmeantIn(config: Config, now: Date | undefined): readonly Unmeant[] {
  const shared = unmeantPolicy(['policy'], config.policy);
  return [
    ...unmeantConnections(config),
    ...config.keys.flatMap((key, at) => unmeantKey(key, at, config, shared)),
    ...shared,
    ...unmeantCap(config),
    ...unmeantAudience(config),
    ...(config.notify.length > 0 ? repeated(['notify'], config.notify) : [NOBODY_TOLD]),
    ...(now === undefined ? [] : endedExceptions(config, now)),
  ];
}

const NOBODY_TOLD: Unmeant = {
  code: 'nobody-told',
  path: ['notify'],
  message:
    'expected an address, found none: nobody hears of findings and failures, unless something else is subscribed to the topic',
  cure: 'write notify: [<address>]',
};

/** A text without a separator, with capitals, small letters and digits: no name that a person gave. */
const TOKEN_LIKE = /^(?=.*[A-Z])(?=.*[a-z])(?=.*\d.*\d)[A-Za-z0-9+=]{20,}$/;

function unmeantConnections({ connections, keys }: Config): readonly Unmeant[] {
  const used = new Set(keys.flatMap(({ deliverTo }) => deliverTo.map(({ connection }) => connection)));
  const seen = new Map<string, string>();
  return Object.entries(connections).flatMap(([name, connection]): Unmeant[] => {
    const { host, url, secret } = settingsOf(connection);
    const found: Unmeant[] = [];
    const say = (code: UnmeantCode, path: readonly string[], message: string, cure: string) =>
      found.push({ code, path: ['connections', name, ...path], message, cure });
    const same = [host, url, secret].join('\n');
    const other = seen.get(same);
    seen.set(same, other ?? name);
    if (!used.has(name)) {
      const message = 'expected a target that is delivered to through it, found none';
      say('unused-connection', [], message, 'take the connection out, or name it in a target');
    }
    if (other !== undefined) {
      const message = `expected a connection of its own, found host, URL and secret of "${other}"`;
      say('same-connection', [], message, `deliver through "${other}" alone`);
    }
    if (/^(127\.|localhost$|\[::1\]$)/.test(new URL(url).hostname)) {
      const message = 'expected a host that AWS reaches, found this machine';
      say('loopback', [host, 'url'], message, 'write the URL of the API, unless the stack runs here');
    }
    if (TOKEN_LIKE.test(secret)) {
      const message = 'expected the name of a secret, found what looks like a token';
      const cure = 'if it is one, revoke it at its host, and write the name of the secret that holds its successor';
      say('token-like', [host, 'secret'], message, cure);
    }
    return found;
  });
}

function unmeantKey(
  { id, user, createUser, adopt, firstRotation, deliverTo, readers, replacedBy, policy: own }: KeyConfig,
  at: number,
  { policy, provider }: Config,
  shared: readonly Unmeant[],
): readonly Unmeant[] {
  const found: Unmeant[] = [];
  const say = (code: UnmeantCode, field: string, message: string, cure: string) =>
    found.push({ code, path: ['keys', at, field], message, cure });
  // A process beside the runners has a role of its own among the readers.
  const givenBy = provider?.rules.find(({ keys }) => keys.some((given) => given.id === id));
  const isGiven = provider?.endpoint === true && givenBy !== undefined;
  if (replacedBy !== undefined && givenBy !== undefined) {
    const message =
      `expected no rule of the provider that gives a key which roles replace, found "${givenBy.name}": ` +
      'its steps keep the key in use, and get nothing (403) once it is gone';
    const cure = 'take the key out of the rule, which may give credentials of a role in its place';
    say('still-given', 'replacedBy', message, cure);
  }
  if (deliverTo.length === 0 && readers.length === 0 && !isGiven) {
    const day = policyWith(policy, own).deactivateAfter;
    const message =
      'expected deliverTo or readers, found neither: ' +
      `whoever has the old key of ${user} loses it on day ${day} and gets no other`;
    say('nobody-gets-it', 'id', message, 'add deliverTo, or readers for roles that read the secret');
  }
  if (deliverTo.some((item) => 'dataCenter' in item) && readers.length === 0) {
    const message =
      'expected readers, found none: nodes that may not read the secret do not start when they are restarted';
    say('unread-nodes', 'deliverTo', message, 'name the role of the nodes under readers');
  }
  if (replacedBy !== undefined && readers.length > 0) {
    const message =
      `expected no reader beside replacedBy, found ${readers.join(', ')}: where it reads the secret more rarely than in ` +
      `${replacedBy.idleFor} days, nobody knows that it does, and it gets a key that is Inactive, or none`;
    say('replaced-reader', 'replacedBy', message, 'give the role the rights itself, and take it out of readers');
  }
  if (/^A[KS]IA[A-Z0-9]{12,28}$/.test(user)) {
    const message = 'expected the name of an IAM user, found what looks like the ID of an access key';
    say('key-for-user', 'user', message, 'write the name of the user who has it');
  }
  const isNew = 'expected a user that exists, found createUser: a new user has no';
  const orKeep = 'out, or createUser if the user is there already';
  if (createUser && adopt !== 'keep')
    say('new-user', 'adopt', `${isNew} keys to make room among`, `take adopt ${orKeep}`);
  if (createUser && firstRotation === 'when-due') {
    say('new-user', 'firstRotation', `${isNew} key to wait for`, `take firstRotation ${orKeep}`);
  }
  const told = new Set(shared.map(({ message }) => message));
  return [
    ...found,
    ...repeated(['keys', at, 'readers'], readers),
    ...(own === undefined ? [] : unmeantPolicy(['keys', at, 'policy'], policy, own)).filter(
      ({ message }) => !told.has(message),
    ),
  ];
}

function unmeantPolicy(path: ConfigPath, ...overrides: readonly (PolicyOverrides | undefined)[]): readonly Unmeant[] {
  const { rotateAfter, deactivateAfter, deleteAfter, idleFor, holdLimit } = policyWith(...overrides);
  const rules: readonly (readonly [boolean, UnmeantCode, string, message: string, cure: string])[] = [
    [
      deactivateAfter - rotateAfter < 2,
      'short-overlap',
      'deactivateAfter',
      'expected two days or more between rotateAfter and deactivateAfter, found one: ' +
        'a pipeline that started before the rotation, or waits for an approval, still has the old key',
      `write at least ${rotateAfter + 2}`,
    ],
    [
      deleteAfter - deactivateAfter < 2,
      'short-recovery',
      'deleteAfter',
      'expected two days or more between deactivateAfter and deleteAfter, found one: ' +
        'nobody can bring a deleted key back on a Monday',
      `write at least ${deactivateAfter + 2}`,
    ],
    [
      rotateAfter > 366,
      'rare-rotation',
      'rotateAfter',
      `expected a year at most, found ${rotateAfter} days`,
      'write 90, or the days that your rules allow',
    ],
    [
      idleFor === 0,
      'no-hold',
      'idleFor',
      'expected a day or more, found none: no key counts as in use, so none is held',
      'write idleFor: 2',
    ],
    [
      holdLimit === 0 && idleFor > 0,
      'no-hold',
      'holdLimit',
      'expected some days to hold a key that is in use, found none: it is made Inactive on its day, whoever uses it',
      'write holdLimit: 10, or as many days as there is room',
    ],
  ];
  return rules.flatMap(([applies, code, field, message, cure]) =>
    applies ? [{ code, path: [...path, field], message, cure }] : [],
  );
}

/** Names that differ by their case are one: so it is for addresses here, and an ARN stands twice as it is. */
function repeated(path: ConfigPath, list: readonly string[]): readonly Unmeant[] {
  const seen = new Set<string>();
  return list.flatMap((item, at): Unmeant[] => {
    const name = item.includes('@') ? item.toLowerCase() : item;
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      {
        code: 'repeated',
        path: [...path, at],
        message: `expected each once, found "${item}" again`,
        cure: 'remove one of the two',
      },
    ];
  });
}

function unmeantCap({ keys, policy, maxRotationsPerRun: most }: Config): readonly Unmeant[] {
  const days = Math.min(...keys.map((key) => policyWith(policy, key.policy).rotateAfter));
  const needed = Math.ceil(keys.length / days);
  if (most >= needed) return [];
  const message =
    `expected at least ${needed} rotations a run for ${keys.length} keys that are due within ${days} days, ` +
    `found ${most}: keys would become late`;
  return [{ code: 'cap-too-low', path: ['maxRotationsPerRun'], message, cure: `write at least ${needed}` }];
}

/** STS remembers no token, and the place of a provider is easier to take than its. */
function unmeantAudience({ roles = [], provider }: Config): readonly Unmeant[] {
  if (provider === undefined) return [];
  const { issuer, audience } = providerTrust(provider);
  const repositories = new Set(provider.rules.map(({ repositoryUuid }) => repositoryUuid));
  const shared = roles.find((role) => {
    const trust = trustOf(role);
    return trust.issuer === issuer && trust.audience === audience && repositories.has(role.bitbucket.repositoryUuid);
  });
  if (shared === undefined) return [];
  return [
    {
      code: 'shared-audience',
      path: ['provider', 'bitbucket', 'audience'],
      message:
        `expected an audience of the provider's own, found that of the role "${shared.name}", for steps of one ` +
        "repository: whoever gets a step's token on its way to the provider can take the role with it",
      cure: 'write audience: <a text of your own>, and let the steps that fetch secrets ask for it alone',
    },
  ];
}

function endedExceptions({ audit }: Config, now: Date): readonly Unmeant[] {
  const today = now.toISOString().slice(0, 10);
  return audit.exceptions.flatMap(({ until }, at): Unmeant[] =>
    until >= today
      ? []
      : [
          {
            code: 'ended-exception',
            path: ['audit', 'exceptions', at, 'until'],
            message: `expected a day that is still to come, found ${until}: the exception counts no more`,
            cure: 'take it out, or have it approved again',
          },
        ],
  );
}
