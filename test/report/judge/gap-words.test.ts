import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { HOUR } from '../../../functions/core/duration';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { gapsOf } from '../../../functions/report/judge/gaps';
import type { Attempt } from '../../../functions/report/judge/runs';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const evidence = new AnAccount(0).evidence(10, 5);
const attempt = (name: string, at: Date, more: Partial<Attempt> = {}) =>
  ({
    attempt: `${name}-1`,
    function: name,
    startedAt: at,
    isFinished: true,
    isYoung: false,
    isRepeated: false,
    missing: [] as number[],
    events: ['event-0', 'event-1', 'event-2'].map((id) => ({ id }) as AuditEvent),
    ...more,
  }) as Attempt;
/** Every function ran once a day. */
const daily = (...without: string[]) =>
  ['rotate', 'deactivate', 'delete', 'sync'].flatMap((name) =>
    without.includes(name) ? [] : [5, 6, 7, 8, 9].map((at) => attempt(name, day(at))),
  );
const gaps = (attempts: readonly Attempt[], changes: Partial<Evidence> = {}) =>
  gapsOf(
    { ...evidence, ...changes },
    attempts.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime()),
  );

describe('events that are missing', () => {
  const lacks = (at: Date, missing: number[], more: Partial<Attempt> = {}) => attempt('sync', at, { missing, ...more });
  const item = {
    kind: 'log-gap',
    severity: 'high',
    title: 'Events of 1 run of sync are missing from the record (2026-01-07)',
    detail: "sync-1 lacks number 2. The function's own log has a second copy.",
    at: day(6).toISOString(),
    events: ['event-2'],
  };

  it.each<[string, readonly Attempt[], object]>([
    ['one', [lacks(day(6), [2])], {}],
    ['five', [lacks(day(6), [1, 2, 3, 4, 5])], { detail: item.detail.replace('2.', '1, 2, 3, 4, 5.') }],
    [
      'six, of which five are named',
      [lacks(day(6), [1, 2, 3, 4, 5, 6])],
      { detail: item.detail.replace('2.', '1, 2, 3, 4, 5, ….') },
    ],
    [
      'of two runs of a day',
      [lacks(day(6), [2]), lacks(day(6, HOUR), [3], { attempt: 'sync-2' })],
      {
        title: 'Events of 2 runs of sync are missing from the record (2026-01-07)',
        detail: "sync-1 lacks number 2; sync-2 lacks number 3. The function's own log has a second copy.",
        events: ['event-2', 'event-2'],
      },
    ],
    [
      'of seven runs of a day, of which five are named',
      Array.from({ length: 7 }, (_, at) => lacks(day(6, at), [1], { attempt: `a${at}`, events: [] })),
      {
        title: 'Events of 7 runs of sync are missing from the record (2026-01-07)',
        detail:
          'a0 lacks number 1; a1 lacks number 1; a2 lacks number 1; a3 lacks number 1; a4 lacks number 1; and 2 more. ' +
          "The function's own log has a second copy.",
        events: [],
      },
    ],
    [
      'of five runs of a day',
      Array.from({ length: 5 }, (_, at) => lacks(day(6, at), [1], { attempt: `a${at}`, events: [] })),
      {
        title: 'Events of 5 runs of sync are missing from the record (2026-01-07)',
        detail:
          'a0 lacks number 1; a1 lacks number 1; a2 lacks number 1; a3 lacks number 1; a4 lacks number 1. ' +
          "The function's own log has a second copy.",
        events: [],
      },
    ],
  ])('are named: %s', (_what, attempts, changes) => {
    expect(gaps([...daily(), ...attempts])).toEqual([{ ...item, ...changes }]);
  });

  it('are one item for each day and function', () => {
    const others = [lacks(day(6), [2]), lacks(day(7), [2]), attempt('rotate', day(6), { missing: [2] })];
    expect(gaps([...daily(), ...others])).toHaveLength(3);
  });
});

describe('a run that did not come', () => {
  const missed = (name: string, long: string, from: Date, to: Date) => ({
    kind: 'log-gap',
    severity: 'high',
    title: `No run of ${name} for ${long}`,
    detail: `The record has none from ${from.toISOString()} to ${to.toISOString()}, and one is due every day. Either it did not run, or its events are gone.`,
    at: from.toISOString(),
    events: [],
  });
  const silent = (from: Date, to: Date) => [
    ...daily('sync'),
    ...[5, 6, 7, 8, 9].map((days) => day(days)).flatMap((at) => (at < from || at > to ? [attempt('sync', at)] : [])),
    attempt('sync', from),
    attempt('sync', to),
  ];

  it.each<[string, Date, string | undefined]>([
    ['a day and two hours', day(7, 2 * HOUR), undefined],
    ['a moment more', day(7, 2 * HOUR + 1), '26 hours'],
    ['almost three days', day(9, -1), '71 hours'],
    ['three days', day(9), '3 days'],
  ])('was silent for %s', (_what, to, long) => {
    expect(gaps(silent(day(6), to))).toEqual(long === undefined ? [] : [missed('sync', long, day(6), to)]);
  });

  it.each(['rotate', 'deactivate', 'delete', 'sync'])('%s never ran in the period', (name) => {
    expect(gaps(daily(name))).toEqual([missed(name, '5 days', day(5), day(10))]);
  });

  it('is counted from the beginning of the record, and until the end of the period', () => {
    const record = evidence.record && { ...evidence.record, beginsAt: day(8) };
    const since8 = daily('sync').filter(({ startedAt }) => startedAt >= day(8));
    expect(gaps(since8, { record })).toEqual([missed('sync', '48 hours', day(8), day(10))]);
  });

  it('is told once, where nothing ran at all', () => {
    expect(gaps([])).toEqual([missed('Keyturn', '5 days', day(5), day(10))]);
    const record = (beginsAt: Date) => ({ record: evidence.record && { ...evidence.record, beginsAt } });
    expect(gaps([], record(day(9, -2 * HOUR)))).toEqual([]);
    expect(gaps([], record(day(9, -2 * HOUR - 1)))).toHaveLength(1);
  });
});

describe('a run without an end', () => {
  const item = {
    kind: 'incomplete-run',
    severity: 'medium',
    title: 'A run of sync has no end in the record',
    detail:
      'Attempt sync-1 died, or its last events did not reach the record. What it had begun is listed under changes.',
    at: day(6).toISOString(),
    events: ['event-2'],
  };

  it.each<[string, Partial<Attempt>, object | undefined]>([
    ['died', { isFinished: false }, {}],
    [
      'was repeated',
      { isFinished: false, isRepeated: true },
      { severity: 'low', detail: 'Attempt sync-1 died; Lambda repeated the run, and the repetition is in the record.' },
    ],
    ['may still be at work', { isFinished: false, isYoung: true }, undefined],
    ['has its end', {}, undefined],
  ])('that %s', (_what, more, changes) => {
    expect(gaps([...daily(), attempt('sync', day(6), more)])).toEqual(
      changes === undefined ? [] : [{ ...item, ...changes }],
    );
  });
});

it('there is no gap where there is no record', () => {
  expect(gaps([], { record: undefined })).toEqual([]);
});
