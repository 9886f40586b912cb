import type { Account } from '../../local/account/account';
import type { Principal } from '../../local/account/principal';
import type { Deployment } from '../../local/stack/deployment';
import type { Assembly } from './assembly';
import type { Places } from './hosts/register';
import { secretNameOf } from './secret-name';

/** How much older a forgotten key is than the one in use. */
const FORGOTTEN = 100 * 86_400_000;

/**
 * Makes what a configuration takes for granted: the hosts' places with what is needed to write there, and IAM users with
 * the key that somebody made long ago and pasted into the places.
 */
export function makeSurroundings(assembly: Assembly, account: Account, places: Places): void {
  const admin = account.authenticate(account.rootSession(), 'iam');
  for (const entry of assembly.entries) {
    for (const target of entry.targets) places.prepare(target, entry, admin);
  }
  makeSecrets(assembly, account, admin);
  makeUsers(assembly, account, places, admin);
  makeTrusted(assembly, account);
}

/** What the rules of a secret provider name beside managed keys, with a text at each pointer. */
function makeSecrets({ provider }: Assembly, account: Account, admin: Principal): void {
  const given = provider?.rules.flatMap(({ secrets }) => secrets) ?? [];
  for (const named of new Set(given.map(({ secret }) => secret))) {
    if (named.startsWith('arn:')) account.secretsManager.reserveArn(named);
    const pointers = given.flatMap(({ secret, pointer }) => (secret === named ? [pointer] : []));
    const SecretString = pointers.includes(undefined) ? 'a text' : JSON.stringify(holding(pointers));
    account.invoke(admin, 'secretsmanager', 'CreateSecret', { Name: secretNameOf(named), SecretString });
  }
}

/**
 * What people do after the first deployment: each connection's secret gets a policy that lets sync alone read the token.
 * They did so before anybody looks at the account, so that CloudTrail has no call of it.
 */
export function closeTokens({ entries }: Assembly, { roles }: Pick<Deployment, 'roles'>, account: Account): void {
  const readers = roles.flatMap(({ roleName, arn }) => (roleName.includes('SyncRole') ? [arn] : []));
  const denied = { Effect: 'Deny', Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*' };
  const statement = { ...denied, Condition: { StringNotEquals: { 'aws:PrincipalArn': readers } } };
  const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const secrets = entries.flatMap(({ connections }) => Object.values(connections).map(({ secret }) => secret));
  for (const SecretId of new Set(secrets)) account.secretsManager.putResourcePolicy({ SecretId, ResourcePolicy });
}

/** Then too: the roles that a secret provider takes for steps get a policy that trusts it, for the repositories of its rules. */
export function makeTakenRoles({ provider }: Assembly, { roles }: Pick<Deployment, 'roles'>, account: Account): void {
  const takers = roles.flatMap(({ roleName, arn }) => (roleName.endsWith('Provider') ? [arn] : []));
  const rules = provider?.rules ?? [];
  for (const arn of new Set(rules.flatMap((rule) => rule.roles.map(({ role }) => role)))) {
    const repositories = rules
      .filter((rule) => rule.roles.some(({ role }) => role === arn))
      .map(({ repositoryUuid }) => repositoryUuid.replace(/[{}]/g, ''));
    const Statement = [
      {
        Effect: 'Allow',
        Principal: { AWS: takers },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: { StringEquals: { 'aws:RequestTag/keyturn:repository': repositories } },
      },
    ];
    const [, path = '/', RoleName = ''] = /:role(\/(?:.*\/)?)([^/]+)$/.exec(arn) ?? [];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    account.iam.roles.create({ RoleName, Path: path, AssumeRolePolicyDocument });
  }
}

/** The users that the stack does not create, each with a key that its pipelines use. */
function makeUsers({ entries, createdUsers }: Assembly, account: Account, places: Places, admin: Principal): void {
  const existing = entries.filter(({ user }) => !createdUsers.has(user));
  const createKey = (UserName: string) => account.invoke(admin, 'iam', 'CreateAccessKey', { UserName }).AccessKey;
  for (const { user, adopt } of existing) {
    account.invoke(admin, 'iam', 'CreateUser', { UserName: user });
    // The case that the setting is for: a key that everybody has forgotten.
    if (adopt === 'replace-idle') createKey(user);
  }
  account.clock.advanceBy(FORGOTTEN);
  for (const { user, targets } of existing) {
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = createKey(user);
    for (const target of targets) places.paste(target, { accessKeyId, secretAccessKey });
  }
}

/** Whom the stack's roles trust by name: IAM refuses to trust one that is not there. */
function makeTrusted({ trusted }: Assembly, { accountId, iam }: Account): void {
  const there = new Set([...iam.users.all(), ...iam.roles.all()].map(({ arn }) => arn));
  for (const arn of trusted.filter((one) => !there.has(one))) {
    const [, account, kind, Path = '/', name = ''] = /::(\d+):(user|role)(\/(?:.*\/)?)([^/]+)$/.exec(arn) ?? [];
    if (account !== accountId) continue;
    if (kind === 'user') iam.users.create({ UserName: name, Path });
    else iam.roles.create({ RoleName: name, Path, AssumeRolePolicyDocument: '{}' });
  }
}

/** A document that has a text at each of some JSON pointers. */
function holding(pointers: readonly (string | undefined)[]): object {
  const whole: Record<string, unknown> = {};
  for (const pointer of pointers) {
    const parts = (pointer ?? '').slice(1).split('/');
    const names = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    let at = whole;
    for (const name of names.slice(0, -1)) {
      const inner = (at[name] ?? {}) as Record<string, unknown>;
      at[name] = inner;
      at = inner;
    }
    at[names.at(-1) ?? ''] = 'a text';
  }
  return whole;
}
