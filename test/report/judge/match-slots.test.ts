import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../functions/core/duration';
import type { ReportedKey } from '../../../functions/report/evidence/evidence';
import { makeReport } from '../../../functions/report/judge/make-report';
import { matchSlots } from '../../../functions/report/judge/match-slots';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

describe('the slots of the credential report', () => {
  const slot = (number: 1 | 2, createdAt: Date | undefined, active = true): ReportedKey => ({
    slot: number,
    active,
    createdAt,
    lastUsed: 'unknown',
  });
  const key = (name: string, createdAt: Date, status: 'Active' | 'Inactive' = 'Active') => ({
    user: 'ci-0',
    accessKeyId: name,
    status,
    createdAt,
  });
  const names = (slots: ReportedKey[], keys: ReturnType<typeof key>[]) =>
    matchSlots(slots, keys, day(100)).map(
      ({ slot: found, key: listed }) => `${found?.slot ?? '-'} ${listed?.accessKeyId ?? '-'}`,
    );

  it.each<[string, ReportedKey[], ReturnType<typeof key>[], string[]]>([
    [
      'by the second, in any order',
      [slot(1, day(5)), slot(2, day(1))],
      [key('A', day(1)), key('B', day(5, SECOND))],
      ['1 B', '2 A'],
    ],
    [
      'by status within a second',
      [slot(1, day(1)), slot(2, day(1), false)],
      [key('A', day(1), 'Inactive'), key('B', day(1))],
      ['1 B', '2 A'],
    ],
    ['by the second when the status has changed since', [slot(1, day(1))], [key('A', day(1), 'Inactive')], ['1 A']],
    ['one without a date, when one is left', [slot(1, undefined, false)], [key('A', day(1), 'Inactive')], ['1 A']],
    ['none that is younger than the report', [slot(1, day(1))], [key('A', day(101))], ['1 -', '- A']],
    ['one that is as old as the report', [slot(1, undefined)], [key('A', day(100))], ['1 A']],
    [
      'none of two without a date',
      [slot(1, undefined, false), slot(2, undefined, false)],
      [key('A', day(1), 'Inactive')],
      ['1 -', '2 -', '- A'],
    ],
    [
      'none without a date of two keys',
      [slot(1, undefined, false)],
      [key('A', day(1), 'Inactive'), key('B', day(2), 'Inactive')],
      ['1 -', '- A', '- B'],
    ],
    [
      'within two seconds',
      [slot(1, day(1, 2 * SECOND)), slot(2, day(9))],
      [key('A', day(1)), key('B', day(5))],
      ['1 A', '2 B'],
    ],
    [
      'none within more',
      [slot(1, day(1, 2 * SECOND + 1)), slot(2, day(9))],
      [key('A', day(1)), key('B', day(5))],
      ['1 -', '2 -', '- A', '- B'],
    ],
    ['an Inactive one with a date', [{ ...slot(1, day(1), false), lastUsed: 'never' }], [], ['1 -']],
    [
      'none that is empty',
      [{ ...slot(1, undefined, false), lastUsed: 'never' }],
      [key('A', day(1), 'Inactive')],
      ['- A'],
    ],
    [
      'none by guessing',
      [slot(1, day(1)), slot(2, day(2))],
      [key('A', day(3)), key('B', day(4))],
      ['1 -', '2 -', '- A', '- B'],
    ],
  ])('are matched %s', (_, slots, keys, expected) => {
    expect(names(slots, keys)).toEqual(expected);
  });

  it('name the keys of managed users when IAM did not list them', () => {
    const report = makeReport({ ...new AnAccount(1).live(0, 2).evidence(2), listedKeys: undefined });
    expect(report.accessKeys).toMatchObject([{ id: 'AKIA0000000000000001', role: 'current', status: 'Active' }]);
  });

  it('list a key that was deleted since the report was made as gone', () => {
    const account = new AnAccount(1).live(0, 95);
    const { credentialReport } = account.evidence(95);
    const old = account.key();
    account.delete(old);
    const report = makeReport({ ...account.evidence(95), credentialReport });
    expect(report.accessKeys.map(({ id, role }) => `${id} ${role}`)).toEqual([
      'AKIA0000000000000001 gone',
      'AKIA0000000000000002 current',
    ]);
    expect(report.summary.accessKeys).toBe(1);
  });
});
