import { quoted } from '../../../functions/core/findings/commands';
import { tokenExpiries } from '../../../functions/core/lifecycle/token-expiry';
import { DEFAULT_TOKEN_EXPIRES_IN_DAYS, idOfSecret, secretName } from '../../../functions/core/names';
import { readersIn } from '../../../functions/report/judge/secret-readers';
import { shipped } from '../../package-root';
import { type Check, counted, fail, judged, named, ok, unknown, type Verdict, warn } from '../check';
import { aws, connect, REMAKE, REVERT } from '../cures';
import type { Facts } from '../facts';

const there: Check = {
  id: 'secrets',
  group: 'secrets',
  must: 'every managed key has its secret',
  takes: 'ssm:GetParametersByPath on /keyturn/keys/, secretsmanager:ListSecrets',
  judge: ({ registry, secrets, caller: { region } }) =>
    judged(registry, ({ entries, invalid }) =>
      judged(secrets, (all) => {
        const names = new Set(all.map(({ name }) => name));
        const expected = [...entries, ...invalid].map(({ id }) => secretName(id));
        const missing = expected.filter((name) => !names.has(name));
        if (missing.length === 0) return ok(expected.length === 0 ? 'No key is managed yet.' : 'Each has.');
        return fail(
          `There is no secret ${named(missing)}.`,
          ...missing.map((name) =>
            aws(
              `Restore ${name}, if it was deleted within 30 days`,
              region,
              'secretsmanager',
              'restore-secret',
              '--secret-id',
              name,
            ),
          ),
          REMAKE,
        );
      }),
    ),
};

const closed: Check = {
  id: 'secrets-closed',
  group: 'secrets',
  must: 'no managed secret can be read but by those whom its own policy names',
  takes: 'secretsmanager:ListSecrets, secretsmanager:GetResourcePolicy on keyturn/*',
  judge: (facts) =>
    judged(facts.policies, (all) =>
      judged(facts.secrets, (secrets) => {
        const managed = [...all].filter(([name]) => isManaged(name));
        const open = managed
          .filter(([, { policy, arn }]) => readersIn(policy, arn) === undefined)
          .map(([name]) => name);
        if (open.length > 0) return opened(open, facts);
        const unread = secrets.map(({ name }) => name).filter((name) => isManaged(name) && !all.has(name));
        if (unread.length > 0) {
          return unknown(
            `The policy of ${named(unread)} cannot be read, so that nobody here knows who reads what it holds. It takes secretsmanager:GetResourcePolicy.`,
          );
        }
        if (managed.length === 0) return withoutAny(facts);
        const readers = new Set(managed.flatMap(([, { policy, arn }]) => readersIn(policy, arn) ?? []));
        return ok(
          `${counted(managed.length, 'secret')}, read by ${named([...readers].map((arn) => arn.replace(/^.*:role\//, '')))} alone.`,
        );
      }),
    ),
};

function isManaged(name: string): boolean {
  return idOfSecret(name) !== undefined;
}

function withoutAny({ deployed, registry }: Facts): Verdict {
  if (deployed.is === 'read' && deployed.value === undefined)
    return unknown('Nothing is deployed here yet, as far as can be read.');
  const isAnyExpected = registry.is === 'unread' || registry.value.entries.length + registry.value.invalid.length > 0;
  return isAnyExpected ? unknown('No managed secret is there to look at.') : ok('No key is managed yet.');
}

/** A deployment closes those that the registry has; of others nobody but a person knows what they are for. */
function opened(open: readonly string[], { registry, caller: { region } }: Facts): Verdict {
  const known = new Set(
    registry.is === 'read'
      ? [...registry.value.entries, ...registry.value.invalid].map(({ id }) => secretName(id))
      : open,
  );
  const others = open.filter((name) => !known.has(name));
  const told = `${named(open)}: whoever has the right to read secrets reads it, because its own policy denies nobody.`;
  const cures = [
    ...(others.length < open.length ? [REVERT] : []),
    ...others.map((name) =>
      aws(
        `${name} is of no managed key: look whose it is, and delete it when nobody needs it; it can be restored for 30 days`,
        region,
        'secretsmanager',
        'delete-secret',
        '--secret-id',
        name,
        '--recovery-window-in-days',
        '30',
      ),
    ),
  ];
  return others.length < open.length ? fail(told, ...cures) : warn(told, ...cures);
}

const tokens: Check = {
  id: 'connection-secrets',
  group: 'secrets',
  must: 'every connection has its secret, in a form that its host takes',
  takes:
    "secretsmanager:DescribeSecret on them; to see the form, GetSecretValue, which the secret's policy gives to sync alone",
  judge: ({ connections }) =>
    judged(connections, (all) => {
      const missing = all.filter(({ isThere }) => isThere.is === 'read' && !isThere.value);
      if (missing.length > 0) {
        return fail(
          `There is no secret for ${named(missing.map(({ use }) => `${use.name} (${use.connection.secret})`))}.`,
          ...missing.map(({ use }) => connect(use.name)),
        );
      }
      const unread = all.flatMap(({ isThere }) => (isThere.is === 'unread' ? [isThere] : []));
      const [first] = unread;
      if (first !== undefined) return judged(first, () => ok(''));
      const wrong = all.filter(({ tried }) => tried.is === 'unread' && tried.why === 'refused');
      if (wrong.length > 0) {
        const told = wrong.map(({ tried }) => (tried.is === 'unread' ? tried.message : ''));
        return fail(told.join(' '), ...wrong.map(({ use }) => connect(use.name)));
      }
      const unseen = all.filter(({ tried }) => tried.is === 'unread');
      return ok(
        unseen.length === 0
          ? 'Each has.'
          : `Each has; what is in that of ${named(unseen.map(({ use }) => use.name))} nobody here may see.`,
      );
    }),
};

const closedTokens: Check = {
  id: 'tokens-closed',
  group: 'secrets',
  must: "no token can be read but by those whom its secret's own policy names",
  takes: 'secretsmanager:GetResourcePolicy on keyturn/*',
  judge: ({ policies, connections, caller: { region } }) =>
    judged(policies, (known) =>
      judged(connections, (uses) => {
        const secrets = [...new Set(uses.map(({ use }) => use.connection.secret))];
        const open = secrets.filter((name) => {
          const policy = known.get(name);
          return policy !== undefined && readersIn(policy.policy, policy.arn) === undefined;
        });
        const unread = secrets.filter((name) => !known.has(name));
        if (open.length > 0) {
          return warn(
            `${named(open)}: whoever has the right to read secrets reads the token, because its own policy denies nobody.`,
            ...open.map((name) => ({
              to: `Let sync alone read ${name}; SYNC_ROLE is the ARN of its role ("Nobody else reads it" in ${shipped('docs/start/bitbucket.md')} finds it)`,
              run: `sed "s#SYNC_ROLE#$SYNC_ROLE#" ${shipped('docs/examples/connection-secret-policy.json')} | aws secretsmanager put-resource-policy --region ${region} --secret-id ${name} --block-public-policy --resource-policy file:///dev/stdin`,
            })),
          );
        }
        return unread.length > 0
          ? unknown(`The policy of ${named(unread)} cannot be read, or the secret is not there.`)
          : ok('Each is closed.');
      }),
    ),
};

const ends: Check = {
  id: 'token-expiry',
  group: 'secrets',
  must: 'no token ends within two weeks, as far as the tags of its secrets say',
  takes: 'secretsmanager:ListSecrets',
  judge: ({ registry, secrets, now }) =>
    judged(registry, ({ entries }) =>
      judged(secrets, (all) => {
        const found = tokenExpiries({ entries, secrets: all, now, within: DEFAULT_TOKEN_EXPIRES_IN_DAYS });
        if (found.length === 0) return ok('None does.');
        const told = found.map(({ connection, facts }) => {
          if (facts.is === 'unreadable') return `the tag keyturn:expires of ${connection.secret} is no date`;
          return facts.is === 'ended'
            ? `that of ${connection.name} has ended`
            : `that of ${connection.name} ends in ${counted(facts.days, 'day')}`;
        });
        const cures = found.map(({ connection }) => ({
          to: `Make a new token for ${connection.name}, and store it; say with --expires when it ends`,
          run: `npx keyturn connect ${quoted(connection.name)}`,
        }));
        return found.some(({ facts }) => facts.is === 'ended')
          ? fail(`${named(told)}.`, ...cures)
          : warn(`${named(told)}.`, ...cures);
      }),
    ),
};

export const SECRET_CHECKS: readonly Check[] = [there, closed, tokens, closedTokens, ends];
