import type { RegistryEntry } from '../config/registry';
import type { CredentialReport } from '../key/access-key';
import { lineOf } from '../key/key-user';
import type { FoundOfKey } from './found';

/** IAM takes two spellings for one user, and policies that name it do not. */
export type UserSpelling = FoundOfKey<'user-spelling', { readonly written: string; readonly iam: string }>;

/** What is said of a key whose user IAM spells otherwise, as the credential report shows. */
export function userSpelling({ id: key, user }: RegistryEntry, report: CredentialReport): readonly UserSpelling[] {
  const line = lineOf(user, report);
  if (line === undefined || line.user === user) return [];
  return [{ code: 'user-spelling', key, user: line.user, facts: { written: user, iam: line.user } }];
}
