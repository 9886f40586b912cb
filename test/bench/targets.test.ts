import { describe, expect, it } from 'vitest';
import { CallTally } from './call-tally';
import { type HandOver, type HandOverRun, handOverTargets } from './hand-over';
import { phasesOf } from './life';
import type { MeasuredSize } from './measure-size';
import { type MeasuredRun, wallAtShare } from './measured-run';
import { type MeasuredProvider, OWN_TIME, providerTargets, REQUESTS } from './provider/measure-provider';
import { growthOf, growthTargets, recordAside, sizeTargets, slopeOf } from './size-targets';
import type { Target } from './targets';
import { measureVerify, VERIFY_RATIO, verifyTargets } from './verify-archive';

const run = (total: number, more: Partial<MeasuredRun> = {}): MeasuredRun => ({
  run: 'rotate',
  calls: { total, throttled: 0, byOperation: { 'iam:ListAccessKeys': total } },
  wall: 10_000,
  cpu: 1_000,
  peakRss: 100,
  peakHeap: 50,
  errors: [],
  ...more,
});

const size = (
  more: { readonly quiet?: MeasuredRun; readonly each?: number; readonly unfinished?: string[] } = {},
): MeasuredSize => ({
  keys: 1000,
  quiet: [more.quiet ?? run(150)],
  scan: { run: run(2200), sampled: 1000, isExtrapolated: false },
  rotations: [
    {
      due: 10,
      rotate: run(220),
      deliver: run(50),
      secondEvents: run(30),
      callsEach: more.each ?? 27,
      callsEachByOperation: {},
      recordCallsEach: {},
      unfinished: more.unfinished ?? [],
    },
  ],
});

const missed = (targets: readonly Target[]) => targets.filter(({ met }) => !met).map(({ target }) => target);

describe('the targets of a size', () => {
  it('are met at their limits', () => {
    expect(missed(sizeTargets(size()))).toEqual([]);
  });

  it.each([
    ['calls of a quiet run', size({ quiet: run(151) }), /calls a key/],
    ['calls of a rotation', size({ each: 27.1 }), /calls of a rotation/],
    ['a key that is not done', size({ unfinished: ['key-1'] }), /all done/],
    ['memory', size({ quiet: run(1, { peakRss: 257 }) }), /memory/],
    ['a run that was killed', size({ quiet: run(1, { errors: ['the process ended: SIGKILL'] }) }), /succeeds/],
  ])('are missed by too much: %s', (_what, measured, which) => {
    expect(missed(sizeTargets(measured))).toEqual([expect.stringMatching(which)]);
  });

  it('leave the calls that keep the record aside', () => {
    const calls = (total: number, puts: number) => ({
      total,
      throttled: 0,
      byOperation: { 'logs:PutLogEvents': puts, 'ssm:GetParametersByPath': total - puts },
    });
    expect(recordAside(run(0, { calls: calls(153, 3) }))).toBe(150);
    expect(missed(sizeTargets(size({ quiet: run(0, { calls: calls(153, 3) }) })))).toEqual([]);
    expect(missed(sizeTargets(size({ quiet: run(0, { calls: calls(154, 3) }) })))).toHaveLength(1);
  });

  it('count the processor time at the share of a core that 256 MB get', () => {
    expect(wallAtShare({ wall: 1_000, cpu: 1_000 }, 1_769)).toBe(1_000);
    expect(wallAtShare({ wall: 1_000, cpu: 1_000 }, 256)).toBeCloseTo(6_910, 0);
  });
});

describe('growth', () => {
  it('is told for each key that is due, beyond a run with nothing due', () => {
    const growth = growthOf([size()]);
    expect(growth).toEqual([
      { keys: 1000, due: 0, calls: 150, beyondQuiet: 0, each: 0 },
      { keys: 1000, due: 10, calls: 270, beyondQuiet: 120, each: 12 },
    ]);
    expect(slopeOf(growth)).toBe(12);
  });

  it('misses its target when a rotation costs more with more keys', () => {
    const row = { keys: 100, due: 10, calls: 0, beyondQuiet: 0 };
    expect(
      missed(
        growthTargets([
          { ...row, each: 12 },
          { ...row, keys: 5000, each: 12.1 },
        ]),
      ),
    ).toEqual([]);
    expect(
      missed(
        growthTargets([
          { ...row, each: 12 },
          { ...row, keys: 5000, each: 12.5 },
        ]),
      ),
    ).toHaveLength(1);
  });
});

describe('a hand-over', () => {
  const handed = (more: Partial<HandOverRun>): HandOverRun => ({
    ...run(1),
    function: 'rotate',
    timeout: 1,
    done: 4,
    left: 6,
    finding: "The run's time was nearly up: 6 of 10 keys are left for the next one (…).",
    halfDone: [],
    ...more,
  });
  const whole = (first: Partial<HandOverRun> = {}, more: Partial<HandOver> = {}): HandOver => ({
    keys: 20_000,
    due: 10,
    unfinished: 0,
    runs: (['rotate', 'sync'] as const).flatMap((name) => [
      handed({ function: name, ...(name === 'rotate' ? first : {}) }),
      handed({ function: name, done: 6, left: 0, finding: undefined }),
    ]),
    ...more,
  });

  it('is clean when each run says what it left and the next one goes on', () => {
    expect(missed(handOverTargets(whole()))).toEqual([]);
  });

  it.each([
    ['a key is cut in the middle', whole({ halfDone: ['key-00007'] }), /cut in the middle/],
    ['a summary counts wrong', whole({ left: 5 }), /counts what is left/],
    ['no finding says it', whole({ finding: undefined }), /finding/],
    ['a run times out', whole({ errors: ['timed out'] }), /ends by itself/],
    ['something is never done', whole({}, { unfinished: 1 }), /in the end/],
    ['memory is not enough', whole({ peakRss: 300 }), /memory/],
  ])('is not clean when %s', (_what, measured, which) => {
    expect(missed(handOverTargets(measured))).toContainEqual(expect.stringMatching(which));
  });
});

describe('the keys of a bench', () => {
  it.each([
    [100, 0],
    [100, 1],
    [1000, 40],
    [7, 7],
  ])('are %i, of which exactly %i are due', (keys, due) => {
    const phases = phasesOf(keys, due);
    expect(phases).toHaveLength(keys);
    expect(phases.filter((phase) => phase === 'due')).toHaveLength(due);
  });

  it('have predecessors in overlap and in recovery, as a stack in use has', () => {
    const phases = phasesOf(900, 0);
    expect(phases.filter((phase) => phase === 'overlap')).toHaveLength(100);
    expect(phases.filter((phase) => phase === 'recovery')).toHaveLength(100);
  });

  it('cannot be due when there are fewer of them', () => {
    expect(() => phasesOf(3, 4)).toThrow(RangeError);
  });
});

describe('a tally of calls', () => {
  it('counts what was refused for being over a quota apart, and begins anew when it is taken', () => {
    const tally = new CallTally();
    const call = {
      service: 'iam',
      action: 'ListUsers',
      principal: { kind: 'root', arn: '', userId: '', accessKeyId: '' },
      input: {},
      at: 0,
    } as const;
    tally.add(call, { status: 200 });
    tally.add(call, { status: 400, errorCode: 'Throttling', fault: 'error' });
    tally.add(call, { status: 404, errorCode: 'NoSuchEntity' });
    expect(tally.take()).toEqual({ total: 2, throttled: 1, byOperation: { 'iam:ListUsers': 2 } });
    expect(tally.firstOf('iam:ListUsers')).toBeLessThanOrEqual(performance.now());
    expect(tally.take()).toEqual({ total: 0, throttled: 0, byOperation: {} });
  });
});

describe('the bench of keyturn verify', () => {
  it('counts every event of a true archive, and says how long it takes beside what it cannot do without', async () => {
    const measured = await measureVerify(3);
    expect(measured).toMatchObject({ events: 36, unproved: 0 });
    expect(measured.ratio).toBeCloseTo(measured.check / measured.baseline);
  });

  it('has a target for its time and one for its events', () => {
    const measured = { events: 12, megabytes: 1, check: 1, hash: 1, baseline: 1, megabytesASecond: 1000, unproved: 0 };
    const met = (more: object) => verifyTargets({ ...measured, ratio: 1, ...more }).map((target) => target.met);
    expect(met({ ratio: VERIFY_RATIO })).toEqual([true, true]);
    expect(met({ ratio: VERIFY_RATIO + 0.1 })).toEqual([false, true]);
    expect(met({ unproved: 1 })).toEqual([true, false]);
  });
});

describe('the targets of the secret provider', () => {
  const measured = (p99: number, own: number): MeasuredProvider => ({
    tokens: 1,
    own: { p50: 1, p99 },
    floor: { p50: 1, p99: 1 },
    ratio: 1,
    perSecond: { own, process: 1, alone: 200, floor: 1 },
  });

  it('are met at their limits, and missed by too long and by too few', () => {
    expect(missed(providerTargets(measured(OWN_TIME, REQUESTS)))).toEqual([]);
    expect(missed(providerTargets(measured(OWN_TIME + 0.1, REQUESTS)))).toEqual([expect.stringMatching(/own time/)]);
    expect(missed(providerTargets(measured(OWN_TIME, REQUESTS - 1)))).toEqual([expect.stringMatching(/a second/)]);
  });
});
