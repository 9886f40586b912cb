import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import type { TrailWrite } from '../../../functions/report/evidence/evidence';
import { principalOf, principalsOf } from '../../../functions/report/judge/principals';

const accounted = (name: string, by: string) => ({
  write: { by } as TrailWrite,
  event: { function: name } as AuditEvent,
});
const times = (count: number, name: string, by: string) => Array.from({ length: count }, () => accounted(name, by));

describe('the principal of a function', () => {
  it.each([
    ['one write', times(1, 'rotate', 'a'), 'a'],
    ['two of three writes', [...times(1, 'rotate', 'b'), ...times(2, 'rotate', 'a')], 'a'],
    ['half of the writes', [...times(2, 'rotate', 'b'), ...times(2, 'rotate', 'a')], undefined],
    [
      'the most writes, and not the half of them',
      [...times(2, 'rotate', 'a'), ...times(1, 'rotate', 'b'), ...times(1, 'rotate', 'c')],
      undefined,
    ],
    ['no write', times(3, 'delete', 'a'), undefined],
  ])('is whoever made more than the half of its writes: %s', (_what, all, expected) => {
    expect(principalsOf(all).ofFunction.get('rotate')).toBe(expected);
  });

  it('speaks against a write by another one', () => {
    const { doubt } = principalsOf([
      ...times(2, 'rotate', 'a'),
      ...times(1, 'rotate', 'b'),
      ...times(1, 'delete', 'c'),
    ]);
    expect(doubt(accounted('rotate', 'a'))).toBeUndefined();
    expect(doubt(accounted('rotate', 'b'))).toBe(
      'Done by b, while the other writes of the rotate function are by a: the event may be forged.',
    );
    expect(doubt(accounted('delete', 'c'))).toBeUndefined();
    expect(doubt(accounted('sync', 'b'))).toBeUndefined();
  });

  it('is nobody where no one has the half, so that each of its writes is doubtful', () => {
    const { doubt } = principalsOf([...times(1, 'rotate', 'a'), ...times(1, 'rotate', 'b')]);
    expect(doubt(accounted('rotate', 'a'))).toBe(
      'The writes of the rotate function have several principals; this one is a.',
    );
  });
});

it.each([
  ['arn:aws:sts::111122223333:assumed-role/Keyturn/session', 'arn:aws:sts::111122223333:assumed-role/Keyturn'],
  ['arn:aws-cn:sts::111122223333:assumed-role/Keyturn/a/b', 'arn:aws-cn:sts::111122223333:assumed-role/Keyturn'],
  ['arn:aws:sts::111122223333:assumed-role/Keyturn', 'arn:aws:sts::111122223333:assumed-role/Keyturn'],
  ['arn:aws:iam::111122223333:user/ci/alice', 'arn:aws:iam::111122223333:user/ci/alice'],
  ['x arn:aws:sts::1:assumed-role/Keyturn/session', 'x arn:aws:sts::1:assumed-role/Keyturn/session'],
  ['arn:aws:sts::111122223333:assumed-role//session', 'arn:aws:sts::111122223333:assumed-role//session'],
])('%s is %s: whoever calls chooses the name of the session', (by, expected) => {
  expect(principalOf({ by })).toBe(expected);
});
