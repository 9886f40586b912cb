import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';

const messageOf = ({ audits }: Outcome, code: string) =>
  audits.find(({ event, reason }) => event === 'finding' && reason === code)?.message;

interface Client {
  readonly agent?: string;
  readonly region?: string;
}

/** Day 90 is over: the second key is delivered, and nobody has used any since but whoever the test lets. */
async function overlap() {
  const scene = await newScene();
  scene.manage('shop');
  await scene.rotate();
  await scene.sync();
  const { accessKeyId: old = '', secretAccessKey: oldSecret = '' } = scene.held('shop');
  scene.toDay(90);
  await scene.rotate();
  await scene.sync();
  const { accessKeyId: fresh = '', secretAccessKey: freshSecret = '' } = scene.held('shop');
  const use = async (id: string, secret: string, { agent, region }: Client = {}) => {
    const client = new STSClient({
      credentials: { accessKeyId: id, secretAccessKey: secret },
      userAgentAppId: agent,
      region,
    });
    await client.send(new GetCallerIdentityCommand({}));
    client.destroy();
  };
  return {
    scene,
    old,
    fresh,
    useOld: (client?: Client) => use(old, oldSecret, client),
    useFresh: (client?: Client) => use(fresh, freshSecret, client),
  };
}

/** What deactivate finds on a day, when sync has seen its successor at the targets. */
async function onDay(scene: Scene, day: number): Promise<Outcome> {
  scene.toDay(day);
  await scene.sync();
  return scene.deactivate();
}

describe('a superseded key in use', () => {
  it('is told with what uses it: service, address and client, in the region of its last use', async () => {
    const { scene, useOld, useFresh } = await overlap();
    scene.toDay(99);
    await useFresh();
    await useOld({ agent: 'nightly-backup', region: 'ap-southeast-2' });
    const outcome = await onDay(scene, 100);
    expect(outcome.findings).toEqual(['in-use']);
    expect(messageOf(outcome, 'in-use')).toMatch(
      /CloudTrail saw it used from 127\.0\.0\.1 \(aws-sdk-js\/.*\) for sts\./,
    );
  });

  it('is told with it when its hold is over too, and is made Inactive all the same (K8)', async () => {
    const { scene, useOld, useFresh, old } = await overlap();
    scene.toDay(99);
    await useFresh();
    await useOld();
    await onDay(scene, 100);
    scene.toDay(109);
    await useOld();
    const outcome = await onDay(scene, 110);
    expect(outcome.findings).toEqual(['hold-limit']);
    expect(messageOf(outcome, 'hold-limit')).toContain('CloudTrail saw it used from 127.0.0.1');
    expect(scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === old)?.Status).toBe('Inactive');
  });

  it.each([
    ['is denied', { kind: 'error', status: 400, code: 'AccessDeniedException' }],
    ['does not answer', { kind: 'drop-before' }],
  ] as const)('is held and made Inactive as ever where CloudTrail %s (K3, K8)', async (_how, fault) => {
    const { scene, useOld } = await overlap();
    scene.awsFault = ({ action }) => (action === 'LookupEvents' ? fault : undefined);
    scene.toDay(99);
    await useOld();
    const held = await onDay(scene, 100);
    expect(held).toMatchObject({ findings: ['in-use'], summary: { failed: 0, held: 1 }, thrown: undefined });
    expect(messageOf(held, 'in-use')).toContain('CloudTrail could not be asked what uses it');
    scene.toDay(109);
    await useOld();
    expect(await onDay(scene, 110)).toMatchObject({ findings: ['hold-limit'], summary: { deactivated: 1 } });
  });
});

describe('a delivered key that nobody uses while the one before it is used', () => {
  it('is a finding with the targets, beside the hold, by mail and in the record', async () => {
    const { scene, old, fresh, useOld } = await overlap();
    scene.toDay(99);
    await useOld();
    const outcome = await onDay(scene, 100);
    expect(outcome.findings).toEqual(['in-use', 'not-adopted']);
    const message = messageOf(outcome, 'not-adopted');
    expect(message).toContain(`${fresh} was delivered 2026-04-01`);
    expect(message).toContain(`${old} was used 2026-04-10`);
    expect(message).toContain('bitbucket acme/shop environment Production');
    expect(scene.account.sns.messages.at(-1)?.message).toContain('[not-adopted]');
    expect(scene.recorded().some(({ reason }) => reason === 'not-adopted')).toBe(true);
  });

  it("is not mistaken for used by Keyturn's own proofs, however late they come", async () => {
    const { scene, useOld } = await overlap();
    scene.toDay(98);
    scene.bitbucket.addEnvironment('acme', 'shop', 'Staging');
    scene.register(scene.entry('shop', { deliverTo: [{}, { environment: 'Staging' }] }));
    await scene.sync();
    scene.toDay(108);
    await useOld();
    expect((await onDay(scene, 109)).findings).toEqual(['in-use', 'not-adopted']);
  });

  it.each([
    ['by a login of a pipeline', {}],
    ['in another region', { region: 'ap-southeast-2' }],
  ])('is none when the new key was used %s', async (_how, client) => {
    const { scene, useOld, useFresh } = await overlap();
    scene.toDay(99);
    await useFresh(client);
    await useOld();
    expect((await onDay(scene, 100)).findings).toEqual(['in-use']);
  });

  it('is none when the old key is idle, or was used only while the delivery was fresh', async () => {
    const { scene, useOld } = await overlap();
    await useOld();
    expect((await onDay(scene, 100)).findings).toEqual([]);
  });
});
