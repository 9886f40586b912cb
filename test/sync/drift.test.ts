import { describe, expect, it } from 'vitest';
import type { DriftSetting } from '../../functions/core/config/settings';
import { TAG } from '../../functions/core/names';
import type { VariablePlace } from '../../local/hosts/bitbucket/place';
import { deliveredKey, expectLogin, supersededKey } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';

const ID = 'AWS_ACCESS_KEY_ID';
const SECRET_KEY = 'AWS_SECRET_ACCESS_KEY';
const HOUR = 3_600_000;

const happened = ({ audits }: Outcome, name: string) => audits.filter(({ event }) => event === name);
const actions = ({ calls }: Scene, from: number) => calls.slice(from).map(({ action }) => action);
const statusOf = (scene: Scene, id: string) =>
  scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === id)?.Status;

const placeOf = (environment: string): VariablePlace => ({
  level: 'deployment',
  workspace: 'acme',
  repository: 'shop',
  environment,
});

function environmentOf({ bitbucket }: Scene): string {
  return bitbucket.environments({ workspace: 'acme', repository: 'shop' })[0]?.uuid ?? '';
}

/** Somebody deletes the environment, and makes it again under its name. */
function recreate(scene: Scene): string {
  scene.bitbucket.removeEnvironment('acme', 'shop', 'Production');
  return scene.bitbucket.addEnvironment('acme', 'shop', 'Production').uuid;
}

/** A Terraform apply, or a person, puts back what was there before. */
function restore(scene: Scene, id: string, secret: string): void {
  const at = placeOf(environmentOf(scene));
  for (const [key, value] of [
    [ID, id],
    [SECRET_KEY, secret],
  ] as const) {
    const { uuid = '', secured = key === SECRET_KEY } =
      scene.bitbucket.variables(at).find((variable) => variable.key === key) ?? {};
    if (uuid === '') scene.bitbucket.createVariable(at, { key, value, secured });
    else scene.bitbucket.updateVariable(at, uuid, { key, value, secured });
  }
}

describe('what was delivered is looked at once a day (K13)', () => {
  it('and what is there is marked with the time: a few requests to the host and one tag, no value read', async () => {
    const scene = await deliveredKey();
    scene.hours(19);
    expect((await scene.sync()).audits).toHaveLength(2);
    scene.hours(1);
    const [calls, requests] = [scene.calls.length, scene.hostRequests.length];

    const outcome = await scene.sync();

    expect(outcome.findings).toEqual([]);
    expect(happened(outcome, 'check-recorded')).toMatchObject([
      {
        key: 'shop',
        accessKeyId: scene.currentKey('shop'),
        facts: { seen: ['bitbucket acme/shop environment Production'], nothingToCompare: [] },
      },
    ]);
    const [id, time = ''] = (scene.tag('shop')[TAG.checked] ?? '').split(' ');
    expect(id).toBe(scene.currentKey('shop'));
    expect(Date.parse(time)).toBe(scene.clock.now());
    // The third is of a token that may not know whose the place is: it is asked for until it may.
    const asked = scene.hostRequests.slice(requests).map(({ method, kind }) => `${method} ${kind}`);
    expect(asked).toEqual(['GET environments', 'GET variables', 'GET repository']);
    const own = actions(scene, calls).filter(
      (action) => !/^(ListSecrets|GetParametersByPath|PutLog.*|CreateLogStream|PutEvents)$/.test(action),
    );
    // The token of the connection is read once a run.
    expect(own).toEqual(['GetResourcePolicy', 'GetSecretValue', 'TagResource']);
    expect((await scene.sync()).audits).toHaveLength(2);
  });

  it.each<[string, (scene: Scene, old: string) => void, string]>([
    ['an environment that was made again and is empty', (scene) => void recreate(scene), `${ID} is missing`],
    [
      'variables that a Terraform apply has put back',
      (scene, old) => restore(scene, old, 'the old secret'),
      'holds AKIA',
    ],
    [
      'an environment that was made again, with variables that look alike',
      (scene) => {
        const { accessKeyId = '' } = scene.held('shop');
        recreate(scene);
        restore(scene, accessKeyId, 'another secret');
      },
      'made anew',
    ],
    [
      'a secret that was deleted',
      (scene) => {
        const at = placeOf(environmentOf(scene));
        const found = scene.bitbucket.variables(at).find(({ key }) => key === SECRET_KEY);
        scene.bitbucket.removeVariable(at, found?.uuid ?? '');
      },
      `${SECRET_KEY} is missing`,
    ],
  ])('and %s is told, loses its mark and is delivered again', async (_what, deed, says) => {
    const { scene, old } = await supersededKey();
    scene.hours(21);
    await scene.sync();
    deed(scene, old);
    scene.hours(21);

    const outcome = await scene.sync();

    expect(outcome.findings).toEqual(['drifted']);
    expect(happened(outcome, 'target-drifted')).toMatchObject([
      {
        key: 'shop',
        target: 'bitbucket acme/shop environment Production',
        outcome: 'failed',
        message: expect.stringContaining(says),
      },
    ]);
    expect(outcome.audits.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['labels-cleaned', 'key-proved', 'target-delivered', 'version-delivered']),
    );
    expect(outcome.lines.join()).not.toContain('secret access');
    await expectLogin(scene);
    expect(scene.isDelivered('shop')).toBe(true);
    // Its time counts anew, and what was seen before that is forgotten.
    expect(scene.tag('shop')[TAG.delivered]).toContain(scene.currentKey('shop'));
    scene.hours(21);
    expect((await scene.sync()).findings).toEqual([]);
  });

  it('and a repair of which one half is refused is tried again within minutes, as a delivery is (K1, K13)', async () => {
    const { scene, old } = await supersededKey();
    scene.hours(21);
    await scene.sync();
    const at = placeOf(environmentOf(scene));
    const found = scene.bitbucket.variables(at).find(({ key }) => key === ID);
    scene.bitbucket.updateVariable(at, found?.uuid ?? '', { key: ID, value: old, secured: false });
    scene.hours(21);
    const began = scene.clock.now();
    scene.hostFault = ({ key, method }) =>
      method === 'PUT' && key === SECRET_KEY && scene.clock.now() < began + 50_000
        ? { kind: 'status', status: 403, headers: {} }
        : undefined;

    await scene.sync();

    await expectLogin(scene);
    expect(scene.held('shop').accessKeyId).toBe(scene.currentKey('shop'));
    expect(scene.clock.now() - began).toBeLessThan(10 * 60_000);
    scene.hours(1);
    await scene.sync();
    expect(scene.isDelivered('shop')).toBe(true);
  });

  it('and the first look knows what the delivery wrote to, so that what was filled by hand before it shows (K3)', async () => {
    const { scene } = await supersededKey();
    const { accessKeyId = '' } = scene.held('shop');
    recreate(scene);
    restore(scene, accessKeyId, 'another secret');
    scene.hours(21);

    const outcome = await scene.sync();

    expect(outcome.findings).toEqual(['drifted']);
    expect(happened(outcome, 'target-drifted')).toMatchObject([{ message: expect.stringContaining('made anew') }]);
    await expectLogin(scene);
    scene.hours(21);
    expect((await scene.sync()).findings).toEqual([]);
  });

  it('and a host that is down then is no drift: told as not looked at, and looked at again every hour', async () => {
    const scene = await deliveredKey();
    scene.hours(21);
    scene.hostFault = () => ({ kind: 'status', status: 503 });
    const outcome = await scene.sync();
    expect(outcome.findings).toEqual(['unchecked']);
    expect(scene.tag('shop')[TAG.checked]).toBeUndefined();
    expect(scene.isDelivered('shop')).toBe(true);

    scene.hostFault = undefined;
    scene.hours(1);
    expect(happened(await scene.sync(), 'check-recorded')).toHaveLength(1);
  });

  it('and one environment that is gone for good is told every day, until it is back', async () => {
    const scene = await deliveredKey();
    scene.bitbucket.removeEnvironment('acme', 'shop', 'Production');
    scene.hours(21);
    expect((await scene.sync()).findings).toEqual(['drifted', 'delivery-failed']);
    scene.hours(1);
    expect((await scene.sync()).findings).toEqual(['delivery-failed']);
    scene.bitbucket.addEnvironment('acme', 'shop', 'Production');
    scene.hours(1);
    expect((await scene.sync()).findings).toEqual([]);
    await expectLogin(scene);
  });

  it('and at once when a person asks', async () => {
    const scene = await deliveredKey();
    recreate(scene);
    expect((await scene.sync({ keys: ['shop'] })).findings).toEqual(['drifted']);
    await expectLogin(scene);
  });

  it('and not while a person holds the key back (K14)', async () => {
    const scene = await deliveredKey();
    scene.setTag('shop', TAG.paused, '2027-01-01T00:00:00Z ana');
    recreate(scene);
    scene.hours(21);
    expect((await scene.sync()).findings).toEqual(['paused']);
    expect(scene.held('shop').accessKeyId).toBeUndefined();
  });

  it('and a rotation that comes meanwhile makes nothing drift', async () => {
    const scene = await deliveredKey();
    scene.toDay(89);
    await scene.sync();
    scene.toDay(90);
    let rotated: Promise<unknown> | undefined;
    scene.hostFault = ({ kind, method }) => {
      if (kind === 'environments' && method === 'GET') {
        rotated ??= scene.rotate().then(() => scene.sync({ keys: ['shop'] }));
      }
      return undefined;
    };
    const outcome = await scene.sync();
    await rotated;
    expect(outcome.findings).toEqual([]);
    scene.hostFault = undefined;
    await expectLogin(scene);
  });

  it('a few keys a run where there are many, the longest unseen first', async () => {
    const scene = await deliveredKey();
    for (let n = 0; n < 27; n++) scene.manage(`key-${n}`);
    await scene.rotate({ maxRotations: 100 });
    await scene.sync();
    scene.hours(21);
    expect(happened(await scene.sync(), 'check-recorded')).toHaveLength(25);
    expect(happened(await scene.sync(), 'check-recorded')).toHaveLength(3);
  });
});

describe('drift: report', () => {
  const report: { readonly drift: DriftSetting } = { drift: 'report' };

  it('writes nothing to the host, tells, and keeps the old key until somebody has put it right (K3)', async () => {
    const { scene, old } = await supersededKey();
    scene.toDay(99);
    await scene.sync(undefined, report);
    const { accessKeyId = '', secretAccessKey = '' } = scene.held('shop');
    restore(scene, old, 'the old secret');
    scene.hours(22);
    const writes = () => scene.hostRequests.filter(({ method }) => method !== 'GET').length;
    const before = writes();

    expect((await scene.sync(undefined, report)).findings).toEqual(['drifted']);
    expect((await scene.sync(undefined, report)).findings).toEqual(['drifted']);
    scene.toDay(100);
    scene.hours(0.5);
    expect((await scene.deactivate()).findings).toEqual(['drifted']);

    expect(writes()).toBe(before);
    expect(statusOf(scene, old)).toBe('Active');
    expect(scene.isDelivered('shop')).toBe(true);
    expect(scene.audits.filter(({ event }) => event === 'drift-recorded')).toHaveLength(1);

    restore(scene, accessKeyId, secretAccessKey);
    scene.hours(1);
    expect((await scene.sync(undefined, report)).findings).toEqual([]);
    expect((await scene.deactivate()).findings).toEqual([]);
    expect(statusOf(scene, old)).toBe('Inactive');
  });
});

describe('a deactivation', () => {
  it('waits for a look at the successor, told, and sync looks within the hour (K3, K13)', async () => {
    const { scene, old } = await supersededKey();
    scene.toDay(100);
    scene.clock.advanceBy(HOUR / 3);

    expect((await scene.deactivate()).findings).toEqual(['unchecked']);
    expect(statusOf(scene, old)).toBe('Active');
    scene.hours(1);
    await scene.sync();
    expect((await scene.deactivate()).findings).toEqual([]);
    expect(statusOf(scene, old)).toBe('Inactive');
  });

  it('does not come over pipelines whose environment was made again the night before (K1, K3)', async () => {
    const { scene, old } = await supersededKey();
    scene.toDay(99);
    await scene.sync();
    recreate(scene);
    restore(scene, old, 'whatever');
    // The hourly run before the daily ones.
    scene.hours(23);
    expect((await scene.sync()).findings).toEqual(['drifted']);
    scene.hours(1);
    await scene.day();
    expect(statusOf(scene, old)).toBe('Active');
    scene.toDay(110);
    await scene.day();
    expect(statusOf(scene, old)).toBe('Inactive');
    await expectLogin(scene);
  });

  it('asks nobody where nothing is delivered anywhere', async () => {
    const { scene, old } = await supersededKey();
    scene.register({ ...scene.entry('shop'), targets: [] });
    scene.hours(1);
    await scene.sync();
    scene.toDay(101);
    await scene.day();
    expect(statusOf(scene, old)).toBe('Inactive');
  });
});

it('keys on a dead host take no look from the keys of others, however many they are (K11, K13)', async () => {
  const scene = await newScene();
  scene.secret('keyturn/connections/globex', JSON.stringify({ accessToken: scene.token }));
  const dead = Array.from({ length: 26 }, (_, index) => `dead-${index}`);
  for (const id of dead) scene.manage(id, { connectionSecret: 'keyturn/connections/globex' });
  scene.manage('shop');
  await scene.rotate({ maxRotations: 100 });
  await scene.sync();
  scene.hostFault = ({ path }) => (path.includes('/dead-') ? { kind: 'status', status: 503 } : undefined);
  for (const hours of [21, 1, 20, 1]) {
    scene.hours(hours);
    await scene.sync();
  }
  const [, at = ''] = (scene.tag('shop')[TAG.checked] ?? '').split(' ');
  expect(scene.clock.now() - Date.parse(at)).toBeLessThan(24 * HOUR);
});
