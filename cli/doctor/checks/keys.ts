import { digestsIn } from '../../../functions/core/config/entry-pin';
import type { RegistryEntry } from '../../../functions/core/config/registry';
import { after, DAY, HOUR } from '../../../functions/core/duration';
import { targetSetDigest } from '../../../functions/core/hosts/target';
import { isDelivered } from '../../../functions/core/key/delivery-mark';
import { ringOfUser } from '../../../functions/core/key/key-ring';
import { isSameUser } from '../../../functions/core/key/key-user';
import { currentKey, type SecretState } from '../../../functions/core/key/secret-state';
import { userSpelling } from '../../../functions/core/lifecycle/user-spelling';
import { registryParameterName, secretName } from '../../../functions/core/names';
import { type Check, type Cure, counted, fail, judged, named, ok, unknown, type Verdict, warn } from '../check';
import { aws, DEPLOY, iam, REMAKE, REVERT, startFunction } from '../cures';
import type { Facts, WantedKey } from '../facts';
import { byWhom, goneEntries, lostKeys } from '../gone';

/** Where no user is known: a file or a deployment of roles alone has none, and otherwise nobody knows. */
function noUsers({ config, deployed, registry }: Facts): Verdict {
  return judged(registry, ({ invalid }) => {
    if (invalid.length > 0)
      return unknown(`No user is known: the entry of ${named(invalid.map(({ id }) => id))} cannot be read.`);
    const isDeployed = deployed.is === 'read' && deployed.value !== undefined;
    if (config === undefined ? isDeployed : config.config.keys.length === 0) return ok('No key is managed.');
    return unknown('No managed key is known: nothing is deployed, and no configuration was given.');
  });
}

const users: Check = {
  id: 'users',
  group: 'keys',
  must: 'every IAM user of a managed key exists',
  takes: 'iam:ListAccessKeys on the users',
  judge(facts) {
    const { keys } = facts;
    if (keys.size === 0) return noUsers(facts);
    const missing = [...keys].flatMap(([user, read]) => (read.is === 'read' && read.value === undefined ? [user] : []));
    const unread = [...keys.values()].find((read) => read.is === 'unread');
    if (missing.length > 0) {
      return fail(
        `IAM has no user ${named(missing)}.`,
        ...missing.map((user) =>
          iam(
            `Make the user ${user}, or correct its name in keyturn.yaml and deploy`,
            'create-user',
            '--user-name',
            user,
          ),
        ),
      );
    }
    if (unread !== undefined) return judged(unread, () => ok(''));
    return ok(`${counted(keys.size, 'user does', 'users do')}.`);
  },
};

const spelling: Check = {
  id: 'user-spelling',
  group: 'keys',
  must: 'every IAM user is written as IAM spells it: policies take no other case of a letter',
  takes: 'iam:GenerateCredentialReport, iam:GetCredentialReport',
  judge: ({ report, wanted }) =>
    judged(report, (lines) => {
      const wrong = wanted.flatMap(({ id, user }) => userSpelling({ id, user } as RegistryEntry, lines));
      if (wrong.length === 0) return ok('Each is.');
      const told = wrong.map(({ key, facts }) => `${key} says ${facts.written}, IAM says ${facts.iam}`);
      return fail(`${named(told)}.`, { to: "Write IAM's spelling into keyturn.yaml" }, DEPLOY);
    }),
};

const slots: Check = {
  id: 'free-slots',
  group: 'keys',
  must: 'every user has room for a fresh key: IAM allows two',
  takes:
    'iam:ListAccessKeys on the users, ssm:GetParametersByPath on /keyturn/keys/, secretsmanager:ListSecrets, secretsmanager:ListSecretVersionIds on keyturn/*',
  judge(facts) {
    const { keys, wanted } = facts;
    // Without the secrets nobody knows which of two keys is the current one.
    if (facts.survey.is === 'unread') return judged(facts.survey, () => ok(''));
    const full = wanted.flatMap((one) => withoutRoom(facts, one) ?? []);
    if (keys.size === 0) return noUsers(facts);
    const unread = [...keys.values()].find((read) => read.is === 'unread');
    if (full.length === 0 && unread !== undefined) return judged(unread, () => ok(''));
    if (full.length === 0) return ok('Each has, or gets it when its superseded key has its day.');
    return fail(
      `${named(full.map(({ id, user, foreign }) => `${id} (${user}${foreign === undefined ? '' : `, ${foreign} was made by hand`})`))}: two keys, and Keyturn may take neither away.`,
      ...full.flatMap(makeRoom),
    );
  },
};

interface WithoutRoom extends WantedKey {
  readonly ids: readonly string[];
  /** The one that somebody made by hand beside the current one. @default - none was */
  readonly foreign: string | undefined;
}

/** Undefined where there is room for a key, or will be by itself. */
function withoutRoom({ keys, survey, registry }: Facts, { id, user }: WantedKey): WithoutRoom | undefined {
  const read = [...keys].find(([name]) => isSameUser(name, user))?.[1];
  const listed = read?.is === 'read' ? (read.value ?? []) : [];
  if (listed.length < 2) return undefined;
  const ids = listed.map(({ accessKeyId }) => accessKeyId);
  const managed = survey.is === 'read' ? survey.value.managed : [];
  const secret = managed.find((one) => one.entry.id === id)?.secret;
  const ring = secret && ringOfUser(secret, listed, user);
  if (ring?.anchor !== undefined) {
    // A superseded key makes room by itself, on its day.
    const isSuperseded = ring.unknown.length === 0 && ring.anchorKey?.status !== 'Inactive';
    return isSuperseded ? undefined : { id, user, ids, foreign: ring.unknown[0]?.accessKeyId };
  }
  const entry = registry.is === 'read' ? registry.value.entries.find((one) => one.id === id) : undefined;
  return entry?.adopt === 'replace-idle' ? undefined : { id, user, ids, foreign: undefined };
}

function makeRoom({ user, ids, foreign }: WithoutRoom): readonly Cure[] {
  const looks = ids.map((id) => iam(`See when ${id} was used last`, 'get-access-key-last-used', '--access-key-id', id));
  const one = foreign ?? 'THE_KEY_THAT_NOBODY_USES';
  return [
    ...looks,
    iam(
      'When nobody uses it, make it Inactive; wait a day',
      'update-access-key',
      '--user-name',
      user,
      '--access-key-id',
      one,
      '--status',
      'Inactive',
    ),
    iam('Then delete it', 'delete-access-key', '--user-name', user, '--access-key-id', one),
  ];
}

const readable: Check = {
  id: 'registry-readable',
  group: 'keys',
  must: 'every entry of the registry can be read',
  takes: 'ssm:GetParametersByPath on /keyturn/keys/',
  judge: ({ registry, caller: { region } }) =>
    judged(registry, ({ entries, invalid }) => {
      if (invalid.length === 0) return ok(`${counted(entries.length, 'entry', 'entries')}.`);
      return fail(
        `${invalid
          .map(({ error }) => error.message)
          .slice(0, 3)
          .join(' ')}`,
        ...invalid.map(({ id }) =>
          aws(`See who wrote ${id}`, region, 'ssm', 'get-parameter-history', '--name', registryParameterName(id)),
        ),
        REVERT,
      );
    }),
};

const complete: Check = {
  id: 'registry-complete',
  group: 'keys',
  must: 'every managed key that was deployed has its entry in the registry',
  takes:
    'ssm:GetParametersByPath on /keyturn/keys/, cloudformation:ListStackResources on the stack, secretsmanager:ListSecrets',
  judge: (facts) =>
    judged(facts.registry, ({ entries, invalid }) => {
      const { deployed } = facts;
      const isDeployed = deployed.is === 'unread' || deployed.value !== undefined;
      const gone = goneEntries(facts);
      const told = withoutEntry(facts, gone.is === 'read' ? gone.value : []);
      if (told.length > 0) {
        const saw = `${told.join(' ')} Nobody rotates them.`;
        const cures = [
          { to: 'Write those that are missing into the configuration, where they are not in it any more' },
          REMAKE,
        ];
        // What was taken away as a whole may have been meant.
        return isDeployed ? fail(saw, ...cures) : warn(saw, ...cures);
      }
      const count = entries.length + invalid.length;
      if (count === 0 && !isDeployed) return unknown('Nothing is deployed here yet, as far as can be read.');
      return judged(gone, () => judged(facts.survey, () => ok(`${counted(count, 'entry', 'entries')}.`)));
    }),
};

/** Keys that nobody rotates any more, in sentences. @param deleted those whose entry somebody deleted by hand, by id */
function withoutEntry(facts: Facts, deleted: readonly string[]): readonly string[] {
  const lost = lostKeys(facts).filter((id) => !deleted.includes(id));
  const withWho = (id: string) => id + byWhom(facts, registryParameterName(id), 'DeleteParameter', 'DeleteParameters');
  return [
    ...(deleted.length === 0 ? [] : [`Somebody deleted the entry of ${named(deleted.map(withWho))}.`]),
    ...(lost.length === 0
      ? []
      : [`Keyturn made the keys of ${named(lost.map(withWho))}, and no entry names them any more.`]),
  ];
}

const deployedSo: Check = {
  id: 'registry-as-deployed',
  group: 'keys',
  must: "every entry of the registry is the one that was deployed, as its secret's own policy says",
  takes: 'ssm:GetParametersByPath on /keyturn/keys/, secretsmanager:GetResourcePolicy on keyturn/*',
  judge: ({ registry, policies, caller: { region } }) =>
    judged(registry, ({ entries, digests }) =>
      judged(policies, (known) => {
        const other = entries.filter(({ id }) => {
          const policy = known.get(secretName(id));
          return policy !== undefined && !digestsIn(policy.policy ?? '').includes(digests.get(id) ?? '');
        });
        const unread = entries.filter(({ id }) => !known.has(secretName(id)));
        if (other.length > 0) {
          return fail(
            `${named(other.map(({ id }) => id))}: no deployment has written what the entry says, and nobody acts on it.`,
            ...other.map(({ id }) =>
              aws(`See who wrote ${id}`, region, 'ssm', 'get-parameter-history', '--name', registryParameterName(id)),
            ),
            REVERT,
          );
        }
        if (unread.length > 0)
          return unknown(`The policies of ${named(unread.map(({ id }) => secretName(id)))} cannot be read.`);
        return ok('Each is.');
      }),
    ),
};

const configuredSo: Check = {
  id: 'registry-as-configured',
  group: 'keys',
  must: 'the registry has the keys of the configuration, where one was given',
  takes: 'ssm:GetParametersByPath on /keyturn/keys/',
  judge: ({ config, registry, deployed }) =>
    judged(registry, ({ entries, invalid }) => {
      if (config === undefined) return unknown('No configuration was given.', { to: 'Name it with --config' });
      const {
        file,
        config: { keys },
      } = config;
      if (entries.length + invalid.length === 0 && deployed.is === 'read' && deployed.value === undefined) {
        return unknown('Nothing is deployed in this account and region yet.');
      }
      const differing = keys.filter(({ id, user }) => !entries.some((entry) => entry.id === id && entry.user === user));
      const gone = entries.filter(({ id }) => !keys.some((key) => key.id === id));
      if (differing.length + gone.length === 0) return ok(`It has the ${counted(keys.length, 'key')} of ${file}.`);
      const told = [
        ...differing.map(({ id }) => `${id} is not deployed as it stands there`),
        ...gone.map(({ id }) => `${id} is deployed, and not in it`),
      ];
      return warn(
        `${file}: ${named(told)}.`,
        { to: 'See what a deployment would do', run: `npx keyturn validate ${file} --deployed` },
        DEPLOY,
      );
    }),
};

const inTime: Check = {
  id: 'rotated-in-time',
  group: 'keys',
  must: 'no current key is older than its policy says, but for two days',
  takes: 'ssm:GetParametersByPath on /keyturn/keys/, secretsmanager:ListSecrets',
  judge: (facts) =>
    eachSecret(
      facts,
      'Each was, or has not had its first rotation yet.',
      ({ entry, secret }) => {
        const current = currentKey(secret);
        if (current === undefined || current.createdAt >= after(facts.now, -(entry.policy.rotateAfter + 2) * DAY))
          return undefined;
        return `${entry.id} holds a key of ${current.createdAt.toISOString().slice(0, 10)}, and rotates after ${entry.policy.rotateAfter} days`;
      },
      'rotate',
      fail,
    ),
};

const delivered: Check = {
  id: 'delivered',
  group: 'keys',
  must: 'every current key is at every target',
  takes: 'ssm:GetParametersByPath on /keyturn/keys/, secretsmanager:ListSecrets',
  judge: (facts) =>
    eachSecret(
      facts,
      'Each is, or waits for less than three hours.',
      ({ entry, secret }) => {
        const current = currentKey(secret);
        if (current === undefined || entry.targets.length === 0) return undefined;
        const isOld = current.createdAt < after(facts.now, -3 * HOUR);
        const isThere = isDelivered(secret, current, targetSetDigest(entry.targets, entry.connections));
        return isOld && !isThere ? `${entry.id} waits for its delivery` : undefined;
      },
      'sync',
      warn,
    ),
};

interface OfKey {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
}

function eachSecret(
  { survey, deployed, caller: { region } }: Facts,
  fine: string,
  wrongWith: (one: OfKey) => string | undefined,
  cure: 'rotate' | 'sync',
  told: typeof fail,
): Verdict {
  return judged(survey, ({ managed }) => {
    const wrong = managed.flatMap((one) => wrongWith(one) ?? []);
    if (wrong.length === 0) return ok(fine);
    const stack = deployed.is === 'read' ? deployed.value?.things.stacks[0] : undefined;
    return told(
      `${named(wrong)}.`,
      startFunction(`Start ${cure}; what it finds it tells`, region, cure, stack ?? 'Keyturn'),
    );
  });
}

export const KEY_CHECKS: readonly Check[] = [
  users,
  spelling,
  slots,
  readable,
  complete,
  deployedSo,
  configuredSo,
  inTime,
  delivered,
];
