import type { AuditEvent } from '../../../functions/core/audit';
import { DAY } from '../../../functions/core/duration';
import type { Change } from '../../../functions/report/judge/model';
import { type SampleKey, UNTIL } from './sample-key';
import { ACCOUNT, digits } from './sample-run';

const ACTIONS: Partial<Record<AuditEvent['event'], Change['action']>> = {
  'key-created': 'CreateAccessKey',
  'key-stored': 'PutSecretValue',
  'key-deactivated': 'UpdateAccessKey',
  'key-deleted': 'DeleteAccessKey',
};
const ADMIN = `arn:aws:iam::${ACCOUNT}:user/admin`;

/** What CloudTrail's 90 days say: Keyturn's own changes, and five that do not fit. */
export function changesOf(events: readonly AuditEvent[], key: SampleKey | undefined): Change[] {
  const from = new Date(UNTIL.getTime() - 90 * DAY).toISOString();
  const matched = events.flatMap((event): Omit<Change, 'id'>[] => {
    const action = ACTIONS[event.event];
    if (action === undefined || event.time < from) return [];
    return [
      {
        at: event.time,
        action,
        by: `arn:aws:sts::${ACCOUNT}:assumed-role/keyturn-${event.function}/keyturn`,
        user: event.user,
        accessKeyId: event.accessKeyId,
        ...(action === 'UpdateAccessKey' ? { status: 'Inactive' } : {}),
        ...(action === 'PutSecretValue' ? { version: digits(event.id, 20) } : {}),
        key: event.key,
        trailEventId: digits(event.id, 32),
        event: event.id,
        result: 'matched',
        isManaged: true,
      },
    ];
  });
  const at = (days: number) => new Date(UNTIL.getTime() - days * DAY).toISOString();
  const about = { user: key?.history.user, key: key?.history.key, isManaged: true };
  const odd: Omit<Change, 'id'>[] = [
    {
      ...about,
      at: at(12),
      action: 'CreateAccessKey',
      by: ADMIN,
      accessKeyId: 'AKIAFOREIGN000000001',
      trailEventId: digits('a', 32),
      result: 'without-keyturn',
    },
    {
      ...about,
      at: at(11),
      action: 'DeleteAccessKey',
      by: ADMIN,
      accessKeyId: 'AKIAGONE000000000001',
      trailEventId: digits('b', 32),
      result: 'without-keyturn',
    },
    { ...about, at: at(9), action: 'UpdateAccessKey', event: key?.events.at(-1)?.id, result: 'without-trail' },
    {
      ...about,
      at: at(8),
      action: 'PutSecretValue',
      by: ADMIN,
      trailEventId: digits('c', 32),
      result: 'begun-only',
      note: 'The run ended before it could say so.',
    },
    {
      at: at(7),
      action: 'CreateAccessKey',
      by: ADMIN,
      user: 'legacy-deploy',
      accessKeyId: 'AKIALEGACY0000000001',
      trailEventId: digits('d', 32),
      result: 'without-keyturn',
      isManaged: false,
    },
  ];
  return [...odd, ...matched].map((change, index) => ({ ...change, id: `change-${index + 1}` }));
}
