import type { MissingReport } from '../account/credential-report';
import type { AuditEvent } from '../core/audit';
import { after, HOUR } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { Finding } from '../core/findings/findings';
import type { Run } from './run';

/** A daily run comes after a day, give or take a schedule that was changed; a repetition on the same day is no second day. */
const DAY_BEFORE = { from: 36 * HOUR, until: 12 * HOUR };

/** What this function's run of the day before has recorded of the report that it missed. */
export interface MissedBefore {
  /** @default - the record cannot be read: it may have been missed then too */
  readonly at?: Date;
  /** The key, by ID, that its looks at every user did not get to. @default - they came to their end */
  readonly next?: string;
}

/** Whether the credential report was missing the day before too; the record is the memory of that. */
export async function missedBefore(run: Run): Promise<MissedBefore | undefined> {
  const [from, until] = [after(run.now(), -DAY_BEFORE.from), after(run.now(), -DAY_BEFORE.until)];
  try {
    const events = await run.recorded(from, 'finding', 'report-unavailable');
    const last = events.findLast((event) => event.function === run.function && new Date(event.time) <= until);
    return last && { at: new Date(last.time), next: nextOf(last) };
  } catch (thrown) {
    run.log.warn('the record does not say whether the report was missing before', {
      code: toKeyturnError(thrown).code,
    });
    return {};
  }
}

function nextOf({ facts }: AuditEvent): string | undefined {
  return typeof facts?.next === 'string' ? facts.next : undefined;
}

/** What is found when the report is missing. @param looks what was done in its place */
export function reportUnavailable(
  missing: MissingReport,
  before: MissedBefore | undefined,
  looks?: { readonly looked: number; readonly left: readonly string[] },
): Finding {
  return { code: 'report-unavailable', facts: { ...missing, again: before !== undefined, looks } };
}
