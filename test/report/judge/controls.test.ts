import { describe, expect, it } from 'vitest';
import { policyProblems, policyWith } from '../../../functions/core/config/policy';
import { HOUR } from '../../../functions/core/duration';
import { datedTag } from '../../../functions/core/key/dated-tag';
import { TAG } from '../../../functions/core/names';
import type { Evidence, ReportedKey, ReportedPrincipal } from '../../../functions/report/evidence/evidence';
import { CONTROLS, controlsOf } from '../../../functions/report/judge/controls';
import { makeReport } from '../../../functions/report/judge/make-report';
import type { Report } from '../../../functions/report/judge/model';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const verdictOf = ({ controls }: Report, id: string) => controls.find((control) => control.id === id)?.verdict;
const resultOf = ({ accessKeys }: Report, key: string, id: string) =>
  accessKeys.find((line) => line.id === key)?.controls.find(({ control }) => control === id);

/** An account of which the credential report alone tells, at day 100. */
function reported(...principals: readonly [user: string, ...keys: readonly Partial<ReportedKey>[]][]): Evidence {
  return new AnAccount(0).evidence(100, 100, {
    credentialReport: {
      generatedAt: day(100),
      principals: principals.map(
        ([user, ...keys]): ReportedPrincipal => ({
          user,
          arn: `arn:aws:iam::111122223333:${user === '<root_account>' ? 'root' : `user/${user}`}`,
          isRoot: user === '<root_account>',
          keys: keys.map((key, index) => ({
            slot: index === 0 ? 1 : 2,
            active: true,
            createdAt: day(50),
            lastUsed: day(99),
            ...key,
          })),
        }),
      ),
      unknownColumns: [],
    },
  });
}
const judge = (id: string, ...keys: Partial<ReportedKey>[]) => {
  const report = makeReport(reported(['<root_account>'], ['alice', ...keys]));
  return resultOf(report, 'alice-slot-1', id);
};

describe('rotated every 90 days or less', () => {
  it.each([
    ['on its 90th day', day(10), 'pass'],
    ['in its 91st day, as whole days are counted', day(10, -23 * HOUR), 'pass'],
    ['at 91 days', day(9), 'fail'],
  ] as const)('judges a key %s', (_, createdAt, verdict) => {
    expect(judge('cis-1.14', { createdAt })?.verdict).toBe(verdict);
  });

  it('says that the 91st day is a matter of counting', () => {
    expect(judge('cis-1.14', { createdAt: day(10, -23 * HOUR) })?.why).toContain('who compares the hour says fail');
    expect(judge('cis-1.14', { createdAt: day(10) })?.why).toBe('Active at 90 days.');
  });

  it('does not apply to keys that nobody can use, and is unknown without a date', () => {
    expect(judge('cis-1.14', { createdAt: day(0), active: false })?.verdict).toBe('not-applicable');
    expect(judge('cis-1.14', { createdAt: undefined })?.verdict).toBe('unknown');
  });

  it('passes with the policy that it names, on every day of a life', () => {
    expect(CONTROLS.find(({ id }) => id === 'cis-1.14')?.judgedBy).toContain(
      'rotateAfter 75, deactivateAfter 85, deleteAfter 95, holdLimit 5',
    );
    const passing = { rotateAfter: 75, deactivateAfter: 85, deleteAfter: 95, holdLimit: 5 };
    expect(policyProblems(policyWith(passing))).toEqual([]);
    const account = new AnAccount(1, passing);
    for (let today = 0; today < 160; today += 5) {
      const report = makeReport(account.live(today, today + 5).evidence(today + 5));
      expect(verdictOf(report, 'cis-1.14')).toBe('pass');
      expect(verdictOf(report, 'nist-ia-5')).toBe('pass');
    }
  });
});

describe('one active key a user', () => {
  it('fails both keys of a user that has two, and no others', () => {
    expect(judge('cis-1.13', {}, {})?.verdict).toBe('fail');
    expect(judge('cis-1.13', {}, { active: false })?.verdict).toBe('pass');
    expect(judge('cis-1.13', { active: false }, {})?.verdict).toBe('not-applicable');
  });
});

describe('unused credentials', () => {
  it.each([
    ['cis-1.12', 44, 'pass'],
    ['cis-1.12', 45, 'fail'],
    ['pci-8.2.6', 89, 'pass'],
    ['pci-8.2.6', 90, 'fail'],
  ] as const)('%s judges a key that was used %i days ago', (id, days, verdict) => {
    expect(judge(id, { createdAt: day(0), lastUsed: day(100 - days) })?.verdict).toBe(verdict);
  });

  it('cannot be a key that is younger than the limit, whatever is known of its use', () => {
    expect(judge('cis-1.12', { lastUsed: 'unknown', createdAt: day(100, -2 * HOUR) })).toMatchObject({
      verdict: 'pass',
      why: 'Its last use is not known; created 0 days ago.',
    });
    expect(judge('cis-1.12', { lastUsed: 'unknown', createdAt: day(56) })?.verdict).toBe('pass');
    expect(judge('cis-1.12', { lastUsed: 'unknown', createdAt: day(55) })?.verdict).toBe('unknown');
    expect(judge('pci-8.2.6', { lastUsed: 'unknown', createdAt: day(11) })?.verdict).toBe('pass');
    expect(judge('pci-8.2.6', { lastUsed: 'unknown', createdAt: undefined })?.verdict).toBe('unknown');
  });

  it('count from the creation of a key that was never used, and guess nothing', () => {
    expect(judge('cis-1.12', { lastUsed: 'never', createdAt: day(60) })?.verdict).toBe('pass');
    expect(judge('cis-1.12', { lastUsed: 'never', createdAt: day(50) })?.verdict).toBe('fail');
    expect(judge('cis-1.12', { lastUsed: 'never', createdAt: undefined })?.verdict).toBe('unknown');
    expect(judge('cis-1.12', { lastUsed: 'unknown' })?.verdict).toBe('unknown');
    expect(judge('pci-8.2.6', { active: false, lastUsed: 'unknown' })?.verdict).toBe('not-applicable');
  });
});

describe("the root user's keys", () => {
  it('fail whatever their status', () => {
    const report = makeReport(reported(['<root_account>', {}, { active: false }], ['alice', {}]));
    expect(report.accessKeys.map(({ role }) => role)).toEqual(['root', 'root', 'unmanaged']);
    expect(verdictOf(report, 'cis-1.4')).toBe('fail');
    expect(resultOf(report, '<root_account>-slot-2', 'cis-1.4')?.verdict).toBe('fail');
    expect(resultOf(report, '<root_account>-slot-1', 'cis-1.14')?.verdict).toBe('not-applicable');
    expect(resultOf(report, 'alice-slot-1', 'cis-1.4')?.verdict).toBe('not-applicable');
  });

  it('are best when there are none, if somebody looked', () => {
    expect(verdictOf(makeReport(reported(['<root_account>'])), 'cis-1.4')).toBe('pass');
    expect(verdictOf(makeReport(reported(['alice', {}])), 'cis-1.4')).toBe('unknown');
    expect(verdictOf(makeReport({ ...reported(), credentialReport: undefined }), 'cis-1.4')).toBe('unknown');
  });

  it('do not come from slots that are empty', () => {
    const empty = { active: false, createdAt: undefined, lastUsed: 'never' as const };
    expect(makeReport(reported(['<root_account>', empty, empty])).accessKeys).toEqual([]);
  });
});

describe("the organization's own period", () => {
  it('is known for managed keys only', () => {
    expect(judge('nist-ia-5', {})).toEqual({
      control: 'nist-ia-5',
      verdict: 'unknown',
      why: 'Keyturn knows no period for it.',
    });
    expect(judge('soc2-cc6.1', {})?.verdict).toBe('unknown');
  });

  it('passes through the whole life of a key, hold and day of the run included', () => {
    const account = new AnAccount(1);
    for (let today = 0; today < 220; today += 10) {
      const report = makeReport(account.live(today, today + 10).evidence(today + 10));
      expect([today, verdictOf(report, 'pci-8.6.3')]).toEqual([today, 'pass']);
    }
  });

  it('fails a current key that is overdue, and a superseded one that outlives its hold', () => {
    const overdue = makeReport(new AnAccount(1).live(0, 80).evidence(92));
    expect(resultOf(overdue, 'AKIA0000000000000001', 'pci-8.6.3')?.why).toContain('overdue');
    const kept = new AnAccount(1).live(0, 95);
    kept.tags.set('key-0', { [TAG.held]: datedTag('AKIA0000000000000001', day(100, HOUR)) });
    expect(resultOf(makeReport(kept.evidence(110)), 'AKIA0000000000000001', 'pci-8.6.3')?.verdict).toBe('pass');
    expect(resultOf(makeReport(kept.evidence(113)), 'AKIA0000000000000001', 'pci-8.6.3')?.why).toContain(
      'still is Active',
    );
  });

  it('fails a key that was replaced late, also when it is gone', () => {
    const account = new AnAccount(1).live(0, 80).live(97, 112);
    const report = makeReport(account.evidence(112));
    expect(resultOf(report, 'AKIA0000000000000001', 'nist-ia-5')).toMatchObject({ verdict: 'fail' });
    expect(resultOf(report, 'AKIA0000000000000001', 'cis-1.14')?.verdict).toBe('not-applicable');
  });

  it('fails a foreign key', () => {
    const account = new AnAccount(1).live(0, 2);
    const { accessKeyId } = account.make('ci-0', day(1, HOUR));
    expect(resultOf(makeReport(account.evidence(2)), accessKeyId, 'iso27001-5.17')?.verdict).toBe('fail');
  });
});

describe('the controls of a framework', () => {
  it.each<[Parameters<typeof controlsOf>[0], readonly (readonly [id: string, version: string, reference: string])[]]>([
    [['soc-2'], [['soc2-cc6.1', '2017, points of focus of 2022', 'CC6.1']]],
    [['soc-2', 'soc-2'], [['soc2-cc6.1', '2017, points of focus of 2022, 2017, points of focus of 2022', 'CC6.1']]],
    [
      ['pci-dss-4.0', 'pci-dss-4.0.1'],
      [
        ['pci-8.2.6', '4.0, 4.0.1', '8.2.6'],
        ['pci-8.6.3', '4.0, 4.0.1', '8.6.3'],
      ],
    ],
    [
      ['cis-6.0', 'cis-7.0'],
      [
        ['cis-1.4', '6.0.0, 7.0.0', '6.0.0: 2.3, 7.0.0: 2.4'],
        ['cis-1.12', '6.0.0, 7.0.0', '2.11'],
        ['cis-1.13', '6.0.0', '2.12'],
        ['cis-1.14', '6.0.0, 7.0.0', '6.0.0: 2.13, 7.0.0: 2.12'],
      ],
    ],
    [[], []],
  ])('%j are those that it has, with their numbers there', (frameworks, expected) => {
    const chosen = controlsOf(frameworks);
    expect(chosen.map(({ id, version, reference }) => [id, version, reference])).toEqual(expected);
    for (const { judge, id } of chosen) expect(judge).toBe(CONTROLS.find((control) => control.id === id)?.judge);
  });

  it('are all where none is chosen', () => {
    expect(controlsOf(undefined)).toBe(CONTROLS);
  });
});

describe('every control', () => {
  it('says what it asks, where to read it and what is compared, and claims nothing', () => {
    for (const { asks, source, judgedBy, version, reference } of CONTROLS) {
      expect(source).toMatch(/^https:\/\//);
      for (const text of [asks, judgedBy, version, reference]) expect(text.length).toBeGreaterThan(2);
      expect(`${asks} ${judgedBy}`).not.toMatch(/certif|complian/i);
    }
    expect(new Set(CONTROLS.map(({ id }) => id)).size).toBe(CONTROLS.length);
  });

  it('has no pass without a credential report', () => {
    const evidence = new AnAccount(1).live(0, 2).evidence(2);
    const report = makeReport({ ...evidence, credentialReport: undefined });
    expect(report.controls.map(({ verdict }) => verdict)).not.toContain('pass');
  });
});
