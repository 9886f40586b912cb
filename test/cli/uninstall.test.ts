import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type UninstallDocument, uninstallSchema } from '../../cli/documents/uninstall';
import { NOT_OF_A_STACK, STAYS } from '../../cli/uninstall/stays';
import { DAY, HOUR, MINUTE } from '../../functions/core/duration';
import { datedTag } from '../../functions/core/key/dated-tag';
import { intentTag } from '../../functions/core/key/intent';
import { pauseTag } from '../../functions/core/key/pause';
import { secretName, TAG } from '../../functions/core/names';
import { ONE_KEY, ONE_ROLE, synthesize } from '../infra/synthesized';
import { DeployedScene } from '../support/deployed-scene';
import { typed } from './typed';

let scene: DeployedScene;
/** Of the scene's life before the command. */
let calls: number;
beforeEach(async () => {
  scene = await new DeployedScene().start();
  for (const id of ['api', 'shop']) scene.manage(id);
  await scene.day();
  scene.clock.advanceBy(DAY);
  await scene.day();
  return () => scene.close();
});
afterEach(() =>
  expect(scene.calls.slice(calls).filter(({ action }) => /^(Put|Tag|Untag|Update|Create|Delete)/.test(action))).toEqual(
    [],
  ),
);

async function uninstall(...args: readonly string[]) {
  calls = scene.calls.length;
  const time = { now: () => new Date(scene.clock.now()), sleep: async (wait: number) => scene.clock.advanceBy(wait) };
  const done = await typed(['uninstall', ...args], { time });
  expect(scene.material.filter((secret) => done.stdout.includes(secret))).toEqual([]);
  return done;
}

async function document(): Promise<UninstallDocument & { readonly code: number }> {
  const { code, stdout } = await uninstall('--json');
  return { code, ...uninstallSchema.parse(JSON.parse(stdout)) };
}

const tag = (name: string, Value: string) =>
  scene.account.invoke(scene.admin, 'secretsmanager', 'TagResource', {
    SecretId: secretName('shop'),
    Tags: [{ Key: name, Value }],
  });
const now = () => new Date(scene.clock.now());
const current = () => scene.currentKey('shop') ?? '';

/** What a front does for somebody who asks, and the function that it starts. */
async function ask(what: 'deliver' | 'rotate' | 'resume') {
  const request = {
    ...{ schema: 'keyturn.request/v1', id: `uninstall-${what}-0123456789`, do: what, keys: ['shop'], why: 'uninstall' },
  };
  const { answer } = await scene.ask(request);
  expect((await scene.ask({ ...request, plan: answer?.plan?.digest })).answer?.outcome).toBe('done');
  if (what === 'rotate') await scene.rotate({ look: ['shop'] });
  await scene.sync(what === 'deliver' ? { look: ['shop'] } : undefined);
}

async function laterRuns() {
  scene.clock.advanceBy(2 * HOUR);
  for (let days = 0; days < 4; days += 1) {
    await scene.day();
    scene.clock.advanceBy(DAY);
  }
}

interface Planted {
  readonly is: string;
  readonly what: string;
  readonly plant: () => unknown;
  readonly finish: string;
  /** Does what the command says. */
  readonly cure: () => unknown;
}

const HALVES: readonly Planted[] = [
  {
    is: 'rotation-open orphan',
    what: 'a rotation that died when it had made its key',
    plant: () => {
      tag(TAG.intent, intentTag({ at: now(), run: 'run-that-died', before: [current()] }));
      scene.clock.advanceBy(MINUTE);
      scene.createKey('ci-shop');
    },
    finish: 'keyturn uninstall --wait',
    // That key is nobody's by CloudTrail, so a person who knows that it is an orphan deletes it.
    cure: async () => {
      for (const { AccessKeyId = '' } of scene.keys('ci-shop'))
        if (AccessKeyId !== current()) scene.deleteKey('ci-shop', AccessKeyId);
      await laterRuns();
    },
  },
  {
    is: 'rotation-asked',
    what: 'a rotation that somebody has asked for',
    plant: () => tag(TAG.rotationAsked, datedTag(current(), now())),
    finish: 'keyturn uninstall --wait',
    cure: async () => {
      await scene.rotate();
      await scene.sync();
    },
  },
  {
    is: 'rolling-back',
    what: 'a rollback that somebody has asked for',
    plant: async () => {
      await scene.rotate({ requested: ['shop'] });
      await scene.sync();
      tag(TAG.withdrawn, datedTag(current(), now()));
    },
    finish: 'keyturn uninstall --wait',
    // Nobody has sealed it, so that nothing comes of it within its day.
    cure: () => scene.clock.advanceBy(DAY + HOUR),
  },
  {
    is: 'leaked-active',
    what: 'a key that is said to have leaked',
    plant: async () => {
      const leaked = current();
      await scene.rotate({ requested: ['shop'] });
      await scene.sync();
      tag(TAG.compromised, datedTag(leaked, now()));
    },
    finish: 'keyturn uninstall --wait',
    cure: () => {
      for (const { AccessKeyId = '' } of scene.keys('ci-shop'))
        if (AccessKeyId !== current()) scene.setStatus('ci-shop', AccessKeyId, 'Inactive');
    },
  },
  {
    is: 'undelivered',
    what: 'a key that no place has yet',
    plant: () => scene.rotate({ requested: ['shop'] }),
    finish: 'keyturn deliver shop --why uninstall',
    cure: () => ask('deliver'),
  },
  {
    is: 'torn',
    what: 'a torn pair',
    plant: async () => {
      await scene.rotate({ requested: ['shop'] });
      tag(TAG.torn, datedTag(current(), now()));
    },
    finish: 'keyturn deliver shop --why uninstall',
    cure: () => ask('deliver'),
  },
  {
    is: 'drifted',
    what: 'a place that was changed and is left so',
    plant: () => {
      scene.clock.advanceBy(HOUR);
      tag(TAG.drifted, datedTag(current(), now()));
    },
    finish: 'keyturn deliver shop --why uninstall',
    cure: async () => {
      scene.clock.advanceBy(MINUTE);
      await ask('deliver');
    },
  },
  {
    is: 'current-inactive',
    what: 'a current key that somebody made Inactive',
    plant: () => scene.setStatus('ci-shop', current(), 'Inactive'),
    finish: 'aws iam update-access-key --user-name ci-shop --access-key-id AKIA',
    cure: () => scene.setStatus('ci-shop', current(), 'Active'),
  },
  {
    is: 'current-gone',
    what: 'a current key that somebody deleted',
    plant: () => scene.deleteKey('ci-shop', current()),
    finish: 'keyturn rotate shop --why uninstall',
    cure: () => ask('rotate'),
  },
  {
    is: 'undelivered',
    what: 'a paused key that no place has yet',
    plant: async () => {
      await scene.rotate({ requested: ['shop'] });
      tag(TAG.paused, pauseTag({ until: new Date(scene.clock.now() + 9 * DAY), by: 'alice', why: 'freeze' }));
    },
    finish: 'keyturn resume shop --why uninstall',
    cure: () => ask('resume'),
  },
];

describe('keyturn uninstall', () => {
  it('hands keys back that are settled, says what stays, and names the commands in their order', async () => {
    const { code, isReady, keys, commands, stays } = await document();
    expect([code, isReady]).toEqual([0, true]);
    expect(keys).toMatchObject([
      { id: 'api', state: 'whole', half: [], others: [] },
      { id: 'shop', state: 'whole', half: [], current: { accessKeyId: current(), status: 'Active' } },
    ]);
    expect(stays).toEqual(STAYS);
    const runs = commands.map(({ run = '' }) => run.split(' ').slice(0, 3).join(' '));
    expect(runs).toEqual([
      'keyturn status --json',
      'keyturn report --output',
      'aws kms get-public-key',
      'npx cdk destroy',
      ...['aws iam list-access-keys', 'aws iam list-access-keys'],
      ...['aws secretsmanager delete-secret', 'aws secretsmanager delete-secret'],
    ]);
  });

  it.each(HALVES)('$what is half ($is): it names the one command, which finishes it', async (half) => {
    await half.plant();
    const before = await document();
    expect([before.code, before.isReady, before.commands]).toEqual([1, false, []]);
    const [api, shop] = before.keys;
    expect([api?.state, shop?.half.map(({ is }) => is).join(' ')]).toEqual(['whole', half.is]);
    expect(shop?.half[0]?.finish.run).toContain(half.finish);
    await half.cure();
    const after = await document();
    expect(after.keys[1]?.half).toEqual([]);
    expect(after.code).toBe(0);
  });

  it('says of a superseded key who has to retire it, and when Keyturn would have', async () => {
    await scene.rotate({ requested: ['shop'] });
    await scene.sync();
    const { code, keys, commands } = await document();
    const [old] = keys[1]?.others ?? [];
    expect([code, old]).toMatchObject([
      0,
      { is: 'superseded', status: 'Active', deactivateAt: expect.any(String), deleteAt: expect.any(String) },
    ]);
    expect(old?.what).toContain('make it Inactive by hand');
    expect(commands.slice(0, 3).map(({ run }) => run)).toEqual([
      `keyturn why ${old?.accessKeyId}`,
      `aws iam update-access-key --user-name ci-shop --access-key-id ${old?.accessKeyId} --status Inactive`,
      `aws iam delete-access-key --user-name ci-shop --access-key-id ${old?.accessKeyId}`,
    ]);
  });

  it('leaves a key that somebody made by hand to that person, and tells no command of it', async () => {
    scene.clock.advanceBy(DAY);
    const foreign = scene.createKey('ci-shop');
    const { code, keys, commands } = await document();
    expect([code, keys[1]?.others]).toMatchObject([0, [{ is: 'foreign', what: expect.stringContaining('theirs') }]]);
    expect(JSON.stringify([commands, foreign])).not.toContain('delete-access-key');
  });

  it('does not call the account ready when a key cannot be looked at', async () => {
    scene.awsFault = ({ action, input }) =>
      action === 'ListAccessKeys' && input.UserName === 'ci-shop'
        ? { kind: 'error', status: 403, code: 'AccessDenied' }
        : undefined;
    const { code, isReady, unseen, commands } = await document();
    expect([code, isReady, unseen.map(({ id }) => id), commands]).toEqual([3, false, ['shop'], []]);
  });

  it('waits until nothing is half', async () => {
    await scene.rotate({ requested: ['shop'] });
    let looks = 0;
    calls = scene.calls.length;
    const { code, stdout, stderr } = await typed(['uninstall', '--wait', '60'], {
      time: {
        now,
        sleep: async (wait) => {
          scene.clock.advanceBy(wait);
          looks += 1;
          if (looks === 2) await scene.sync();
        },
      },
    });
    calls = scene.calls.length;
    expect([code, looks]).toEqual([0, 2]);
    expect(stderr).toContain('Half: shop.');
    expect(stdout).toContain('Nothing is half');
  });

  it.each(
    HALVES.filter(
      ({ finish, is }) => !finish.endsWith('--wait') && (!/^(undelivered|torn)$/.test(is) || finish.includes('resume')),
    ),
  )('waits for nothing that only a person brings: $what', async ({ plant, finish }) => {
    await plant();
    let looks = 0;
    const { code, stdout } = await typed(['uninstall', '--wait', '60'], {
      time: {
        now,
        sleep: async (wait) => {
          scene.clock.advanceBy(wait);
          looks += 1;
          if (looks > 2) throw new Error('it waits on and on');
        },
      },
    });
    calls = scene.calls.length;
    expect([code, looks]).toEqual([1, 0]);
    expect(stdout).toContain(finish);
  });

  it('is read in 80 columns, but for commands, which are whole lines', async () => {
    await scene.rotate({ requested: ['shop'] });
    for (const cure of [() => undefined, () => scene.sync()]) {
      await cure();
      const { stdout } = await uninstall();
      const wide = stdout.split('\n').filter((line) => line.length > 80);
      expect(wide.filter((line) => !/^ +(aws|keyturn|npx) /.test(line))).toEqual([]);
    }
  });
});

it('names everything that CloudFormation leaves, and nothing else', () => {
  const { Resources } = synthesize({
    ...ONE_KEY,
    keys: ONE_KEY.keys.map((key) => ({ ...key, createUser: true })),
    roles: [ONE_ROLE],
    trail: 'create',
    encryption: 'customer-managed',
    operators: true,
    audit: { archive: { years: 7 }, report: {} },
  });
  const kept = Object.values(Resources).filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'));
  const named = STAYS.map(({ type }) => type).filter((type) => type !== NOT_OF_A_STACK);
  expect([...new Set(named)].sort()).toEqual([...new Set(kept.map(({ Type }) => Type))].sort());
});
