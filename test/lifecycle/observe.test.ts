import { describe, expect, it } from 'vitest';
import { delivered, expectSettled, live, superseded } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';

/** All that a run may write which only observes: the record, the bus and the mail. A seal is no write. */
const EVIDENCE = ['logs:CreateLogStream', 'logs:PutLogEvents', 'events:PutEvents', 'sns:Publish', 'kms:Sign'];
const LOOK =
  /:(Get|List|Describe|Lookup|Filter|BatchGet)|^iam:GenerateCredentialReport$|^logs:(Start|Stop)Query|^sts:GetCallerIdentity$/;

/** What Keyturn's own role has written since, beside the evidence; and what it has sent to the host. */
function changesIn(scene: Scene, from: { readonly calls: number; readonly requests: number }) {
  const calls = scene.calls
    .slice(from.calls)
    .filter(({ principal }) => principal.kind === 'role')
    .map(({ service, action }) => `${service}:${action}`)
    .filter((call) => !LOOK.test(call) && !EVIDENCE.includes(call));
  return [...calls, ...scene.hostRequests.slice(from.requests).map(({ method, path }) => `${method} ${path}`)];
}

const here = (scene: Scene) => ({ calls: scene.calls.length, requests: scene.hostRequests.length });

/** Deploys the key in another mode, as the stack does. */
function deployAs(scene: Scene, mode: 'observe' | 'rotate', options = {}): void {
  scene.register(scene.entry('shop', { ...options, mode }));
}

async function days(scene: Scene, from: number, to: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (let day = from; day <= to; day += 1) {
    scene.toDay(day);
    for (const { thrown, findings } of [...(await scene.day()), await scene.sync()]) {
      expect(thrown).toBeUndefined();
      found.push(...findings);
    }
  }
  return found;
}

/** The last words about what would be done. */
const wouldIn = (scene: Scene, by = 'rotate') =>
  scene.audits.findLast((event) => event.function === by && event.reason === 'observed');

describe('a key that is only observed', () => {
  it('is left as it is from the first day on: nothing is written but the evidence, and nobody is mailed (K14)', async () => {
    const scene = await newScene();
    scene.addUser('ci-shop');
    const own = scene.createKey('ci-shop');
    scene.toDay(97);
    scene.manage('shop', { mode: 'observe' });
    scene.paste('shop', own);
    const from = here(scene);
    const found = await days(scene, 97, 101);
    expect(changesIn(scene, from)).toEqual([]);
    expect(new Set(found)).toEqual(new Set(['observed']));
    expect(scene.account.sns.messages).toEqual([]);
    expect(wouldIn(scene)).toMatchObject({
      outcome: 'held',
      facts: { would: ['rotate'], ageDays: 101 },
      message: expect.stringContaining('would make a fresh key (first)'),
    });
  });

  it('is acted on as soon as it is deployed with mode: rotate, and from no other day on', async () => {
    const scene = await newScene();
    scene.manage('shop', { mode: 'observe' });
    await days(scene, 0, 2);
    expect(scene.keys('ci-shop')).toEqual([]);
    deployAs(scene, 'rotate');
    await days(scene, 3, 3);
    await expectSettled(scene);
  });

  it('that nothing is due for is not told of', async () => {
    const scene = await newScene();
    await delivered(scene);
    deployAs(scene, 'observe');
    const from = here(scene);
    expect(await days(scene, 1, 2)).toEqual([]);
    expect(changesIn(scene, from)).toEqual([]);
  });
});

interface Middle {
  readonly when: string;
  /** Brings a scene there. @returns the day that it is */
  readonly prepare: (scene: Scene) => Promise<number>;
  /** What is told that would be done, and by which function. */
  readonly would: readonly [string, readonly string[]];
}

const MIDDLES: readonly Middle[] = [
  {
    when: 'with a key that is due',
    prepare: async (scene) => {
      await delivered(scene);
      return 90;
    },
    would: ['rotate', ['rotate']],
  },
  {
    when: 'with a version that no target has',
    prepare: async (scene) => {
      scene.manage('shop');
      await scene.rotate();
      return 1;
    },
    would: ['sync', ['deliver']],
  },
  {
    when: 'in the overlap, on the day of the deactivation',
    prepare: async (scene) => {
      await superseded(scene);
      await live(scene, [99]);
      return 100;
    },
    would: ['deactivate', []],
  },
  {
    when: 'in the recovery, on the day of the deletion',
    prepare: async (scene) => {
      await superseded(scene);
      await live(scene, [99, 100, 101]);
      return 110;
    },
    would: ['delete', ['delete']],
  },
  {
    when: 'with a key that a run has left behind',
    prepare: async (scene) => {
      scene.manage('shop');
      scene.awsFault = ({ action }) => (action === 'CreateAccessKey' ? { kind: 'drop-after' } : undefined);
      await scene.rotate();
      scene.awsFault = undefined;
      return 1;
    },
    would: ['rotate', ['discard-orphan', 'clear-intent', 'rotate']],
  },
  {
    when: 'with a target that lost the key',
    prepare: async (scene) => {
      await delivered(scene);
      const place = { workspace: 'acme', repository: 'shop' };
      const [environment] = scene.bitbucket.environments(place);
      const variables = { level: 'deployment', ...place, environment: environment?.uuid ?? '' } as const;
      for (const { uuid } of scene.bitbucket.variables(variables)) scene.bitbucket.removeVariable(variables, uuid);
      return 2;
    },
    would: ['sync', []],
  },
];

describe.each(MIDDLES)('a key that is switched to observe $when', ({ prepare, would: [by, steps] }) => {
  it('stays where it is, and goes on from there when it is switched back (K9, K14)', async () => {
    const scene = await newScene();
    const day = await prepare(scene);
    deployAs(scene, 'observe');
    scene.toDay(day);
    const from = here(scene);
    const before = [scene.keys('ci-shop'), scene.labels('shop'), scene.tag('shop'), scene.held('shop')];
    await days(scene, day, day + 2);
    expect(changesIn(scene, from)).toEqual([]);
    expect([scene.keys('ci-shop'), scene.labels('shop'), scene.tag('shop'), scene.held('shop')]).toEqual(before);
    expect(wouldIn(scene, by)?.facts?.would ?? []).toEqual(steps);
    deployAs(scene, 'rotate');
    await live(scene, [day + 3, day + 4, day + 5]);
    await expectSettled(scene);
  });
});

describe('what is not deployed', () => {
  it('a parameter that says rotate where the deployment says observe gets no action, and people hear of it', async () => {
    const scene = await newScene();
    scene.manage('shop', { mode: 'observe' });
    await days(scene, 0, 0);
    const from = here(scene);
    scene.parameter('shop', JSON.stringify(scene.entry('shop', { mode: 'rotate' })));
    scene.parameter('shop', JSON.stringify(scene.entry('shop')));
    const found = await days(scene, 1, 2);
    expect(changesIn(scene, from)).toEqual([]);
    expect(found).toContain('not-deployed');
    expect(scene.audits).toContainEqual(expect.objectContaining({ event: 'people-told', reason: 'not-deployed' }));
    expect(scene.keys('ci-shop')).toEqual([]);
  });

  it('a parameter that says observe where the deployment says rotate is told of, though nothing is due', async () => {
    const scene = await newScene();
    await delivered(scene);
    scene.parameter('shop', JSON.stringify(scene.entry('shop', { mode: 'observe' })));
    const found = await days(scene, 1, 2);
    expect(found).toContain('not-deployed');
    expect(found).not.toContain('observed');
    expect(scene.audits).toContainEqual(expect.objectContaining({ event: 'people-told', reason: 'not-deployed' }));
  });

  it.each(['obseve', 'Observe', '', null, 'canary'])(
    'a mode that nobody knows (%j) holds the key back (K14)',
    async (mode) => {
      const scene = await newScene();
      const entry = scene.manage('shop');
      const json = JSON.stringify({ ...entry, mode });
      scene.pin('shop', json);
      scene.parameter('shop', json);
      const from = here(scene);
      expect(await days(scene, 0, 1)).toContain('invalid-entry');
      expect(changesIn(scene, from)).toEqual([]);
    },
  );
});

describe('what a person asks for', () => {
  it('is refused with the reason, as a rotation and as a delivery (K14)', async () => {
    const scene = await newScene();
    scene.manage('shop', { mode: 'observe' });
    scene.manage('other');
    const from = here(scene);
    const rotation = await scene.rotate({ requested: ['shop'] });
    const delivery = await scene.sync({ keys: ['shop'], by: 'alice' });
    expect(changesIn(scene, from)).toEqual([]);
    for (const { audits } of [rotation, delivery]) {
      expect(audits).toContainEqual(
        expect.objectContaining({
          reason: 'request-refused',
          outcome: 'blocked',
          message: expect.stringContaining('only observes that key (mode: observe)'),
        }),
      );
    }
    expect((await scene.rotate({ requested: ['other'] })).findings).toEqual([]);
    expect(scene.keys('ci-other')).toHaveLength(1);
  });

  it('says so where the mode is only what somebody wrote into the parameter', async () => {
    const scene = await newScene();
    await delivered(scene);
    scene.parameter('shop', JSON.stringify(scene.entry('shop', { mode: 'observe' })));
    expect((await scene.rotate({ requested: ['shop'] })).findings).toEqual(['not-deployed']);
    expect((await scene.sync({ keys: ['shop'] })).findings).toEqual(['not-deployed']);
  });
});

it('a key that is observed takes nobody’s place in a run, and makes no alarm ring for a first rotation', async () => {
  const scene = await newScene();
  for (const id of ['a', 'b', 'c']) scene.manage(id, { mode: 'observe' });
  scene.manage('shop');
  scene.toDay(10);
  const { summary, findings } = await scene.rotate({ maxRotations: 1 });
  expect(findings).toEqual(['observed', 'observed', 'observed']);
  expect(summary).toMatchObject({ rotated: 1, held: 3 });
  const next = await scene.rotate({ maxRotations: 1 });
  expect(next.summary.mostOverdueDays).toBe(0);
});
