import { describe, expect, it } from 'vitest';
import type { AwsCall } from '../../local/account/wire/server';
import { expectSettled } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome } from '../support/scene';
import type { SceneOptions } from '../support/stage';

const SECOND = 1_000;
const HERE = 'eu-west-1';
const ABROAD = 'us-east-1';

const happened = ({ audits }: Outcome, name: string) => audits.filter(({ event }) => event === name);

/** A key that was made a moment ago, and how each region comes to know it. */
async function freshKey(spreads: Readonly<Record<string, readonly [first: number, steady: number, turn?: number]>>) {
  const newKeySpread: SceneOptions['newKeySpread'] = (region) => {
    const [first, steady, turn] = spreads[region] ?? [0, 0];
    return { first: first * SECOND, steady: steady * SECOND, turn: turn === undefined ? undefined : turn * SECOND };
  };
  const scene = await newScene({ newKeySpread });
  scene.manage('shop');
  await scene.rotate();
  const madeAt = scene.clock.now();
  /** When the host got the key, in seconds after it was made; undefined when it did not. */
  let writtenAt: number | undefined;
  scene.hostFault = ({ method }) => {
    if (method !== 'GET') writtenAt ??= (scene.clock.now() - madeAt) / SECOND;
    return undefined;
  };
  return { scene, writtenAt: () => writtenAt };
}

function proofs(calls: readonly AwsCall[]): readonly string[] {
  return calls
    .filter(({ action, principal }) => action === 'GetCallerIdentity' && principal.kind === 'user')
    .map(({ region = '' }) => region);
}

describe('a fresh key', () => {
  it('reaches pipelines when two endpoints have known it for a minute (K2)', async () => {
    const { scene, writtenAt } = await freshKey({});
    const from = scene.calls.length;
    const outcome = await scene.sync();
    expect(writtenAt()).toBeGreaterThanOrEqual(60);
    expect(writtenAt()).toBeLessThan(70);
    const asked = proofs(scene.calls.slice(from));
    expect(asked.filter((region) => region === ABROAD)).toHaveLength(4);
    expect(asked.filter((region) => region === HERE)).toHaveLength(5);
    expect(happened(outcome, 'key-proved')[0]).toMatchObject({ facts: { regions: `${HERE} ${ABROAD}` } });
    await expectSettled(scene);
  });

  it.each([
    ['the other endpoint comes to know it late', { [ABROAD]: [40, 40] }, 100],
    ['the other endpoint forgets it again and again', { [ABROAD]: [0, 50, 7] }, 100],
    ["the region's own endpoint forgets it for a while", { [HERE]: [0, 45, 25] }, 90],
    ['both do', { [HERE]: [0, 45, 25], [ABROAD]: [5, 70, 30] }, 125],
  ] as const)('waits longer when %s (K2)', async (_how, spreads, soonest) => {
    const { scene, writtenAt } = await freshKey(spreads);
    expect((await scene.sync()).findings).toEqual([]);
    expect(writtenAt()).toBeGreaterThanOrEqual(soonest);
    await expectSettled(scene);
  });

  it.each([
    { phase: 23, delays: [9, 0] },
    { phase: 23, delays: [0, 9] },
    { phase: 2, delays: [30, 0] },
    { phase: 2, delays: [0, 30] },
  ])('is not given away between answers that come late, in which an endpoint forgets it: %j (K2)', async (late) => {
    const spreads: Record<string, readonly [number, number, number?]> = {};
    const { scene, writtenAt } = await freshKey(spreads);
    const madeAt = scene.clock.now();
    let asked = 0;
    scene.awsFault = ({ action, region, principal }) => {
      if (action !== 'GetCallerIdentity' || region !== ABROAD || principal.kind !== 'user') return undefined;
      scene.clock.advanceBy((late.delays[asked++ % 2] ?? 0) * SECOND);
      // Known for 25 seconds and unknown for 25, in turns.
      spreads[ABROAD] ??= [(scene.clock.now() - madeAt) / SECOND - late.phase, 240, 25];
      return undefined;
    };
    await scene.sync();
    expect(asked).toBeGreaterThan(1);
    expect(writtenAt() ?? 240).toBeGreaterThanOrEqual(240);
  });

  it('that does not become steady is not delivered, people are told why, and the next hour delivers it (K2)', async () => {
    const { scene, writtenAt } = await freshKey({ [ABROAD]: [0, 1_000, 20] });
    const before = scene.clock.now();
    const outcome = await scene.sync();
    expect(outcome).toMatchObject({ findings: ['proof-failed'], summary: { delivered: 0 } });
    expect(happened(outcome, 'finding')[0]?.message).toContain('no whole minute went by without a refusal');
    expect(happened(outcome, 'finding')[0]?.message).toContain(`in ${ABROAD}: AWS answered InvalidClientTokenId`);
    expect(scene.clock.now() - before).toBeLessThanOrEqual(185 * SECOND);
    expect(writtenAt()).toBeUndefined();
    scene.hours(1);
    expect((await scene.sync()).findings).toEqual([]);
    await expectSettled(scene);
  });

  it.each([
    ['does not answer', { kind: 'drop-before' }],
    ['is switched off for the account', { kind: 'error', status: 403, code: 'RegionDisabledException' }],
  ] as const)('is delivered without an endpoint that %s, and the record says so', async (_how, fault) => {
    const { scene, writtenAt } = await freshKey({});
    scene.awsFault = ({ region, action }) => (region === ABROAD && action === 'GetCallerIdentity' ? fault : undefined);
    const outcome = await scene.sync();
    expect(outcome.findings).toEqual([]);
    expect(happened(outcome, 'key-proved')[0]).toMatchObject({ facts: { regions: HERE, silent: ABROAD } });
    expect(outcome.lines.join()).toContain('an endpoint of STS gave no answer');
    expect(writtenAt()).toBeGreaterThanOrEqual(60);
    await expectSettled(scene);
  });

  it('of several all are proved in the same minute', async () => {
    const scene = await newScene();
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const id of ids) scene.manage(id);
    await scene.rotate();
    const from = scene.calls.length;
    expect((await scene.sync()).summary).toMatchObject({ delivered: ids.length, failed: 0 });
    const proved = scene.calls.slice(from).filter(({ region }) => region === ABROAD);
    const users = proved.map(({ principal }) => principal.userName);
    const firsts = ids.map((id) => users.indexOf(`ci-${id}`));
    const lasts = ids.map((id) => users.lastIndexOf(`ci-${id}`));
    expect(Math.max(...firsts)).toBeLessThan(Math.min(...lasts));
  });

  it('that is overtaken within its minute is not written any more (K1)', async () => {
    const { scene } = await freshKey({});
    const first = scene.currentKey('shop');
    scene.awsFault = ({ action }) => {
      if (action === 'GetCallerIdentity') scene.setTag('shop', 'keyturn:paused', '2026-02-01 alice: a freeze');
      return undefined;
    };
    await scene.sync();
    expect(scene.held('shop').accessKeyId).not.toBe(first);
  });
});

describe('the short proof is enough for', () => {
  it('a key that some targets have had already (K2)', async () => {
    const { scene } = await freshKey({});
    await scene.sync();
    scene.bitbucket.addEnvironment('acme', 'shop', 'Staging');
    scene.register(scene.entry('shop', { deliverTo: [{}, { environment: 'Staging' }] }));
    const from = scene.calls.length;
    expect((await scene.sync()).summary).toMatchObject({ delivered: 1 });
    expect(proofs(scene.calls.slice(from))).toEqual([HERE]);
  });

  it('a key that was made days ago', async () => {
    const { scene } = await freshKey({});
    scene.hours(24);
    const from = scene.calls.length;
    expect((await scene.sync()).summary).toMatchObject({ delivered: 1 });
    expect(proofs(scene.calls.slice(from))).toEqual([HERE]);
  });
});
