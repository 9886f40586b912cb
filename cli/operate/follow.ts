import type { Time } from '../../functions/account/ports';
import type { RecordEvents } from '../../functions/aws/record-events';
import type { AuditEvent } from '../../functions/core/audit';
import { after, MINUTE, SECOND } from '../../functions/core/duration';
import { toKeyturnError } from '../../functions/core/errors';
import { CLOCK_SKEW } from '../../functions/core/key/secret-state';
import { type AskedOf, type Followable, PROGRESS, type Progress, progressOf } from './progress';

/** What came of one request, as far as the record could be read. */
export interface Followed {
  readonly asked: AskedOf;
  readonly outcome: Progress['outcome'] | 'unread';
  readonly events: readonly AuditEvent[];
}

interface Following {
  readonly record: RecordEvents;
  readonly time: Time;
  /** When it was asked. */
  readonly since: Date;
  /** Told of each step once, as it comes. */
  readonly onEvent: (event: AuditEvent) => void;
  /** Told between two looks. */
  readonly onWait: () => void;
}

/** FilterLogEvents takes five requests a second of an account at least. */
const LOOKS_EVERY = 3 * SECOND;
/** A rotation and a delivery prove the key for a minute each; sync lives for a quarter of an hour. */
const PATIENCE: Readonly<Record<Followable, number>> = {
  rotate: 15 * MINUTE,
  deliver: 15 * MINUTE,
  verify: 5 * MINUTE,
  rollback: 15 * MINUTE,
  compromised: 15 * MINUTE,
  'disable-first': 15 * MINUTE,
};

/** Reads the record until each request has come to its end, or nothing more is waited for. It changes nothing. */
export async function follow(all: readonly AskedOf[], following: Following): Promise<readonly Followed[]> {
  const { record, time, since, onEvent, onWait } = following;
  const until = after(time.now(), Math.max(...all.map((asked) => PATIENCE[asked.do])));
  const told = new Set<string>();
  for (let found: readonly AuditEvent[] = []; ; await time.sleep(LOOKS_EVERY)) {
    const read = await eventsSince(record, since, time.now());
    if (read === 'denied') return all.map((asked) => ({ asked, outcome: 'unread', events: [] }));
    found = read ?? found;
    const followed = all.map((asked) => ({ asked, ...progressOf(found, asked) }));
    const steps = followed.flatMap(({ events }) => events).filter(({ id }) => !told.has(id));
    for (const step of steps) {
      told.add(step.id);
      onEvent(step);
    }
    if (time.now() >= until || followed.every(({ outcome }) => outcome !== 'open')) return followed;
    onWait();
  }
}

/** @returns undefined where it could not be read this time */
async function eventsSince(
  record: RecordEvents,
  since: Date,
  now: Date,
): Promise<readonly AuditEvent[] | 'denied' | undefined> {
  try {
    return await record.find(PROGRESS, after(since, -CLOCK_SKEW), after(now, CLOCK_SKEW));
  } catch (thrown) {
    return toKeyturnError(thrown).code === 'aws-denied' ? 'denied' : undefined;
  }
}
