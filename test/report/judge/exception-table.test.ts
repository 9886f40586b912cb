import { describe, expect, it } from 'vitest';
import type { AcceptedException } from '../../../functions/core/config/audit-terms';
import { policyWith } from '../../../functions/core/config/policy';
import { HOUR } from '../../../functions/core/duration';
import { exceptionsOf } from '../../../functions/report/judge/exceptions';
import type { KeyJudgements } from '../../../functions/report/judge/judge-keys';
import type { GrantedException } from '../../../functions/report/judge/judged-key';
import type { ManagedKeyHistory } from '../../../functions/report/judge/model';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const evidence = new AnAccount(0).evidence(100, 11);
const policy = policyWith(undefined);
const managed = { key: 'shop', policy } as KeyJudgements['key']['managed'];
const granted = (kind: GrantedException['kind'], of: string, until = day(105)) => ({ kind, of, until });

function judged(
  accessKeyId: string,
  judgements: readonly (readonly [control: string, exception: GrantedException | undefined, why?: string])[],
  more: Partial<KeyJudgements['key']> = {},
): KeyJudgements {
  return {
    key: { id: `id-${accessKeyId}`, accessKeyId, user: 'ci-shop', managed, ...more },
    judgements: judgements.map(([control, exception, why = `${accessKeyId} ${control}`]) => ({
      control,
      exception,
      why,
    })),
  } as unknown as KeyJudgements;
}
const table = (
  keys: readonly KeyJudgements[],
  histories: readonly Partial<ManagedKeyHistory>[] = [],
  exceptions: readonly AcceptedException[] = [],
) =>
  exceptionsOf(
    { ...evidence, terms: { frameworks: undefined, exceptions: [...exceptions] } },
    keys,
    histories as ManagedKeyHistory[],
  );

const line = {
  id: 'overlap-OLD',
  kind: 'overlap',
  isInForce: true,
  until: day(105).toISOString(),
  why: 'OLD cis-1.13',
  key: 'shop',
  user: 'ci-shop',
  accessKeyId: 'OLD',
  policy: '90/100/110',
  controls: ['cis-1.13', 'cis-1.14'],
};

describe('what is excepted within the dates of a policy', () => {
  const overlap = granted('overlap', 'OLD');

  it('is told once, of the older key, with all controls that it is about', () => {
    const young = judged('NEW', [['cis-1.13', overlap]]);
    const old = judged('OLD', [
      ['cis-1.12', undefined],
      ['cis-1.13', overlap],
      ['cis-1.14', overlap],
    ]);
    expect(table([young, old])).toEqual([line]);
  });

  it.each<[string, KeyJudgements, object]>([
    [
      'is told of a key by its anchor',
      judged('OLD', [['cis-1.14', granted('due', 'id-OLD')]]),
      { id: 'due-id-OLD', kind: 'due' },
    ],
    [
      'is told of the key that has it, where what it is about is no key of the table',
      judged('NEW', [['cis-1.14', granted('due', 'GONE')]]),
      { id: 'due-GONE', kind: 'due', accessKeyId: 'NEW', why: 'NEW cis-1.14' },
    ],
    [
      'has no policy of a key that nobody manages',
      judged('OLD', [['cis-1.14', overlap]], { managed: undefined }),
      { key: undefined, policy: undefined },
    ],
  ])('%s', (_what, key, changes) => {
    expect(table([key])).toEqual([{ ...line, why: 'OLD cis-1.14', controls: ['cis-1.14'], ...changes }]);
  });

  it('is told of the key with its anchor, which is not the first one that has it', () => {
    const due = granted('due', 'id-OLD');
    const keys = [judged('NEW', [['cis-1.14', due]]), judged('OLD', [['cis-1.14', due]])];
    expect(table(keys)).toMatchObject([{ id: 'due-id-OLD', accessKeyId: 'OLD', why: 'OLD cis-1.14' }]);
  });

  it('is told with the words of the younger key where the older one has none', () => {
    expect(table([judged('NEW', [['cis-1.13', overlap, 'Words.']]), judged('OLD', [])])).toEqual([
      { ...line, why: 'Words.', controls: ['cis-1.13'] },
    ]);
  });
});

describe('what is being delivered', () => {
  const history = (since: Date | undefined, state: ManagedKeyHistory['state'] = 'undelivered') => ({
    key: 'shop',
    user: 'ci-shop',
    state,
    currentAccessKeyId: 'NEW',
    undeliveredSince: since?.toISOString(),
    policy,
  });
  const since = day(100, -2 * HOUR);

  it('is excepted for two hours', () => {
    expect(table([], [history(since)])).toEqual([
      {
        ...line,
        id: 'delivery-shop',
        kind: 'delivery',
        until: day(100).toISOString(),
        why: `NEW is being delivered, since ${since.toISOString()}.`,
        accessKeyId: 'NEW',
        controls: [],
      },
    ]);
  });

  it.each([
    ['it takes longer', history(day(100, -2 * HOUR - 1))],
    ['it is overdue as well', history(since, 'overdue')],
    ['nobody knows since when', history(undefined)],
  ])('is not where %s', (_what, given) => {
    expect(table([], [given])).toEqual([]);
  });
});

describe('what somebody has accepted', () => {
  const date = (days: number) => day(days).toISOString().slice(0, 10);
  const ACCEPTED: AcceptedException = {
    user: 'alice',
    control: 'cis-1.14',
    approver: 'Grace Hopper',
    reason: 'Moves.',
    approvedOn: date(90),
    until: date(120),
  };
  const accepted = {
    id: 'accepted-1',
    kind: 'accepted',
    isInForce: true,
    until: `${date(121)}T00:00:00.000Z`,
    why: '1 access key needs it.',
    key: undefined,
    user: 'alice',
    controls: ['cis-1.14'],
    approver: 'Grace Hopper',
    reason: 'Moves.',
    approvedOn: date(90),
  };
  const needed = (times: number, of = '1') =>
    Array.from({ length: times }, (_, at) => judged(`K${at}`, [['cis-1.14', granted('accepted', of)]]));

  it.each<[string, readonly KeyJudgements[], Partial<AcceptedException>, object]>([
    ['one key needs it', needed(1), {}, {}],
    ['two keys need it', needed(2), {}, { why: '2 access keys need it.' }],
    [
      'nothing needs it',
      needed(1, '2'),
      {},
      { isInForce: false, why: 'Nothing needs it: no key that it is about fails the control.' },
    ],
    [
      'its last day is over',
      [],
      { until: date(99) },
      { until: `${date(100)}T00:00:00.000Z`, isInForce: false, why: 'It is over, and does not count any more.' },
    ],
    [
      'it is its last day',
      [],
      { until: date(100) },
      {
        until: `${date(101)}T00:00:00.000Z`,
        isInForce: false,
        why: 'Nothing needs it: no key that it is about fails the control.',
      },
    ],
    [
      'it begins tomorrow',
      [],
      { approvedOn: date(101) },
      { isInForce: false, approvedOn: date(101), why: 'It has not begun.' },
    ],
    [
      'it begins today',
      [],
      { approvedOn: date(100) },
      {
        isInForce: false,
        approvedOn: date(100),
        why: 'Nothing needs it: no key that it is about fails the control.',
      },
    ],
    ['it is of a managed key', needed(1), { key: 'shop', user: undefined }, { key: 'shop', user: undefined }],
  ])('is told with who, why and until when, where %s', (_what, keys, changes, expected) => {
    expect(table(keys, [], [{ ...ACCEPTED, ...changes }])).toEqual([{ ...accepted, ...expected }]);
  });

  it('over at midnight is over, and begun at midnight has begun', () => {
    const midnight = { ...evidence, gatheredAt: new Date(`${date(100)}T00:00:00.000Z`) };
    const why = (changes: Partial<AcceptedException>) =>
      exceptionsOf(
        { ...midnight, terms: { frameworks: undefined, exceptions: [{ ...ACCEPTED, ...changes }] } },
        [],
        [],
      )[0]?.why;
    expect(why({ until: date(99) })).toBe('It is over, and does not count any more.');
    expect(why({ approvedOn: date(100) })).toMatch(/^Nothing needs it/);
  });

  it('is nothing where nothing is said', () => {
    expect(exceptionsOf({ ...evidence, terms: undefined }, [], [])).toEqual([]);
  });

  it('comes after what is in force, by its end and then by name', () => {
    const over = { ...ACCEPTED, approvedOn: date(1), until: date(2) };
    const keys = [
      judged('B', [['cis-1.14', granted('due', 'B')]]),
      judged('A', [['cis-1.14', granted('due', 'A')]]),
      judged('C', [['cis-1.14', granted('due', 'C', day(101))]]),
    ];
    expect(table(keys, [], [ACCEPTED, over]).map(({ id }) => id)).toEqual([
      'due-C',
      'due-A',
      'due-B',
      'accepted-2',
      'accepted-1',
    ]);
  });
});
