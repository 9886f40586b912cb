import { after, DAY, earliest, HOUR, latest } from '../../core/duration';
import type { TrailPlace } from '../../core/trail-place';

/** One day of one region, as far as the trail's files have it. */
export interface TrailDay {
  readonly region: string;
  /** Its start, UTC. */
  readonly day: Date;
  /** `whole`: every file was read, or the trail proves that there was nothing to write. `no-files`: nobody knows. */
  readonly state: 'whole' | 'damaged' | 'no-files';
  /** When each of its files was delivered, or of a day without any each digest. */
  readonly times: readonly Date[];
  /** What is wrong with which file. */
  readonly problems?: readonly string[];
  readonly hasFiles?: boolean;
  /** Of a day that lacks nothing but files which a digest names: when the youngest of these was delivered. */
  readonly goneUntil?: Date | undefined;
}

/** A time of which the trail's files do not tell everything. */
export interface Absence {
  readonly from: Date;
  readonly to: Date;
  readonly why: string;
  /** It was there, or should be. */
  readonly isLost: boolean;
}

/** CloudTrail delivers within minutes, so the first files of a day have events of the evening before. */
const FILED_LATER = HOUR;
const MOST_NAMED = 3;

/** What of a time the days do not tell. Where there are no files, that is from the last file before to the first one after. */
export function absencesOf(
  days: readonly TrailDay[],
  from: Date,
  to: Date,
  { bucket }: TrailPlace,
  folder: string,
): readonly Absence[] {
  const known = new Map(days.map((one) => [nameOf(one.region, one.day), one]));
  const timesOf = (region: string, day: Date) => known.get(nameOf(region, day))?.times ?? [];
  const absences = days.flatMap(({ region, day, state, problems = [], goneUntil }): readonly Absence[] => {
    if (state === 'whole') return [];
    const [before, next] = [timesOf(region, after(day, -DAY)), timesOf(region, after(day, DAY))];
    if (state === 'damaged') {
      // No file is older: the bucket may keep none for longer.
      const isOlder = (one: TrailDay) =>
        one.region === region && one.hasFiles === true && one.times.some((at) => goneUntil && at < goneUntil);
      const isLost = goneUntil === undefined || days.some(isOlder);
      return [{ from: after(day, -FILED_LATER), to: after(day, DAY), why: named(problems), isLost }];
    }
    return [
      {
        from: last(before) ?? after(day, -FILED_LATER),
        to: first(next) ?? after(day, DAY),
        why:
          `There is no file of ${region} in s3://${bucket}/${folder}${region}/. The trail did not write then or not there, or ` +
          'somebody has deleted its files.',
        // Nothing older either: the trail, or what its bucket keeps, begins later.
        isLost: days.some((one) => one.region === region && one.day < day && one.state !== 'no-files'),
      },
    ];
  });
  return absences
    .map((absence) => ({ ...absence, from: latest(absence.from, from), to: earliest(absence.to, to) }))
    .filter((absence) => absence.from < absence.to)
    .sort((a, b) => a.from.getTime() - b.from.getTime());
}

function named(problems: readonly string[]): string {
  const more = problems.length > MOST_NAMED ? `; and ${problems.length - MOST_NAMED} more` : '';
  return `${problems.slice(0, MOST_NAMED).join('; ')}${more}.`;
}

function nameOf(region: string, day: Date): string {
  return `${region} ${day.toISOString()}`;
}

function first(times: readonly Date[]): Date | undefined {
  return times.length === 0 ? undefined : earliest(...times);
}

function last(times: readonly Date[]): Date | undefined {
  return times.length === 0 ? undefined : latest(...times);
}
