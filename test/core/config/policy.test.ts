import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_POLICY,
  type PolicyOverrides,
  policyOverridesSchema,
  policyProblems,
  policySchema,
  policyWith,
} from '../../../functions/core/config/policy';

describe('a policy', () => {
  it('is 90, 100 and 110 days by default', () => {
    const usual = { rotateAfter: 90, deactivateAfter: 100, deleteAfter: 110, idleFor: 2, holdLimit: 10 };
    expect(DEFAULT_POLICY).toEqual(usual);
    expect(policyWith()).toEqual(usual);
    expect(policyWith(undefined, {}, { rotateAfter: undefined })).toEqual(usual);
    expect(policyProblems(usual)).toEqual([]);
  });

  it.each<[string, PolicyOverrides[], Partial<typeof DEFAULT_POLICY>]>([
    ['one override', [{ rotateAfter: 95 }], { rotateAfter: 95, deactivateAfter: 100 }],
    ['the later of two', [{ rotateAfter: 60, idleFor: 1 }, { rotateAfter: 95 }], { rotateAfter: 95, idleFor: 1 }],
    ['a given hold limit', [{ holdLimit: 69 }], { holdLimit: 69 }],
    ['a hold limit of none', [{ holdLimit: 0 }], { holdLimit: 0 }],
    [
      'a hold limit that fits the room left',
      [{ rotateAfter: 30, deactivateAfter: 37, deleteAfter: 52 }],
      { holdLimit: 7 },
    ],
    [
      'a hold limit of none where no room is left',
      [{ rotateAfter: 30, deactivateAfter: 37, deleteAfter: 59 }],
      { holdLimit: 0 },
    ],
    ['idleness that fits a short overlap', [{ rotateAfter: 90, deactivateAfter: 91 }], { idleFor: 1 }],
    ['a given idleness, even one that does not fit', [{ deactivateAfter: 91, idleFor: 5 }], { idleFor: 5 }],
  ])('takes %s', (_what, overrides, expected) => {
    expect(policyWith(...overrides)).toMatchObject(expected);
  });

  it.each<[string, PolicyOverrides]>([
    ['the shortest life there is', { rotateAfter: 3, deactivateAfter: 4, deleteAfter: 5 }],
    ['gaps of one day', { rotateAfter: 90, deactivateAfter: 91, deleteAfter: 92 }],
    ['the last day before the next rotation', { deleteAfter: 179, holdLimit: 0 }],
    ['the longest hold that fits', { holdLimit: 69 }],
    ['idleness as long as the overlap', { idleFor: 10 }],
  ])('of %s is sound', (_what, overrides) => {
    expect(policyProblems(policyWith(overrides))).toEqual([]);
  });

  it.each<[string, PolicyOverrides, string, string[]]>([
    [
      'no overlap',
      { deactivateAfter: 90 },
      'deactivateAfter',
      ['deactivateAfter (90)', 'at least one day more than rotateAfter (90)', 'still use the old key'],
    ],
    ['deactivation before rotation', { deactivateAfter: 80 }, 'deactivateAfter', ['(80)', '(90)']],
    [
      'no recovery',
      { deleteAfter: 100 },
      'deleteAfter',
      ['deleteAfter (100)', 'at least one day more than deactivateAfter (100)', 'time to recover'],
    ],
    [
      'an old key that meets the next rotation',
      { deleteAfter: 180 },
      'deleteAfter',
      ['deleteAfter − rotateAfter (90) must be less than rotateAfter (90)', 'two access keys a user'],
    ],
    [
      'a held key that meets the next rotation',
      { holdLimit: 70 },
      'holdLimit',
      ['+ holdLimit (90) must be less than rotateAfter (90)', 'a key that is held to the limit would', 'at most 69'],
    ],
    [
      'idleness that no key could reach',
      { idleFor: 11 },
      'idleFor',
      ['idleFor (11)', 'deactivateAfter − rotateAfter (10)', 'each one would be held'],
    ],
  ])('with %s is refused, and the message says why', (_what, overrides, field, says) => {
    const problems = policyProblems(policyWith(overrides));
    expect(problems.map((problem) => problem.field)).toEqual([field]);
    for (const words of says) expect(problems[0]?.message).toContain(words);
  });

  it('tells everything that is wrong at once', () => {
    const wrong = policyWith({ rotateAfter: 100, deactivateAfter: 90, deleteAfter: 80 });
    expect(policyProblems(wrong).map(({ field }) => field)).toEqual(['deactivateAfter', 'deleteAfter']);
    const tight = policyWith({ holdLimit: 80, idleFor: 20 });
    expect(policyProblems(tight).map(({ field }) => field)).toEqual(['holdLimit', 'idleFor']);
  });

  const days = fc.integer({ min: 1, max: 400 });
  const maybe = fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined });

  it('K10: without problems always leaves room before the next rotation, even for a key held to the limit', () => {
    let sound = 0;
    fc.assert(
      fc.property(days, days, days, maybe, maybe, (rotateAfter, overlap, recovery, idleFor, holdLimit) => {
        const deactivateAfter = rotateAfter + overlap - 3;
        const deleteAfter = deactivateAfter + recovery - 3;
        const policy = policyWith({ rotateAfter, deactivateAfter, deleteAfter, idleFor, holdLimit });
        if (policyProblems(policy).length > 0) return;
        sound++;
        expect(policy.rotateAfter).toBeLessThan(policy.deactivateAfter);
        expect(policy.deactivateAfter).toBeLessThan(policy.deleteAfter);
        expect(policy.deleteAfter - policy.rotateAfter + policy.holdLimit).toBeLessThan(policy.rotateAfter);
        expect(policy.idleFor).toBeLessThanOrEqual(policy.deactivateAfter - policy.rotateAfter);
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect(sound).toBeGreaterThan(50);
  });

  it('whose three days fit is sound with the hold limit and idleness that are derived', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 1000 }), fc.nat(), fc.nat(), (rotateAfter, a, b) => {
        const deactivateAfter = rotateAfter + 1 + (a % (rotateAfter - 2));
        const deleteAfter = deactivateAfter + 1 + (b % (2 * rotateAfter - 1 - deactivateAfter));
        expect(policyProblems(policyWith({ rotateAfter, deactivateAfter, deleteAfter }))).toEqual([]);
      }),
    );
  });
});

describe('the policy schema', () => {
  it.each([
    ['half a day', { rotateAfter: 0.5 }],
    ['no day', { rotateAfter: 0 }],
    ['a negative hold', { holdLimit: -1 }],
    ['more than ten years', { deleteAfter: 3651 }],
    ['words', { rotateAfter: '90' }],
    ['an unknown setting', { rotateEvery: 90 }],
    ['no number', { rotateAfter: Number.NaN }],
  ])('refuses %s', (_what, overrides) => {
    expect(policyOverridesSchema.safeParse(overrides).success).toBe(false);
    expect(policySchema.safeParse({ ...DEFAULT_POLICY, ...overrides }).success).toBe(false);
  });

  it('takes the shortest and the longest', () => {
    expect(policyOverridesSchema.safeParse({ rotateAfter: 1, deleteAfter: 3650, idleFor: 0 }).success).toBe(true);
  });
});
