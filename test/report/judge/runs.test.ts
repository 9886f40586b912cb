import { describe, expect, it } from 'vitest';
import type { AuditEvent, AuditEventName } from '../../../functions/core/audit';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { type Attempt, attemptsOf, boundsOfIdleRuns, isComplete, runTable } from '../../../functions/report/judge/runs';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const account = () => new AnAccount(0);
const attempts = (given: AnAccount, changes: Partial<Evidence> = {}) => attemptsOf(given.evidence(10, 5, changes));
const at = day(6);

describe('an attempt', () => {
  it('is all that one invocation told', () => {
    const given = account();
    const run = given.run('rotate', at, () => undefined, 'a');
    expect(attempts(given)).toEqual([
      {
        attempt: run.attempt,
        run: 'a',
        function: 'rotate',
        startedAt: at,
        trigger: 'daily',
        isFinished: true,
        isYoung: false,
        missing: [],
        isRepeated: false,
        changed: false,
        failed: false,
        events: given.events,
      },
    ]);
  });

  it('that died has no end, and one of which the beginning is missing no trigger', () => {
    const given = account();
    given.run('sync', at, () => false);
    given.run('sync', day(7), (run) => run.tell('finding', { reason: 'paused' }));
    given.events.splice(1, 1);
    expect(attempts(given)).toMatchObject([
      { trigger: 'hourly', isFinished: false, missing: [] },
      { trigger: undefined, isFinished: true, missing: [1] },
    ]);
  });

  it('that Lambda repeated is told by the later one of the same run', () => {
    const given = account();
    given.run('sync', day(6, MINUTE), () => undefined, 'again');
    given.run('sync', at, () => false, 'again');
    given.run('sync', at, () => false, 'other');
    expect(attempts(given).map(({ run, isRepeated }) => [run, isRepeated])).toEqual([
      ['again', true],
      ['other', false],
      ['again', false],
    ]);
  });

  it('comes in the order of their beginnings, and then by name, whatever the order of the record', () => {
    const given = account();
    for (const [run, start] of [
      ['c', 7],
      ['b', 6],
      ['a', 6],
      ['d', 5],
    ] as const)
      given.run('sync', day(start), undefined, run);
    const { record } = given.evidence(10, 5);
    const order = (events: readonly AuditEvent[]) =>
      attempts(given, { record: record && { ...record, events } }).map(({ run }) => run);
    expect(order(given.events)).toEqual(['d', 'a', 'b', 'c']);
    expect(order([...given.events].reverse())).toEqual(['d', 'a', 'b', 'c']);
  });

  it.each([
    ['20 minutes before the end of the period', -20 * MINUTE, false],
    ['a moment later', 1 - 20 * MINUTE, true],
  ])('that began %s may still be at work: %s', (_when, before, isYoung) => {
    const given = account();
    given.run('sync', day(10, before));
    expect(attempts(given)).toMatchObject([{ isYoung }]);
  });

  it('counts within the period and the record only', () => {
    const given = account();
    for (const start of [day(5, -1), day(5), day(6), day(7), day(10)]) given.run('sync', start);
    const starts = (changes: Partial<Evidence> = {}) =>
      attempts(given, changes).map(({ startedAt }) => startedAt.getTime());
    expect(starts()).toEqual([day(5), day(6), day(7)].map((each) => each.getTime()));
    const { record } = given.evidence(10, 5);
    expect(starts({ record: record && { ...record, beginsAt: day(6) } })).toEqual([day(6).getTime(), day(7).getTime()]);
    expect(starts({ record: undefined })).toEqual([]);
  });

  it.each<[string, number, boolean]>([
    ['its name', 15 * MINUTE, true],
    ['its first event, where its name is of another time', 15 * MINUTE + 1, false],
  ])('began when %s says', (_what, later, byName) => {
    const given = account();
    given.run('sync', at, () => false);
    given.events.splice(0, 1, {
      ...(given.events[0] as AuditEvent),
      time: new Date(at.getTime() + later).toISOString(),
    });
    expect(attempts(given)[0]?.startedAt).toEqual(byName ? at : new Date(at.getTime() + later));
  });

  it('of another make of name began with its first event, in whatever order they are', () => {
    const given = account();
    given.run('sync', at, (run) => run.tell('finding'));
    const events = given.events.map((event, index) => ({
      ...event,
      id: `???-${event.sequence}`,
      time: new Date(at.getTime() + (2 - index) * HOUR).toISOString(),
    }));
    const { record } = given.evidence(10, 5);
    expect(attempts(given, { record: record && { ...record, events } })[0]?.startedAt).toEqual(at);
  });

  it('of which numbers are missing names them, a thousand at most', () => {
    const given = account();
    const run = given.run('sync', at, (each) => {
      each.sequence = 3;
      each.tell('finding');
      each.sequence = 4;
    });
    expect(attempts(given)).toMatchObject([{ attempt: run.attempt, missing: [2, 3] }]);
    const forged = account();
    forged.run('sync', at, (each) => {
      each.sequence = 9999;
    });
    expect(attempts(forged)[0]?.missing).toHaveLength(1000);
  });

  const changing: AuditEventName[] = [
    ...([
      'intent-written',
      'intent-cleared',
      'key-created',
      'key-stored',
      'key-discarded',
      'key-promoted',
      'key-reactivated',
    ] as const),
    ...(['key-deactivated', 'key-deleted', 'hold-recorded', 'inactive-recorded', 'reactivation-recorded'] as const),
    ...(['take-over-recorded', 'target-delivered', 'version-delivered', 'labels-cleaned'] as const),
  ];
  it.each<[AuditEventName, boolean, boolean]>([
    ...changing.map((name): [AuditEventName, boolean, boolean] => [name, true, false]),
    ['finding', false, false],
    ['step-failed', false, true],
    ['target-failed', false, true],
  ])('that told %s has changed something (%s) or failed (%s)', (name, changed, failed) => {
    const given = account();
    given.run('sync', at, (run) => run.tell(name));
    expect(attempts(given)).toMatchObject([{ changed, failed }]);
  });
});

const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  attempt: 'a',
  run: 'a',
  function: 'rotate',
  startedAt: at,
  trigger: 'daily',
  isFinished: true,
  isYoung: false,
  missing: [],
  isRepeated: false,
  changed: false,
  failed: false,
  events: (['run-started', 'finding', 'run-finished'] as const).map((event) => ({ id: event, event }) as AuditEvent),
  ...more,
});

it.each<[Partial<Attempt>, boolean, readonly string[]]>([
  [{}, true, ['run-started', 'run-finished']],
  [{ changed: true }, true, []],
  [{ missing: [2] }, false, []],
  [{ isFinished: false }, false, []],
  [{ isFinished: false, isYoung: true }, true, []],
  [{ isFinished: false, isYoung: true, missing: [2] }, false, []],
])('an attempt that differs by %j is complete (%s), and its bounds say nothing: %j', (more, complete, bounds) => {
  expect(isComplete(attempt(more))).toBe(complete);
  expect([...boundsOfIdleRuns([attempt(more)])]).toEqual(bounds);
});

it('the table of runs has a line for each day and function, in order', () => {
  expect(
    runTable([
      attempt({ startedAt: day(7) }),
      attempt({ function: 'sync', changed: true }),
      attempt({ function: 'sync', isFinished: false, failed: true }),
      attempt({ function: 'sync', missing: [1], failed: true }),
      attempt(),
    ]),
  ).toEqual([
    { function: 'rotate', day: '2026-01-07', runs: 1, changed: 0, incomplete: 0, failed: 0 },
    { function: 'sync', day: '2026-01-07', runs: 3, changed: 1, incomplete: 2, failed: 2 },
    { function: 'rotate', day: '2026-01-08', runs: 1, changed: 0, incomplete: 0, failed: 0 },
  ]);
});
