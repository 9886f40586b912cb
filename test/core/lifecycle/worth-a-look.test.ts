import { describe, expect, it } from 'vitest';
import { HOUR, SECOND } from '../../../functions/core/duration';
import type { CredentialReport, ReportedUser } from '../../../functions/core/key/access-key';
import type { SecretState } from '../../../functions/core/key/secret-state';
import {
  worthDeactivationLook,
  worthDeletionLook,
  worthRotationLook,
} from '../../../functions/core/lifecycle/worth-a-look';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, handMade, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

type Slot = ReportedUser['keys'][number];
const entry = entryOf();
const first = keyOf('first', day(0));
const second = keyOf('second', day(90));
const slot = (changedAt: Date | undefined, active = true): Slot => ({ active, changedAt });

/** A report that was made just before `now`. */
function reportOf(now: Date, keys: readonly Slot[] | undefined): CredentialReport {
  const users = new Map(keys === undefined ? [] : [[entry.user, { user: entry.user, keys }]]);
  return { generatedAt: new Date(now.getTime() - HOUR), users };
}

const versions = [versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')];
const young = [
  versionOf(keyOf('next', day(0)), 'AWSCURRENT', DELIVERED),
  versionOf(keyOf('young', day(-1)), 'AWSPREVIOUS'),
];
const edited = secretOf([{ versionId: handMade, labels: ['AWSCURRENT'] }, versionOf(second, 'AWSPREVIOUS')]);
const deactivated = { [TAG.deactivated]: tagOf(first, day(100)) };

describe('a new user whose keys may have to make room is worth a look by both that retire', () => {
  const moved = secretOf(young, { [TAG.user]: 'deploy' });
  it.each([
    ['replace-idle', moved, true],
    ['keep', moved, false],
    ['replace-idle', secretOf(young, { [TAG.user]: entry.user }), false],
  ] as const)('adopt: %s', (adopt, secret, expected) => {
    const report = reportOf(day(5), [slot(day(-10)), slot(day(-20))]);
    const managed = { entry: entryOf({ adopt }), secret };
    expect(worthDeactivationLook(managed, report, day(5))).toBe(expected);
    expect(worthDeletionLook(managed, report, day(5))).toBe(expected);
  });
});

describe('before rotating, a user is worth a look', () => {
  const look = (keys: readonly Slot[] | undefined, now = day(120), secret = secretOf(versions)) =>
    worthRotationLook({ entry, secret }, reportOf(now, keys), now);

  it.each<[string, boolean, readonly Slot[] | undefined]>([
    ['one key, the current one', false, [slot(day(90))]],
    ['the current one within a second', false, [slot(day(90, SECOND))]],
    ['the current one within two seconds', false, [slot(day(90, 2 * SECOND))]],
    ['the current one and its predecessor', false, [slot(day(0)), slot(day(90))]],
    ['the current one and its Inactive predecessor', false, [slot(day(90)), slot(day(0), false)]],
    ['the current one and an adopted key', false, [slot(day(-300)), slot(day(90))]],
    ['no such user', true, undefined],
    ['no key at all', true, []],
    ['no current key', true, [slot(day(0))]],
    ['an Inactive current key', true, [slot(day(90), false)]],
    ['a key that nobody knows', true, [slot(day(90)), slot(day(95))]],
    ['a key of unknown age', true, [slot(day(90)), slot(undefined, false)]],
    ['another key in place of the current one', true, [slot(day(90, 3 * SECOND))]],
  ])('when the report shows %s: %s', (_what, expected, keys) => {
    expect(look(keys)).toBe(expected);
  });

  it.each<[string, SecretState, Date, boolean]>([
    ['nothing was ever stored', secretOf([]), day(1), true],
    ['somebody edited the secret', edited, day(120), true],
    ['no version is current', secretOf([versionOf(second, 'AWSPREVIOUS')]), day(120), true],
    ['a rotation was left open', secretOf(versions, { [TAG.intent]: 'x' }), day(120), true],
    ['the key is due', secretOf(versions), day(180), true],
    ['the key is due within the hour', secretOf(versions), day(180, -HOUR), true],
    ['the key is not due', secretOf(versions), day(180, -2 * HOUR), false],
  ])('when %s', (_what, secret, now, expected) => {
    expect(look([slot(day(90))], now, secret)).toBe(expected);
    expect(worthRotationLook({ entry, secret }, undefined, now)).toBe(expected);
  });

  it('when it takes over another secret, or its user was changed', () => {
    const usual = secretOf(versions);
    const takesOver = { secret: 'keyturn/before', pauses: false, isRecorded: true };
    expect(look([slot(day(90))], day(120), { ...usual, takesOver })).toBe(true);
    expect(look([slot(day(90))], day(120), { ...usual, tags: { [TAG.user]: 'deploy' } })).toBe(true);
    expect(look([slot(day(90))], day(120), { ...usual, tags: { [TAG.user]: entry.user } })).toBe(false);
  });

  it('K1: when its key was to go for good and its entry names no role any more, whatever a report of before says', () => {
    const went = (key = second) => secretOf(versions, { [TAG.replaced]: tagOf(key, day(119)) });
    expect(look([slot(day(90))], day(120), went())).toBe(true);
    expect(look([slot(day(90))], day(120), went(first))).toBe(false);
    const replacedBy = { roles: ['arn:aws:iam::111122223333:role/shop'], idleFor: 30 };
    const given = { entry: entryOf({ replacedBy }), secret: went() };
    expect(worthRotationLook(given, reportOf(day(120), [slot(day(90))]), day(120))).toBe(false);
  });

  it('K5: when a key is as old as the secret to the instant, and so is not adopted', () => {
    const alone = secretOf([versionOf(second, 'AWSCURRENT')]);
    expect(look([slot(day(0)), slot(day(90))], day(120), alone)).toBe(true);
    expect(look([slot(day(0, -1)), slot(day(90))], day(120), alone)).toBe(false);
  });

  it('by a report all the same, where the only version is one from the future', () => {
    const madeUp = secretOf([versionOf(keyOf('forged', day(5000)), 'AWSCURRENT')]);
    expect(look([slot(day(90))], day(120), madeUp)).toBe(true);
  });

  it('by a report all the same, where somebody made up a version from the future', () => {
    const madeUp = versionOf(keyOf('forged', day(5000)), 'AWSPREVIOUS');
    expect(look([slot(day(90)), slot(day(95))], day(120), secretOf([...versions, madeUp]))).toBe(true);
  });

  it('not because of a report that is older than the key', () => {
    const stale = { ...reportOf(day(90, 2 * HOUR), [slot(day(0))]), generatedAt: day(90) };
    expect(worthRotationLook({ entry, secret: secretOf(versions) }, stale, day(90, 2 * HOUR))).toBe(false);
  });
});

describe('before deactivating, a user is worth a look', () => {
  const look = (keys: readonly Slot[] | undefined, now = day(100), secret = secretOf(versions)) =>
    worthDeactivationLook({ entry, secret }, reportOf(now, keys), now);

  it.each<[string, boolean, readonly Slot[] | undefined]>([
    ['a superseded key that is old enough', true, [slot(day(90)), slot(day(0))]],
    ['an adopted key that is old enough', true, [slot(day(-300)), slot(day(90))]],
    ['an Active key of unknown age', true, [slot(undefined), slot(day(90))]],
    ['the current key alone', false, [slot(day(90))]],
    ['a superseded key that is Inactive', false, [slot(day(90)), slot(day(0), false)]],
    ['no such user', false, undefined],
    ['no key', false, []],
  ])('when the report shows %s: %s', (_what, expected, keys) => {
    expect(look(keys)).toBe(expected);
  });

  it('not before the superseded key is old enough', () => {
    expect(look([slot(day(90)), slot(day(0))], day(100, -1))).toBe(false);
  });

  it('K8: a key that was young when it was superseded, early enough to be gone before its successor is due', () => {
    const slots = [slot(day(0)), slot(day(-1))];
    expect(look(slots, day(69, -1), secretOf(young))).toBe(false);
    expect(look(slots, day(69), secretOf(young))).toBe(true);
  });

  it('K8: one of two keys that two runs made in the same second', () => {
    const twins = [keyOf('one', day(0)), keyOf('two', day(0))] as const;
    const secret = secretOf([versionOf(twins[1], 'AWSCURRENT', DELIVERED), versionOf(twins[0], 'AWSPREVIOUS')]);
    const slots = [slot(day(0)), slot(day(0))];
    expect(look(slots, day(69, -1), secret)).toBe(false);
    expect(look(slots, day(69), secret)).toBe(true);
    expect(look([slot(day(0), false), slot(day(0))], day(69), secret)).toBe(false);
  });

  it('K8: when the report dates a key that somebody made Active again by that, and not by its creation', () => {
    expect(look([slot(day(90)), slot(day(104))], day(105))).toBe(true);
  });

  it('not while the overlap lasts, whatever the dates say', () => {
    expect(look([slot(day(90)), slot(day(95))], day(99))).toBe(false);
  });

  it.each<[string, SecretState, 'keep' | 'replace-idle', boolean]>([
    ['somebody edited the secret', edited, 'keep', true],
    ['two adopted keys may have to make room', secretOf([]), 'replace-idle', true],
    ['adopted keys are to be kept', secretOf([]), 'keep', false],
  ])('when there is no current key: %s', (_what, secret, adopt, expected) => {
    const managed = { entry: entryOf({ adopt }), secret };
    expect(worthDeactivationLook(managed, reportOf(day(1), []), day(1))).toBe(expected);
    expect(worthDeletionLook(managed, reportOf(day(1), []), day(1))).toBe(expected);
  });

  it.each<[string, SecretState['versions'], Date, boolean]>([
    ['its predecessor is not old enough', versions, day(100, -1), false],
    ['its predecessor is old enough', versions, day(100), true],
    ['a young predecessor has time until its successor is due', young, day(69, -1), false],
    ['a young predecessor has to be gone before its successor is due', young, day(69), true],
    ['the overlap with a key that is in no version lasts', [versionOf(second, 'AWSCURRENT')], day(100, -1), false],
    ['the overlap with a key that is in no version is over', [versionOf(second, 'AWSCURRENT')], day(100), true],
  ])('without a report, when %s', (_what, stored, now, expected) => {
    expect(worthDeactivationLook({ entry, secret: secretOf(stored) }, undefined, now)).toBe(expected);
    const stale = { ...reportOf(now, []), generatedAt: day(0) };
    expect(worthDeactivationLook({ entry, secret: secretOf(stored) }, stale, now)).toBe(expected);
  });
});

describe('before deleting, a user is worth a look', () => {
  const look = (keys: readonly Slot[] | undefined, now = day(110), secret = secretOf(versions, deactivated)) =>
    worthDeletionLook({ entry, secret }, reportOf(now, keys), now);
  const pair = [slot(day(90)), slot(day(0), false)];

  it.each<[string, readonly Slot[] | undefined]>([
    ['the Inactive key', pair],
    ['the Inactive key, dated by its deactivation', [slot(day(90)), slot(day(100), false)]],
    ['it as Active', [slot(day(90)), slot(day(0))]],
    ['no Inactive key, as IAM documents it', [slot(day(90))]],
    ['no such user', undefined],
  ])('K8: by the record, whatever the report shows: %s', (_what, keys) => {
    expect(look(keys, day(110, -1))).toBe(false);
    expect(look(keys)).toBe(true);
  });

  it.each<[string, boolean, readonly Slot[] | undefined]>([
    ['a superseded key that is Inactive', true, pair],
    ['a superseded key that is Active', false, [slot(day(90)), slot(day(0))]],
    ['the current key alone', false, [slot(day(90))]],
    ['no such user', false, undefined],
  ])('without a record, when the report shows %s: %s', (_what, expected, keys) => {
    expect(look(keys, day(95), secretOf(versions))).toBe(expected);
  });

  it.each<[string, Date, Date, Date]>([
    ['its age comes last', day(98), day(110, -1), day(110)],
    ['its time to recover comes last', day(105), day(115, -1), day(115)],
  ])('K4: when both are over, where %s', (_what, since, before, then) => {
    const secret = secretOf(versions, { [TAG.deactivated]: tagOf(first, since) });
    expect(look(pair, before, secret)).toBe(false);
    expect(look(pair, then, secret)).toBe(true);
  });

  it('K8: of a key that was young when it was superseded before its successor is due', () => {
    const [young, successor] = [keyOf('young', day(-1)), keyOf('successor', day(0))];
    const secret = secretOf([versionOf(successor, 'AWSCURRENT', DELIVERED), versionOf(young, 'AWSPREVIOUS')], {
      [TAG.deactivated]: tagOf(young, day(69)),
    });
    expect(look(undefined, day(89, -1), secret)).toBe(false);
    expect(look(undefined, day(89), secret)).toBe(true);
  });

  it('K8: of an adopted key, whose age nobody wrote down, when its time to recover is over', () => {
    const secret = secretOf([versionOf(second, 'AWSCURRENT')], {
      [TAG.deactivated]: tagOf(keyOf('old', day(-9)), day(95)),
    });
    expect(look(undefined, day(105, -1), secret)).toBe(false);
    expect(look(undefined, day(105), secret)).toBe(true);
  });

  it('of a recorded key when its time to recover is over, though somebody edited the secret since', () => {
    const secret = { ...edited, versions: [...edited.versions, versionOf(first)], tags: deactivated };
    expect(look(undefined, day(110, -1), secret)).toBe(false);
    expect(look(undefined, day(110), secret)).toBe(true);
  });

  it.each<[string, SecretState['tags']]>([
    ['nobody recorded the deactivation', {}],
    ['it was made Active again since', { ...deactivated, [TAG.reactivated]: tagOf(first, day(101)) }],
  ])('K8: at once when %s', (_what, tags) => {
    expect(look(pair, day(102), secretOf(versions, tags))).toBe(true);
  });

  it('not by a stale report, though a deactivation was due that nobody recorded', () => {
    const stale = { ...reportOf(day(100), []), generatedAt: day(0) };
    expect(worthDeletionLook({ entry, secret: secretOf(versions) }, stale, day(100))).toBe(false);
  });

  it.each<[string, SecretState['tags'], Date, boolean]>([
    ['nobody recorded a deactivation, and none is due', {}, day(100, -1), false],
    ['nobody recorded a deactivation that was due', {}, day(100), true],
    ['the key is not old enough', deactivated, day(110, -1), false],
    ['the key is old enough', deactivated, day(110), true],
  ])('without a report, when %s', (_what, tags, now, expected) => {
    expect(worthDeletionLook({ entry, secret: secretOf(versions, tags) }, undefined, now)).toBe(expected);
  });
});
