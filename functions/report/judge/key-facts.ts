import type { Evidence, ListedKey, ReportedKey, ReportedPrincipal } from '../evidence/evidence';
import { compare } from './compare';
import { isSameInstant, isTaken, matchSlots } from './match-slots';
import type { AccessKeyLine, KeyLife, ManagedKeyHistory } from './model';
import type { ManagedKey, Scope } from './scope';

/** What is known about one access key, before it is judged. */
export interface KeyFacts {
  readonly id: string;
  readonly user: string;
  readonly arn: string;
  readonly isRoot: boolean;
  readonly accessKeyId: string | undefined;
  readonly managed: ManagedKey | undefined;
  readonly life: KeyLife | undefined;
  readonly role: AccessKeyLine['role'];
  readonly status: AccessKeyLine['status'];
  readonly createdAt: Date | undefined;
  /** When it was deleted; undefined while it exists, and where that is not known. */
  readonly endedAt: Date | undefined;
  readonly lastUsed: Date | 'never' | 'unknown';
}

interface Known {
  readonly managed: ManagedKey;
  readonly history: ManagedKeyHistory;
}

/** Every access key that exists, and those that ceased to within the period. */
export function keyFactsOf(
  evidence: Evidence,
  scope: Scope,
  histories: readonly ManagedKeyHistory[],
): readonly KeyFacts[] {
  const { credentialReport, account } = evidence;
  const historyOf = new Map(histories.map((history) => [history.key, history]));
  const knownOf = (user: string): Known | undefined => {
    const managed = scope.byUser.get(user);
    const history = managed === undefined ? undefined : historyOf.get(managed.key);
    // A user that a key had before is nobody's now.
    return managed?.user === user && history !== undefined ? { managed, history } : undefined;
  };
  const principals = credentialReport?.principals ?? [];
  const reported = new Set(principals.map(({ user }) => user));
  // A registry entry that got another ID leaves two managed keys of one user.
  const unreported = [...new Set(scope.keys.map(({ user }) => user))]
    .filter((user) => !reported.has(user))
    .map((user): ReportedPrincipal => {
      return { user, arn: `arn:aws:iam::${account}:user/${user}`, isRoot: false, keys: [] };
    });
  const facts = [...principals, ...unreported].flatMap((principal) => {
    const known = principal.isRoot ? undefined : knownOf(principal.user);
    return known === undefined ? unmanagedKeys(principal) : managedKeys(evidence, principal, known);
  });
  return facts.sort((a, b) => Number(b.isRoot) - Number(a.isRoot) || compare(a.id, b.id));
}

function unmanagedKeys({ user, arn, isRoot, keys }: ReportedPrincipal): readonly KeyFacts[] {
  return keys.filter(isTaken).map(({ slot, active, createdAt, lastUsed }) => ({
    id: `${user}-slot-${slot}`,
    user,
    arn,
    isRoot,
    accessKeyId: undefined,
    managed: undefined,
    life: undefined,
    role: isRoot ? 'root' : 'unmanaged',
    status: active ? 'Active' : 'Inactive',
    createdAt,
    endedAt: undefined,
    lastUsed,
  }));
}

function managedKeys(
  evidence: Evidence,
  principal: ReportedPrincipal,
  { managed, history }: Known,
): readonly KeyFacts[] {
  const { user, arn } = principal;
  const { listed } = managed;
  const lifeOf = new Map(history.lives.map((life) => [life.accessKeyId, life]));
  const generatedAt = evidence.credentialReport?.generatedAt ?? evidence.gatheredAt;
  const facts: KeyFacts[] = [];
  const add = (slot: ReportedKey | undefined, key: ListedKey | undefined, life: KeyLife | undefined) => {
    const accessKeyId = key?.accessKeyId ?? life?.accessKeyId;
    const endedAt = instant(life?.endedAt);
    const isGone =
      endedAt !== undefined || life?.foundGoneAt !== undefined || (listed !== undefined && key === undefined);
    const createdAt = key?.createdAt ?? bornAt(life) ?? slot?.createdAt;
    facts.push({
      id: accessKeyId ?? `${user}-slot-${slot?.slot}`,
      user,
      arn,
      isRoot: false,
      accessKeyId,
      managed,
      life,
      role: isGone ? 'gone' : roleOf(accessKeyId, life, managed, history),
      status: isGone ? 'Deleted' : (key?.status ?? statusOf(slot, life)),
      createdAt,
      endedAt,
      lastUsed: slot?.lastUsed ?? 'unknown',
    });
  };
  const matches = matchSlots(principal.keys, listed ?? [], generatedAt);
  const used = new Set<string>();
  for (const { slot, key } of matches) {
    // Without a list from IAM, and for a key deleted since the report was made, its creation tells which one it is.
    const life =
      key === undefined
        ? history.lives.find((other) => !used.has(other.accessKeyId) && isSameInstant(bornAt(other), slot?.createdAt))
        : lifeOf.get(key.accessKeyId);
    if (life !== undefined) used.add(life.accessKeyId);
    add(slot, key, life);
  }
  for (const life of history.lives.filter(({ accessKeyId }) => !used.has(accessKeyId))) {
    const ended = instant(life.endedAt ?? life.foundGoneAt);
    const existed = ended === undefined ? listed === undefined : ended >= evidence.since;
    if (existed) add(undefined, undefined, life);
  }
  return facts;
}

function roleOf(
  accessKeyId: string | undefined,
  life: KeyLife | undefined,
  managed: ManagedKey,
  { currentAccessKeyId }: ManagedKeyHistory,
): AccessKeyLine['role'] {
  if (managed.entry === undefined) return 'unmanaged';
  if (accessKeyId !== undefined && accessKeyId === currentAccessKeyId) return 'current';
  return life?.origin === 'foreign' ? 'foreign' : 'superseded';
}

function statusOf(slot: ReportedKey | undefined, life: KeyLife | undefined): 'Active' | 'Inactive' {
  if (slot !== undefined) return slot.active ? 'Active' : 'Inactive';
  return life?.phases.at(-1)?.phase === 'inactive' ? 'Inactive' : 'Active';
}

function bornAt(life: KeyLife | undefined): Date | undefined {
  return instant(life?.phases[0]?.from ?? life?.marks[0]?.at);
}

function instant(time: string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
