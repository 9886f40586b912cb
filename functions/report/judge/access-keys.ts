import { after, DAY } from '../../core/duration';
import type { Evidence } from '../evidence/evidence';
import { groupBy } from '../group-by';
import { exceptionId } from './exceptions';
import type { KeyJudgements } from './judge-keys';
import type { AccessKeyLine } from './model';
import { tenthsOfDays } from './time-bounds';

/** The table of all access keys, each with its verdicts. */
export function accessKeysOf(evidence: Evidence, judged: readonly KeyJudgements[]): readonly AccessKeyLine[] {
  const eventsOf = groupBy(evidence.record?.events ?? [], ({ accessKeyId }) => accessKeyId);
  return judged.map(({ key, judgements }) => {
    const { id, user, arn, isRoot, accessKeyId, managed, role, status, createdAt, endedAt, lastUsed, overlap } = key;
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
        : { ageDays: tenthsOfDays(Math.max(0, key.now.getTime() - createdAt.getTime())) }),
      lastUsed: typeof lastUsed === 'string' ? lastUsed : lastUsed.toISOString(),
      rotateDueAt: due,
      ...(overlap === undefined ? {} : { overlap: { state: overlap.state, until: overlap.until.toISOString() } }),
      controls: judgements.map(({ control, verdict, why, exception }) => ({
        control,
        verdict,
        why,
        ...(exception === undefined ? {} : { exception: exceptionId(exception) }),
      })),
      events: events
        .filter(({ event }) => event !== 'finding' && !event.startsWith('people-'))
        .map(({ id: event }) => event),
    };
  });
}
