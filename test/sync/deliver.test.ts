import { describe, expect, it } from 'vitest';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { targetSetDigest } from '../../functions/core/hosts/target';
import { versionIdOf } from '../../functions/core/key/version-id';
import { TAG } from '../../functions/core/names';
import { deliveredKey, expectLogin, expectSettled, storedKey } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';
import type { HandMadeKey } from '../support/stage';

const happened = ({ audits }: Outcome, name: string) => audits.filter(({ event }) => event === name);

const documentOf = (user: string, key: HandMadeKey) => ({
  accessKeyId: key.AccessKeyId,
  secretAccessKey: key.SecretAccessKey,
  userName: user,
  accountId: '111122223333',
  createdAt: key.CreateDate.toISOString(),
});

const versionOf = (key: HandMadeKey) => versionIdOf({ accessKeyId: key.AccessKeyId, createdAt: key.CreateDate });

/** A fresh key as a rotation stores it, without the rotation. */
function store(scene: Scene, id = 'shop', user = `ci-${id}`): HandMadeKey {
  const key = scene.createKey(user);
  scene.put(id, JSON.stringify(documentOf(`ci-${id}`, key)), versionOf(key));
  return key;
}

describe('a delivery', () => {
  it('proves the key, writes it to its targets, and marks the version with the digest of their set (K2, K7)', async () => {
    const scene = await newScene();
    const entry = scene.manage('shop', {
      deliverTo: [{ region: 'eu-west-1', variables: { bundle: 'AWS_CREDENTIAL' } }],
    });
    await scene.rotate();
    const from = scene.calls.length;
    const outcome = await scene.sync();
    const version = scene.current('shop') ?? '';
    expect(outcome.audits.map(({ event }) => event)).toEqual([
      'run-started',
      'key-proved',
      'key-proved',
      'target-delivered',
      'version-delivered',
      'run-finished',
    ]);
    const proved = { key: 'shop', user: 'ci-shop', version, accessKeyId: scene.currentKey('shop') };
    expect(happened(outcome, 'key-proved')[0]).toMatchObject(proved);
    expect(happened(outcome, 'target-delivered')[0]).toMatchObject({
      key: 'shop',
      user: 'ci-shop',
      version,
      accessKeyId: scene.currentKey('shop'),
      target: 'bitbucket acme/shop environment Production',
      facts: { readBack: true, tornFor: 0 },
    });
    expect(scene.labels('shop')[version]).toContain(`DELIVERED-${targetSetDigest(entry.targets, entry.connections)}`);
    const actions = scene.calls.slice(from).map(({ action }) => action);
    expect(actions.indexOf('GetCallerIdentity')).toBeGreaterThan(0);
    expect(actions.indexOf('GetCallerIdentity')).toBeLessThan(actions.indexOf('UpdateSecretVersionStage'));
    const variables = scene.bitbucket.pipelineVariables('acme', 'shop', 'Production');
    expect(variables).toMatchObject({ AWS_DEFAULT_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: scene.currentKey('shop') });
    expect(JSON.parse(variables.AWS_CREDENTIAL ?? '{}')).toMatchObject({ accessKeyId: scene.currentKey('shop') });
    await expectSettled(scene);
  });

  it('happens once: what is delivered is left alone', async () => {
    const scene = await deliveredKey();
    const requests = scene.hostRequests.length;
    const again = await scene.sync();
    expect(again.audits.map(({ event }) => event)).toEqual(['run-started', 'run-finished']);
    expect(scene.hostRequests).toHaveLength(requests);
  });

  it('for an event that names a key is about that key only', async () => {
    const scene = await newScene();
    for (const id of ['shop', 'blog']) scene.manage(id);
    await scene.rotate();
    const outcome = await scene.sync({ keys: ['shop'] });
    expect(outcome.summary).toMatchObject({ examined: 1, delivered: 1 });
    expect([scene.isDelivered('shop'), scene.isDelivered('blog')]).toEqual([true, false]);
  });

  it('for an event of an unknown shape looks at everything, and says so', async () => {
    const scene = await newScene();
    for (const id of ['shop', 'blog']) scene.manage(id);
    await scene.rotate();
    const outcome = await scene.sync({ source: 'aws.secretsmanager' });
    expect(outcome).toMatchObject({ summary: { delivered: 2 }, findings: ['unknown-event'] });
  });

  it('for a key that is not managed is none, and stops no other (K11)', async () => {
    const scene = await storedKey();
    scene.parameter('broken', '[]');
    scene.register(scene.entry('no-secret'));
    const outcome = await scene.sync({ keys: ['nobody', 'broken', 'no-secret', 'shop', 'shop'] });
    expect(outcome.findings).toEqual(['request-refused', 'invalid-entry', 'secret-missing']);
    expect(outcome.summary).toMatchObject({ examined: 1, delivered: 1, failed: 2 });
    expect(happened(outcome, 'finding')).toMatchObject([
      { key: 'nobody', outcome: 'blocked', message: expect.stringContaining('"nobody" was asked for') },
      { key: 'broken', outcome: 'blocked', message: expect.stringContaining('/keyturn/keys/broken') },
      { key: 'no-secret', outcome: 'blocked', message: expect.stringContaining('keyturn/no-secret') },
    ]);
  });
});

it('a key whose secret cannot be looked at fails alone, when an event names it (K11)', async () => {
  const scene = await newScene();
  for (const id of ['shop', 'blog']) scene.manage(id);
  await scene.rotate();
  scene.awsFault = ({ action, input }) =>
    action === 'DescribeSecret' && input.SecretId === 'keyturn/shop'
      ? { kind: 'error', status: 400, code: 'AccessDeniedException' }
      : undefined;
  const outcome = await scene.sync({ keys: ['shop', 'blog'] });
  expect(outcome).toMatchObject({ findings: ['step-failed'], summary: { delivered: 1, failed: 1 } });
  expect(happened(outcome, 'finding')[0]).toMatchObject({ key: 'shop', outcome: 'failed' });
});

describe('a key that does not authenticate as its own user', () => {
  it('is not delivered when it is dead (K2)', async () => {
    const scene = await deliveredKey();
    const held = scene.held('shop');
    const key = store(scene);
    scene.setStatus('ci-shop', key.AccessKeyId, 'Inactive');
    const requests = scene.hostRequests.length;
    const outcome = await scene.sync();
    expect(outcome).toMatchObject({ findings: ['proof-failed'], summary: { delivered: 0, failed: 1 } });
    const about = { key: 'shop', accessKeyId: key.AccessKeyId };
    expect(happened(outcome, 'step-failed')).toMatchObject([
      { ...about, version: versionOf(key), outcome: 'failed', code: 'proof-failed', reason: 'proof' },
    ]);
    expect(happened(outcome, 'finding')[0]).toMatchObject({
      ...about,
      outcome: 'failed',
      message: expect.stringContaining(
        `Key "shop": ${key.AccessKeyId} is not delivered, because it did not prove to be ci-shop: `,
      ),
    });
    expect(scene.hostRequests).toHaveLength(requests);
    expect(scene.held('shop')).toEqual(held);
    expect(scene.isDelivered('shop')).toBe(false);
    await expectLogin(scene);
  });

  it('is not delivered when it is the key of another user (K2)', async () => {
    const scene = await deliveredKey();
    scene.addUser('admin');
    store(scene, 'shop', 'admin');
    const outcome = await scene.sync();
    expect(happened(outcome, 'step-failed')[0]).toMatchObject({ code: 'proof-wrong-identity', reason: 'proof' });
    expect(scene.isDelivered('shop')).toBe(false);
    await expectLogin(scene);
  });

  it.each([
    { what: 'no JSON', value: () => 'oops' },
    { what: 'other fields', value: () => '{"password": "hunter2hunter2"}' },
    {
      what: 'another key',
      value: (key: HandMadeKey) =>
        JSON.stringify({ ...documentOf('ci-shop', key), accessKeyId: 'AKIA0000000000000000' }),
    },
    { what: 'another user', value: (key: HandMadeKey) => JSON.stringify(documentOf('ci-blog', key)) },
  ])('is not delivered when its version holds $what (K2, K6)', async ({ value }) => {
    const scene = await deliveredKey();
    const key = scene.createKey('ci-shop');
    scene.put('shop', value(key), versionOf(key));
    const outcome = await scene.sync();
    expect(happened(outcome, 'step-failed')[0]).toMatchObject({ code: 'secret-invalid' });
    const [finding] = happened(outcome, 'finding');
    expect(finding?.message).toContain('Rotate the key to replace it');
    expect(JSON.stringify(outcome)).not.toMatch(/hunter2|oops/);
    expect(scene.isDelivered('shop')).toBe(false);
    await expectLogin(scene);
  });

  it('is delivered as soon as STS is well again (K2)', async () => {
    const scene = await storedKey();
    let refusals = 3;
    scene.awsFault = ({ action }) => {
      if (action !== 'GetCallerIdentity' || refusals === 0) return undefined;
      refusals -= 1;
      return { kind: 'error', status: 403, code: 'InvalidClientTokenId' };
    };
    const outcome = await scene.sync();
    expect(refusals).toBe(0);
    expect(outcome.summary).toMatchObject({ delivered: 1, failed: 0 });
  });
});

describe('several targets', () => {
  it('are independent: one that fails stops no other, and nothing is marked (K3, K11)', async () => {
    const scene = await newScene();
    scene.manage('shop', { deliverTo: [{ environment: 'Nowhere' }, {}] });
    await scene.rotate();
    const outcome = await scene.sync();
    expect(outcome).toMatchObject({ findings: ['delivery-failed'], summary: { delivered: 0, failed: 1 } });
    expect(happened(outcome, 'target-failed')[0]).toMatchObject({
      code: 'environment-not-found',
      target: 'bitbucket acme/shop environment Nowhere',
      accessKeyId: scene.currentKey('shop'),
      version: scene.current('shop'),
      outcome: 'failed',
      message: expect.stringContaining('Nowhere'),
    });
    const { message } = happened(outcome, 'finding')[0] ?? {};
    expect(message).toContain('did not reach bitbucket acme/shop environment Nowhere (environment-not-found). ');
    expect(message).toContain('The old key keeps working until it has.');
    expect(happened(outcome, 'target-delivered')).toHaveLength(1);
    expect(scene.isDelivered('shop')).toBe(false);
    await expectLogin(scene);
    scene.bitbucket.addEnvironment('acme', 'shop', 'Nowhere');
    expect((await scene.sync()).summary).toMatchObject({ delivered: 1, failed: 0 });
    expect(scene.isDelivered('shop')).toBe(true);
  });

  it('that change are delivered to again, and the labels of the earlier set are removed', async () => {
    const scene = await deliveredKey();
    const version = scene.current('shop') ?? '';
    const earlier = scene.labels('shop')[version] ?? [];
    scene.bitbucket.addEnvironment('acme', 'shop', 'Staging');
    scene.register(scene.entry('shop', { deliverTo: [{}, { environment: 'Staging' }] }));
    const outcome = await scene.sync();
    expect(happened(outcome, 'target-delivered')).toHaveLength(2);
    expect(happened(outcome, 'labels-cleaned')[0]).toMatchObject({
      version,
      reason: expect.stringMatching(/^DELIVERED-/),
    });
    const labels = scene.labels('shop')[version] ?? [];
    expect(labels).toHaveLength(2);
    expect(labels.filter((label) => earlier.includes(label))).toEqual(['AWSCURRENT']);
    expect(scene.bitbucket.pipelineVariables('acme', 'shop', 'Staging').AWS_ACCESS_KEY_ID).toBe(
      scene.currentKey('shop'),
    );
  });

  it('that change keep the labels of the earlier set until the delivery to the new one is complete (K1)', async () => {
    const scene = await deliveredKey();
    const version = scene.current('shop') ?? '';
    const earlier = scene.labels('shop')[version];
    scene.register(scene.entry('shop', { deliverTo: [{}, { environment: 'Nowhere' }] }));
    const outcome = await scene.sync();
    expect(outcome.findings).toEqual(['delivery-failed']);
    expect(happened(outcome, 'labels-cleaned')).toEqual([]);
    expect(scene.labels('shop')[version]).toEqual(earlier);
  });

  it('that changed leave no label behind where a run died before it removed the last one (K9)', async () => {
    const scene = await deliveredKey();
    const version = scene.current('shop') ?? '';
    for (const VersionStage of ['DELIVERED-0000000000000001', 'DELIVERED-0000000000000002']) {
      scene.account.invoke(scene.admin, 'secretsmanager', 'UpdateSecretVersionStage', {
        SecretId: 'keyturn/shop',
        VersionStage,
        MoveToVersionId: version,
      });
    }
    const requests = scene.hostRequests.length;
    const outcome = await scene.sync();
    expect(outcome).toMatchObject({ findings: [], summary: { failed: 0 } });
    expect(happened(outcome, 'labels-cleaned').map(({ reason }) => reason)).toEqual([
      'DELIVERED-0000000000000001',
      'DELIVERED-0000000000000002',
    ]);
    expect(scene.labels('shop')[version]).toHaveLength(2);
    expect(scene.hostRequests).toHaveLength(requests);
  });

  it('may be none: a key that only the secret holds is delivered at once', async () => {
    const scene = await newScene();
    scene.manage('shop', { deliverTo: [] });
    await scene.rotate();
    expect((await scene.sync()).summary).toMatchObject({ delivered: 1, failed: 0 });
    expect(scene.isDelivered('shop')).toBe(true);
  });
});

describe('a version that becomes current while another one is being delivered', () => {
  /** Another run delivers and marks a version in the meantime. */
  const markElsewhere = (scene: Scene, entry: RegistryEntry, key: HandMadeKey) => {
    const label = `DELIVERED-${targetSetDigest(entry.targets, entry.connections)}`;
    const holder = Object.entries(scene.labels('shop')).find(([, labels]) => labels.includes(label))?.[0];
    scene.account.invoke(scene.admin, 'secretsmanager', 'UpdateSecretVersionStage', {
      SecretId: 'keyturn/shop',
      VersionStage: label,
      MoveToVersionId: versionOf(key),
      RemoveFromVersionId: holder,
    });
  };

  it('is not marked by that delivery, and is delivered by its own (K1)', async () => {
    const scene = await storedKey();
    const first = scene.currentKey('shop');
    let next: HandMadeKey | undefined;
    scene.hostFault = ({ method }) => {
      if (method === 'POST') next ??= store(scene);
      return undefined;
    };
    const outcome = await scene.sync();
    expect(happened(outcome, 'version-delivered').map(({ accessKeyId }) => accessKeyId)).toEqual([first]);
    expect(scene.currentKey('shop')).toBe(next?.AccessKeyId);
    expect(scene.isDelivered('shop')).toBe(false);
    await scene.sync();
    await expectSettled(scene);
  });

  it('is delivered once more when another run has marked it before the older one was written (K1)', async () => {
    const scene = await newScene();
    const entry = scene.manage('shop');
    await scene.rotate();
    let next: HandMadeKey | undefined;
    scene.hostFault = ({ method }) => {
      if (method !== 'POST' || next !== undefined) return undefined;
      next = store(scene);
      markElsewhere(scene, entry, next);
      return undefined;
    };
    const outcome = await scene.sync();
    const line = outcome.lines.find((each) => each.includes('another version became current or was marked during a'));
    expect(line).toContain('"key":"shop"');
    expect(happened(outcome, 'labels-cleaned')[0]).toMatchObject({
      key: 'shop',
      version: scene.current('shop'),
      reason: `DELIVERED-${targetSetDigest(entry.targets, entry.connections)}`,
    });
    expect(scene.currentKey('shop')).toBe(next?.AccessKeyId);
    expect(scene.held('shop').accessKeyId).toBe(next?.AccessKeyId);
    // A third run may still be writing the older one.
    expect(scene.isDelivered('shop')).toBe(false);
    scene.hours(1);
    await scene.sync();
    await expectSettled(scene);
  });

  it('is delivered in the same run when the older one did not reach every target (K1)', async () => {
    const scene = await deliveredKey();
    scene.bitbucket.addEnvironment('acme', 'shop', 'Staging');
    const entry = scene.entry('shop', { deliverTo: [{}, { environment: 'Staging' }] });
    scene.register(entry);
    let next: HandMadeKey | undefined;
    scene.hostFault = ({ method }) => {
      if (method !== 'POST' || next !== undefined) return undefined;
      next = store(scene);
      markElsewhere(scene, entry, next);
      return { kind: 'status', status: 400 };
    };
    await scene.sync();
    scene.hostFault = undefined;
    expect(scene.held('shop').accessKeyId).toBe(next?.AccessKeyId);
    scene.hours(1);
    await scene.sync();
    await expectSettled(scene);
  });

  it('again and again is left to the next run', async () => {
    const scene = await newScene();
    const entry = scene.manage('shop');
    await scene.rotate();
    let others: HandMadeKey[] = [];
    scene.hostFault = ({ method }) => {
      if (method === 'GET') return undefined;
      for (const { AccessKeyId } of others) scene.deleteKey('ci-shop', AccessKeyId);
      others = [store(scene)];
      for (const key of others) markElsewhere(scene, entry, key);
      return undefined;
    };
    const outcome = await scene.sync();
    scene.hostFault = undefined;
    expect(happened(outcome, 'target-delivered')).toHaveLength(3);
    expect(outcome.summary).toMatchObject({ delivered: 0 });
    expect(outcome.thrown).toBeUndefined();
    scene.hours(1);
    await scene.sync();
    await expectSettled(scene);
  });
});

it('a late delivery that is overtaken does not say that its key was delivered (K3)', async () => {
  const scene = await storedKey();
  const late = scene.currentKey('shop');
  scene.hours(2);
  let next: HandMadeKey | undefined;
  scene.hostFault = ({ method }) => {
    if (method === 'POST') next ??= store(scene);
    return undefined;
  };
  await scene.sync();
  expect(scene.currentKey('shop')).toBe(next?.AccessKeyId);
  expect(scene.tag('shop')[TAG.delivered] ?? '').not.toContain(late);
  expect(scene.held('shop').accessKeyId).toBe(next?.AccessKeyId);
  await expectLogin(scene);
});

it('a mark that is refused is a failure of its own key, told once, and no reason to deliver again and again', async () => {
  const scene = await storedKey();
  scene.awsFault = ({ action }) =>
    action === 'UpdateSecretVersionStage' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
  const outcome = await scene.sync();
  scene.awsFault = undefined;
  expect(outcome).toMatchObject({ findings: ['step-failed'], summary: { delivered: 0, failed: 1 } });
  expect(happened(outcome, 'target-delivered')).toHaveLength(1);
  expect(happened(outcome, 'step-failed')[0]).toMatchObject({ code: 'aws-denied' });
  await scene.sync();
  await expectSettled(scene);
});

describe('two runs at the same time', () => {
  it('deliver the same version, and neither fails', async () => {
    const scene = await deliveredKey();
    scene.toDay(90);
    await scene.rotate();
    scene.awsFault = ({ action }) =>
      /^(UpdateSecretVersionStage|GetSecretValue)$/.test(action) ? { kind: 'delay', milliseconds: 40 } : undefined;
    const outcomes = await Promise.all([scene.sync(), scene.sync({ keys: ['shop'] })]);
    scene.awsFault = undefined;
    for (const { findings, summary, thrown } of outcomes) {
      expect(thrown).toBeUndefined();
      expect(findings).toEqual([]);
      expect(summary.failed).toBe(0);
    }
    await expectSettled(scene);
    expect((await scene.sync()).audits).toHaveLength(2);
  });

  it('deliver a first version, which has no variables yet, and neither fails', async () => {
    const scene = await storedKey();
    const outcomes = await Promise.all([scene.sync(), scene.sync({ keys: ['shop'] })]);
    for (const { findings } of outcomes) expect(findings).toEqual([]);
    await expectSettled(scene);
  });

  it('clean the same stale labels, and neither fails', async () => {
    const scene = await deliveredKey();
    scene.register(scene.entry('shop', { deliverTo: [{ region: 'eu-west-1' }] }));
    scene.awsFault = ({ action }) =>
      action === 'UpdateSecretVersionStage' ? { kind: 'delay', milliseconds: 40 } : undefined;
    const outcomes = await Promise.all([scene.sync(), scene.sync()]);
    for (const { findings } of outcomes) expect(findings).toEqual([]);
    await expectSettled(scene);
    expect(scene.labels('shop')[scene.current('shop') ?? '']).toHaveLength(2);
  });
});

it('a lost answer to a label is no failure: what was wanted is there', async () => {
  const scene = await deliveredKey();
  scene.toDay(90);
  await scene.rotate();
  let lost = 0;
  scene.awsFault = ({ action }) => {
    if (action !== 'UpdateSecretVersionStage') return undefined;
    lost += 1;
    return lost % 2 === 1 ? { kind: 'drop-after' } : undefined;
  };
  const outcome = await scene.sync();
  expect(lost).toBeGreaterThanOrEqual(2);
  expect(outcome).toMatchObject({ findings: [], summary: { delivered: 1, failed: 0 } });
  scene.awsFault = undefined;
  await expectSettled(scene);
});
