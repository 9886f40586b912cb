import { describe, expect, it } from 'vitest';
import { shortfallInWords, shortfallsOf } from '../../../functions/core/config/frameworks-of-policy';
import {
  POLICY_PRESETS,
  type PolicyOverrides,
  policyProblems,
  policyWith,
} from '../../../functions/core/config/policy';

describe('which controls a policy is short of, and on how many days', () => {
  it.each<[string, PolicyOverrides, readonly [string, string, number, number, number, number][]]>([
    [
      'standard',
      POLICY_PRESETS.standard,
      [
        ['cis-1.14', 'exception', 10, 21, 41, 85],
        ['cis-1.13', 'exception', 10, 21, 41, 85],
      ],
    ],
    ['cis', POLICY_PRESETS.cis, [['cis-1.13', 'exception', 10, 20, 52, 104]]],
    [
      '75/85/95, whose holds may last too long',
      { rotateAfter: 75, deactivateAfter: 85, deleteAfter: 95 },
      [
        ['cis-1.14', 'exception', 0, 6, 0, 29],
        ['cis-1.13', 'exception', 10, 21, 49, 102],
      ],
    ],
    [
      '120/130/140, which rotates too late',
      { rotateAfter: 120, deactivateAfter: 130, deleteAfter: 140 },
      [
        ['cis-1.14', 'fail', 40, 51, 122, 155],
        ['cis-1.13', 'exception', 10, 21, 30, 64],
      ],
    ],
  ])('%s', (_name, overrides, expected) => {
    const found = shortfallsOf(policyWith(overrides)).map(({ control, verdict, perKey, perYear }) => [
      control,
      verdict,
      perKey.usual,
      perKey.atMost,
      perYear.usual,
      perYear.atMost,
    ]);
    expect(found).toEqual(expected);
  });

  it('asks only about the frameworks that are chosen; CIS 7.0 has no "one active key"', () => {
    const controls = (chosen: Parameters<typeof shortfallsOf>[1]) =>
      shortfallsOf(policyWith(), chosen).map(({ control }) => control);
    expect(controls(['cis-7.0'])).toEqual(['cis-1.14']);
    expect(controls(['pci-dss-4.0', 'soc-2'])).toEqual([]);
    expect(controls(['cis-3.0', 'soc-2'])).toEqual(['cis-1.14', 'cis-1.13']);
  });

  it('says it in one sentence', () => {
    const policy = policyWith({ rotateAfter: 75, deactivateAfter: 85, deleteAfter: 95 });
    expect(shortfallsOf(policy).map((one) => shortfallInWords(one, policy))).toEqual([
      'CIS AWS Foundations Benchmark 1.14, access keys are rotated every 90 days or less: a key is still Active that is ' +
        'older than 90 days, on no usual day, on 6 days at most when a deactivation is held to its limit (29 of a year); ' +
        'reports count these days as exceptions, each with its end.',
      'CIS AWS Foundations Benchmark 1.13, one active access key a user: a user has two Active keys, while pipelines ' +
        'change over, on 10 days of each 75 (49 of a year), on 21 days at most when a deactivation is held to its limit ' +
        '(102 of a year); reports count these days as exceptions, each with its end.',
    ]);
  });
});

describe('the policies with a name', () => {
  it.each(Object.entries(POLICY_PRESETS))('%s is sound, and says all days', (_name, preset) => {
    expect(policyProblems(preset)).toEqual([]);
    expect(policyWith({ rotateAfter: 30, holdLimit: 0 }, preset)).toEqual(preset);
  });

  it('cis: no key is Active at more than 90 days, a hold and the run of the next day included', () => {
    const { deactivateAfter, holdLimit } = POLICY_PRESETS.cis;
    expect(deactivateAfter + holdLimit + 1).toBeLessThanOrEqual(90);
  });

  it('standard is what a file without a policy gets', () => {
    expect(policyWith()).toEqual(POLICY_PRESETS.standard);
  });
});
