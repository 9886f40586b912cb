import { describe, expect, it } from 'vitest';
import { policyWith } from '../../../functions/core/config/policy';
import { daysOf, exceptionsInWords, judgeOverlap } from '../../../functions/report/judge/exception-words';
import type { KeyFacts } from '../../../functions/report/judge/key-facts';
import type { Exception, ExceptionKind } from '../../../functions/report/judge/model';
import { day } from '../../core/web-shop';

const policy = policyWith(undefined);
const until = day(100);

it('a policy is its days', () => {
  expect(daysOf(policy)).toBe('90/100/110');
});

describe('an overlap', () => {
  const key = { accessKeyId: 'AKIAOLD', managed: { policy } } as unknown as KeyFacts;
  const judge = (state: 'overlap' | 'held' | 'beyond', of = key) => judgeOverlap('Two keys.', of, { state, until });

  it.each([
    ['overlap', 'AKIAOLD overlaps with its successor until 2026-04-11 (policy 90/100/110).'],
    ['held', 'AKIAOLD is held, because it is in use, until 2026-04-11 at the latest (policy 90/100/110).'],
  ] as const)('in the state %s is an exception', (state, says) => {
    expect(judge(state)).toEqual({
      verdict: 'exception',
      why: `Two keys. ${says}`,
      exception: { kind: state, until, of: 'AKIAOLD' },
    });
  });

  it('beyond its dates fails', () => {
    expect(judge('beyond')).toEqual({
      verdict: 'fail',
      why: 'Two keys. AKIAOLD should have been made Inactive on 2026-04-11, and still is Active.',
    });
  });

  it('of a key that is managed no more names no policy', () => {
    expect(judge('overlap', { ...key, managed: undefined }).why).toBe(
      'Two keys. AKIAOLD overlaps with its successor until 2026-04-11.',
    );
  });
});

describe('what is excepted now', () => {
  const exception = (kind: ExceptionKind, more: Partial<Exception> = {}): Exception => ({
    id: 'x',
    kind,
    isInForce: true,
    until: until.toISOString(),
    why: 'because',
    controls: [],
    ...more,
  });

  it.each<[ExceptionKind, string, string]>([
    ['overlap', '1 key overlaps with its successor', '2 keys overlap with their successors'],
    ['held', '1 key is held in use', '2 keys are held in use'],
    ['due', '1 key is due for the next run', '2 keys are due for the next run'],
    ['first-rotation', '1 key waits for the first rotation', '2 keys wait for the first rotation'],
    ['delivery', '1 key is being delivered', '2 keys are being delivered'],
    ['accepted', '1 is accepted', '2 are accepted'],
  ])('is said of one and of two: %s', (kind, one, two) => {
    expect(exceptionsInWords([exception(kind)])).toEqual([`${one} until 2026-04-11 at the latest`]);
    expect(exceptionsInWords([exception(kind), exception(kind)])).toEqual([`${two} until 2026-04-11 at the latest`]);
  });

  it('is said kind by kind, until the last of each, whatever its place', () => {
    const later = { until: day(120).toISOString() };
    expect(
      exceptionsInWords([
        exception('held'),
        exception('due', later),
        exception('held', later),
        exception('held'),
        exception('delivery', { isInForce: false }),
      ]),
    ).toEqual([
      '3 keys are held in use until 2026-05-01 at the latest',
      '1 key is due for the next run until 2026-05-01 at the latest',
    ]);
  });

  it.each<[string, readonly Partial<Exception>[], string]>([
    ['one policy', [{ policy: 'a' }], '1 key is due for the next run until 2026-04-11 at the latest (policy a)'],
    [
      'one policy twice',
      [{ policy: 'a' }, { policy: 'a' }],
      '2 keys are due for the next run until 2026-04-11 at the latest (policy a)',
    ],
    [
      'three policies',
      [{ policy: 'a' }, { policy: 'b' }, { policy: 'c' }],
      '3 keys are due for the next run until 2026-04-11 at the latest (policies a, b, c)',
    ],
    [
      'too many policies',
      ['a', 'b', 'c', 'd'].map((policy) => ({ policy })),
      '4 keys are due for the next run until 2026-04-11 at the latest',
    ],
  ])('is said with its policies: %s', (_what, names, says) => {
    expect(exceptionsInWords(names.map((more) => exception('due', more)))).toEqual([says]);
  });

  it('is said with who accepted it', () => {
    const approvers = ['alice', 'bob', 'alice'].map((approver) => exception('accepted', { approver, policy: 'a' }));
    expect(exceptionsInWords(approvers)).toEqual(['3 are accepted until 2026-04-11 at the latest (by alice, bob)']);
  });
});
