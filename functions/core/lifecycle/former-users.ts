import type { RegistryEntry } from '../config/registry';
import { after, DAY } from '../duration';
import { targetSetDigest } from '../hosts/target';
import type { CredentialReport, ReportedUser } from '../key/access-key';
import { deliveredAt, isDelivered } from '../key/delivery-mark';
import { type FormerUser, formerUsers, isSameUser, lineOf } from '../key/key-user';
import { currentKey, type SecretState } from '../key/secret-state';
import type { FoundOfKey } from './found';
import type { Plan, StepNamed } from './steps';

/** The `user` of a managed key is another one than before. */
export type UserChanged = FoundOfKey<
  'user-changed',
  | { readonly is: 'changed'; readonly from: string; readonly to: string; readonly current: string | undefined }
  | FollowedUser
>;

/** Keys of a user before the present one may still be there. */
export interface FollowedUser {
  readonly is: 'followed';
  readonly from: string;
  readonly to: string;
  /** Its keys as the credential report has them. @default - the report does not say */
  readonly keys?: ReportedUser['keys'];
  /** From when on its keys are needed no more, and when they have had their recovery. @default - the new key is not delivered yet */
  readonly dates?: { readonly deactivate: Date; readonly delete: Date };
  /** A person has to act now. */
  readonly isDue: boolean;
}

export interface FormerUsersInput {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  /** @default - there is none */
  readonly report?: CredentialReport | undefined;
  /** The users of all managed keys. */
  readonly managedUsers: readonly string[];
  readonly now: Date;
}

/**
 * Follows the keys of a managed key's former users to their end, which people make: Keyturn has no right to a user that
 * is in no registry entry. It is over when the credential report shows no key of the user, or another managed key has it.
 */
export function planFormerUsers(input: FormerUsersInput): Plan<StepNamed<'record-former-users'>, UserChanged> {
  const { entry, secret } = input;
  const all = formerUsers(secret);
  const left = all.filter((former) => !isOver(former, input));
  const findings = left.map((former) => ({
    code: 'user-changed' as const,
    key: entry.id,
    user: former.user,
    facts: followed(former, input),
  }));
  return { steps: left.length === all.length ? [] : [{ do: 'record-former-users', users: left }], findings };
}

function isOver({ user, until }: FormerUser, { report, managedUsers }: FormerUsersInput): boolean {
  if (managedUsers.some((managed) => isSameUser(managed, user))) return true;
  if (report === undefined || report.generatedAt <= until) return false;
  return (lineOf(user, report)?.keys ?? []).length === 0;
}

function followed({ user: from, until }: FormerUser, { entry, secret, report, now }: FormerUsersInput): FollowedUser {
  const { rotateAfter, deactivateAfter, deleteAfter } = entry.policy;
  const current = currentKey(secret);
  const isThere =
    current !== undefined && isDelivered(secret, current, targetSetDigest(entry.targets, entry.connections));
  const begins = isThere
    ? [until, deliveredAt(secret, current)].sort((a, b) => b.getTime() - a.getTime())[0]
    : undefined;
  const deactivate = begins && after(begins, (deactivateAfter - rotateAfter) * DAY);
  const dates = deactivate && { deactivate, delete: after(deactivate, (deleteAfter - deactivateAfter) * DAY) };
  const keys = report === undefined ? undefined : lineOf(from, report)?.keys;
  const isInactive = keys?.every(({ active }) => !active) ?? false;
  const due = isInactive ? dates?.delete : dates?.deactivate;
  return { is: 'followed', from, to: entry.user, keys, dates, isDue: due !== undefined && due <= now };
}
