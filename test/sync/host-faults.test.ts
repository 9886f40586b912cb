import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import type { BitbucketFault } from '../../local/hosts/bitbucket/server';
import { deliveredKey, expectLogin, expectSettled } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';

/** A delivered key whose successor was stored just now. */
async function freshKey(): Promise<{ readonly scene: Scene; readonly old: string }> {
  const scene = await deliveredKey();
  const old = scene.currentKey('shop') ?? '';
  scene.toDay(90);
  await scene.rotate();
  return { scene, old };
}

const status = (code: number, headers = {}): BitbucketFault => ({ kind: 'status', status: code, headers });

describe('a host that fails', () => {
  it.each<[string, BitbucketFault, string, RegExp, string?]>([
    ['does not accept the token', status(401), 'token-rejected', /a new one into the secret keyturn/, 'token-rejected'],
    ['misses a scope', status(403), 'scope-missing', /scope pipeline:variable/, 'token-rejected'],
    ['does not find the repository', status(404), 'repository-not-found', /Check the name acme\/shop/],
    ['rejects the request', status(400), 'host-rejected', /Look at the names of the target/],
    [
      'leads astray',
      status(302, { location: 'https://evil.example' }),
      'host-answer-invalid',
      /redirect is not followed/,
    ],
    ['is over its limit', status(429, { 'retry-after': '3000' }), 'rate-limited', /token of its own/],
    ['is not well', status(503), 'host-down', /host's status page/],
    ['answers with a page', { kind: 'garbage' }, 'host-answer-invalid', /no proxy answers in its place/],
    ['hangs up', { kind: 'drop-before' }, 'host-down', /./],
  ])(
    'because it %s is a finding that names the cure, and the old key goes on working (K1, K3)',
    async (_what, fault, code, cure, finding = 'delivery-failed') => {
      const { scene, old } = await freshKey();
      scene.hostFault = () => fault;
      const { findings, audits, summary } = await scene.sync();
      expect(findings).toEqual([finding]);
      expect(summary).toMatchObject({ delivered: 0, failed: 1 });
      expect(audits.find(({ event }) => event === 'target-failed')).toMatchObject({
        key: 'shop',
        code,
        target: 'bitbucket acme/shop environment Production',
      });
      const message = audits.find(({ event }) => event === 'finding')?.message;
      expect(message).toMatch(cure);
      expect(message).toContain('The old key keeps working');
      expect(scene.isDelivered('shop')).toBe(false);
      expect(scene.held('shop').accessKeyId).toBe(old);
      await expectLogin(scene);
      scene.hostFault = undefined;
      await scene.sync();
      await expectSettled(scene);
    },
  );

  it.each([
    {
      what: 'is missing',
      secret: 'keyturn/connections/nobody',
      cure: /connection secret keyturn\/connections\/nobody/,
    },
    { what: 'holds no token', secret: 'keyturn/connections/odd', cure: /accessToken/ },
  ])('whose connection secret $what is a finding, and other keys are delivered (K11)', async ({ secret, cure }) => {
    const scene = await newScene();
    scene.secret('keyturn/connections/odd', '{"password": "hunter2"}');
    scene.manage('odd', { connectionSecret: secret });
    scene.manage('shop');
    await scene.rotate();
    const { findings, audits } = await scene.sync();
    expect(findings).toEqual(['delivery-failed']);
    expect(audits.find(({ event }) => event === 'target-failed')).toMatchObject({
      key: 'odd',
      code: 'invalid-connection',
    });
    expect(audits.find(({ event }) => event === 'finding')?.message).toMatch(cure);
    expect(JSON.stringify(audits)).not.toContain('hunter2');
    await expectSettled(scene, 'shop');
  });

  it('halfway through a pair says that it may be torn, and the next run heals it (K1)', async () => {
    const { scene } = await freshKey();
    scene.hostFault = ({ key, method }) =>
      method === 'PUT' && key === 'AWS_SECRET_ACCESS_KEY' ? status(500) : undefined;
    const { audits } = await scene.sync();
    expect(audits.find(({ event }) => event === 'finding')?.message).toContain('The pair may be torn');
    expect((await scene.sync({ keys: ['shop'] })).findings).toEqual(['delivery-failed']);
    const { subject, message } = scene.account.sns.messages.at(-1) ?? {};
    expect(subject).toContain('shop: a delivery failed; broken now');
    expect(message).toMatch(/^shop: a delivery failed\. Broken now: a pipeline that starts may find half of each key/);
    expect(scene.isDelivered('shop')).toBe(false);
    scene.hostFault = undefined;
    await scene.sync();
    await expectSettled(scene);
  });
});

it('a prompt delivery leaves no date, because the overlap counts from the key (K3)', async () => {
  const { scene } = await freshKey();
  await scene.sync();
  expect(scene.tag('shop')[TAG.delivered]).toBeUndefined();
});

it('a message that cannot be sent, and events that cannot be sent, stop no delivery', async () => {
  const { scene } = await freshKey();
  scene.awsFault = ({ action }) =>
    /^(Publish|PutEvents)$/.test(action) ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
  scene.bitbucket.removeEnvironment('acme', 'shop', 'Production');
  const failed = await scene.sync({ keys: ['shop'] });
  expect(failed.thrown).toBeUndefined();
  expect(failed.lines.filter((line) => line.includes('could not be sent'))).toHaveLength(2);
  scene.bitbucket.addEnvironment('acme', 'shop', 'Production');
  const { summary, lines } = await scene.sync();
  expect(summary.delivered).toBe(1);
  expect(lines.at(-1)).toContain('run finished');
});
