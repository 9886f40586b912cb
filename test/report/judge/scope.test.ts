import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { scopeOf } from '../../../functions/report/judge/scope';
import { day, entryOf, secretOf } from '../../core/web-shop';
import { ARun } from './a-run';
import { AnAccount } from './account';

const nobody = new AnAccount(0).evidence(10, 0);
const entry = entryOf({ id: 'shop', user: 'ci-shop' });
const { policy } = entryOf({ policy: { rotateAfter: 30, deactivateAfter: 37, deleteAfter: 44 } });

function told(at: number, more: Partial<AuditEvent>): AuditEvent {
  const run = new ARun({ events: [], write: () => expect.fail() }, 'rotate', day(at), `run-${at}`);
  return run.tell('key-created', { key: 'shop', ...more });
}
const scope = (changes: Partial<Evidence>, events: readonly AuditEvent[] = []) =>
  scopeOf({ ...nobody, listedKeys: [], record: nobody.record && { ...nobody.record, events }, ...changes });
const listed = (user: string, accessKeyId: string) =>
  ({ user, accessKeyId, status: 'Active', createdAt: day(1) }) as const;

describe('a managed key', () => {
  const bare = {
    key: 'shop',
    user: 'ci-shop',
    policy: entry.policy,
    entry,
    changedAt: undefined,
    secret: undefined,
    events: [],
    listed: [],
    since: undefined,
  };

  it('of the registry has what there is of it', () => {
    const secret = { ...secretOf([], {}, day(2)), name: 'keyturn/shop' };
    const events = [told(1, { accessKeyId: 'A' }), told(3, { accessKeyId: 'B' })];
    const others = [told(0, { key: 'api' }), told(0, { key: undefined })];
    const evidence = {
      entries: [entry],
      entriesChangedAt: new Map([['shop', day(4)]]),
      secrets: [{ ...secret, name: 'keyturn/api' }, secret],
      listedKeys: [listed('ci-shop', 'A'), listed('alice', 'X')],
    };
    expect(scope(evidence, [...events, ...others]).keys).toEqual([
      { ...bare, changedAt: day(4), secret, events, listed: [listed('ci-shop', 'A')], since: day(2) },
    ]);
  });

  it('of which nothing else is known is there all the same', () => {
    expect(scope({ entries: [entry], secrets: undefined, record: undefined }).keys).toEqual([bare]);
  });

  it('without a secret is managed since Keyturn spoke of it first', () => {
    expect(scope({ entries: [entry], secrets: [] }, [told(3, {}), told(5, {})]).keys[0]?.since).toEqual(day(3));
  });

  it.each<[string, Partial<Evidence>, object | undefined]>([
    ['IAM listed none', {}, []],
    ['IAM was not asked', { listedKeys: undefined }, undefined],
    ['IAM did not list this user', { usersNotListed: ['ci-shop'] }, undefined],
    ['IAM did not list another user', { usersNotListed: ['alice'] }, []],
  ])('has the keys of its user, where %s', (_what, changes, expected) => {
    expect(scope({ entries: [entry], ...changes }).keys[0]?.listed).toEqual(expected);
  });

  it('that is managed no more is known by what the record named last', () => {
    const events = [
      told(1, { user: 'old', policy: entry.policy }),
      told(2, { user: 'ci', policy }),
      told(3, { policy: undefined }),
    ];
    expect(scope({}, events).keys).toEqual([
      { ...bare, user: 'ci', policy, entry: undefined, events, listed: undefined, since: day(1) },
    ]);
    expect(scope({ listedKeys: [listed('ci', 'A')] }, events).keys[0]?.listed).toEqual([listed('ci', 'A')]);
  });

  it.each([
    ['no user', { policy }],
    ['no policy', { user: 'ci' }],
  ])('that the record names with %s is none', (_what, more) => {
    expect(scope({}, [told(1, more)]).keys).toEqual([]);
  });

  it('is in the order of their names, and found by its own', () => {
    const given = scope({ entries: [entry, entryOf({ id: 'api', user: 'ci-api' })] }, [
      told(1, { key: 'gone', user: 'x', policy }),
    ]);
    expect(given.keys.map(({ key }) => key)).toEqual(['api', 'gone', 'shop']);
    expect([...given.byKey].map(([key, managed]) => [key, managed.key])).toEqual(
      ['api', 'gone', 'shop'].map((key) => [key, key]),
    );
  });
});

describe('whose a user is', () => {
  const owners = (changes: Partial<Evidence>, events: readonly AuditEvent[]) =>
    Object.fromEntries([...scope(changes, events).byUser].map(([user, { key }]) => [user, key]));

  it('is of the key that has it now', () => {
    expect(owners({ entries: [entry] }, [])).toEqual({ 'ci-shop': 'shop' });
  });

  it('is of the first key that had it', () => {
    const events = [
      told(1, { key: 'b', user: 'old', policy }),
      told(2, { key: 'b', user: 'new', policy }),
      told(3, { key: 'c', user: 'old', policy }),
      told(4, { key: 'c', user: 'other', policy }),
      told(5, { key: 'c', user: undefined, policy }),
    ];
    expect(owners({}, events)).toEqual({ old: 'b', new: 'b', other: 'c' });
  });

  it('is of the key that has it last, before one that had it once', () => {
    const events = [
      told(1, { key: 'a', user: 'ci', policy }),
      told(2, { key: 'a', user: 'x', policy }),
      told(3, { key: 'b', user: 'ci', policy }),
    ];
    expect(owners({}, events)).toEqual({ ci: 'b', x: 'a' });
  });

  it('is of the key of the registry, before one that had it last', () => {
    const events = [told(1, { key: 'z', user: 'ci-shop', policy })];
    expect(owners({ entries: [entry] }, events)).toEqual({ 'ci-shop': 'shop' });
  });
});

it('whose an access key is tells the record, and IAM', () => {
  const given = scope({ entries: [entry], listedKeys: [listed('ci-shop', 'A'), listed('alice', 'X')] }, [
    told(1, { accessKeyId: 'B' }),
    told(2, { accessKeyId: undefined }),
  ]);
  expect([...given.byAccessKey].map(([id, { key }]) => [id, key])).toEqual([
    ['B', 'shop'],
    ['A', 'shop'],
  ]);
});
