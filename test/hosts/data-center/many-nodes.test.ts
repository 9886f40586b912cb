import { afterEach, describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/core/duration';
import { targetSchema } from '../../../functions/core/hosts/target';
import { DataCenterScene, KEY, ONE, TWO } from './nodes';

const TWENTY = Array.from({ length: 20 }, (_one, at) => `i-${String(at).padStart(17, '0')}`);

let scene: DataCenterScene;
afterEach(() => scene.close());

/** The key of twenty nodes has been delivered, and is replaced on day 90. @returns the key before */
async function twenty(startsIn: number): Promise<string> {
  scene = await DataCenterScene.open();
  scene.isFilled = false;
  for (const id of TWENTY) scene.addNode(id);
  scene.isFilled = true;
  scene.deliverTo(TWENTY);
  scene.nodes.startsIn = 1_000;
  await scene.rotate();
  for (let runs = 0; runs < 9 && !scene.isDelivered(KEY); runs += 1) {
    await scene.sync();
    scene.hours(1);
  }
  expect(scene.isDelivered(KEY)).toBe(true);
  scene.toDay(90);
  scene.nodes.startsIn = startsIn;
  return scene.currentKey(KEY) ?? '';
}

/** One run, and those that each of them starts, one after the other. @returns how many there were */
async function syncOn(start?: unknown): Promise<number> {
  await scene.sync(start);
  for (let runs = 1; ; runs += 1) {
    const [next, ...others] = scene.started.splice(0);
    if (next === undefined) return runs;
    expect([next.name, others]).toEqual(['sync', []]);
    scene.clock.advanceBy(2_000);
    await scene.sync({ look: next.keys, goesOn: next.goesOn, by: 'sync', why: 'as Lambda hands it over' });
  }
}

/** By the hourly rule. @returns the hours until the key is delivered */
async function hoursBy(run: () => Promise<unknown>): Promise<number> {
  const begun = scene.clock.now();
  for (let hour = 1; hour < 40; hour += 1) {
    await run();
    if (scene.isDelivered(KEY)) break;
    scene.clock.advanceTo(Math.max(begun + hour * 60 * MINUTE, scene.clock.now()));
  }
  return (scene.clock.now() - begun) / (60 * MINUTE);
}

function expectEachOnce(): void {
  const version = scene.current(KEY);
  const restarts = scene.nodes.outages.filter(({ versionId }) => versionId === version).map(({ node }) => node);
  expect(restarts).toEqual(TWENTY);
  expect(scene.nodes.mostDown(TWENTY)).toBe(1);
  const ended = scene.recorded().filter((one) => one.event === 'restart-ended' && one.version === version);
  expect(ended.map(({ facts }) => facts?.node)).toEqual(TWENTY);
}

describe('twenty nodes of which each takes three minutes', () => {
  it('have the key in little more than an hour, each restarted once, one at a time (K8)', async () => {
    await twenty(3 * MINUTE);
    await scene.rotate();
    const hours = await hoursBy(() => syncOn());
    expect(scene.isDelivered(KEY)).toBe(true);
    expect(hours).toBeLessThan(1.25);
    expectEachOnce();
  });

  it('are restarted one after the other when the key has leaked, which is Inactive as soon as all have the next one', async () => {
    const leaked = await twenty(3 * MINUTE);
    const document = {
      schema: 'keyturn.request/v1',
      id: 'it-has-leaked-here',
      do: 'compromised',
      keys: [KEY],
      why: 'x',
    };
    const { answer } = await scene.ask(document, { level: 'administrator' });
    await scene.ask({ ...document, plan: answer?.plan?.digest }, { level: 'administrator' });
    scene.started.splice(0);
    const begun = scene.clock.now();
    await scene.rotate({ look: [KEY] });
    scene.started.splice(0);
    const stored = { name: `keyturn/${KEY}`, labelUpdated: 'AWSCURRENT' };
    await syncOn({ source: 'aws.secretsmanager', 'detail-type': 'Secret Label Updated', detail: stored });
    expect(scene.isDelivered(KEY)).toBe(true);
    await scene.deactivate();
    const status = scene.keys('ci-backup').find(({ AccessKeyId }) => AccessKeyId === leaked)?.Status;
    const hours = (scene.clock.now() - begun) / (60 * MINUTE);
    expect([status, hours < 1.25]).toEqual(['Inactive', true]);
    expectEachOnce();
  });

  it('are not restarted by the hourly runs that meet the ones that go on (K9)', async () => {
    await twenty(3 * MINUTE);
    await scene.rotate();
    let others: Promise<unknown>[] = [];
    let looks = 0;
    scene.onCall = ({ action }) => {
      if (action !== 'ListCommands') return;
      looks += 1;
      // The one that begins hears of its own looks too.
      if (looks % 50 === 0 && others.length < 4) others = [...others, scene.sync()];
    };
    await syncOn();
    expect(others.length).toBeGreaterThan(1);
    await Promise.all(others);
    scene.onCall = undefined;
    await hoursBy(() => syncOn());
    expect(scene.isDelivered(KEY)).toBe(true);
    expectEachOnce();
  });
});

it('the record has what a run knows before it starts the next one, which would say it again (K7)', async () => {
  scene = await DataCenterScene.open();
  await scene.rotate();
  scene.nodes.startsIn = 5 * MINUTE;
  const known: unknown[] = [];
  scene.started.push = (...items) => {
    known.push(scene.recorded().filter(({ event }) => event === 'restart-ended').length, ...items);
    return known.length;
  };
  await scene.sync();
  expect(known).toEqual([1, { name: 'sync', keys: [KEY], goesOn: 1 }]);
});

describe('an event that says that a run before it was left in the middle', () => {
  it.each([
    ['a request that does not say so', {}, 1],
    ['it', { goesOn: 3 }, 4],
  ])('gives nothing that a request does not give: %s', async (_what, more, next) => {
    scene = await DataCenterScene.open();
    await scene.rotate();
    scene.nodes.startsIn = 14 * MINUTE;
    await scene.sync();
    scene.started.splice(0);
    scene.clock.advanceBy(2_000);
    await scene.sync({ look: [KEY], ...more, by: 'somebody', why: 'who may invoke it' });
    // It waits for the first node, and begins with the second one.
    expect(scene.sent()).toBe(2);
    expect(scene.started).toEqual([{ name: 'sync', keys: [KEY], goesOn: next }]);
  });
});

describe('what goes on at once comes to an end (K9)', () => {
  it('where a command hangs for half a day', async () => {
    scene = await DataCenterScene.open();
    await scene.rotate();
    scene.nodes.startsIn = 12 * 60 * MINUTE;
    expect(await syncOn()).toBe(13);
    // The hourly runs look, and ask for no other one.
    scene.hours(1);
    expect(await syncOn()).toBe(1);
    expect(scene.sent()).toBe(1);
  });

  it.each(['unwell', 'hangs', 'offline', 'gone'] as const)('where a node is %s for ever', async (trouble) => {
    scene = await DataCenterScene.open();
    await scene.rotate();
    scene.nodes.node(ONE).trouble = trouble;
    let runs = 0;
    for (let hour = 0; hour < 12; hour += 1) {
      runs += await syncOn();
      scene.hours(1);
    }
    // Each try may be waited for by one run more.
    expect(runs).toBeLessThanOrEqual(12 + 2 * scene.sent());
    expect(scene.sent()).toBeLessThan(6);
    expect(scene.restarted).not.toContain(TWO);
  });

  it('where Lambda repeats the run, which starts none itself: three tries would start three', async () => {
    scene = await DataCenterScene.open();
    const place = {
      type: 'bitbucket-deployment',
      connection: 'acme',
      repository: `acme/${KEY}`,
      environment: 'Production',
    };
    scene.deliverTo([ONE, TWO], [targetSchema.parse(place)]);
    await hoursBy(async () => {
      await scene.rotate();
      await scene.sync();
    });
    scene.toDay(90);
    await scene.rotate();
    scene.nodes.startsIn = 34 * MINUTE;
    scene.started.splice(0);
    let writes = 0;
    // One half is written, and neither the other one nor what it was before.
    scene.hostFault = ({ key, method }) => {
      if (method !== 'PUT' || key?.startsWith('AWS_') !== true) return undefined;
      if (key === 'AWS_ACCESS_KEY_ID') writes += 1;
      return key === 'AWS_ACCESS_KEY_ID' && writes <= 1 ? undefined : { kind: 'status', status: 403, headers: {} };
    };
    const { findings } = await scene.sync();
    expect([findings, scene.started]).toEqual([['torn-pair'], []]);
  });

  it('where nothing is started: the hourly run goes on, and says so', async () => {
    scene = await DataCenterScene.open();
    scene.startsNothing = true;
    await scene.rotate();
    scene.nodes.startsIn = 7 * MINUTE;
    let lines: readonly string[] = [];
    expect(await hoursBy(async () => (lines = [...lines, ...(await scene.sync()).lines]))).toBeGreaterThan(1);
    expect(lines.join('\n')).toContain('sync could not be started');
    expect(scene.isDelivered(KEY)).toBe(true);
  });
});
