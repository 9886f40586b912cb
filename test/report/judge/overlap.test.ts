import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { overlapAt } from '../../../functions/report/judge/overlap';
import { day } from '../../core/web-shop';

/** A key that has to be made Inactive on day 100, and may be held for 10 days. */
const TIMES = { due: day(100), holdLimit: 10 };

describe('a superseded key that is Active', () => {
  it.each([
    ['on the day after its rotation', {}, day(91), 'overlap', day(100)],
    ['on the day on which it is due', {}, day(100), 'overlap', day(100)],
    ['until the run of that day has had its time', {}, day(101, 2 * HOUR), 'overlap', day(100)],
    ['when that run did not come', {}, day(101, 3 * HOUR), 'beyond', day(100)],
    ['held on its day', { heldSince: day(100) }, day(100, HOUR), 'held', day(110)],
    ['held to its limit', { heldSince: day(100) }, day(111, 2 * HOUR), 'held', day(110)],
    ['held for longer', { heldSince: day(100) }, day(111, 3 * HOUR), 'beyond', day(110)],
    ['held from later on, after a pause', { heldSince: day(105) }, day(114), 'held', day(115)],
    ['with a hold from before it was due', { heldSince: day(80) }, day(102), 'beyond', day(100)],
    ['where nothing may be held', { heldSince: day(100), holdLimit: 0 }, day(102), 'beyond', day(100)],
  ] as const)('%s', (_, times, now, state, until) => {
    expect(overlapAt({ ...TIMES, ...times }, now)).toEqual({ state, until });
  });
});
