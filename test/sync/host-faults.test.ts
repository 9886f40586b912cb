import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import type { BitbucketFault } from '../../local/hosts/bitbucket/server';
import { delivered, expectLogin, expectSettled, live } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';

/** A delivered key whose successor was stored just now. */
async function freshKey(): Promise<{ readonly scene: Scene; readonly old: string }> {
  const scene = await newScene();
  await delivered(scene);
  const old = scene.currentKey('shop') ?? '';
  scene.toDay(90);
  await scene.rotate();
  return { scene, old };
}

const status = (code: number, headers = {}): BitbucketFault => ({ kind: 'status', status: code, headers });

describe('a host that fails', () => {
  it.each([
    {
      what: 'does not accept the token',
      fault: status(401),
      code: 'token-rejected',
      finding: 'token-rejected',
      cure: /put a new one into the secret keyturn\/connections\/acme/,
    },
    {
      what: 'misses a scope',
      fault: status(403),
      code: 'scope-missing',
      finding: 'token-rejected',
      cure: /scope pipeline:variable/,
    },
    {
      what: 'does not find the repository',
      fault: status(404),
      code: 'repository-not-found',
      cure: /Check the name acme\/shop/,
    },
    { what: 'rejects the request', fault: status(400), code: 'host-rejected', cure: /Look at the names of the target/ },
    {
      what: 'leads astray',
      fault: status(302, { location: 'https://evil.example' }),
      code: 'host-answer-invalid',
      cure: /a redirect is not followed/,
    },
    {
      what: 'is over its limit',
      fault: status(429, { 'retry-after': '3000' }),
      code: 'rate-limited',
      cure: /token of its own/,
    },
    { what: 'is not well', fault: status(503), code: 'host-down', cure: /host's status page/ },
    {
      what: 'answers with a page',
      fault: { kind: 'garbage' } as const,
      code: 'host-answer-invalid',
      cure: /no proxy answers in its place/,
    },
    { what: 'hangs up', fault: { kind: 'drop-before' } as const, code: 'host-down', cure: /./ },
  ])(
    'because it $what is a finding that names the cure, and the old key goes on working (K1, K3)',
    async ({ fault, code, finding = 'delivery-failed', cure }) => {
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

  it('for a token that was revoked works again as soon as the secret holds a new one', async () => {
    const { scene } = await freshKey();
    scene.bitbucket.revoke(scene.token);
    expect((await scene.sync()).findings).toEqual(['token-rejected']);
    await expectLogin(scene);
    const accessToken = scene.bitbucket.addAccessToken({
      workspace: 'acme',
      scopes: ['pipeline', 'pipeline:variable'],
    });
    scene.account.invoke(scene.admin, 'secretsmanager', 'PutSecretValue', {
      SecretId: 'keyturn/connections/acme',
      SecretString: JSON.stringify({ accessToken }),
    });
    await scene.sync({
      source: 'aws.secretsmanager',
      'detail-type': 'Secret Label Updated',
      detail: { name: 'keyturn/connections/acme' },
    });
    await expectSettled(scene);
  });

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

describe('a host that is down for hours', () => {
  it('gets the key late; the overlap counts from then (K1, K3)', async () => {
    const { scene, old } = await freshKey();
    scene.hostFault = () => status(503);
    for (let hour = 0; hour < 5; hour += 1) {
      expect((await scene.sync()).findings).toEqual(['delivery-failed']);
      await expectLogin(scene);
      scene.hours(1);
    }
    scene.hostFault = undefined;
    const { summary } = await scene.sync();
    expect(summary).toMatchObject({ delivered: 1, oldestUndeliveredHours: expect.closeTo(5.1, 0) });
    const [word, time] = (scene.tag('shop')[TAG.delivered] ?? '').split(' ');
    expect(word).toBe(scene.currentKey('shop'));
    expect(Date.parse(time ?? '')).toBeGreaterThan(Date.parse('2026-04-01T08:00:00Z'));
    await expectSettled(scene);

    const isActive = () =>
      scene.keys('ci-shop').some(({ AccessKeyId, Status }) => AccessKeyId === old && Status === 'Active');
    await live(scene, [99, 100]);
    expect(isActive()).toBe(true);
    await live(scene, [101]);
    expect(isActive()).toBe(false);
  });

  it('is not mentioned by a prompt delivery, whose overlap counts from the key (K3)', async () => {
    const { scene } = await freshKey();
    await scene.sync();
    expect(scene.tag('shop')[TAG.delivered]).toBeUndefined();
  });

  it('is told to people when it has lasted for an hour, and then once a day', async () => {
    const { scene } = await freshKey();
    const { messages } = scene.account.sns;
    const before = messages.length;
    scene.hostFault = () => status(503);
    await scene.sync({
      source: 'aws.secretsmanager',
      'detail-type': 'Secret Label Updated',
      detail: { name: 'keyturn/shop' },
    });
    const told: number[] = [];
    for (let hour = 0; hour < 50; hour += 1) {
      scene.clock.advanceTo(Date.parse('2026-04-01T03:30:00Z') + hour * 3_600_000);
      const count = messages.length;
      await scene.sync();
      if (messages.length > count) told.push(hour);
    }
    expect(told).toEqual([1, 25, 49]);
    expect(messages.length - before).toBe(3);
    expect(messages.at(-1)).toMatchObject({
      topicArn: scene.topicArn,
      subject: 'Keyturn: shop: a delivery failed; nothing is broken, 111122223333 eu-west-1',
      message: expect.stringMatching(/^\[delivery-failed\] Key "shop": AKIA\w+ did not reach bitbucket acme\/shop/m),
    });
    for (const secret of scene.material) expect(JSON.stringify(messages)).not.toContain(secret);
  });

  it('does not silence a person who asks for a delivery', async () => {
    const { scene } = await freshKey();
    scene.hostFault = () => status(503);
    await scene.sync({ keys: ['shop'] });
    expect(scene.account.sns.messages.at(-1)?.message).toContain('[delivery-failed]');
  });
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
