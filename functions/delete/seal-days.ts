import type { AuditEvent } from '../core/audit';
import { after, DAY, MINUTE } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import { daysToSeal, MOST_DAYS, manifestOf, manifestsOf } from '../core/seal/manifest';
import type { Run } from '../runtime/run';
import { within } from '../runtime/within';

/** The last manifest is looked for so far back: the next one names it. */
const LOOKED_BACK = 2 * MOST_DAYS * DAY;
/** Left for the run's end, in which people are told. */
const LEFT = MINUTE;

/**
 * Writes the manifest of each day that is over and has none: which attempts there were, and how each ended. It is the last
 * thing of the day's last function, and stops nothing (K11); the day after makes up for what failed or had no time.
 */
export async function sealDays(run: Run): Promise<void> {
  try {
    const reading = run.recorded(after(run.now(), -LOOKED_BACK), 'manifest-written');
    const last = lastOf(await within(run.timeLeft() - LEFT, reading));
    for (const day of daysToSeal(run.now(), last && manifestOf(last)?.day)) {
      // A day of very many attempts takes its time to read, and people have to be told what was found.
      if (!run.hasTime()) return;
      for (const facts of manifestsOf(day, await within(run.timeLeft() - LEFT, run.endsOf(day)), last?.seal?.signature))
        run.tellManifest(facts);
    }
  } catch (thrown) {
    run.log.warn('the manifest of the day could not be written', { code: toKeyturnError(thrown).code });
  }
}

/** The last manifest, as whoever checks them orders them: events of one instant by their number. */
function lastOf(events: readonly AuditEvent[]): AuditEvent | undefined {
  return events
    .filter((event) => manifestOf(event) !== undefined)
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || a.sequence - b.sequence)
    .at(-1);
}
