import type { RecordOfDay } from '../account/ports';
import { type AuditEvent, attemptOfEvent } from '../core/audit';
import { after, DAY, MINUTE } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import {
  type Attributed,
  DAY_CLOSES_AFTER,
  dayOf,
  daysToSeal,
  MOST_DAYS,
  manifestOf,
  manifestsOf,
} from '../core/seal/manifest';
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

/** @param unsent is told of what a bus lacks of the days whose manifest was written, and of those that are not settled */
async function writeManifests(run: Run, unsent: Readonly<Record<BusName, string[]>>): Promise<void> {
  const days = new Map<string, RecordOfDay>();
  const read = async (day: string): Promise<RecordOfDay> => {
    const known = days.get(day);
    if (known !== undefined) return known;
    const ofDay = await within(run.timeLeft() - LEFT, run.recordOf(day));
    days.set(day, ofDay);
    for (const bus of BUS_NAMES) unsent[bus].push(...ofDay.unsent[bus]);
    return ofDay;
  };
  const reading = run.recorded(after(run.now(), -LOOKED_BACK), 'manifest-written');
  const manifests = inOrder(await within(run.timeLeft() - LEFT, reading));
  const previous = manifests.at(-1)?.event.seal?.signature;
  await readUnsettled(run, read);
  for (const day of daysToSeal(run.now(), manifests)) {
    // A day of very many attempts takes its time to read, and people have to be told what was found.
    if (!run.hasTime()) return;
    const { ends } = await read(day);
    for (const facts of manifestsOf(day, ends, previous)) run.tellManifest(facts);
  }
}

/**
 * Reads the days back to the last one on which a run has settled what the buses lacked: one that died on the way has told
 * nobody, and a stack that was destroyed neither. No manifest is written before, as it would settle that.
 */
async function readUnsettled(run: Run, read: (day: string) => Promise<RecordOfDay>): Promise<void> {
  const over = after(run.now(), -DAY_CLOSES_AFTER).getTime();
  for (let ago = 1; ago <= MOST_DAYS; ago++) {
    if ((await read(dayOf(over - ago * DAY))).isSettled) return;
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
