import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../functions/core/duration';
import { delivered, deliveredKey, expectLogin, expectSettled, supersededKey } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';
import { IDS, NEVER, quietKeys, rotated } from './quiet-keys';

const looks = (scene: Scene, from: number) =>
  scene.calls.slice(from).flatMap(({ action, input }) => (action === 'ListAccessKeys' ? [String(input.UserName)] : []));
const missing = ({ audits }: Outcome) => audits.find(({ reason }) => reason === 'report-unavailable');
const told = (scene: Scene) =>
  scene.account.sns.messages.filter(({ message }) => message.includes('[report-unavailable]'));

describe('a credential report that is slow to come', () => {
  it.each([12, 45, 90])(
    '%d seconds is waited for, and what it shows is repaired in the same run (K1)',
    async (seconds) => {
      const scene = await quietKeys({ credentialReportTime: seconds * SECOND });
      scene.deleteKey('ci-c', scene.currentKey('c') ?? '');
      const from = scene.calls.length;
      const outcome = await scene.rotate();
      expect(outcome.findings).toEqual(['current-key-missing']);
      expect(rotated(outcome)).toEqual(['c']);
      // The others' lines fit.
      expect(looks(scene, from)).toEqual(['ci-c']);
      await scene.sync();
      await expectSettled(scene, 'c');
    },
  );

  it('is asked for before anything else', async () => {
    const scene = await quietKeys({});
    const from = scene.calls.length;
    await scene.rotate();
    expect(scene.calls.slice(from, from + 3).map(({ action }) => action)).toContain('GenerateCredentialReport');
  });

  it('takes a third of a run at most: what is due has its time', async () => {
    const scene = await quietKeys({ credentialReportTime: NEVER });
    scene.toDay(90);
    const began = scene.clock.now();
    const outcome = await scene.rotate();
    expect(rotated(outcome).sort()).toEqual(IDS);
    expect(scene.clock.now() - began).toBeLessThanOrEqual(scene.lifetime / 3 + 10 * SECOND);
    expect(scene.clock.now() - began).toBeGreaterThan(MINUTE);
  });
});

describe('without a credential report', () => {
  it('every user is looked at: dead keys are repaired, and foreign ones told (K1, K5)', async () => {
    const scene = await quietKeys({ credentialReportTime: NEVER });
    scene.deleteKey('ci-a', scene.currentKey('a') ?? '');
    scene.setStatus('ci-c', scene.currentKey('c') ?? '', 'Inactive');
    const foreign = scene.createKey('ci-e');
    const outcome = await scene.rotate();
    expect([...outcome.findings].sort()).toEqual([
      'current-key-inactive',
      'current-key-missing',
      'foreign-key',
      'report-unavailable',
    ]);
    expect(rotated(outcome).sort()).toEqual(['a', 'c']);
    expect(missing(outcome)).toMatchObject({
      outcome: 'ok',
      message: expect.stringContaining('the users of 5 keys were looked at one by one: nothing'),
    });
    await scene.sync();
    for (const id of IDS) await expectLogin(scene, id);
    expect(scene.keys('ci-e').map(({ AccessKeyId }) => AccessKeyId)).toContain(foreign.AccessKeyId);
  });

  it('on a second day a person has to look; another run on the same day is no second day', async () => {
    const scene = await quietKeys({ credentialReportTime: NEVER });
    expect(missing(await scene.rotate())).toMatchObject({ outcome: 'ok' });
    scene.hours(5);
    expect(missing(await scene.rotate())).toMatchObject({ outcome: 'ok' });
    expect(told(scene)).toEqual([]);
    scene.toDay(21);
    const second = missing(await scene.rotate());
    expect(second).toMatchObject({ outcome: 'failed', message: expect.stringContaining('as on the day before') });
    expect(told(scene)).toHaveLength(1);
  });

  it('a day with one ends it: the next time is a first time', async () => {
    let time = NEVER;
    const scene = await quietKeys({ credentialReportTime: () => time });
    for (const [day, takes] of [
      [20, NEVER],
      [21, 0],
      [22, NEVER],
    ] as const) {
      time = takes;
      scene.toDay(day);
      const found = missing(await scene.rotate());
      expect(found?.outcome).toBe(takes === 0 ? undefined : 'ok');
    }
    expect(told(scene)).toEqual([]);
  });

  it('each function remembers for itself, and one whose record cannot be read tells a person', async () => {
    const scene = await quietKeys({ credentialReportTime: NEVER });
    await scene.rotate();
    scene.toDay(21);
    expect(missing(await scene.deactivate())).toMatchObject({ outcome: 'ok' });
    scene.awsFault = ({ action }) =>
      action === 'FilterLogEvents' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
    expect(missing(await scene.delete())).toMatchObject({ outcome: 'failed' });
  });

  it('a run that has no time for all users says so, and the next one begins with those that are left (K9)', async () => {
    const scene = await quietKeys({ credentialReportTime: NEVER });
    for (const id of IDS) scene.setStatus(`ci-${id}`, scene.currentKey(id) ?? '', 'Inactive');
    scene.lifetime = 240 * SECOND;
    // What is left of it after the wait is enough for two looks that take so long.
    scene.onCall = ({ action }) => {
      if (action === 'ListAccessKeys') scene.clock.advanceBy(40 * SECOND);
    };
    const first = await scene.rotate();
    const done = rotated(first);
    expect(done.length).toBeGreaterThan(0);
    expect(done.length).toBeLessThan(IDS.length);
    const next = IDS[done.length];
    expect(missing(first)).toMatchObject({ facts: { next }, message: expect.stringContaining(`("${next}" before`) });
    scene.toDay(21);
    const from = scene.calls.length;
    await scene.rotate();
    // Two users are looked at at the same time.
    expect(looks(scene, from).slice(0, 2)).toContain(`ci-${next}`);
  });

  it('that is denied, people are told, because only they can allow it; a hiccup is a notice', async () => {
    const scene = await deliveredKey();
    scene.toDay(20);
    for (const [code, count] of [
      ['ReportNotPresent', 0],
      ['AccessDenied', 1],
    ] as const) {
      scene.awsFault = ({ action }) =>
        action === 'GetCredentialReport' ? { kind: 'error', status: 403, code } : undefined;
      expect((await scene.rotate()).findings).toEqual(['report-unavailable']);
      expect(told(scene)).toHaveLength(count);
    }
  });

  it('every run goes on with the keys that are due, and says what it cannot see (K11)', async () => {
    const { scene, old } = await supersededKey();
    scene.awsFault = ({ action }) =>
      action === 'GetCredentialReport' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
    for (const [day, event] of [
      [100, 'key-deactivated'],
      [110, 'key-deleted'],
      [180, 'key-stored'],
    ] as const) {
      scene.toDay(day);
      const outcomes = await scene.day();
      expect(outcomes.flatMap(({ audits }) => audits).map((audit) => audit.event)).toContain(event);
      expect(outcomes[0]?.findings).toEqual(['report-unavailable']);
    }
    expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).not.toContain(old);
  });

  it('a key that was never stored is made all the same', async () => {
    const scene = await newScene({ credentialReportTime: NEVER });
    await delivered(scene);
    expect(scene.current('shop')).toBeDefined();
  });
});
