import { after, DAY } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import { daysToSeal, manifestOf, manifestsOf } from '../core/seal/manifest';
import type { Run } from '../runtime/run';

/** The last manifest is looked for so far back; before that none would be made up for. */
const LOOKED_BACK = 9 * DAY;

/**
 * Writes the manifest of each day that is over and has none: which attempts there were, and how each ended. It is the last
 * thing of the day's last function, and stops nothing (K11); the day after makes up for what failed or had no time.
 */
export async function sealDays(run: Run): Promise<void> {
  try {
    const written = await run.recorded(after(run.now(), -LOOKED_BACK), 'manifest-written');
    const last = written.findLast((event) => event.function === run.function && manifestOf(event) !== undefined);
    for (const day of daysToSeal(run.now(), last && manifestOf(last)?.day)) {
      // A day of very many attempts takes its time to read, and people have to be told what was found.
      if (!run.hasTime()) return;
      for (const facts of manifestsOf(day, await run.endsOf(day), last?.seal?.signature)) run.tellManifest(facts);
    }
  } catch (thrown) {
    run.log.warn('the manifest of the day could not be written', { code: toKeyturnError(thrown).code });
  }
}
