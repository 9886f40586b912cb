import { after, DAY } from '../../core/duration';
import type { Evidence } from '../evidence/evidence';
import { groupBy } from '../group-by';
import { CONTROLS } from './controls';
import type { JudgedKey } from './judged-key';
import type { KeyFacts } from './key-facts';
import type { AccessKeyLine } from './model';
import { tenthsOfDays } from './time-bounds';

/** The table of all access keys, each judged against every control. */
export function accessKeysOf(evidence: Evidence, facts: readonly KeyFacts[]): readonly AccessKeyLine[] {
  const ofUser = groupBy(facts, ({ user }) => user);
  const isReported = evidence.credentialReport !== undefined;
  const eventsOf = groupBy(evidence.record?.events ?? [], ({ accessKeyId }) => accessKeyId);
  return facts.map((key) => {
    const { id, user, arn, isRoot, accessKeyId, managed, role, status, createdAt, endedAt, lastUsed } = key;
    const judged: JudgedKey = {
      ...key,
      now: endedAt ?? evidence.gatheredAt,
      isReported,
      activeOfUser: ofUser.get(user)?.filter((other) => other.status === 'Active').length ?? 0,
    };
    const due =
      role === 'current' && createdAt !== undefined && managed !== undefined
        ? after(createdAt, managed.policy.rotateAfter * DAY).toISOString()
        : undefined;
    const events = accessKeyId === undefined ? [] : (eventsOf.get(accessKeyId) ?? []);
    return {
      id,
      user,
      arn,
      isRoot,
      accessKeyId,
      key: managed?.key,
      role,
      status,
      createdAt: createdAt?.toISOString(),
      ...(createdAt === undefined || (role === 'gone' && endedAt === undefined)
        ? {}
        : { ageDays: tenthsOfDays(Math.max(0, judged.now.getTime() - createdAt.getTime())) }),
      lastUsed: typeof lastUsed === 'string' ? lastUsed : lastUsed.toISOString(),
      rotateDueAt: due,
      controls: CONTROLS.map(({ id: control, judge }) => ({ control, ...judge(judged) })),
      events: events.filter(({ event }) => event !== 'finding' && !/^people-/.test(event)).map(({ id }) => id),
    };
  });
}
