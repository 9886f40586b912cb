import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import type { Evidence, TrailSpan } from '../../../functions/report/evidence/evidence';
import { makeReport } from '../../../functions/report/judge/make-report';
import { isOutOfReach, isShown, isTooYoung, trailSpansOf } from '../../../functions/report/judge/trail-spans';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

type Trail = NonNullable<Evidence['trail']>;

const [since, until] = [day(0), day(100)];
const spans: readonly TrailSpan[] = [
  { from: day(0), to: day(5), source: 'trail-files' },
  { from: day(5), to: day(6), source: 'absent', why: 'A file is damaged.' },
  { from: day(6), to: day(10), source: 'trail-files' },
  { from: day(10), to: day(99, 23 * HOUR), source: 'event-history' },
];
const trail: Trail = { from: day(0), to: day(99, 23 * HOUR), writes: [], spans };
const shown = (of: Partial<Evidence>) =>
  trailSpansOf({ trail, since, until, failures: [], ...of }).map(({ source, from, to }) => [
    source,
    (from.getTime() - since.getTime()) / DAY,
    (to.getTime() - since.getTime()) / DAY,
  ]);

describe('where CloudTrail’s word comes from', () => {
  it('is told for every instant of the period', () => {
    expect(shown({})).toEqual([
      ['trail-files', 0, 5],
      ['absent', 5, 6],
      ['trail-files', 6, 10],
      ['event-history', 10, 100 - 1 / 24],
      ['absent', 100 - 1 / 24, 100],
    ]);
    expect(shown({ since: day(2), until: day(3) })).toEqual([['trail-files', 2, 3]]);
  });

  it('is the event history alone where no files are named', () => {
    const history = { from: day(10), to: day(100), writes: [] };
    expect(shown({ trail: history })).toEqual([
      ['absent', 0, 10],
      ['event-history', 10, 100],
    ]);
    expect(trailSpansOf({ trail: history, since, until, failures: [] })[0]?.why).toMatch(/audit\.trailFiles/);
  });

  it('is nowhere, with the reason, where CloudTrail could not be read', () => {
    const failures: Evidence['failures'] = [
      { source: 'iam', message: 'No.' },
      { source: 'cloudtrail', message: 'It was throttled.' },
    ];
    expect(trailSpansOf({ trail: undefined, since, until, failures })).toEqual([
      { from: since, to: until, source: 'absent', why: 'It was throttled.' },
    ]);
    expect(trailSpansOf({ trail: undefined, since, until, failures: [] })[0]?.why).toBe(
      'CloudTrail could not be read.',
    );
  });

  it.each([
    [day(5), false],
    [new Date(day(5).getTime() - 5 * MINUTE), false],
    [new Date(day(5).getTime() - 5 * MINUTE - 1), true],
    [day(5, HOUR), false],
    [new Date(day(6).getTime() + 5 * MINUTE), false],
    [new Date(day(6).getTime() + 5 * MINUTE + 1), true],
    // From one source to the next there is no gap.
    [day(10), true],
    [new Date(day(0).getTime() + 5 * MINUTE - 1), false],
    [new Date(day(0).getTime() + 5 * MINUTE), true],
    [new Date(trail.to.getTime() - 5 * MINUTE), true],
    [new Date(trail.to.getTime() - 5 * MINUTE + 1), false],
  ])('an event at %s is held against somebody: %s', (at, isHeld) => {
    expect(isShown(trail, at.getTime())).toBe(isHeld);
  });

  it.each([
    [new Date(day(0).getTime() - 1), true],
    [day(0), false],
    [day(5), true],
    [new Date(day(6).getTime() - 1), true],
    [day(6), false],
    [day(100), false],
  ])('what happened at %s is out of reach: %s', (at, isOut) => {
    expect(isOutOfReach(trail, at)).toBe(isOut);
  });

  it('what is too young is no gap in the past', () => {
    expect(isTooYoung({ trail }, trail.to)).toBe(true);
    expect(isTooYoung({ trail }, new Date(trail.to.getTime() - 1))).toBe(false);
    expect(isTooYoung({ trail: undefined }, day(1))).toBe(false);
  });
});

describe('a year of a healthy account', () => {
  const account = new AnAccount(1).live(0, 200);
  const whole = account.evidence(200, 0);
  const history = new Date(whole.until.getTime() - 90 * DAY);
  const reportOf = (from: Date, of?: readonly TrailSpan[]) => {
    const writes = account.writes.filter(({ at }) => at >= from);
    const missing = (of ?? []).filter(({ source }) => source === 'absent');
    const seen = writes.filter(({ at }) => !missing.some((span) => span.from <= at && at < span.to));
    return makeReport({ ...whole, trail: { from, to: whole.until, writes: seen, ...(of && { spans: of }) } });
  };
  const file = (from: Date, to: Date): TrailSpan => ({ from, to, source: 'trail-files' });
  const gap = (from: Date, to: Date, why = 'A file is damaged.'): TrailSpan => ({ from, to, source: 'absent', why });
  const ofHistory: TrailSpan = { from: history, to: whole.until, source: 'event-history' };

  it('is judged over all of it with the trail’s files, and over 90 days without them', () => {
    const withFiles = reportOf(whole.since, [file(whole.since, history), ofHistory]);
    expect(withFiles.summary.headline).toMatch(/^Compliant.*\d+ changes are accounted for/);
    expect(withFiles.summary.headline).not.toMatch(/alone|reach/);
    expect(withFiles.limits).toEqual([]);
    const without = reportOf(history);
    expect(without.summary.headline).toMatch(
      /^Compliant.*changes of CloudTrail's last 90 days are accounted for, \d+ older ones are known from the record alone/,
    );
    expect(without.summary.headline).toMatch(/Changes before 2026-\d\d-\d\d are out of CloudTrail's reach\.$/);
    expect(withFiles.summary.changesMatched).toBeGreaterThan(without.summary.changesMatched);
  });

  it('with gaps in the files says which, and accuses nobody of what fell into them', () => {
    const [created] = account.writes;
    const from = new Date((created?.at.getTime() ?? 0) - HOUR);
    const to = new Date((created?.at.getTime() ?? 0) + HOUR);
    const later = [1, 2, 3].map((month) => gap(day(20 * month), day(20 * month, HOUR), 'No file.'));
    const report = reportOf(whole.since, [gap(from, to), ...later, ofHistory]);

    expect(report.summary).toMatchObject({ verdict: 'compliant', eventsWithoutTrail: 0 });
    expect(report.summary.headline).toMatch(
      /changes of the time that CloudTrail shows are accounted for, \d other ones? (is|are) known from the record alone/,
    );
    expect(report.summary.headline).toMatch(
      /Changes from 20.* to 20.*, and at 1 more times are out of CloudTrail's reach\.$/,
    );
    expect(report.limits.map(({ source, message }) => [source, message.slice(0, 18)])).toEqual([
      ['trail-files', 'A file is damaged.'],
      ['trail-files', 'No file. What was '],
    ]);
  });
});
