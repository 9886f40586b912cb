import { describe, expect, it } from 'vitest';
import { metricsOf } from '../../functions/core/run-metrics';
import type { Summary } from '../../functions/core/run-summary';

const QUIET: Summary = {
  function: 'sync',
  run: 'run-1',
  examined: 3,
  rotated: 0,
  delivered: 0,
  deactivated: 0,
  deleted: 0,
  held: 0,
  blocked: 0,
  failed: 0,
  left: 0,
  oldestCurrentKeyDays: 12.5,
  mostOverdueDays: 0,
  oldestUndeliveredHours: 0,
  unrecorded: 0,
  unpublished: 0,
  unforwarded: 0,
  untold: 0,
};

describe('the metrics of a run', () => {
  it('are few of a quiet one: what it looked at, that it ended, and what its alarm is about, 0 too', () => {
    expect(metricsOf(QUIET, new Map(), true)).toEqual([
      {
        dimensions: { function: 'sync' },
        counts: { Examined: 3, Finished: 1 },
        gauges: { OldestUndeliveredHours: 0 },
      },
    ]);
    const ages = { OldestCurrentKeyDays: 12.5, MostOverdueDays: 0 };
    expect(metricsOf({ ...QUIET, function: 'rotate' }, new Map(), true)[0]?.gauges).toEqual(ages);
  });

  it('that was stopped do not say that it finished, and where nothing is left to say there are none', () => {
    expect(metricsOf({ ...QUIET, failed: 1 }, new Map(), false)[0]?.counts).toEqual({ Examined: 3, Failed: 1 });
    expect(metricsOf({ ...QUIET, function: 'delete', examined: 0 }, new Map(), false)).toEqual([]);
  });

  it.each([
    ['unrecorded', 'Unrecorded'],
    ['unpublished', 'Unpublished'],
    ['unforwarded', 'Unforwarded'],
    ['untold', 'Untold'],
  ] as const)('of %s stand without a function too: one metric for the alarm of all', (number, name) => {
    const [ofFunction, ofAll] = metricsOf({ ...QUIET, [number]: 2 }, new Map(), true);
    expect(ofFunction?.counts).toMatchObject({ [name]: 2 });
    expect(ofAll).toEqual({ dimensions: {}, counts: { [name]: 2 } });
  });

  it('count each finding by its code', () => {
    const [, found] = metricsOf(QUIET, new Map([['two-keys', 2]]), true);
    expect(found).toEqual({ dimensions: { finding: 'two-keys' }, counts: { Findings: 2 } });
  });
});
