import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../functions/core/duration';
import type { AccessKey } from '../../../functions/core/key/access-key';
import { planDeletion } from '../../../functions/core/lifecycle/plan-deletion';
import type { RetirementInput } from '../../../functions/core/lifecycle/retirement';
import { TAG } from '../../../functions/core/names';
import {
  codes,
  DELIVERED,
  day,
  deeds,
  entryOf,
  keyOf,
  NOTHING,
  secretOf,
  tagOf,
  told,
  usesOf,
  versionOf,
} from '../web-shop';

const entry = entryOf();
const first = keyOf('first', day(0), 'Inactive');
const second = keyOf('second', day(90));
const versions = [versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')];
const tags = { [TAG.deactivated]: tagOf(first, day(100)) };

/** The ordinary state on day 110: the first key was made Inactive on day 100 and not used since. */
const due: RetirementInput = {
  entry,
  secret: secretOf(versions, tags),
  keys: [first, second],
  lastUsed: usesOf([first, day(89)]),
  now: day(110),
};
const plan = (changes: Partial<RetirementInput>) => told(planDeletion({ ...due, ...changes }));
const deletion = { do: 'delete', accessKeyId: first.accessKeyId, inactiveSince: day(100) };
const recording = [{ do: 'record-inactive', accessKeyId: first.accessKeyId }];

describe('a deletion', () => {
  it.each<[string, Date, boolean]>([
    ['before', day(110, -1), false],
    ['on', day(110), true],
    ['long after', day(300), true],
  ])('happens not before the key is old enough: %s its day', (_when, now, happens) => {
    expect(plan({ now })).toEqual(happens ? { steps: [deletion], findings: [] } : NOTHING);
  });

  it('never is of an Active key', () => {
    expect(plan({ keys: [{ ...first, status: 'Active' }, second], now: day(400) })).toEqual(NOTHING);
  });

  it('never is of the current key, even when somebody made it Inactive', () => {
    const dead: AccessKey = { ...second, status: 'Inactive' };
    const secret = secretOf(versions, { [TAG.deactivated]: tagOf(second, day(100)) });
    expect(deeds(plan({ secret, keys: [dead], lastUsed: usesOf([dead, undefined]), now: day(400) }))).toEqual([]);
  });

  it('K5: never is of a foreign key, even an Inactive one', () => {
    const foreign = keyOf('foreign', day(20), 'Inactive');
    const secret = secretOf([versionOf(second, 'AWSCURRENT', DELIVERED)], {
      [TAG.deactivated]: tagOf(foreign, day(100)),
    });
    const lastUsed = usesOf([foreign, undefined]);
    expect(plan({ secret, keys: [foreign, second], lastUsed, now: day(400) })).toEqual(NOTHING);
  });

  it('K8: does not wait for a date that somebody wrote into the future, but counts the recovery from now', () => {
    const secret = secretOf(versions, { [TAG.deactivated]: tagOf(first, day(900)) });
    expect(plan({ secret }).steps).toEqual(recording);
    expect(codes(plan({ secret }))).toEqual(['inactive-since-unknown']);
    const reactivated = secretOf(versions, { ...tags, [TAG.reactivated]: tagOf(first, day(900)) });
    expect(plan({ secret: reactivated }).steps).toEqual([deletion]);
  });

  it('waits for the last use to be known', () => {
    expect(plan({ lastUsed: new Map(), now: day(300) })).toEqual(NOTHING);
  });
});

describe('K4: the time to recover', () => {
  const since = (at: Date, now: Date) =>
    deeds(plan({ secret: secretOf(versions, { [TAG.deactivated]: tagOf(first, at) }), now }));

  it.each<[string, Date, Date, boolean]>([
    ['that began late is whole', day(108), day(118, -1), false],
    ['that began late ends', day(108), day(118), true],
    ['of a key held to the limit is whole', day(110), day(120, -1), false],
    ['that began early does not shorten its life', day(95), day(110, -1), false],
    ['of a key older than everything counts from its deactivation', day(390), day(400, -1), false],
  ])('%s', (_what, at, now, happens) => {
    expect(since(at, now)).toEqual(happens ? ['delete'] : []);
  });

  it('begins now when nobody recorded it', () => {
    const { steps, findings } = plan({ secret: secretOf(versions), now: day(300) });
    expect(steps).toEqual(recording);
    expect(findings).toMatchObject([
      { code: 'inactive-since-unknown', severity: 'notice', accessKeyId: first.accessKeyId },
    ]);
    expect(findings[0]?.message).toBe(
      `Key "${entry.id}": ${first.accessKeyId} is Inactive; Keyturn did not see when it was made Inactive. ` +
        'Its 10 days of recovery count from now.',
    );
  });

  it.each<[string, Date, string]>([
    ['after it was made Inactive', day(100, 1), 'record-inactive'],
    ['at the very instant', day(100), 'delete'],
    ['before', day(100, -SECOND), 'delete'],
  ])('begins anew for a key that was used %s', (_when, at, deed) => {
    expect(deeds(plan({ lastUsed: usesOf([first, at]) }))).toEqual([deed]);
  });

  it('of a key that was used since is told about', () => {
    const { findings } = plan({ lastUsed: usesOf([first, day(105)]) });
    expect(codes({ steps: [], findings })).toEqual(['inactive-since-unknown']);
    expect(findings[0]?.message).toContain(`used at ${day(105).toISOString()}`);
  });

  it('of a key that was made Active and Inactive again counts from the last time', () => {
    const again = { [TAG.reactivated]: tagOf(first, day(103)), [TAG.deactivated]: tagOf(first, day(113)) };
    const secret = secretOf(versions, again);
    expect(plan({ secret, now: day(123, -1) })).toEqual(NOTHING);
    expect(deeds(plan({ secret, now: day(123) }))).toEqual(['delete']);
  });
});

describe('the record of a deactivation', () => {
  it('is cleared when its key is gone: its run died right after the deletion (K9)', () => {
    expect(plan({ keys: [second] })).toEqual({ steps: [{ do: 'clear-record' }], findings: [] });
  });

  it.each<[string, Partial<RetirementInput>]>([
    ['its key is there', { now: day(105) }],
    ['its key is Active again', { keys: [{ ...first, status: 'Active' }, second] }],
    ['there is none', { secret: secretOf(versions), keys: [second] }],
    ['nobody can read it', { secret: secretOf(versions, { [TAG.deactivated]: 'x' }), keys: [second] }],
  ])('is left as it is while %s', (_what, changes) => {
    expect(deeds(plan(changes))).toEqual([]);
  });

  it('gives way to that of another Inactive key', () => {
    const gone = secretOf(versions, { [TAG.deactivated]: tagOf(keyOf('zeroth', day(-90)), day(10)) });
    expect(plan({ secret: gone }).steps).toEqual(recording);
  });

  it('is left while the key is paused', () => {
    const paused = { ...tags, [TAG.paused]: `${day(120).toISOString()} alice` };
    expect(deeds(plan({ secret: secretOf(versions, paused), keys: [second] }))).toEqual([]);
  });
});

describe('K8: a key that was young when it was superseded', () => {
  const young = keyOf('young', day(-1), 'Inactive');
  const next = keyOf('next', day(0));
  const at = (since: Date, now: Date) =>
    deeds(
      plan({
        secret: secretOf([versionOf(next, 'AWSCURRENT', DELIVERED), versionOf(young, 'AWSPREVIOUS')], {
          [TAG.deactivated]: tagOf(young, since),
        }),
        keys: [young, next],
        lastUsed: usesOf([young, undefined]),
        now,
      }),
    );

  it.each<[string, Date, Date]>([
    ['was idle', day(69), day(89)],
    ['was held to the limit', day(79), day(89)],
    ['was deactivated late, and has its whole time to recover (K4)', day(85), day(95)],
  ])('is deleted a day before its successor is due, where it %s', (_what, since, then) => {
    expect(at(since, new Date(then.getTime() - 1))).toEqual([]);
    expect(at(since, then)).toEqual(['delete']);
  });
});

describe('K3: a key whose successor does not work everywhere', () => {
  it.each<[string, Partial<RetirementInput>, string]>([
    [
      'is not delivered',
      { secret: secretOf([versionOf(second, 'AWSCURRENT'), versionOf(first)], tags) },
      'undelivered',
    ],
    ['was deleted', { keys: [first] }, 'current-key-missing'],
    ['is Inactive', { keys: [first, { ...second, status: 'Inactive' }] }, 'current-key-inactive'],
  ])('is not deleted when it %s', (_what, changes, code) => {
    const { steps, findings } = plan({ ...changes, now: day(200) });
    expect(steps).toEqual([]);
    expect(findings).toMatchObject([{ code, severity: 'attention', since: day(110) }]);
  });
});

describe('a paused key', () => {
  it.each([
    [`${day(120).toISOString()} alice freeze`, 'paused'],
    ['forever', 'invalid-pause'],
  ])('(%s) is not deleted', (tag, code) => {
    const paused = plan({ secret: secretOf(versions, { ...tags, [TAG.paused]: tag }) });
    expect(paused.steps).toEqual([]);
    expect(codes(paused)).toEqual([code]);
  });
});
