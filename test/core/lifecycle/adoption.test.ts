import { describe, expect, it } from 'vitest';
import type { AccessKey } from '../../../functions/core/key/access-key';
import { planDeactivation } from '../../../functions/core/lifecycle/plan-deactivation';
import { planDeletion } from '../../../functions/core/lifecycle/plan-deletion';
import { planRotation } from '../../../functions/core/lifecycle/plan-rotation';
import type { RetirementInput } from '../../../functions/core/lifecycle/retirement';
import { TAG } from '../../../functions/core/names';
import {
  DELIVERED,
  day,
  deeds,
  entryOf,
  handMade,
  keyOf,
  NOTHING,
  secretOf,
  seenAt,
  tagOf,
  told,
  usesOf,
  versionOf,
} from '../web-shop';

const older = keyOf('older', day(-400));
const newer = keyOf('newer', day(-300));
const inactive = (key: AccessKey): AccessKey => ({ ...key, status: 'Inactive' });

/** A user that comes with two keys; one of them has not been used for a hundred days. */
const full: RetirementInput = {
  entry: entryOf({ adopt: 'replace-idle' }),
  secret: secretOf([]),
  keys: [older, newer],
  lastUsed: usesOf([older, day(-1)], [newer, day(-100)]),
  now: day(0),
};
const retire = (changes: Partial<RetirementInput>) => told(planDeactivation({ ...full, ...changes }));
const remove = (changes: Partial<RetirementInput>) => told(planDeletion({ ...full, ...changes }));
const deactivated = (key: AccessKey) => [{ do: 'deactivate', accessKeyId: key.accessKeyId, reason: 'replace-idle' }];

describe('adopting a user with two keys', () => {
  it('makes room by the one that is idle', () => {
    expect(retire({})).toEqual({ steps: deactivated(newer), findings: [] });
  });

  it('makes room by the one that is idle for longer', () => {
    expect(retire({ lastUsed: usesOf([older, day(-150)], [newer, day(-200)]) }).steps).toEqual(deactivated(newer));
    expect(retire({ lastUsed: usesOf([older, undefined], [newer, undefined]) }).steps).toEqual(deactivated(older));
  });

  it.each<[string, Partial<RetirementInput>]>([
    ['nothing may be replaced', { entry: entryOf({ adopt: 'keep' }) }],
    ['there is one key only', { keys: [newer] }],
    ['one of them is Inactive already', { keys: [inactive(older), newer] }],
  ])('does nothing when %s', (_what, changes) => {
    expect(retire(changes)).toEqual(NOTHING);
  });

  it.each<[string, Partial<RetirementInput>, string]>([
    [
      'both are in use',
      { lastUsed: usesOf([older, day(-1)], [newer, day(-100, 1)]) },
      'AKIA00000000000OLDER (1 days idle) and AKIA00000000000NEWER (99 days idle)',
    ],
    [
      'the last use of both is not known',
      { lastUsed: new Map() },
      'AKIA00000000000OLDER (unknown) and AKIA00000000000NEWER (unknown)',
    ],
    [
      'the other one is younger than that',
      { keys: [older, keyOf('young', day(-20))] },
      'AKIA00000000000OLDER (1 days idle) and AKIA00000000000YOUNG (unknown)',
    ],
  ])('asks a person when %s', (_what, changes, says) => {
    const { steps, findings } = retire(changes);
    expect(steps).toEqual([]);
    expect(findings).toMatchObject([{ code: 'two-keys', severity: 'attention', key: 'web-shop-production' }]);
    expect(findings[0]?.message).toBe(
      'User bitbucket-web-shop of key "web-shop-production" has two access keys and neither has been idle for 100 days: ' +
        `${says}. A person has to decide which one can go.`,
    );
  });

  it('counts a key that never was used from its creation', () => {
    const unused = keyOf('unused', day(-100));
    const at = (now: Date) =>
      retire({ keys: [older, unused], lastUsed: usesOf([older, now], [unused, undefined]), now });
    expect(at(day(0, -1)).steps).toEqual([]);
    expect(at(day(0)).steps).toEqual(deactivated(unused));
  });

  it('works the same where somebody put a value into the secret before', () => {
    expect(retire({ secret: secretOf([{ versionId: handMade, labels: ['AWSCURRENT'] }]) }).steps).toEqual(
      deactivated(newer),
    );
  });

  it('records that a person wants the key back, and counts anew from there', () => {
    const tags = { [TAG.deactivated]: tagOf(newer, day(0)) };
    const { steps, findings } = retire({ secret: secretOf([], tags), now: day(3) });
    expect(steps).toEqual([{ do: 'record-reactivation', accessKeyId: newer.accessKeyId }]);
    expect(findings).toMatchObject([{ code: 'reactivated', severity: 'attention' }]);
    const recorded = secretOf([], { ...tags, [TAG.reactivated]: tagOf(newer, day(3)) });
    const lastUsed = usesOf([older, day(102)], [newer, day(-100)]);
    expect(deeds(retire({ secret: recorded, lastUsed, now: day(103, -1) }))).toEqual([]);
    expect(deeds(retire({ secret: recorded, lastUsed, now: day(103) }))).toEqual(['deactivate']);
  });

  it('K5: never makes room by a foreign key', () => {
    const foreign = keyOf('foreign', day(1));
    const lastUsed = usesOf([older, day(299)], [foreign, undefined]);
    const { steps, findings } = retire({ keys: [older, foreign], lastUsed, now: day(300) });
    expect(steps).toEqual([]);
    expect(findings).toMatchObject([{ code: 'two-keys' }]);
  });

  it('makes room beside a foreign key that is Inactive, because that one is never deleted', () => {
    const foreign = keyOf('foreign', day(1), 'Inactive');
    const lastUsed = usesOf([older, day(-100)], [foreign, undefined]);
    expect(retire({ keys: [older, foreign], lastUsed, now: day(5) }).steps).toEqual(deactivated(older));
  });
});

describe('the key that makes room', () => {
  const retired = { secret: secretOf([], { [TAG.deactivated]: tagOf(newer, day(0)) }), keys: [older, inactive(newer)] };

  it.each<[string, Date, boolean]>([
    ['a moment before its end', day(10, -1), false],
    ['at its end', day(10), true],
  ])('K4: is deleted after the whole time to recover: %s', (_when, now, happens) => {
    expect(deeds(remove({ ...retired, now }))).toEqual(happens ? ['delete'] : []);
  });

  it.each<[string, Partial<RetirementInput>]>([
    ['nothing may be replaced', { entry: entryOf({ adopt: 'keep' }) }],
    ['the room is there', { keys: [inactive(newer)] }],
    ['its last use is not known', { lastUsed: new Map() }],
  ])('stays when %s', (_what, changes) => {
    expect(remove({ ...retired, now: day(50), ...changes })).toEqual(NOTHING);
  });

  it('that somebody made Inactive gets its time to recover from now on', () => {
    expect(deeds(remove({ keys: [older, inactive(newer)], now: day(0) }))).toEqual(['record-inactive']);
  });

  it('that never was used is deleted after its time to recover as well', () => {
    const at = (now: Date) => remove({ ...retired, lastUsed: usesOf([older, now], [newer, undefined]), now });
    expect(deeds(at(day(10, -1)))).toEqual([]);
    expect(deeds(at(day(10)))).toEqual(['delete']);
  });

  it('that somebody made Inactive while it was young lives as long as any other (K4)', () => {
    const young = keyOf('young', day(-20));
    const secret = secretOf([], { [TAG.deactivated]: tagOf(young, day(0)) });
    const lastUsed = usesOf([older, day(-1)], [young, undefined]);
    const at = (now: Date) => remove({ secret, keys: [older, inactive(young)], lastUsed, now });
    expect(at(day(90, -1))).toEqual(NOTHING);
    expect(deeds(at(day(90)))).toEqual(['delete']);
  });

  it('that somebody made Inactive stays until it has not been used for as long as a key lives', () => {
    const at = (now: Date) => remove({ ...retired, lastUsed: usesOf([older, now], [newer, day(-5)]), now });
    expect(deeds(at(day(95, -1)))).toEqual([]);
    expect(deeds(at(day(95)))).toEqual(['delete']);
  });

  it('is one of two Inactive keys, the older one', () => {
    const keys = [inactive(newer), inactive(older)];
    const secret = secretOf([], { [TAG.deactivated]: tagOf(older, day(0)) });
    const lastUsed = usesOf([older, day(-200)], [newer, day(-200)]);
    expect(remove({ secret, keys, lastUsed, now: day(20) }).steps).toMatchObject([
      { do: 'delete', accessKeyId: older.accessKeyId },
    ]);
  });

  it('K5: never is a foreign one', () => {
    const foreign = keyOf('foreign', day(1), 'Inactive');
    const secret = secretOf([], { [TAG.deactivated]: tagOf(foreign, day(2)) });
    const lastUsed = usesOf([older, undefined], [foreign, undefined]);
    expect(remove({ secret, keys: [older, foreign], lastUsed, now: day(400) })).toEqual(NOTHING);
  });
});

describe("a managed key's new user that has two keys of its own already", () => {
  const before = keyOf('before', day(-30));
  const young = keyOf('young', day(-120));
  /** The key of the user before is current, and the secret is older than one of the two. */
  const tags = { [TAG.user]: 'deploy' };
  const secret = secretOf([versionOf(before, 'AWSCURRENT', DELIVERED)], tags, day(-200));
  const moved = { secret, keys: [older, young] };
  const idle = { ...moved, lastUsed: usesOf([older, day(-1)], [young, undefined]) };
  const deactivatedAt = (key: AccessKey, at: Date) => ({
    ...secret,
    tags: { ...tags, [TAG.deactivated]: tagOf(key, at) },
  });

  it('makes room by the one that is idle, made before the secret or after it', () => {
    expect(retire(idle)).toEqual({ steps: deactivated(young), findings: [] });
    const lastUsed = usesOf([older, day(-101)], [young, day(-1)]);
    expect(retire({ ...moved, lastUsed })).toEqual({ steps: deactivated(older), findings: [] });
  });

  it('keeps both where nothing may be replaced, and asks a person where both are in use', () => {
    expect(retire({ ...idle, entry: entryOf({ adopt: 'keep' }) })).toEqual(NOTHING);
    const { steps, findings } = retire({ ...moved, lastUsed: usesOf([older, day(-1)], [young, day(-2)]) });
    expect(steps).toEqual([]);
    expect(findings).toMatchObject([{ code: 'two-keys', message: expect.stringContaining('neither has been idle') }]);
  });

  it('K4: deletes the one that makes room after its whole time to recover', () => {
    const at = (now: Date) =>
      remove({
        secret: deactivatedAt(young, day(0)),
        keys: [older, inactive(young)],
        lastUsed: usesOf([older, now], [young, undefined]),
        now,
      });
    expect(deeds(at(day(10, -1)))).toEqual([]);
    expect(deeds(at(day(10)))).toEqual(['delete']);
  });

  it('is another thing than a user that was renamed, whose superseded key retires by its dates', () => {
    const keys = [older, before];
    const lastUsed = usesOf([older, undefined], [before, day(-1)]);
    expect(retire({ secret: seenAt(secret, day(0)), keys, lastUsed }).steps).toEqual([
      { do: 'deactivate', accessKeyId: older.accessKeyId, reason: 'idle' },
    ]);
  });

  it.each([
    ['keep', 'Delete the one that nobody uses'],
    ['replace-idle', 'One is retired when it has not been used for 100 days'],
  ] as const)('is told as an adopted one with adopt: %s, not as one with a foreign key', (adopt, says) => {
    const { findings } = told(planRotation({ ...moved, entry: entryOf({ adopt }), now: day(0) }));
    expect(findings.map(({ code }) => code)).toEqual(['user-changed', 'two-keys']);
    expect(findings[1]?.message).toContain(says);
  });
});
