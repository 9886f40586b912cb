import type { Account } from '../../local/account/account';
import type { Principal } from '../../local/account/principal';
import type { Assembly } from './assembly';
import type { Places } from './hosts/register';

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
  makeUsers(assembly, account, places, admin);
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
