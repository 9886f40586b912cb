import { describe, expect, it } from 'vitest';
import { HOUR, SECOND } from '../../functions/core/duration';
import { TAG } from '../../functions/core/names';
import type { CredentialReport, ReportedUser } from '../../functions/core/ports';
import type { SecretState } from '../../functions/core/secret-state';
import { worthDeactivationLook, worthDeletionLook, worthRotationLook } from '../../functions/core/worth-a-look';
import { DELIVERED, day, entryOf, handMade, keyOf, secretOf, tagOf, versionOf } from './web-shop';

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
const edited = secretOf([{ versionId: handMade, labels: ['AWSCURRENT'] }, versionOf(second, 'AWSPREVIOUS')]);
const deactivated = { [TAG.deactivated]: tagOf(first, day(100)) };

describe('before rotating, a user is worth a look', () => {
  const look = (keys: readonly Slot[] | undefined, now = day(120), secret = secretOf(versions)) =>
    worthRotationLook({ entry, secret }, reportOf(now, keys), now);

  it.each<[string, boolean, readonly Slot[] | undefined]>([
    ['one key, the current one', false, [slot(day(90))]],
    ['the current one within a second', false, [slot(day(90, SECOND))]],
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
    ['a rotation was left open', secretOf(versions, { [TAG.intent]: 'x' }), day(120), true],
    ['the key is due', secretOf(versions), day(180), true],
    ['the key is due within the hour', secretOf(versions), day(180, -HOUR), true],
    ['the key is not due', secretOf(versions), day(180, -2 * HOUR), false],
  ])('when %s', (_what, secret, now, expected) => {
    expect(look([slot(day(90))], now, secret)).toBe(expected);
    expect(worthRotationLook({ entry, secret }, undefined, now)).toBe(expected);
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
    ['the overlap with a key that is in no version lasts', [versionOf(second, 'AWSCURRENT')], day(100, -1), false],
    ['the overlap with a key that is in no version is over', [versionOf(second, 'AWSCURRENT')], day(100), true],
  ])('without a report, when %s', (_what, stored, now, expected) => {
    expect(worthDeactivationLook({ entry, secret: secretOf(stored) }, undefined, now)).toBe(expected);
    const stale = { ...reportOf(now, []), generatedAt: day(80) };
    expect(worthDeactivationLook({ entry, secret: secretOf(stored) }, stale, now)).toBe(expected);
  });
});

describe('before deleting, a user is worth a look', () => {
  const look = (keys: readonly Slot[] | undefined, now = day(110), secret = secretOf(versions, deactivated)) =>
    worthDeletionLook({ entry, secret }, reportOf(now, keys), now);
  const pair = [slot(day(90)), slot(day(0), false)];

  it.each<[string, boolean, readonly Slot[] | undefined]>([
    ['a superseded key that is Inactive', true, pair],
    ['a superseded key that is Active', false, [slot(day(90)), slot(day(0))]],
    ['the current key alone', false, [slot(day(90))]],
    ['no such user', false, undefined],
  ])('when the report shows %s: %s', (_what, expected, keys) => {
    expect(look(keys)).toBe(expected);
  });

  it('not before the time to recover is over', () => {
    expect(look(pair, day(110, -1))).toBe(false);
  });

  it('K8: when the report dates an Inactive key by its deactivation, and not by its creation', () => {
    expect(look([slot(day(90)), slot(day(100), false)])).toBe(true);
  });

  it.each<[string, SecretState['tags']]>([
    ['nobody recorded the deactivation', {}],
    ["the record is another key's, from long ago", { [TAG.deactivated]: tagOf(keyOf('zeroth', day(-90)), day(10)) }],
    ['the record is garbled', { [TAG.deactivated]: 'x' }],
    ['it was made Active again since', { ...deactivated, [TAG.reactivated]: tagOf(first, day(101)) }],
  ])('K8: at once when %s', (_what, tags) => {
    expect(look(pair, day(102), secretOf(versions, tags))).toBe(true);
  });

  it.each<[string, SecretState['tags'], Date, boolean]>([
    ['nobody recorded a deactivation', {}, day(95), true],
    ['the key is not old enough', deactivated, day(110, -1), false],
    ['the key is old enough', deactivated, day(110), true],
  ])('without a report, when %s', (_what, tags, now, expected) => {
    expect(worthDeletionLook({ entry, secret: secretOf(versions, tags) }, undefined, now)).toBe(expected);
  });
});
