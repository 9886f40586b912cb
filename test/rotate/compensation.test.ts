import { describe, expect, it } from 'vitest';
import type { AwsFault } from '../../local/account/wire/server';
import { startHost } from '../hosts/http/scripted-host';
import { expectLogin, expectSettled, live } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';
import { due, expectSuccessor, failing, keyIds } from './due-key';

const count = (scene: Scene, action: string) => scene.calls.filter((call) => call.action === action).length;
const denied: AwsFault = { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'not authorized' };

/** Nothing has changed for anybody, and the next day's run does what this one could not. */
async function expectAsBefore(scene: Scene, old: string): Promise<void> {
  expect(keyIds(scene)).toEqual([old]);
  expect(scene.currentKey('shop')).toBe(old);
  await expectLogin(scene);
  scene.awsFault = undefined;
  await live(scene, [91]);
  expect(scene.currentKey('shop')).not.toBe(old);
  await expectSettled(scene);
}

describe('the proof of a fresh key', () => {
  it('is waited for while IAM spreads the key', async () => {
    const scene = await newScene({ newKeyDelay: 40_000 });
    scene.manage('shop');
    expect((await scene.rotate()).summary).toMatchObject({ rotated: 1, failed: 0 });
    await scene.sync();
    await expectSettled(scene);
  });

  it('that does not come within a minute leads to the deletion of the key (K2)', async () => {
    const scene = await newScene({ newKeyDelay: 180_000 });
    scene.manage('shop');
    const { findings, audits, summary } = await scene.rotate();
    expect(summary).toMatchObject({ rotated: 0, failed: 1 });
    expect(findings).toEqual(['step-failed']);
    expect(audits.find(({ event }) => event === 'key-discarded')).toMatchObject({ reason: 'proof-failed' });
    expect(scene.keys('ci-shop')).toEqual([]);
    expect(scene.current('shop')).toBeUndefined();
  });

  it('that STS refuses leaves the old key current everywhere (K1, K2)', async () => {
    const { scene, old } = await due();
    failing(scene, 'GetCallerIdentity', { kind: 'error', status: 403, code: 'InvalidClientTokenId' });
    const { audits } = await scene.rotate();
    expect(audits.find(({ event }) => event === 'key-discarded')).toMatchObject({ reason: 'proof-failed' });
    scene.awsFault = undefined;
    await expectAsBefore(scene, old);
  });

  it('as somebody else leads to the deletion of the key, at once (K2)', async () => {
    const { scene, old } = await due();
    const identity = (arn: string) =>
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn>` +
      '<UserId>AIDA</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';
    const others = [
      'arn:aws:iam::111122223333:user/somebody-else',
      'arn:aws:iam::111122223333:user/not-ci-shop',
      'arn:aws:sts::111122223333:assumed-role/x/ci-shop',
      'arn:aws:iam::111122223333:root',
    ];
    const asked: string[] = [];
    const url = await startHost((_request, response) => {
      const arn = others[asked.length % others.length] ?? '';
      asked.push(arn);
      response.writeHead(200, { 'content-type': 'text/xml' }).end(identity(arn));
    });
    process.env.AWS_ENDPOINT_URL_STS = url;
    try {
      for (const arn of others) {
        const start = scene.clock.now();
        const { audits, findings } = await scene.rotate();
        expect(scene.clock.now() - start).toBeLessThan(5_000);
        expect(findings).toEqual(['step-failed']);
        const failed = audits.find(({ event }) => event === 'step-failed');
        expect(failed).toMatchObject({ code: 'proof-wrong-identity', message: expect.stringContaining(arn) });
        scene.hours(1.1);
      }
    } finally {
      delete process.env.AWS_ENDPOINT_URL_STS;
    }
    expect(asked).toEqual(others);
    await expectAsBefore(scene, old);
  });
});

describe('a fresh key that cannot be stored', () => {
  it('is deleted when Secrets Manager refuses it (K1, K10)', async () => {
    const { scene, old } = await due();
    failing(scene, 'PutSecretValue', denied);
    const { audits, findings } = await scene.rotate();
    expect(findings).toEqual(['step-failed']);
    expect(audits.map(({ event }) => event)).toEqual([
      'run-started',
      'intent-written',
      'key-created',
      'key-proved',
      'key-deletion-begun',
      'key-discarded',
      'step-failed',
      'finding',
      'people-told',
      'run-finished',
    ]);
    await expectAsBefore(scene, old);
  });

  it('stays with its intent when its own deletion is refused, and is discarded the next day (K7, K9, K10)', async () => {
    const { scene, old } = await due();
    scene.awsFault = ({ action }) => (/^(PutSecretValue|DeleteAccessKey)$/.test(action) ? denied : undefined);
    expect((await scene.rotate()).findings).toEqual(['step-failed']);
    expect(keyIds(scene)).toHaveLength(2);
    const [, orphan = ''] = keyIds(scene);
    expect(scene.openIntent('shop')).toBeDefined();
    scene.awsFault = undefined;
    const [rotation] = await live(scene, [91]);
    expect(rotation?.findings).toEqual(['orphan-discarded']);
    const audits = rotation?.audits.filter(({ event }) => /^(key|intent)-/.test(event)) ?? [];
    expect(audits.map(({ event, reason }) => [event, reason])).toEqual([
      ['key-deletion-begun', 'orphan'],
      ['key-discarded', 'orphan'],
      ['intent-cleared', 'stale'],
      ['intent-written', 'due'],
      ['key-created', 'due'],
      ['key-proved', undefined],
      ['key-stored', 'due'],
    ]);
    const about = { key: 'shop', user: 'ci-shop', run: rotation?.summary.run, function: 'rotate', outcome: 'ok' };
    for (const audit of audits) expect(audit).toMatchObject(about);
    expect(audits[0]?.accessKeyId).toBe(orphan);
    for (const audit of audits.slice(4, 7)) expect(audit.accessKeyId).toBe(scene.currentKey('shop'));
    expect(audits[5]?.facts).toEqual({ arn: 'arn:aws:iam::111122223333:user/ci-shop' });
    expect(audits[6]?.version).toBe(scene.current('shop'));
    await expectSettled(scene);
    expect(keyIds(scene)).toEqual([old, scene.currentKey('shop')]);
  });

  it.each<[string, AwsFault | undefined]>([
    ['only the answers were lost', undefined],
    ['a repetition is refused for another reason', denied],
  ])('is kept when it was stored, and %s (K1)', async (_what, then) => {
    const { scene, old } = await due();
    const lost: AwsFault = { kind: 'drop-after' };
    failing(scene, 'PutSecretValue', lost, then ?? lost);
    expect(await scene.rotate()).toMatchObject({ summary: { rotated: 1, failed: 0 }, findings: [] });
    scene.awsFault = undefined;
    await scene.sync();
    await expectSettled(scene);
    expect(keyIds(scene)).toEqual([old, scene.currentKey('shop')]);
  });

  it('is left alone while nobody can say whether it was stored, and discarded the next day (K1, K9)', async () => {
    const { scene, old } = await due();
    failing(scene, 'PutSecretValue', { kind: 'drop-before' });
    const { summary, audits } = await scene.rotate();
    expect(summary).toMatchObject({ rotated: 0, failed: 1 });
    expect(audits.find(({ event }) => event === 'step-failed')).toMatchObject({ code: 'aws-uncertain' });
    const [, uncertain = ''] = keyIds(scene);
    expect(audits.find(({ event }) => event === 'step-failed')?.message).toBe(
      `Secrets Manager did not say whether ${uncertain} was stored in keyturn/shop. The old key stays current; a run in an ` +
        'hour or later keeps or deletes the new one.',
    );
    scene.awsFault = undefined;

    scene.hours(0.5);
    expect((await scene.rotate()).findings).toEqual(['rotation-in-progress']);
    expect(keyIds(scene)).toEqual([old, uncertain]);
    await expectLogin(scene);

    scene.toDay(91);
    const { audits: cleaning } = await scene.rotate();
    expect(cleaning.find(({ event }) => event === 'key-discarded')).toMatchObject({ accessKeyId: uncertain });
    await scene.sync();
    await expectSettled(scene);
    expect(keyIds(scene)).not.toContain(uncertain);
  });

  it('counts as uncertain while the secret cannot be described either', async () => {
    const { scene, old } = await due();
    let puts = 0;
    scene.awsFault = ({ action }) => {
      if (action === 'PutSecretValue') {
        puts += 1;
        return { kind: 'drop-after' };
      }
      return puts > 0 && action === 'DescribeSecret' ? denied : undefined;
    };
    expect((await scene.rotate()).findings).toEqual(['step-failed']);
    expect(scene.currentKey('shop')).not.toBe(old);
    await expectSuccessor(scene, old);
  });
});

describe('an intent', () => {
  it('that cannot be written stops the rotation before a key is made (K9)', async () => {
    const { scene, old } = await due();
    const made = count(scene, 'CreateAccessKey');
    failing(scene, 'TagResource', denied);
    expect((await scene.rotate()).findings).toEqual(['step-failed']);
    expect(count(scene, 'CreateAccessKey')).toBe(made);
    await expectAsBefore(scene, old);
  });

  it('of a rotation that failed stays, because another run may be at work under it, and a later run clears it (K9)', async () => {
    const { scene, old } = await due();
    scene.awsFault = ({ action }) => (action === 'CreateAccessKey' ? denied : undefined);
    const { summary } = await scene.rotate();
    expect(summary).toMatchObject({ rotated: 0, failed: 1 });
    expect(scene.openIntent('shop')).toBeDefined();
    scene.awsFault = undefined;
    scene.hours(0.9);
    expect((await scene.rotate()).findings).toEqual(['rotation-in-progress']);
    await expectSuccessor(scene, old);
  });

  it('that one of two runs overwrites still covers the key of the other one, which dies (K9, K10)', async () => {
    const { scene, old } = await due();
    let creations = 0;
    scene.awsFault = ({ action }) => {
      // The other run, whose own intent was written a moment before, creates its key now and ends.
      if (action !== 'CreateAccessKey') return undefined;
      creations += 1;
      return creations === 1 ? { kind: 'drop-after' } : denied;
    };
    await Promise.all([scene.rotate(), scene.rotate()]);
    expect(keyIds(scene)).toHaveLength(2);
    await expectSuccessor(scene, old);
  });
});
