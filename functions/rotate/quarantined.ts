import type { Iam } from '../account/ports';
import { after, HOUR } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import { othersOf, quarantined } from '../core/lifecycle/quarantined';
import type { Run } from '../runtime/run';

/** The run of the day before, give or take a schedule that was changed. */
const SAID_WITHIN = 36 * HOUR;

/**
 * Says which users AWS has put in quarantine. Nothing waits for it, and nothing is taken for not being so because nobody
 * could say it (K11).
 */
export async function findQuarantined(
  iam: Pick<Iam, 'quarantinedUsers'>,
  run: Run,
  entries: readonly { readonly id: string; readonly user: string }[],
): Promise<void> {
  if (!run.hasTime()) {
    run.log.warn('there was no time to ask which users AWS has put in quarantine');
    return;
  }
  try {
    const users = await iam.quarantinedUsers();
    const known = othersOf(users, entries).length === 0 ? [] : await toldBefore(run);
    run.findAll(quarantined(users, entries, known));
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    run.log.warn('which users AWS has put in quarantine is not known', { code, message });
  }
}

/** Users of no managed key of whom this function has said so; none where the record cannot be read. */
async function toldBefore(run: Run): Promise<readonly string[]> {
  try {
    const events = await run.recorded(after(run.now(), -SAID_WITHIN), 'finding', 'quarantined', run.function);
    return events.flatMap(({ facts }) => (Array.isArray(facts?.users) ? facts.users.map(String) : []));
  } catch (thrown) {
    run.log.warn('the record does not say of whose quarantine people know', { code: toKeyturnError(thrown).code });
    return [];
  }
}
