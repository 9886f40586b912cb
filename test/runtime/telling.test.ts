import { describe, expect, it } from 'vitest';
import type { AwsFault } from '../../local/account/wire/server';
import { deliveredKey } from '../support/converge';
import { newScene } from '../support/dispose';
import { HOURLY, type Scene } from '../support/scene';

const denied: AwsFault = { kind: 'error', status: 400, code: 'AccessDeniedException' };
const told = (scene: Scene) => scene.account.sns.messages.map(({ message }) => message);

/** A managed key with a hand-made twin, which fills the user's two slots. */
async function crowded(): Promise<Scene> {
  const scene = await newScene();
  scene.addUser('ci-shop');
  for (let made = 0; made < 2; made += 1) scene.createKey('ci-shop');
  scene.hours(1);
  scene.manage('shop');
  return scene;
}

/** A delivered key whose successor no host takes. */
async function stuck(): Promise<Scene> {
  const scene = await deliveredKey();
  scene.toDay(90);
  await scene.rotate();
  scene.hostFault = () => ({ kind: 'status', status: 404 });
  return scene;
}

describe('people are told of a key and a cause', () => {
  it('once a day by daily runs, however often they come, and again the next day', async () => {
    const scene = await crowded();
    for (let times = 0; times < 3; times += 1) {
      expect((await scene.rotate()).findings).toEqual(['two-keys']);
      scene.hours(2);
    }
    expect(told(scene)).toHaveLength(1);
    expect(told(scene)[0]).toContain('[two-keys]');
    scene.toDay(1);
    scene.hours(1);
    await scene.rotate();
    expect(told(scene)).toHaveLength(2);
  });

  it('the next day too when that run ends a quarter of an hour sooner', async () => {
    const scene = await crowded();
    scene.clock.advanceBy(15 * 60_000);
    await scene.rotate();
    scene.clock.advanceBy(24 * 3_600_000 - 16 * 60_000);
    await scene.rotate();
    expect(told(scene)).toHaveLength(2);
  });

  it('once a day by hourly runs and events together', async () => {
    const scene = await stuck();
    for (let hour = 0; hour < 12; hour += 1) {
      await scene.sync(HOURLY);
      await scene.sync({ keys: ['shop'] });
      scene.hours(1);
    }
    const failures = told(scene).filter((message) => message.includes('[delivery-failed]'));
    expect(failures).toHaveLength(1);
    scene.hours(12);
    await scene.sync(HOURLY);
    expect(told(scene).filter((message) => message.includes('[delivery-failed]'))).toHaveLength(2);
  });

  it('once for two targets that fail alike, in one message', async () => {
    const scene = await newScene();
    scene.manage('shop', { deliverTo: [{}, { environment: 'Staging' }] });
    await scene.rotate();
    scene.hostFault = () => ({ kind: 'status', status: 404 });
    const { audits } = await scene.sync({ keys: ['shop'] });
    expect(audits.filter(({ event }) => event === 'finding')).toHaveLength(2);
    expect(audits.filter(({ event }) => event === 'people-told')).toMatchObject([
      { key: 'shop', user: 'ci-shop', reason: 'delivery-failed', outcome: 'ok' },
    ]);
    expect(told(scene)).toHaveLength(1);
  });

  it('of another key on the same day', async () => {
    const scene = await crowded();
    await scene.rotate();
    scene.addUser('ci-blog');
    for (let made = 0; made < 2; made += 1) scene.createKey('ci-blog');
    scene.hours(1);
    scene.manage('blog');
    await scene.rotate();
    expect(told(scene)).toHaveLength(2);
    expect(told(scene)[1]).toContain('"blog"');
    expect(told(scene)[1]).not.toContain('"shop"');
  });

  it('again when SNS refused: nobody heard it', async () => {
    const scene = await crowded();
    scene.awsFault = ({ action }) => (action === 'Publish' ? denied : undefined);
    const { audits, lines, summary } = await scene.rotate();
    expect(audits.map(({ event }) => event)).not.toContain('people-told');
    expect(audits.find(({ event }) => event === 'people-not-told')).toMatchObject({
      key: 'shop',
      reason: 'two-keys',
      outcome: 'failed',
      code: 'aws-denied',
      message: expect.stringContaining('two access keys'),
    });
    expect(summary.untold).toBe(1);
    expect(lines.join('\n')).toContain('notification could not be sent');
    scene.awsFault = undefined;
    scene.hours(1);
    expect((await scene.rotate()).summary.untold).toBe(0);
    expect(told(scene)).toHaveLength(1);
  });

  it('again when the record cannot say what they know: better twice than never', async () => {
    const scene = await crowded();
    await scene.rotate();
    scene.hours(1);
    scene.awsFault = ({ action }) => (action === 'FilterLogEvents' ? denied : undefined);
    await scene.rotate();
    expect(told(scene)).toHaveLength(2);
  });

  it('at once and again when a harmless failure leaves half of a pair behind (K1)', async () => {
    const scene = await stuck();
    scene.hours(1);
    await scene.sync(HOURLY);
    expect(told(scene).filter((message) => message.includes('[delivery-failed]'))).toHaveLength(1);
    scene.hours(3);
    let writes = 0;
    scene.hostFault = ({ method }) => {
      if (method === 'GET') return undefined;
      writes += 1;
      return writes === 1 ? undefined : { kind: 'status', status: 503 };
    };
    await scene.sync(HOURLY);
    expect(told(scene).filter((message) => message.includes('Broken now'))).toHaveLength(1);
    scene.hours(1);
    await scene.sync(HOURLY);
    expect(told(scene).filter((message) => message.includes('[torn-pair]'))).toHaveLength(1);
  });

  it.each([
    ['neither read nor written', /./],
    ['read and not written', /^PutLogEvents$/],
  ])('once a day by hourly runs while the record can be %s', async (_what, refused) => {
    const scene = await stuck();
    scene.awsFault = ({ service, action }) => (service === 'logs' && refused.test(action) ? denied : undefined);
    for (let hour = 0; hour < 24; hour += 1) {
      await scene.sync(HOURLY);
      scene.hours(1);
    }
    expect(told(scene).filter((message) => message.includes('[delivery-failed]'))).toHaveLength(1);
  });

  it('once by functions that start at the same instant, as after a deployment', async () => {
    const scene = await deliveredKey();
    scene.parameter('shop', '{}');
    scene.register(scene.entry('blog'));
    await Promise.all([scene.deactivate(), scene.delete(), scene.sync(HOURLY)]);
    expect(told(scene)).toHaveLength(1);
    expect(told(scene)[0]).toContain('[invalid-entry]');
    expect(told(scene)[0]).toContain('[secret-missing]');
    await scene.rotate();
    expect(told(scene)).toHaveLength(1);
  });

  it('of an error that two functions meet, by each of them', async () => {
    const scene = await deliveredKey();
    const old = scene.currentKey('shop') ?? '';
    scene.toDay(90);
    scene.awsFault = ({ action }) => (action === 'ListAccessKeys' ? denied : undefined);
    await scene.rotate();
    expect(told(scene)).toHaveLength(1);
    scene.awsFault = undefined;
    await scene.rotate();
    await scene.sync();
    scene.toDay(100);
    scene.awsFault = ({ action }) => (action === 'ListAccessKeys' ? denied : undefined);
    await scene.rotate({ requested: ['shop'] });
    await scene.deactivate();
    expect(told(scene)).toHaveLength(3);
    expect(scene.keys('ci-shop')[0]).toMatchObject({ AccessKeyId: old, Status: 'Active' });
  });

  it('and the record is not asked when there is nothing to tell', async () => {
    const scene = await deliveredKey();
    scene.calls.length = 0;
    await scene.rotate();
    await scene.sync(HOURLY);
    expect(scene.calls.filter(({ action }) => action === 'FilterLogEvents')).toEqual([]);
  });
});
