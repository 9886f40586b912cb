import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PolicyOverrides, policyProblems, policyWith } from '../../../functions/core/config/policy';
import { DAY } from '../../../functions/core/duration';
import { retirementAges } from '../../../functions/core/lifecycle/retirement';
import { day } from '../web-shop';

const strict: PolicyOverrides = { rotateAfter: 30, deactivateAfter: 37, deleteAfter: 44 };

describe('the ages at which a superseded key retires', () => {
  it.each<[string, PolicyOverrides, Date, Date, Date, Date]>([
    ['that lived its time', {}, day(0), day(90), day(100), day(110)],
    ['that was rotated late', {}, day(0), day(300), day(100), day(110)],
    ['of another policy', strict, day(0), day(30), day(37), day(44)],
    ['that was a day old', {}, day(0), day(1), day(70), day(90)],
    ['that was made in the same second', {}, day(0), day(0), day(69), day(89)],
    ['that is younger than its successor', {}, day(90), day(0), day(69), day(89)],
    ['that was old enough for the first of the two rules only', {}, day(0), day(22), day(91), day(110)],
    ['that was young, by another policy', strict, day(0), day(1), day(13), day(30)],
  ])('are those of a key %s', (_what, policy, createdAt, successor, deactivate, gone) => {
    expect(retirementAges(policyWith(policy), createdAt, successor)).toEqual({ deactivate, delete: gone });
  });

  const policy = fc
    .record({
      rotateAfter: fc.integer({ min: 3, max: 400 }),
      overlap: fc.integer({ min: 1, max: 60 }),
      recovery: fc.integer({ min: 1, max: 60 }),
      holdLimit: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
    })
    .map(({ rotateAfter, overlap, recovery, holdLimit }) =>
      policyWith({
        rotateAfter,
        deactivateAfter: rotateAfter + overlap,
        deleteAfter: rotateAfter + overlap + recovery,
        holdLimit,
      }),
    )
    .filter((candidate) => policyProblems(candidate).length === 0);

  it('are the own ones of every key that lived its time, under every sound policy', () => {
    fc.assert(
      fc.property(policy, fc.nat({ max: 500 }), (given, late) => {
        expect(retirementAges(given, day(0), day(given.rotateAfter + late))).toEqual({
          deactivate: day(given.deactivateAfter),
          delete: day(given.deleteAfter),
        });
      }),
    );
  });

  it('K8: leave room for the overlap before, and for the hold and the recovery between, under every sound policy', () => {
    fc.assert(
      fc.property(policy, fc.integer({ min: -300, max: 500 }), (given, age) => {
        const { rotateAfter, deactivateAfter, deleteAfter, holdLimit } = given;
        const ages = retirementAges(given, day(-age), day(0));
        const days = (instant: Date) => (instant.getTime() - day(0).getTime()) / DAY;
        const deactivated = Math.max(days(ages.deactivate), deactivateAfter - rotateAfter);
        const deleted = Math.max(days(ages.delete), deactivated + holdLimit + deleteAfter - deactivateAfter);
        expect(deleted).toBeLessThanOrEqual(rotateAfter - 1);
      }),
    );
  });
});
