import type { RecordEvents } from '../functions/aws/record-events';
import type { AuditEvent } from '../functions/core/audit';
import { after, DAY, HOUR } from '../functions/core/duration';
import { usually } from '../functions/core/findings/descriptor';
import { FINDING_CODES, FINDINGS, type FindingCode } from '../functions/core/findings/findings';
import { CLOCK_SKEW } from '../functions/core/key/secret-state';
import { FUNCTION_NAMES, type FunctionName } from '../functions/core/names';
import { type FindingDocument, keyturnOf } from './documents/foreseen';
import type { KeyDocument } from './documents/status';

/** What `findingsOfLatestRuns` needs of the record. */
export const LATEST_RUNS = '{ $.event = "run-started" || $.event = "run-finished" || $.event = "finding" }';

/** Runs that look at everything; others are about some keys. */
const OF_EVERYTHING: ReadonlySet<string | undefined> = new Set(['daily', 'hourly']);

/** Found by a delivery and by the look of each day: that an hourly run does not find it again says nothing. */
const OF_THE_DAY: ReadonlySet<string | undefined> = new Set<FindingCode>(['place-unidentified']);

/**
 * What the latest whole run of each function found, and what later ones for some keys found since: what an earlier run
 * has found may be over.
 */
export function findingsOfLatestRuns(events: readonly AuditEvent[], now: Date): readonly FindingDocument[] {
  const latest = new Map<string, string>();
  for (const event of events) {
    if (event.event === 'run-started' && OF_EVERYTHING.has(event.reason)) latest.set(event.function, event.time);
  }
  const found = new Map<string, FindingDocument>();
  for (const event of events) {
    const aDayAgo = after(now, -DAY).toISOString();
    const since = (!OF_THE_DAY.has(event.reason) && latest.get(event.function)) || aDayAgo;
    if (event.event !== 'finding' || event.time < since) continue;
    const document = documentOf(event);
    if (document !== undefined)
      found.set(JSON.stringify([document.code, document.key, document.accessKeyId]), document);
  }
  return [...found.values()];
}

/** How long after its last whole run a function is silent: one that is late by an hour has only met a busy day. */
const SILENT_AFTER: Readonly<Record<FunctionName, number>> = {
  rotate: 26 * HOUR,
  deactivate: 26 * HOUR,
  delete: 26 * HOUR,
  sync: 3 * HOUR,
};

/**
 * The functions that have ended no whole run lately: as long as they are silent, nothing of what is foreseen happens.
 *
 * @param since when the first of them could have run, such as the deployment
 */
export function silentFunctions(events: readonly AuditEvent[], now: Date, since: Date): readonly FunctionName[] {
  const whole = new Set(
    events.flatMap(({ event, reason, run }) => (event === 'run-started' && OF_EVERYTHING.has(reason) ? [run] : [])),
  );
  return FUNCTION_NAMES.filter((name) => {
    const ended = events.findLast(
      (event) => event.event === 'run-finished' && event.function === name && whole.has(event.run),
    );
    return now.getTime() - Math.max(Date.parse(ended?.time ?? '') || 0, since.getTime()) > SILENT_AFTER[name];
  });
}

/** What an outcome says of how serious a finding is; `held` and `blocked` may be either. */
const SEVERITIES: Readonly<Partial<Record<AuditEvent['outcome'], 'attention' | 'notice'>>> = {
  failed: 'attention',
  ok: 'notice',
};

function documentOf({
  reason,
  key,
  accessKeyId,
  message = '',
  outcome,
  facts,
}: AuditEvent): FindingDocument | undefined {
  const code = FINDING_CODES.find((known) => known === reason);
  if (code === undefined) return undefined;
  const { severity, what, brokenNow } = FINDINGS[code as FindingCode];
  const connection = typeof facts?.connection === 'string' ? facts.connection : undefined;
  return {
    code,
    key,
    accessKeyId,
    severity: SEVERITIES[outcome] ?? usually(severity),
    what: usually(what),
    brokenNow: usually(brokenNow),
    message,
    ...keyturnOf({ code: code as FindingCode, key, accessKeyId, connection }),
  };
}

/** For how long back it is looked for what a place answered last: a key lives no longer by default, holds included. */
const LONGEST_LIFE = 400 * DAY;

/** What each place of a key answered last. */
export async function receiptsOf(
  record: RecordEvents,
  id: string,
  now: Date,
): Promise<NonNullable<KeyDocument['delivered']['receipts']>> {
  const events = await record.find(
    `{ $.key = "${id}" && $.target = "*" }`,
    after(now, -LONGEST_LIFE),
    after(now, CLOCK_SKEW),
  );
  const last = new Map(events.map((event) => [event.target ?? '', event]));
  return [...last.values()].map(({ target = '', time, accessKeyId, outcome }) => ({
    place: target,
    at: time,
    accessKeyId,
    outcome,
  }));
}
