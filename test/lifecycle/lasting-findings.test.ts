import { expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { delivered, superseded } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';

const DAYS = [1, 2, 3, 4, 5];

interface Lasting {
  readonly finding: string;
  readonly by: 'rotate' | 'sync' | 'deactivate' | 'delete';
  /** Brings a scene to the evening before the finding is found; the day it is. */
  readonly prepare: (scene: Scene) => Promise<number>;
}

/** Alarms count what the last day's runs found: a finding that stays away for a day would be an alarm that is over. */
const LASTING: readonly Lasting[] = [
  {
    finding: 'two-keys',
    by: 'rotate',
    prepare: async (scene) => {
      scene.addUser('ci-shop');
      for (let count = 0; count < 2; count += 1) scene.createKey('ci-shop');
      scene.manage('shop');
      return 0;
    },
  },
  {
    finding: 'foreign-key',
    by: 'rotate',
    prepare: async (scene) => {
      await delivered(scene);
      scene.toDay(10);
      scene.createKey('ci-shop');
      return 10;
    },
  },
  {
    finding: 'undelivered',
    by: 'deactivate',
    prepare: async (scene) => {
      await superseded(scene);
      scene.register(scene.entry('shop', { deliverTo: [{}, { environment: 'Nowhere' }] }));
      return 100;
    },
  },
  {
    finding: 'delivery-failed',
    by: 'sync',
    prepare: async (scene) => {
      await delivered(scene);
      scene.register(scene.entry('shop', { deliverTo: [{}, { environment: 'Nowhere' }] }));
      return 10;
    },
  },
  {
    finding: 'token-rejected',
    by: 'sync',
    prepare: async (scene) => {
      scene.manage('shop');
      await scene.rotate();
      scene.bitbucket.revoke(scene.token);
      return 0;
    },
  },
  {
    finding: 'token-expires',
    by: 'sync',
    prepare: async (scene) => {
      await delivered(scene);
      scene.account.invoke(scene.admin, 'secretsmanager', 'TagResource', {
        SecretId: 'keyturn/connections/acme',
        Tags: [{ Key: TAG.expires, Value: '2026-01-12' }],
      });
      return 5;
    },
  },
  {
    finding: 'invalid-entry',
    by: 'delete',
    prepare: async (scene) => {
      await delivered(scene);
      scene.parameter('shop', '{}');
      return 10;
    },
  },
];

it.each(LASTING)('$finding is found by $by every day while it lasts, and people are told every day', async (given) => {
  const { finding, by, prepare } = given;
  const scene = await newScene();
  const start = await prepare(scene);
  for (const day of DAYS) {
    scene.toDay(start + day);
    const before = scene.account.sns.messages.length;
    const outcomes = { rotate: await scene.rotate(), sync: await scene.sync() };
    scene.clock.advanceBy(20 * 60_000);
    const all = { ...outcomes, deactivate: await scene.deactivate(), delete: await scene.delete() };
    expect(all[by].findings, `day ${day}`).toContain(finding);
    const told = Object.values(all).flatMap(({ audits }) =>
      audits.filter(({ event, reason }) => event === 'people-told' && reason === finding),
    );
    expect(told, `day ${day}`).toHaveLength(1);
    expect(scene.account.sns.messages.length).toBeGreaterThan(before);
  }
});
