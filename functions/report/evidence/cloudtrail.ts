import { after, DAY, earliest, HOUR, latest, MINUTE } from '../../core/duration';
import { KeyturnError } from '../../core/errors';
import type { DeployedFacts, Evidence, EvidenceSource, OwnHistory, TrailSpan } from './evidence';
import type { OwnStacks } from './own-change';
import type { EvidencePorts } from './ports';
import { readTrailFiles, type TrailFilesRead } from './read-trail-files';

/**
 * CloudTrail is asked for a little more than the period, so that a change at its edge meets its other half: the clocks
 * differ, and a run outlives an instant.
 */
const TRAIL_MARGIN = HOUR;
/** CloudTrail: its event history goes back 90 days. */
const HISTORY = 90 * DAY;
/** CloudTrail: a record shows in the event history after minutes; AWS names 15 at most in the usual case. */
const TRAIL_DELAY = 15 * MINUTE;

interface Stretch {
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
}

export interface Asking {
  readonly ports: Pick<EvidencePorts, 'trail' | 'trailFiles' | 'time'>;
  readonly account: string;
  readonly region: string;
  readonly since: Date;
  readonly until: Date;
  readonly now: Date;
  /** Reads a source; undefined where it cannot be read, which is told. */
  readonly from: <Answer>(source: EvidenceSource, read: () => Promise<Answer>) => Promise<Answer | undefined>;
  /** Tells that a source could not be read, or not as a whole. @returns why, in words */
  readonly failed: (source: EvidenceSource, thrown: unknown) => string;
  readonly read: (source: EvidenceSource) => void;
  /** Names that stacks of this deployment had which may be gone. */
  readonly formerStacks: Promise<readonly string[]>;
}

/**
 * What CloudTrail says of the period: its event history, and for what is older the files of the trail that the deployment
 * names. Without a deployment that says what is its own nobody knows what to look for beside keys and secrets.
 */
export async function askCloudTrail(
  asking: Asking,
  deployment: DeployedFacts | undefined,
): Promise<Pick<Evidence, 'trail' | 'ownHistory' | 'trailProof'>> {
  const { from, ports, formerStacks } = asking;
  const { history, older } = reachOf(asking);
  const place = deployment?.things.trail;
  const reading = older && deployment && place && readOlder(asking, deployment, place, older);
  const writes =
    history || reading === undefined
      ? await from('cloudtrail', async () => ports.trail.writes(...boundsOf(history)))
      : undefined;
  // One after the other: the pace at which CloudTrail can be asked is the account's.
  const own =
    deployment && (history || reading === undefined)
      ? await from('own-changes', async () =>
          ports.trail.ownChanges(withFormer(deployment, await formerStacks), ...boundsOf(history)),
        )
      : undefined;
  const files = await reading;
  const isAsked = history !== undefined;
  return {
    trail: isAsked && writes === undefined ? undefined : trailOf(history, writes ?? [], files),
    ownHistory: isAsked && own === undefined ? undefined : ownHistoryOf(history, own, files),
    trailProof: files?.proof,
  };
}

type Older = TrailFilesRead & Stretch;

function withFormer({ things }: DeployedFacts, former: readonly string[]): OwnStacks {
  return { ...things, stacks: [...new Set([...things.stacks, ...former])] };
}

async function readOlder(
  { ports, account, region, failed, read, formerStacks }: Asking,
  deployment: DeployedFacts,
  place: NonNullable<DeployedFacts['things']['trail']>,
  { from, to }: Stretch,
): Promise<Older> {
  const { trailFiles: files, time } = ports;
  const own = withFormer(deployment, await formerStacks);
  const found = await readTrailFiles({ files, place, account, region, own, from, to, now: () => time.now() });
  if (found.failure === undefined) {
    read('trail-files');
    return { ...found, from, to };
  }
  const ended = { from, to: found.readFrom, why: failed('trail-files', found.failure), isLost: true };
  return { ...found, absences: [ended, ...found.absences], from, to };
}

function trailOf(
  history: Stretch | undefined,
  inHistory: NonNullable<Evidence['trail']>['writes'],
  files: Older | undefined,
): Evidence['trail'] {
  const whole = history ?? files;
  if (whole === undefined) return undefined;
  const { from, to } = { from: files?.from ?? whole.from, to: whole.to };
  const writes = inOrder([...(files?.writes ?? []), ...inHistory]).filter(({ at }) => at >= from && at < to);
  if (files === undefined) return { from, to, writes };
  const ofHistory = history === undefined ? [] : [{ ...history, source: 'event-history' as const }];
  return { from, to, writes, spans: [...spansOf(files), ...ofHistory] };
}

function ownHistoryOf(
  history: Stretch | undefined,
  inHistory: Pick<OwnHistory, 'changes' | 'unread'> | undefined,
  files: Older | undefined,
): OwnHistory | undefined {
  const whole = history ?? files;
  if (whole === undefined) return undefined;
  const changes = inOrder([...(files?.changes ?? []), ...(inHistory?.changes ?? [])]);
  const { unread = [] } = inHistory ?? {};
  return { from: files?.from ?? whole.from, to: whole.to, changes, unread, absences: files?.absences };
}

/** What the files tell, without what they do not. */
function spansOf({ from, to, absences }: Older): readonly TrailSpan[] {
  const spans: TrailSpan[] = [];
  let told = from;
  for (const absence of absences.toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    if (absence.from > told) spans.push({ from: told, to: absence.from, source: 'trail-files' });
    const begins = latest(told, absence.from);
    if (absence.to <= begins) continue;
    const last = spans.at(-1);
    if (last?.source === 'absent' && last.why === absence.why && last.isLost === (absence.isLost || undefined))
      spans.splice(-1, 1, { ...last, to: absence.to });
    else
      spans.push({
        from: begins,
        to: absence.to,
        source: 'absent',
        why: absence.why,
        ...(absence.isLost ? { isLost: true } : {}),
      });
    told = absence.to;
  }
  return told < to ? [...spans, { from: told, to, source: 'trail-files' }] : spans;
}

/** Each once, whichever place it was found in. */
function inOrder<Found extends { readonly eventId: string; readonly at: Date }>(found: readonly Found[]): Found[] {
  const byId = new Map(found.map((one) => [one.eventId, one]));
  return [...byId.values()].sort((a, b) => a.at.getTime() - b.at.getTime() || (a.eventId < b.eventId ? -1 : 1));
}

/** What of a period CloudTrail's event history shows, and what is older. */
function reachOf({ since, until, now }: Asking): { readonly history?: Stretch; readonly older?: Stretch } {
  const [from, to] = [after(since, -TRAIL_MARGIN), earliest(after(until, TRAIL_MARGIN), after(now, -TRAIL_DELAY))];
  const begins = after(now, -HISTORY);
  return {
    ...(begins >= until || since >= to ? {} : { history: { from: latest(from, begins), to } }),
    ...(from >= begins || since >= to ? {} : { older: { from, to: earliest(begins, to) } }),
  };
}

/** @throws KeyturnError where the event history shows nothing of the period */
function boundsOf(history: Stretch | undefined): [from: Date, to: Date] {
  if (history !== undefined) return [history.from, history.to];
  throw new KeyturnError(
    'aws-rejected',
    "cloudtrail:LookupEvents: CloudTrail's event history shows the last 90 days without the last 15 minutes, and the whole period is outside of them.",
  );
}
