import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { rotateRequestOf } from '../../functions/rotate/trigger';
import { delivered, expectLogin, expectSettled, live, superseded } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';

const status = (scene: Scene) =>
  Object.fromEntries(scene.keys('ci-shop').map(({ AccessKeyId, Status }) => [AccessKeyId, Status]));

describe('a current key that somebody', () => {
  it('makes Inactive while there is no room for a new one gives its place back to the old one (K1, K10)', async () => {
    const scene = await newScene();
    const old = await superseded(scene);
    const dead = scene.currentKey('shop') ?? '';
    scene.toDay(95);
    scene.setStatus('ci-shop', dead, 'Inactive');
    scene.hours(4);
    const { findings, audits, summary } = await scene.rotate();
    expect(findings).toEqual(['current-key-inactive', 'key-promoted']);
    expect(audits.find(({ event }) => event === 'key-promoted')).toMatchObject({
      accessKeyId: old,
      version: scene.current('shop'),
      key: 'shop',
      user: 'ci-shop',
    });
    expect(audits.find(({ reason }) => reason === 'key-promoted')).toMatchObject({
      key: 'shop',
      accessKeyId: old,
      outcome: 'failed',
      message: `Key "shop": ${old} is current again, because what was current does not work and the user has no room for a new key.`,
    });
    expect(summary).toMatchObject({ rotated: 0, failed: 0 });
    expect(scene.currentKey('shop')).toBe(old);
    await scene.sync();
    await expectSettled(scene);
    expect(status(scene)).toEqual({ [old]: 'Active', [dead]: 'Inactive' });
    // Its recovery counts from here, whether or not the credential report shows a key that is Inactive.
    expect(scene.tag('shop')[TAG.deactivated]).toMatch(new RegExp(`^${dead} 2026-04-06T07:\\d\\d:\\d\\d\\.\\d{3}Z$`));
    expect(audits.find(({ event }) => event === 'inactive-recorded')).toMatchObject({ accessKeyId: dead });
  });
});

describe('a foreign key', () => {
  it('is never changed, whatever its age, and the finding says what can be done (K5)', async () => {
    const scene = await newScene();
    await delivered(scene);
    scene.toDay(10);
    const foreign = scene.createKey('ci-shop').AccessKeyId;
    const codes = new Set<string>();
    const messages = new Set<string>();
    for (const day of [11, 89, 90, 91, 100, 101, 110, 111, 121, 200, 300]) {
      scene.toDay(day);
      for (const { findings, audits, thrown } of await scene.day()) {
        expect(thrown).toBeUndefined();
        for (const code of findings) codes.add(code);
        for (const { reason, message } of audits) if (reason === 'foreign-key') messages.add(message ?? '');
      }
    }
    expect([...codes].sort()).toEqual(['foreign-key', 'two-keys']);
    expect([...messages].join()).toContain(`--access-key-id ${foreign}`);
    expect(status(scene)[foreign]).toBe('Active');
    const touched = scene.calls.filter(
      ({ action, input }) => /^(Update|Delete)AccessKey$/.test(action) && input.AccessKeyId === foreign,
    );
    expect(touched).toEqual([]);
    await expectLogin(scene);

    scene.deleteKey('ci-shop', foreign);
    scene.toDay(301);
    const [rotation] = await scene.day();
    expect(rotation?.summary.rotated).toBe(1);
    await expectSettled(scene);
  });

  it('that is Inactive is not deleted either (K5)', async () => {
    const scene = await newScene();
    await delivered(scene);
    scene.toDay(10);
    const foreign = scene.createKey('ci-shop').AccessKeyId;
    scene.setStatus('ci-shop', foreign, 'Inactive');
    for (const day of [11, 22, 130, 131, 150, 260]) {
      scene.toDay(day);
      await scene.day();
    }
    expect(status(scene)[foreign]).toBe('Inactive');
  });

  it.each([
    { what: 'at once', trailDelay: 0, waits: [] },
    { what: 'hours later', trailDelay: 6 * 3_600_000, waits: ['rotation-in-progress'] },
  ])(
    'made just after a dead run wrote its intent is not taken for what that run left: CloudTrail says so $what (K5)',
    async ({ trailDelay, waits }) => {
      const scene = await newScene({ trailDelay });
      await delivered(scene);
      scene.toDay(90);
      scene.awsFault = ({ action }) => (action === 'CreateAccessKey' ? { kind: 'drop-before' } : undefined);
      await scene.rotate();
      scene.awsFault = undefined;
      scene.hours(0.1);
      const foreign = scene.createKey('ci-shop');
      scene.hours(2);
      const told = ['foreign-key', 'two-keys'];
      expect((await scene.rotate()).findings).toEqual(waits.length > 0 ? waits : told);
      scene.hours(22);
      expect((await scene.rotate()).findings).toEqual(told);
      expect(status(scene)[foreign.AccessKeyId]).toBe('Active');
      expect(scene.openIntent('shop')).toBeUndefined();
    },
  );
});

describe('a paused key', () => {
  it('is left as it is by every function until its time is over', async () => {
    const scene = await newScene();
    await delivered(scene);
    const old = scene.currentKey('shop');
    scene.setTag('shop', TAG.paused, '2026-04-20T00:00:00Z ana@example.com release freeze');
    scene.toDay(95);
    const outcomes = await scene.day();
    expect(outcomes[0]?.findings).toEqual(['paused']);
    expect(outcomes[0]?.summary).toMatchObject({ held: 1, rotated: 0 });
    expect(outcomes[0]?.audits.find(({ reason }) => reason === 'paused')?.message).toContain('release freeze');
    expect(scene.currentKey('shop')).toBe(old);
    scene.toDay(110);
    const [rotation] = await scene.day();
    expect(rotation?.summary.rotated).toBe(1);
  });

  it('with a pause that nobody can read stays paused, because an exemption must not fail open', async () => {
    const scene = await newScene();
    await delivered(scene);
    scene.setTag('shop', TAG.paused, 'until further notice');
    scene.toDay(200);
    expect(await scene.rotate()).toMatchObject({ findings: ['invalid-pause'], summary: { rotated: 0, blocked: 1 } });
    await expectLogin(scene);
  });
});

describe('a requested rotation', () => {
  it('happens before its time, to the keys that were named and to no others', async () => {
    const scene = await newScene();
    for (const id of ['shop', 'blog']) await delivered(scene, id);
    scene.toDay(91);
    const blog = scene.currentKey('blog');
    scene.toDay(30);
    const { audits, summary } = await scene.rotate({ requested: ['shop'] });
    expect(summary.rotated).toBe(1);
    expect(audits.find(({ event }) => event === 'run-started')).toMatchObject({ reason: 'request' });
    expect(scene.currentKey('blog')).toBe(blog);
    await scene.sync();
    await expectSettled(scene, 'shop');
  });

  it('is audited with who asked for it and why (K7)', async () => {
    const scene = await newScene();
    await delivered(scene);
    scene.toDay(30);
    const event = { keys: ['shop'], by: 'jo@example.com', why: 'leaked in a log' };
    const { trigger, facts, ...request } = rotateRequestOf(event);
    const { audits, summary } = await scene.rotate(request, facts);
    expect(trigger).toBe('request');
    expect(summary.rotated).toBe(1);
    expect(audits.find((audit) => audit.event === 'run-started')).toMatchObject({
      reason: 'request',
      facts: { requestedBy: 'jo@example.com', requestedWhy: 'leaked in a log' },
    });
  });

  it('names the keys that it does not know', async () => {
    const scene = await newScene();
    await delivered(scene);
    scene.toDay(30);
    const { findings, audits, summary } = await scene.rotate({ requested: ['shop', 'shopp'] });
    expect(summary.rotated).toBe(1);
    expect(findings).toEqual(['invalid-entry']);
    expect(audits.find(({ event }) => event === 'finding')).toMatchObject({ key: 'shopp' });
    expect(scene.account.sns.messages.at(-1)?.message).toContain('"shopp"');
  });
});

describe('a secret that somebody edited', () => {
  it('is never delivered, and a fresh key replaces the value (K2)', async () => {
    const scene = await newScene();
    await delivered(scene);
    scene.toDay(20);
    scene.put('shop', '{"accessKeyId": "mine"}');
    expect((await scene.sync()).findings).toEqual(['secret-edited']);
    await expectLogin(scene);
    const { findings, audits } = await scene.rotate();
    expect(findings).toEqual(['secret-edited']);
    expect(audits.find(({ event }) => event === 'key-stored')).toMatchObject({ reason: 'secret-edited' });
    await scene.sync();
    await expectLogin(scene);
    scene.hours(1);
    await scene.sync();
    await expectSettled(scene);
  });

  it('while there is no room gives its place back to the newest key that works (K1, K5, K10)', async () => {
    const scene = await newScene();
    const old = await superseded(scene);
    const current = scene.currentKey('shop') ?? '';
    scene.toDay(95);
    scene.put('shop', 'edited');
    const { findings, summary } = await scene.rotate();
    expect(findings).toEqual(['secret-edited', 'key-promoted']);
    expect(summary).toMatchObject({ rotated: 0, failed: 0 });
    expect(scene.currentKey('shop')).toBe(current);
    expect(status(scene)).toEqual({ [old]: 'Active', [current]: 'Active' });
    await scene.sync();
    await expectSettled(scene);
    await live(scene, [96, 100, 105, 106, 116]);
    expect(status(scene)).toEqual({ [current]: 'Active' });
  });

  it('with a version from the future is repaired all the same: that one settles never', async () => {
    const scene = await newScene();
    await delivered(scene);
    scene.toDay(20);
    scene.put('shop', 'made up', 'access-key-AKIA00000000MADEUP00-29990101T000000Z');
    const { findings } = await scene.rotate();
    expect(findings).toEqual(['current-key-missing']);
    await scene.sync();
    await expectLogin(scene);
    scene.hours(1);
    await scene.sync();
    await expectSettled(scene);
  });
});

describe('without the credential report', () => {
  it('that is denied, people are told, because only they can allow it; a hiccup is a notice', async () => {
    const scene = await newScene();
    await delivered(scene);
    scene.toDay(20);
    const told = () => scene.account.sns.messages.filter(({ message }) => message.includes('[report-unavailable]'));
    for (const [code, count] of [
      ['ReportNotPresent', 0],
      ['AccessDenied', 1],
    ] as const) {
      scene.awsFault = ({ action }) =>
        action === 'GetCredentialReport' ? { kind: 'error', status: 403, code } : undefined;
      expect((await scene.rotate()).findings).toEqual(['report-unavailable']);
      expect(told()).toHaveLength(count);
    }
  });

  it.each([
    { what: 'is refused', fault: { kind: 'error', status: 403, code: 'AccessDenied' } as const },
    { what: 'breaks', fault: { kind: 'error', status: 400, code: 'ReportNotPresent' } as const },
  ])('a run that $what goes on with the keys that are due, and says what it cannot see (K11)', async ({ fault }) => {
    const scene = await newScene();
    const old = await superseded(scene);
    scene.awsFault = ({ action }) => (action === 'GetCredentialReport' ? fault : undefined);
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
    expect(Object.keys(status(scene))).not.toContain(old);
  });

  it('a key that was young when it was superseded is gone before its successor is due all the same (K8)', async () => {
    const scene = await newScene();
    await delivered(scene);
    const young = scene.currentKey('shop') ?? '';
    scene.toDay(1);
    await scene.rotate({ requested: ['shop'] });
    await scene.sync();
    scene.awsFault = ({ action }) =>
      action === 'GetCredentialReport' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
    await live(scene, [2, 69]);
    expect(status(scene)[young]).toBe('Active');
    await live(scene, [70, 71, 89]);
    expect(status(scene)[young]).toBe('Inactive');
    await live(scene, [90]);
    expect(status(scene)[young]).toBeUndefined();
    const [rotation] = await live(scene, [91]);
    expect(rotation?.summary.rotated).toBe(1);
  });

  it('that IAM does not finish in time, a run goes on too', async () => {
    const scene = await newScene({ credentialReportTime: 60_000 });
    scene.manage('shop');
    expect(await scene.rotate()).toMatchObject({ findings: ['report-unavailable'], summary: { rotated: 1 } });
  });
});
