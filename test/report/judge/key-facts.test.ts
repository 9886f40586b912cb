import { describe, expect, it } from 'vitest';
import type { Evidence, ReportedKey } from '../../../functions/report/evidence/evidence';
import { type KeyFacts, keyFactsOf } from '../../../functions/report/judge/key-facts';
import type { KeyLife, ManagedKeyHistory } from '../../../functions/report/judge/model';
import { scopeOf } from '../../../functions/report/judge/scope';
import { day } from '../../core/web-shop';
import { ACCOUNT } from './a-run';
import { AnAccount } from './account';

const ARN = `arn:aws:iam::${ACCOUNT}:user/`;
const slot = (number: 1 | 2, createdAt: Date | undefined, more: Partial<ReportedKey> = {}): ReportedKey => ({
  slot: number,
  active: true,
  createdAt,
  lastUsed: 'never',
  ...more,
});
const listed = (accessKeyId: string, createdAt: Date, status: 'Active' | 'Inactive' = 'Active') => ({
  user: 'ci-0',
  accessKeyId,
  status,
  createdAt,
});
const life = (accessKeyId: string, from: Date | undefined, more: Partial<KeyLife> = {}): KeyLife => ({
  accessKeyId,
  origin: 'keyturn',
  phases: from === undefined ? [] : [{ phase: 'current', from: from.toISOString() }],
  marks: [],
  ...more,
});

interface Given {
  readonly slots?: readonly ReportedKey[] | undefined;
  readonly keys?: Evidence['listedKeys'];
  readonly lives?: readonly KeyLife[];
  readonly current?: string;
  readonly changes?: Partial<Evidence>;
}

/** What is known of the keys of the one managed user, on day 100 of a period since day 11. */
function facts({ slots, keys = [], lives = [], current, changes = {} }: Given): readonly KeyFacts[] {
  const evidence = new AnAccount(1).evidence(100, 11, {
    listedKeys: keys,
    credentialReport: slots && {
      generatedAt: day(100),
      principals: [{ user: 'ci-0', arn: `${ARN}ci-0`, isRoot: false, keys: slots }],
      unknownColumns: [],
    },
    ...changes,
  });
  const scope = scopeOf(evidence);
  const history = { key: 'key-0', user: 'ci-0', lives, currentAccessKeyId: current } as unknown as ManagedKeyHistory;
  return keyFactsOf(evidence, scope, [history]);
}
/** The same, without what all of them have. */
const told = (given: Given) =>
  facts(given).map(({ user, arn, isRoot, managed, life: of, ...rest }) => {
    expect([user, arn, isRoot, managed?.key]).toEqual(['ci-0', `${ARN}ci-0`, false, 'key-0']);
    return { ...rest, life: of?.accessKeyId };
  });

describe('a key of a managed user', () => {
  const fact = {
    id: 'A',
    accessKeyId: 'A',
    role: 'superseded',
    status: 'Active',
    createdAt: day(50),
    endedAt: undefined,
    lastUsed: 'never',
    life: 'A',
  };

  it.each<[string, Given, object]>([
    ['is known by the report, IAM and its life', { slots: [slot(1, day(50))], keys: [listed('A', day(50))] }, {}],
    [
      'is the current one where its life is',
      { slots: [], keys: [listed('A', day(50))], current: 'A' },
      { role: 'current', lastUsed: 'unknown' },
    ],
    [
      'is not the current one where another is',
      { slots: [slot(1, day(50))], keys: [listed('A', day(50))], current: 'B' },
      {},
    ],
    [
      'was last used as the report says',
      { slots: [slot(1, day(50), { lastUsed: day(99) })], keys: [listed('A', day(50))] },
      { lastUsed: day(99) },
    ],
    [
      'has the status that IAM lists',
      { slots: [slot(1, day(50))], keys: [listed('A', day(50), 'Inactive')] },
      { status: 'Inactive' },
    ],
    [
      'has the creation that IAM lists',
      { slots: [slot(1, day(50))], keys: [listed('A', day(50, 1000))] },
      { createdAt: day(50, 1000) },
    ],
    [
      'is unreported where the report has no such key',
      { slots: [], keys: [listed('A', day(50))] },
      { lastUsed: 'unknown' },
    ],
  ])('%s', (_what, given, changes) => {
    expect(told({ lives: [life('A', day(50))], ...given })).toEqual([{ ...fact, ...changes }]);
  });

  it.each<[string, Given, object]>([
    ['by its life', { lives: [life('A', day(50, 1000))] }, { createdAt: day(50, 1000) }],
    [
      'by a mark of a life that has no phases',
      { lives: [life('A', undefined, { marks: [{ kind: 'created', at: day(50).toISOString(), label: 'x' }] })] },
      {},
    ],
    [
      'by the slot alone, where no life began then',
      { lives: [] },
      { id: 'ci-0-slot-1', accessKeyId: undefined, life: undefined },
    ],
    [
      'by the slot, which is Inactive',
      { slots: [slot(1, day(50), { active: false })], lives: [life('A', day(50))] },
      { status: 'Inactive' },
    ],
  ])('that IAM was not asked for is known %s', (_what, given, changes) => {
    const unlisted = { changes: { listedKeys: undefined } };
    expect(told({ slots: [slot(1, day(50))], ...unlisted, ...given })).toEqual([{ ...fact, ...changes }]);
  });

  it('that IAM was not asked for has one slot only, though another life began in the same second', () => {
    const given = { lives: [life('A', day(50)), life('B', day(50))], changes: { listedKeys: undefined } };
    expect(told({ slots: [slot(1, day(50)), slot(2, day(50))], ...given }).map(({ id }) => id)).toEqual(['A', 'B']);
  });

  it.each<[string, Partial<KeyLife>, 'Active' | 'Inactive']>([
    ['current', {}, 'Active'],
    [
      'Inactive',
      {
        phases: [
          { phase: 'current', from: day(50).toISOString() },
          { phase: 'inactive', from: day(60).toISOString() },
        ],
      },
      'Inactive',
    ],
    [
      'Active again',
      {
        phases: [
          { phase: 'current', from: day(50).toISOString() },
          { phase: 'inactive', from: day(55).toISOString() },
          { phase: 'overlap', from: day(60).toISOString() },
        ],
      },
      'Active',
    ],
  ])('of which only the record tells is %s at last', (_what, more, status) => {
    const given = { lives: [life('A', day(50), more)], changes: { listedKeys: undefined } };
    expect(told({ slots: undefined, ...given })).toEqual([{ ...fact, status, lastUsed: 'unknown' }]);
  });

  it.each<[string, Given, object]>([
    ['it was deleted', { lives: [life('A', day(50), { endedAt: day(60).toISOString() })] }, { endedAt: day(60) }],
    ['it was found gone', { lives: [life('A', day(50), { foundGoneAt: day(60).toISOString() })] }, {}],
    [
      'it was deleted on the first day',
      { lives: [life('A', day(5), { endedAt: day(11).toISOString() })] },
      { createdAt: day(5), endedAt: day(11) },
    ],
  ])('is gone where %s within the period', (_what, given, changes) => {
    const gone = { ...fact, role: 'gone', status: 'Deleted', lastUsed: 'unknown', ...changes };
    expect(told({ slots: [], ...given })).toEqual([gone]);
    expect(told({ slots: [], ...given, changes: { listedKeys: undefined } })).toEqual([gone]);
  });

  it.each<[string, readonly KeyLife[]]>([
    ['it was deleted before the period', [life('A', day(1), { endedAt: day(11, -1).toISOString() })]],
    ['it was found gone before the period', [life('A', day(1), { foundGoneAt: day(10).toISOString() })]],
    ['IAM does not list it, and nobody knows its end', [life('A', day(1))]],
  ])('is none where %s', (_what, lives) => {
    expect(told({ slots: [], lives })).toEqual([]);
  });

  it('is gone where the report has it still and IAM lists it no more', () => {
    expect(told({ slots: [slot(1, day(50), { lastUsed: day(60) })], keys: [], lives: [life('A', day(50))] })).toEqual([
      { ...fact, role: 'gone', status: 'Deleted', lastUsed: day(60) },
    ]);
  });

  it('is the one of the same creation where the report has it still and IAM lists it no more', () => {
    const lives = [life('B', day(40)), life('A', day(50), { endedAt: day(99).toISOString() }), life('C', day(50))];
    expect(
      told({ slots: [slot(1, day(50))], keys: [listed('B', day(40))], lives }).map(({ id, role }) => [id, role]),
    ).toEqual([
      ['A', 'gone'],
      ['B', 'superseded'],
    ]);
  });

  it('is foreign where its life is, and unmanaged once its user is managed no more', () => {
    const given = {
      slots: [slot(1, day(50))],
      keys: [listed('A', day(50))],
      lives: [life('A', day(50), { origin: 'foreign' })],
    } as const;
    expect(told(given)).toMatchObject([{ role: 'foreign' }]);
    const [managed] = new AnAccount(1).live(0, 1).evidence(1).record?.events ?? [];
    const record = { logGroup: '/keyturn/audit', beginsAt: day(0), unreadable: [] };
    const events = [
      { ...(managed ?? expect.fail('no event')), key: 'key-0', user: 'ci-0', policy: new AnAccount(1).entry().policy },
    ];
    expect(told({ ...given, current: 'A', changes: { entries: [], record: { ...record, events } } })).toMatchObject([
      { role: 'unmanaged' },
    ]);
  });

  it('is no key of the report that is younger than that', () => {
    const undated = slot(1, undefined, { active: false, lastUsed: day(50) });
    const given = { slots: [undated], keys: [listed('A', day(70), 'Inactive')], lives: [life('A', day(70))] };
    const report = (generatedAt: Date) => ({
      credentialReport: {
        generatedAt,
        principals: [{ user: 'ci-0', arn: `${ARN}ci-0`, isRoot: false, keys: [undated] }],
        unknownColumns: [],
      },
    });
    expect(told({ ...given, changes: report(day(70)) }).map(({ id }) => id)).toEqual(['A']);
    expect(told({ ...given, changes: report(day(69)) }).map(({ id }) => id)).toEqual(['A', 'ci-0-slot-1']);
  });

  it('has a made-up ARN where there is no report', () => {
    expect(told({ slots: undefined, keys: [listed('A', day(50))], lives: [life('A', day(50))] })).toEqual([
      { ...fact, lastUsed: 'unknown' },
    ]);
  });
});

describe('a key of another user', () => {
  const reported = (...users: (readonly [string, ...ReportedKey[]])[]): Partial<Evidence> => ({
    credentialReport: {
      generatedAt: day(100),
      principals: users.map(([user, ...keys]) => ({ user, arn: `${ARN}${user}`, isRoot: user === 'root', keys })),
      unknownColumns: [],
    },
  });

  it('is its slot, with what the report says', () => {
    const changes = reported(['alice', slot(1, day(1)), slot(2, undefined, { active: false, lastUsed: day(50) })]);
    const alice = {
      user: 'alice',
      arn: `${ARN}alice`,
      isRoot: false,
      accessKeyId: undefined,
      managed: undefined,
      life: undefined,
      role: 'unmanaged',
      endedAt: undefined,
    };
    expect(facts({ changes })).toEqual([
      { ...alice, id: 'alice-slot-1', status: 'Active', createdAt: day(1), lastUsed: 'never' },
      { ...alice, id: 'alice-slot-2', status: 'Inactive', createdAt: undefined, lastUsed: day(50) },
    ]);
  });

  it('that is an empty slot is none', () => {
    expect(facts({ changes: reported(['alice', slot(1, undefined, { active: false })]) })).toEqual([]);
  });

  it('comes after those of root, and by name', () => {
    const changes = reported(
      ['bob', slot(1, day(1))],
      ['alice', slot(2, day(1)), slot(1, day(1))],
      ['root', slot(1, day(1))],
    );
    expect(facts({ changes }).map(({ id, role }) => `${id} ${role}`)).toEqual([
      'root-slot-1 root',
      'alice-slot-1 unmanaged',
      'alice-slot-2 unmanaged',
      'bob-slot-1 unmanaged',
    ]);
  });

  it('that a managed key had before is of nobody', () => {
    const account = new AnAccount(1);
    account.run('rotate', day(0), (run) => run.tell('key-created', { key: 'key-0', user: 'before', accessKeyId: 'X' }));
    const evidence = { ...account.evidence(100, 11), ...reported(['before', slot(1, day(1))]) };
    const history = { key: 'key-0', lives: [] } as unknown as ManagedKeyHistory;
    expect(keyFactsOf(evidence, scopeOf(evidence), [history])).toMatchObject([
      { id: 'before-slot-1', role: 'unmanaged' },
    ]);
  });

  it('is unmanaged where its history is not known, and where root has the name of a managed user', () => {
    const evidence = { ...new AnAccount(1).evidence(100, 11), ...reported(['ci-0', slot(1, day(1))]) };
    expect(keyFactsOf(evidence, scopeOf(evidence), [])).toMatchObject([{ id: 'ci-0-slot-1', role: 'unmanaged' }]);
    const root = { user: 'ci-0', arn: `arn:aws:iam::${ACCOUNT}:root`, isRoot: true, keys: [slot(1, day(1))] };
    const credentialReport = { generatedAt: day(100), principals: [root], unknownColumns: [] };
    expect(facts({ changes: { credentialReport } })).toMatchObject([
      { id: 'ci-0-slot-1', role: 'root', managed: undefined },
    ]);
  });
});
