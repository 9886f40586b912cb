import { describe, expect, it } from 'vitest';
import type { ManifestMismatch } from '../../../functions/core/seal/compare-manifests';
import { makeReport } from '../../../functions/report/judge/make-report';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const dayOf = (days: number) => day(days).toISOString().slice(0, 10);

function report(mismatches: readonly ManifestMismatch[], since = 0) {
  const evidence = new AnAccount().live(0, 40).evidence(40, since);
  const { record } = evidence;
  return makeReport({ ...evidence, record: record && { ...record, mismatches } });
}

describe('a manifest that the record does not agree with', () => {
  it('is a sign of tampering, on the list and in the verdict, one item for each day and reason', () => {
    const { attention, summary } = report([
      { why: 'other-end', day: dayOf(10), attempt: 'a-1' },
      { why: 'other-end', day: dayOf(10), attempt: 'a-2' },
      { why: 'not-named', day: dayOf(12), attempt: 'b-1' },
    ]);
    expect(attention.map(({ kind, severity, title }) => [kind, severity, title])).toEqual([
      ['tampering', 'high', `1 attempt that the manifest of the day does not name (${dayOf(12)})`],
      [
        'tampering',
        'high',
        expect.stringMatching(/^2 attempts that the manifest of the day names, and the record has/),
      ],
    ]);
    expect(attention[1]?.detail).toContain('a-1, a-2. ');
    expect(summary.verdict).toBe('cannot-tell');
    expect(summary.headline).toContain('2 signs of tampering were found');
  });

  it('is told of the days of the period, and names some of many', () => {
    const many = Array.from({ length: 9 }, (_, index) => ({
      why: 'other-end' as const,
      day: dayOf(20),
      attempt: `a-${index}`,
    }));
    const { attention } = report([...many, { why: 'not-named', day: dayOf(2), attempt: 'b' }], 10);
    expect(attention).toHaveLength(1);
    expect(attention[0]?.detail).toContain('a-4, and 4 more. ');
  });

  it('is nothing in a record that agrees', () => {
    expect(report([]).attention).toEqual([]);
  });
});
