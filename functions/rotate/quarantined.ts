import type { Iam } from '../account/ports';
import type { AuditEvent } from '../core/audit';
import { after, HOUR, SECOND } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import { othersOf, quarantined, quarantineUnknown } from '../core/lifecycle/quarantined';
import type { Run } from '../runtime/run';
import { within } from '../runtime/within';

/** The run of the day before, give or take a schedule that was changed. */
const SAID_WITHIN = 36 * HOUR;
/** Nothing waits for it, and a run has its own end. */
const RECORD_TAKES = 30 * SECOND;

/**
 * Says which users AWS has put in quarantine, or that it is not known. Nothing waits for it, and nothing is taken for not
 * being so because nobody could say it (K11).
 */
export async function findQuarantined(
  iam: Pick<Iam, 'quarantinedUsers'>,
  run: Run,
  entries: readonly { readonly id: string; readonly user: string }[],
): Promise<void> {
  if (!run.hasTime()) {
    run.find(quarantineUnknown(run.now(), run.now(), 'There was no time to ask.'));
    return;
  }
  const { users, failed } = await iam.quarantinedUsers();
  const isMoreWanted = failed !== undefined || othersOf(users, entries).length > 0;
  const before = isMoreWanted ? await saidBefore(run) : undefined;
  run.findAll(quarantined(users, entries, before?.known));
  if (failed !== undefined) run.find(quarantineUnknown(run.now(), before?.unknownSince ?? run.now(), failed.message));
}

interface SaidBefore {
  /** Users of no managed key of whom people were told. */
  readonly known: readonly string[];
  /** Since when it is not known, day after day. */
  readonly unknownSince?: Date | undefined;
}

/** What this function's runs have told and found; nothing where the record cannot be read. */
async function saidBefore(run: Run): Promise<SaidBefore | undefined> {
  const since = after(run.now(), -SAID_WITHIN);
  const said = (event: 'finding' | 'people-told') => run.recorded(since, event, 'quarantined', run.function);
  try {
    const [found, told] = await within(RECORD_TAKES, Promise.all([said('finding'), said('people-told')]));
    const unknown = found.flatMap(({ facts }) =>
      typeof facts?.unknownSince === 'string' ? [Date.parse(facts.unknownSince)] : [],
    );
    return {
      known: [...told.flatMap((event) => named(event, 'about')), ...found.flatMap((event) => named(event, 'known'))],
      unknownSince: unknown.length === 0 ? undefined : new Date(Math.min(...unknown)),
    };
  } catch (thrown) {
    run.log.warn('the record does not say of whose quarantine people know', { code: toKeyturnError(thrown).code });
    return undefined;
  }
}

function named({ facts }: AuditEvent, fact: 'about' | 'known'): readonly string[] {
  const users = facts?.[fact];
  return Array.isArray(users) ? users.map(String) : [];
}
