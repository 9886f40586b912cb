import { type AuditEvent, attemptOfEvent } from '../core/audit';
import { after, DAY, MINUTE } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import { type Attributed, daysToSeal, MOST_DAYS, manifestOf, manifestsOf } from '../core/seal/manifest';
import type { Run } from '../runtime/run';
import { within } from '../runtime/within';

/** Manifests are looked for so far back: the next one names the last. */
const LOOKED_BACK = 2 * MOST_DAYS * DAY;
/** Left for the run's end, in which people are told. */
const LEFT = MINUTE;

/** A manifest, and where it stands in the record. */
interface Recorded extends Attributed {
  readonly event: AuditEvent;
}

/**
 * Writes the manifest of each day that is over and has none, or not all of one: which attempts there were, and how each
 * ended. It is the last thing of the day's last function, and stops nothing (K11); the day after makes up for what failed,
 * had no time, or was recorded in part only.
 */
export async function sealDays(run: Run): Promise<void> {
  try {
    const reading = run.recorded(after(run.now(), -LOOKED_BACK), 'manifest-written');
    const manifests = inOrder(await within(run.timeLeft() - LEFT, reading));
    const previous = manifests.at(-1)?.event.seal?.signature;
    for (const day of daysToSeal(run.now(), manifests)) {
      // A day of very many attempts takes its time to read, and people have to be told what was found.
      if (!run.hasTime()) return;
      const ends = await within(run.timeLeft() - LEFT, run.endsOf(day));
      for (const facts of manifestsOf(day, ends, previous)) run.tellManifest(facts);
    }
  } catch (thrown) {
    run.log.warn('the manifest of the day could not be written', { code: toKeyturnError(thrown).code });
  }
}

/** As whoever checks them orders them: events of one instant by their number. */
function inOrder(events: readonly AuditEvent[]): readonly Recorded[] {
  return events
    .flatMap((event) => {
      const manifest = manifestOf(event);
      return manifest === undefined ? [] : [{ event, manifest, attempt: attemptOfEvent(event) }];
    })
    .sort((a, b) => Date.parse(a.event.time) - Date.parse(b.event.time) || a.event.sequence - b.event.sequence);
}
