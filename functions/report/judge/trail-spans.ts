import { latest } from '../../core/duration';
import type { Evidence, TrailSpan } from '../evidence/evidence';
import { TOLERANCE } from './time-bounds';

type Trail = NonNullable<Evidence['trail']>;
type Asked = Pick<Evidence, 'trail' | 'since' | 'until' | 'failures'>;

const NO_FILES =
  "CloudTrail's event history goes back 90 days. The files of a trail have what is older: name them in audit.trailFiles.";
const TOO_YOUNG = 'CloudTrail shows events some minutes late.';

/** Where CloudTrail's word comes from, or that there is none, for every instant of the period. */
export function trailSpansOf({ trail, since, until, failures }: Asked): readonly TrailSpan[] {
  if (trail === undefined) {
    const failure = failures.find(({ source }) => source === 'cloudtrail' || source === 'trail-files');
    return [{ from: since, to: until, source: 'absent', why: failure?.message ?? 'CloudTrail could not be read.' }];
  }
  const spans: readonly TrailSpan[] = [
    { from: since, to: trail.from, source: 'absent', why: NO_FILES },
    ...spansIn(trail),
    { from: trail.to, to: until, source: 'absent', why: TOO_YOUNG },
  ];
  return spans
    .map((span) => ({ ...span, from: latest(span.from, since), to: span.to < until ? span.to : until }))
    .filter(({ from, to }) => from < to);
}

function spansIn({ from, to, spans }: Trail): readonly TrailSpan[] {
  return spans ?? [{ from, to, source: 'event-history' }];
}

/** Whether nothing is known of an instant because CloudTrail does not show it yet. */
export function isTooYoung({ trail }: Pick<Evidence, 'trail'>, instant: Date): boolean {
  return trail !== undefined && instant >= trail.to;
}

/** Whether CloudTrail would show what happened at an instant, however the clocks differ. */
export function isShown(trail: Trail, at: number): boolean {
  if (at < trail.from.getTime() + TOLERANCE || at > trail.to.getTime() - TOLERANCE) return false;
  return !spansIn(trail).some(
    ({ source, from, to }) => source === 'absent' && at >= from.getTime() - TOLERANCE && at <= to.getTime() + TOLERANCE,
  );
}

/** Whether what happened at an instant is older than what CloudTrail shows, or within a time of which it shows nothing. */
export function isOutOfReach(trail: Trail, at: Date): boolean {
  return at < trail.from || spansIn(trail).some(({ source, from, to }) => source === 'absent' && from <= at && at < to);
}
