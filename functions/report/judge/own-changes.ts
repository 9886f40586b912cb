import { after, HOUR } from '../../core/duration';
import { isStackOf } from '../../core/said-of-deployment';
import type { Evidence, OwnChange, OwnHistory } from '../evidence/evidence';
import { groupBy } from '../group-by';
import type { Attention, OwnChangeLine } from './model';
import { plural } from './plural';
import { principalOf } from './principals';
import { dayOf, isWithin, TOLERANCE } from './time-bounds';

/** A deployment of many stacks with everything in them takes minutes; one that waits for a service, hours. */
const DEPLOYMENT_TAKES = 12 * HOUR;

/** The services in which somebody can act as Keyturn, or take away what proves what it did. */
const DECISIVE: ReadonlySet<string> = new Set(['iam', 'lambda', 'kms', 'logs']);
const MOST_NAMED = 5;

/** What happened to Keyturn itself within the period, in order of time; undefined where nobody could tell. */
export function ownChangesOf(evidence: Evidence): readonly OwnChangeLine[] | undefined {
  const { ownHistory } = evidence;
  if (ownHistory === undefined) return undefined;
  const strangers = strangersOf(evidence, ownHistory);
  const numbered = ownHistory.changes.map((change, index) => ({
    id: `own-${index + 1}`,
    ...change,
    through: strangers.has(change) ? ('cloudformation' as const) : change.through,
  }));
  const deployments = numbered.filter(({ through }) => through === 'deployment');
  const { from, absences = [] } = ownHistory;
  // Of a deployment that began when CloudTrail could not be asked, only its end shows.
  const unseen = [{ from, to: from }, ...absences];
  return numbered
    .filter(({ at }) => isWithin(evidence, at))
    .map((change) => {
      const { id, at, call, service, thing, by, from: address, eventId: trailEventId } = change;
      const deployment = deployments.findLast((one) => isPartOf(change, one));
      const isOfEarlier = unseen.some((one) => at >= one.from && at < after(one.to, DEPLOYMENT_TAKES));
      const kind = kindOf(change, deployment !== undefined || isOfEarlier);
      const line = { id, at: at.toISOString(), kind, call, service, thing, by, from: address, trailEventId };
      return kind === 'by-deployment' ? { ...line, deployment: deployment?.id } : line;
    });
}

/** Deployments of stacks that have a name of ours, and are not ours any more. */
function strangersOf({ deployment, record }: Evidence, { from, changes }: OwnHistory): ReadonlySet<OwnChange> {
  const current = deployment?.things.stacks;
  const days = record?.seals?.stacks ?? new Map<string, ReadonlySet<string>>();
  // What was last said before CloudTrail could be asked does not tell who deployed what since.
  const leftover = new Set(
    [...days].filter(([, said]) => [...said].some((day) => Date.parse(day) > from.getTime())).map(([name]) => name),
  );
  const strangers = new Set<OwnChange>();
  for (const change of changes) {
    const { through, thing, call, at } = change;
    if (through !== 'deployment' || current?.includes(thing) !== false || isStackOf(days, thing, at)) continue;
    // A deployment leaves a stack that it needs no more for somebody to delete; whatever has its name after that is another.
    if (!(leftover.delete(thing) && call === 'DeleteStack')) strangers.add(change);
  }
  return strangers;
}

function kindOf({ through }: OwnChange, isExplained: boolean): OwnChangeLine['kind'] {
  if (through === 'deployment') return 'deployment';
  if (through === 'hand') return 'by-hand';
  return isExplained ? 'by-deployment' : 'by-another-stack';
}

function isPartOf({ at, through }: OwnChange, deployment: OwnChange): boolean {
  const passed = at.getTime() - deployment.at.getTime();
  return through === 'cloudformation' && passed >= -TOLERANCE && passed <= DEPLOYMENT_TAKES;
}

/** Whether no deployment of Keyturn's stacks made a change. */
export function isUndeployed({ kind }: OwnChangeLine): boolean {
  return kind === 'by-hand' || kind === 'by-another-stack';
}

/** What somebody has to explain: one item for each principal and day. */
export function ownChangeItems(changes: readonly OwnChangeLine[]): readonly Omit<Attention, 'id'>[] {
  const groups = groupBy(changes.filter(isUndeployed), ({ at, by, kind }) => `${at.slice(0, 10)} ${kind} ${by}`);
  return [...groups.values()].flatMap((group): Omit<Attention, 'id'>[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { at, kind } = first;
    const how = kind === 'by-hand' ? 'by hand' : 'by a stack that is not its own';
    const named = group.slice(0, MOST_NAMED).map(({ call, thing }) => `${call} of ${thing}`);
    const more = group.length > MOST_NAMED ? `, and ${group.length - MOST_NAMED} more` : '';
    return [
      {
        kind: 'own-change',
        severity: group.some(({ service }) => DECISIVE.has(service)) ? 'high' : 'medium',
        title: `Keyturn itself was changed ${how} (${dayOf(new Date(at))}, ${plural(group.length, 'call')})`,
        detail: `By ${principalOf(first)}: ${named.join(', ')}${more}. Ask who did it why, and see whether it was put back.`,
        at,
        events: [],
      },
    ];
  });
}

/**
 * Who wrote a parameter as it is now: a deployment, or somebody by hand. Undefined where CloudTrail does not show that.
 *
 * @param writtenAt when SSM says that it was last written
 */
export function writerOf(
  changes: readonly OwnChangeLine[] | undefined,
  parameter: string,
  writtenAt: Date | undefined,
): { readonly at: string; readonly by: string; readonly change: string } | undefined {
  const written = changes?.findLast(
    ({ call, thing, at }) =>
      call === 'PutParameter' &&
      (thing === parameter || thing.endsWith(`:parameter${parameter}`)) &&
      Math.abs(Date.parse(at) - (writtenAt?.getTime() ?? Number.NaN)) <= TOLERANCE,
  );
  if (written === undefined) return undefined;
  const { at, by, id } = changes?.find((one) => one.id === written.deployment) ?? written;
  return { at, by, change: id };
}
