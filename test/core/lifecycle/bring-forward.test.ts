import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyOverrides } from '../../../functions/core/config/policy';
import { policyProblems } from '../../../functions/core/config/policy';
import { after, DAY, HOUR } from '../../../functions/core/duration';
import type { CredentialReport } from '../../../functions/core/key/access-key';
import {
  broughtForward,
  earliestRotation,
  rotationDueAt,
  type Upcoming,
  upcomingRotations,
} from '../../../functions/core/lifecycle/bring-forward';
import { isDue } from '../../../functions/core/lifecycle/due';
import type { Managed } from '../../../functions/core/lifecycle/managed';
import { TAG } from '../../../functions/core/names';
import { PROPERTY_RUNS } from '../property-runs';
import { DELIVERED, day, entryOf, handMade, keyOf, secretOf, versionOf } from '../web-shop';

const LONG_AGO = day(-1000);

/** Rotations that are due on these days; an instant after the day's run, as those of a run are that took its time. */
function due(...days: readonly number[]): readonly Upcoming[] {
  return days.map((each, index) => ({ id: `k${index}`, dueAt: day(each, HOUR / 2), earliest: LONG_AGO }));
}

function today(upcoming: readonly Upcoming[], limit: number, now = day(0)): readonly string[] {
  return [...broughtForward(upcoming, { now, limit })].sort();
}

describe('today is brought forward', () => {
  it.each<[string, readonly number[], number, readonly string[]]>([
    ['nothing, where every day has as many as a run may rotate', [1, 1, 2, 2, 3, 3], 2, []],
    ['nothing that is due itself', [0, 0, 0], 2, []],
    ['what tomorrow has too many of', [1, 1, 1], 2, ['k0']],
    ['nothing yet, where the day before has room', [2, 2, 2], 2, []],
    ['what three days have too many of together', [1, 1, 2, 2, 3, 3, 3], 2, ['k0']],
    ['nothing, where a day between has room', [1, 3, 3, 3], 2, []],
    ['several of a day that has far too many', [2, 2, 2, 2, 2, 2, 2], 2, ['k0', 'k1', 'k2']],
    ['nothing for a day that is far away', Array(26).fill(89), 25, []],
  ])('%s', (_what, days, limit, expected) => {
    expect(today(due(...days), limit)).toEqual(expected);
  });

  it('what is due first, and of two that are due together always the same one', () => {
    const upcoming = [
      { id: 'b', dueAt: day(1), earliest: LONG_AGO },
      { id: 'a', dueAt: day(1), earliest: LONG_AGO },
      { id: 'late', dueAt: day(1, HOUR), earliest: LONG_AGO },
    ];
    expect(today(upcoming, 2)).toEqual(['a']);
    expect(today([...upcoming].reverse(), 2)).toEqual(['a']);
  });

  it('whoever can come: the others keep their day', () => {
    const [bound, free] = due(1, 1);
    if (bound === undefined || free === undefined) throw new Error('two are due');
    expect(today([{ ...bound, earliest: day(1) }, free], 1)).toEqual(['k1']);
    expect(
      today(
        [
          { ...bound, earliest: day(1) },
          { ...free, earliest: day(1) },
        ],
        1,
      ),
    ).toEqual([]);
  });

  it('what could come earliest, and of those what is due first, where a day between has too many', () => {
    const upcoming = [
      { id: 'day 1', dueAt: day(3), earliest: day(1) },
      { id: 'day 2', dueAt: day(3), earliest: day(2) },
      { id: 'late', dueAt: day(3, HOUR), earliest: LONG_AGO },
      { id: 'soon', dueAt: day(3), earliest: LONG_AGO },
    ];
    expect(today(upcoming, 1)).toEqual(['soon']);
    expect(today([...upcoming].reverse(), 1)).toEqual(['soon']);
    expect(today(upcoming, 2)).toEqual([]);
  });

  it('the day before, where somebody is bound to a day between', () => {
    const upcoming = due(2, 2, 2).map((each) => ({ ...each, earliest: day(1) }));
    expect(today(upcoming, 1)).toEqual([]);
    expect(today([...upcoming, ...due(1).map((each) => ({ ...each, id: 'free' }))], 1)).toEqual(['free']);
  });
});

/** The days on which runs rotate keys, by what is due, brought forward and admitted; each key over some lives. */
function live(births: readonly number[], limit: number, days: number, rotateAfter = 90) {
  const entry = entryOf({
    policy: rotateAfter === 90 ? {} : { rotateAfter, deactivateAfter: rotateAfter + 5, deleteAfter: rotateAfter + 10 },
  });
  const created = births.map((birth) => day(birth, HOUR / 4));
  const ages: number[] = [];
  let most = 0;
  for (let at = Math.max(...births) + 1; at < days; at++) {
    const now = day(at);
    const upcoming = created.map((date, index) => ({
      id: String(index).padStart(5, '0'),
      dueAt: after(date, rotateAfter * DAY),
      earliest: after(date, 32 * DAY),
    }));
    const early = broughtForward(upcoming, { now, limit });
    const admitted = upcoming
      .filter(({ id }, index) => early.has(id) || isDue(created[index] ?? now, entry, now))
      .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
      .slice(0, limit);
    most = Math.max(most, admitted.length);
    for (const { id } of admitted) {
      ages.push((now.getTime() - (created[Number(id)] ?? now).getTime()) / DAY);
      // A run takes minutes: its keys are not made at one instant.
      created[Number(id)] = after(now, Number(id) * 100);
    }
  }
  const oldest = Math.max(0, ...created.map((date) => (day(days).getTime() - date.getTime()) / DAY));
  return { ages, most, oldest };
}

/** Keys that a deployment makes: so many a day, twice as many on the first one, whose second run comes hours later. */
function deployedOver(keys: number, limit: number): readonly number[] {
  return Array.from({ length: keys }, (_, index) => Math.max(0, Math.floor(index / limit) - 1));
}

describe('with the default policy and cap', () => {
  it.each([30, 120, 300, 1000, 2000])('%d keys are never late, year after year (K8)', (keys) => {
    const { ages, most, oldest } = live(deployedOver(keys, 25), 25, 3 * 365);
    expect(ages.length).toBeGreaterThan(keys * 10);
    expect(Math.max(...ages, oldest)).toBeLessThanOrEqual(90.1);
    expect(most).toBeLessThanOrEqual(25);
  });

  it.each([
    [30, 1],
    [120, 4],
    [300, 11],
  ])('%d keys of one day come %d days early at most', (keys, most) => {
    const { ages } = live(Array(keys).fill(0), 25, 120);
    expect(Math.min(...ages)).toBeGreaterThan(90 - most - 1);
    expect(Math.max(...ages)).toBeLessThanOrEqual(90);
  });

  it('no key comes early that could have waited: as many lives in three years as without a cap', () => {
    const capped = live(deployedOver(30, 25), 25, 3 * 365);
    const free = live(deployedOver(30, 25), 1000, 3 * 365);
    expect(capped.ages.length - free.ages.length).toBeLessThanOrEqual(30);
  });
});

it('whatever is due when, nobody is late where it can be helped, and no run has too many (K8)', () => {
  const births = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 120 });
  const property = fc.property(births, fc.integer({ min: 2, max: 30 }), (given, limit) => {
    // So many that no order of them helps are not the point.
    fc.pre(given.length <= limit * 25);
    const { ages, most, oldest } = live(given, limit, 400);
    expect(Math.max(...ages, oldest)).toBeLessThanOrEqual(90.1);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(32);
    expect(most).toBeLessThanOrEqual(limit);
  });
  fc.assert(property, { ...PROPERTY_RUNS, numRuns: PROPERTY_RUNS.numRuns / 100 });
});

const first = keyOf('first', day(0));
const second = keyOf('second', day(90));
const delivered = (overrides: Parameters<typeof entryOf>[0] = {}, tags = {}): Managed => ({
  entry: entryOf(overrides),
  secret: secretOf([versionOf(first, 'AWSPREVIOUS'), versionOf(second, 'AWSCURRENT', DELIVERED)], tags),
});

describe('a key may be brought forward', () => {
  it.each<[string, PolicyOverrides, number]>([
    ['32 days after it was made, by default', {}, 122],
    ['later where keys are held longer', { holdLimit: 30 }, 142],
    ['soon after, where the one before goes soon', { rotateAfter: 90, deactivateAfter: 92, deleteAfter: 94 }, 90 + 16],
    [
      'as soon as it can be, where it lives for 30 days',
      { rotateAfter: 30, deactivateAfter: 35, deleteAfter: 40 },
      112,
    ],
  ])('when the key before it is gone: %s', (_what, policy, expected) => {
    const managed = delivered({ policy });
    const before = keyOf('first', day(90 - managed.entry.policy.rotateAfter));
    const secret = secretOf([versionOf(before, 'AWSPREVIOUS'), versionOf(second, 'AWSCURRENT', DELIVERED)]);
    expect(policyProblems(managed.entry.policy)).toEqual([]);
    expect(earliestRotation({ ...managed, secret })).toEqual(day(expected));
  });

  it('later, when the one before was young and so goes later', () => {
    const young = keyOf('young', day(60));
    const secret = secretOf([versionOf(young, 'AWSPREVIOUS'), versionOf(second, 'AWSCURRENT', DELIVERED)]);
    // It retires in time for its successor to be due: 69 days after that was made, and 22 for hold, recovery and two runs.
    expect(earliestRotation({ entry: entryOf(), secret })).toEqual(day(90 + 69 + 22));
  });

  it('later, when it was delivered late: the overlap counts from there', () => {
    const late = delivered({}, { [TAG.delivered]: `${second.accessKeyId} ${day(100).toISOString()}` });
    expect(earliestRotation(late)).toEqual(day(132));
  });

  it('32 days after it was made, when the one before was adopted', () => {
    const secret = secretOf([versionOf(second, 'AWSCURRENT', DELIVERED)]);
    expect(earliestRotation({ entry: entryOf(), secret })).toEqual(day(122));
  });
});

describe('a rotation that is to come', () => {
  const now = day(150);
  const of = (managed: Managed, report?: CredentialReport, heldUp = new Set<string>()) =>
    upcomingRotations([managed], report, heldUp, now).map(({ dueAt, earliest }) => [dueAt, earliest]);

  it('is due by the age of the current key', () => {
    expect(of(delivered())).toEqual([[day(180), day(122)]]);
  });

  it.each<[string, Managed]>([
    ['is paused', delivered({}, { [TAG.paused]: `${day(170).toISOString()} jo` })],
    ['was left open', delivered({}, { [TAG.intent]: `${day(149).toISOString()} run-1` })],
    ['is not delivered', { entry: entryOf(), secret: secretOf([versionOf(second, 'AWSCURRENT')]) }],
  ])('keeps its day while it %s', (_what, managed) => {
    expect(of(managed)).toEqual([[day(180), day(180)]]);
  });

  it('has no day while its host takes nothing, before the first key, or when somebody edited the secret', () => {
    expect(of(delivered(), undefined, new Set([entryOf().id]))).toEqual([]);
    const edited = secretOf([{ versionId: handMade, labels: ['AWSCURRENT'] }]);
    for (const secret of [secretOf([]), edited]) expect(of({ entry: entryOf(), secret })).toEqual([]);
  });

  it('that is the first one, when due, goes by the oldest key in the credential report', () => {
    const entry = entryOf({ firstRotation: 'when-due' });
    const keys = [
      { active: true, changedAt: day(80) },
      { active: false, changedAt: undefined },
      { active: true, changedAt: day(70) },
    ];
    const report = { generatedAt: now, users: new Map([[entry.user, { user: entry.user, keys }]]) };
    expect(rotationDueAt({ entry, secret: secretOf([]) }, report)).toEqual(day(160));
    expect(of({ entry, secret: secretOf([]) }, report)).toEqual([[day(160), new Date(0)]]);
    expect(rotationDueAt({ entry, secret: secretOf([]) })).toBeUndefined();
  });
});

describe('when a rotation is due', () => {
  const created = versionOf(keyOf('a', day(10)), 'AWSCURRENT');
  const whenDue = entryOf({ firstRotation: 'when-due' });
  const report = (...changed: (Date | undefined)[]): CredentialReport => ({
    generatedAt: day(0),
    users: new Map([
      [whenDue.user, { user: whenDue.user, keys: changed.map((changedAt) => ({ active: true, changedAt })) }],
    ]),
  });
  const of = (entry: typeof whenDue, ...versions: (typeof created)[]): Managed => ({
    entry,
    secret: secretOf(versions),
  });
  const edited = { versionId: handMade, labels: ['AWSCURRENT'] };
  const known = report(day(-20), day(-50), undefined);

  it.each<[string, Managed, CredentialReport | undefined, Date | undefined]>([
    ['is told by its current key', of(whenDue, created), known, day(100)],
    ['is told by the older key that its first one waits for', of(whenDue), known, day(40)],
    ['is told by nobody where the secret was edited', of(whenDue, edited), known, undefined],
    ['is told by nobody where the first one comes at once', of(entryOf()), known, undefined],
    ['is told by nobody where there is no report', of(whenDue), undefined, undefined],
    [
      'is told by nobody where the report has no such user',
      of(whenDue),
      { generatedAt: day(0), users: new Map() },
      undefined,
    ],
    ['is told by nobody where the report has no key of it', of(whenDue), report(), undefined],
    ['is told by nobody where the report has no date', of(whenDue), report(undefined), undefined],
  ])('%s', (_what, managed, given, expected) => {
    expect(rotationDueAt(managed, given)).toEqual(expected);
  });
});
