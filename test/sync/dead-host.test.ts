import { expect, it } from 'vitest';
import { expectSettled } from '../support/converge';
import { newScene } from '../support/dispose';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];

it('a host that is down is asked about few keys, and takes no time from those of other connections (K11)', async () => {
  const scene = await newScene();
  scene.secret('keyturn/connections/other', JSON.stringify({ accessToken: scene.token }));
  for (const id of IDS) scene.manage(id);
  scene.manage('z', { connectionSecret: 'keyturn/connections/other' });
  await scene.rotate();
  scene.hostRequests.length = 0;
  scene.hostFault = ({ path }) => (/\/z(\/|$)/.test(path) ? undefined : { kind: 'status', status: 503 });
  const { findings, summary, audits } = await scene.sync();
  expect(findings).toEqual(Array(IDS.length).fill('delivery-failed'));
  expect(summary).toMatchObject({ delivered: 1, failed: IDS.length });
  for (const id of IDS) {
    expect(audits.find(({ event, key }) => event === 'target-failed' && key === id)).toMatchObject({
      code: 'host-down',
    });
  }
  await expectSettled(scene, 'z');
  // Two keys are worked on at the same time, so two can find out.
  const asked = new Set(scene.hostRequests.flatMap(({ path }) => /\/acme\/([a-f])\//.exec(path)?.[1] ?? []));
  expect(asked.size).toBeLessThanOrEqual(2);

  scene.hostFault = undefined;
  expect((await scene.sync()).summary).toMatchObject({ delivered: IDS.length, failed: 0 });
  for (const id of IDS) await expectSettled(scene, id);
});

it('one repository that fails in another way stops no other of its connection (K11)', async () => {
  const scene = await newScene();
  for (const id of ['a', 'b', 'c']) scene.manage(id);
  await scene.rotate();
  scene.hostFault = ({ path }) => (path.includes('/a/') ? { kind: 'status', status: 404 } : undefined);
  expect(await scene.sync()).toMatchObject({ findings: ['delivery-failed'], summary: { delivered: 2, failed: 1 } });
});

it('every hour another key comes first, so that none waits behind the same slow ones for ever (K11)', async () => {
  const scene = await newScene();
  for (const id of ['a', 'b', 'c']) scene.manage(id);
  await scene.rotate();
  scene.hostFault = () => ({ kind: 'status', status: 400 });
  const last = new Set<unknown>();
  for (let hour = 0; hour < 3; hour += 1) {
    const from = scene.calls.length;
    await scene.sync();
    const described = scene.calls.slice(from).filter(({ action }) => action === 'DescribeSecret');
    last.add([...new Set(described.map(({ input }) => input.SecretId))].at(-1));
    scene.hours(1);
  }
  expect([...last].sort()).toEqual(['keyturn/a', 'keyturn/b', 'keyturn/c']);
});
