import type { Time } from '../../functions/account/ports';
import { createAccountKeys } from '../../functions/aws/account-keys';
import { type AwsAccess, reviewConfig } from '../../functions/aws/client-config';
import { createIam } from '../../functions/aws/iam';
import { readTrails } from '../../functions/aws/trails';
import type { FoundAccount, FoundKey, FoundUser } from '../../functions/core/config/initialized';
import { DAY, MINUTE, SECOND } from '../../functions/core/duration';
import { KeyturnError } from '../../functions/core/errors';
import { reach } from '../access';

/** IAM makes the credential report in seconds, in a large account in a minute or two. */
const LONGEST_WAIT = 2 * MINUTE;

/**
 * Looks at an account; it changes nothing.
 *
 * @param tell is told what is being read
 * @throws KeyturnError `aws-*`
 */
export async function lookAtAccount(
  access: AwsAccess,
  time: Time,
  tell: (what: string) => void,
): Promise<FoundAccount> {
  tell('Asking AWS who you are…');
  const { accountId: id, region, arn } = await reach(access);
  tell(`Reading the users and the trails of the account ${id} in ${region}…`);
  const [report, trails] = await Promise.all([credentialReport(access, time, tell), readTrails(access)]);
  const now = time.now();
  const users = report.principals.map(({ user: name, isRoot, keys }) => ({
    name,
    isRoot,
    keys: keys.map(({ active, createdAt, lastUsed, lastUsedService, lastUsedRegion }) => ({
      active,
      ...agesOf(createdAt, now),
      lastUsed: lastUsed instanceof Date ? lastUsed.toISOString() : lastUsed,
      lastUsedService,
      lastUsedRegion,
    })),
  }));
  const oldest = ({ keys }: FoundUser) => Math.max(-1, ...keys.map(({ ageInDays = 0 }) => ageInDays));
  return {
    id,
    region,
    arn,
    users: users
      .filter(({ isRoot }) => !isRoot)
      .map(({ name, keys }) => ({ name, keys }))
      .sort((a, b) => oldest(b) - oldest(a) || (a.name < b.name ? -1 : 1)),
    rootKeys: users.filter(({ isRoot }) => isRoot).flatMap(({ keys }) => keys).length,
    trails,
  };
}

/** A user as IAM lists it now, without last uses; undefined where there is none. @throws KeyturnError `aws-*` */
export async function lookAtUser(access: AwsAccess, time: Time, name: string): Promise<FoundUser | undefined> {
  try {
    const keys = await createIam(reviewConfig(access)).listAccessKeys(name);
    const now = time.now();
    return {
      name,
      keys: keys.map(({ status, createdAt }) => ({
        active: status === 'Active',
        ...agesOf(createdAt, now),
        lastUsed: 'unknown',
      })),
    };
  } catch (thrown) {
    if (thrown instanceof KeyturnError && thrown.code === 'user-missing') return undefined;
    throw thrown;
  }
}

function agesOf(createdAt: Date | undefined, now: Date): Pick<FoundKey, 'createdAt' | 'ageInDays'> {
  if (createdAt === undefined) return {};
  return { createdAt: createdAt.toISOString(), ageInDays: Math.floor((now.getTime() - createdAt.getTime()) / DAY) };
}

async function credentialReport(access: AwsAccess, time: Time, tell: (what: string) => void) {
  const reports = createAccountKeys(reviewConfig(access));
  const tries = LONGEST_WAIT / SECOND;
  for (let tried = 0; tried < tries; tried += 1) {
    const report = await reports.credentialReport();
    if (report !== undefined) return report;
    if (tried === 2) tell('IAM is making the credential report…');
    await time.sleep(SECOND);
  }
  throw new KeyturnError('aws-uncertain', 'IAM has not made the credential report within two minutes. Try again.', {
    retryable: true,
  });
}
