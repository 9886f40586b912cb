import { type AuditEvent, attemptOfEvent } from '../core/audit';
import { after, DAY, MINUTE } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import { type Attributed, daysToSeal, MOST_DAYS, manifestOf, manifestsOf } from '../core/seal/manifest';
import { BUS_NAMES, type BusName } from '../core/seal/unsent';
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
 * ended; and sends again what a bus has not got of them. It is the last thing of the day's last function, and stops nothing
 * (K11); the day after makes up for what failed, had no time, or was recorded in part only.
 */
export async function sealDays(run: Run): Promise<void> {
  const unsent: Record<BusName, string[]> = { default: [], forwardTo: [] };
  await quietly(run, 'the manifest of the day could not be written', () => writeManifests(run, unsent));
  await quietly(run, 'not all that a bus lacks could be sent again', () =>
    within(run.timeLeft() - LEFT, run.sendAgain(unsent)),
  );
}

/** @param unsent is told of what a bus lacks of the days whose manifest was written */
async function writeManifests(run: Run, unsent: Readonly<Record<BusName, string[]>>): Promise<void> {
  const reading = run.recorded(after(run.now(), -LOOKED_BACK), 'manifest-written');
  const manifests = inOrder(await within(run.timeLeft() - LEFT, reading));
  const previous = manifests.at(-1)?.event.seal?.signature;
  for (const day of daysToSeal(run.now(), manifests)) {
    // A day of very many attempts takes its time to read, and people have to be told what was found.
    if (!run.hasTime()) return;
    const ofDay = await within(run.timeLeft() - LEFT, run.recordOf(day));
    for (const facts of manifestsOf(day, ofDay.ends, previous)) run.tellManifest(facts);
    for (const bus of BUS_NAMES) unsent[bus].push(...ofDay.unsent[bus]);
  }
}

async function quietly(run: Run, failed: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    run.log.warn(failed, { code: toKeyturnError(thrown).code });
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
