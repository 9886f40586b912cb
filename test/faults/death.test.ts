import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunctionName } from '../../functions/core/names';
import type { AwsCall } from '../../local/account/wire/server';
import { FastLife } from './fast-life';

let life: FastLife;
beforeAll(async () => {
  life = await FastLife.start();
});
afterAll(() => life.close());

/**
 * Which function dies at which of its calls: before it has its effect, or right after. One of each: that every request
 * may be the last is told in `test/world`; here a process really ends, and Lambda starts another one.
 */
const DEATHS: readonly (readonly [FunctionName, string, 'before' | 'after'])[] = [
  ['rotate', 'CreateAccessKey', 'after'],
  ['rotate', 'PutSecretValue', 'before'],
  ['sync', 'UpdateSecretVersionStage', 'before'],
  ['deactivate', 'UpdateAccessKey', 'after'],
  ['delete', 'DeleteAccessKey', 'before'],
];

describe('K1, K9: the process of the deployed bundle is killed in the middle of a run', () => {
  it.each(DEATHS)(
    '%s, at %s, %s its effect: the next runs converge, and every pipeline logs in',
    async (name, action, when) => {
      let isDead = false;
      const dies = ({ action: called, principal }: AwsCall) =>
        !isDead && called === action && principal.arn.endsWith(life.deployed.functionName(name));
      const die = () => {
        isDead = true;
        life.kill(name);
      };
      if (when === 'after') life.afterAws = (call) => (dies(call) ? die() : undefined);
      else {
        life.aws = (call) => {
          if (!dies(call)) return undefined;
          die();
          return { kind: 'drop-before' };
        };
      }
      const kills = life.kills;
      await life.until(() => isDead);

      expect(life.kills).toBe(kills + 1);
      expect(await life.recover()).toEqual([]);
    },
  );

  it('sync, between the two halves of a pair: a starting pipeline sees it torn for three minutes at most', async () => {
    let isDead = false;
    await life.noon();
    const tears = life.torn.length;
    life.bitbucket = ({ method, key }) =>
      !isDead && method === 'PUT' && key === 'AWS_SECRET_ACCESS_KEY' ? { kind: 'drop-before' } : undefined;
    life.afterBitbucket = ({ method, key }) => {
      if (isDead || method !== 'PUT' || key !== 'AWS_ACCESS_KEY_ID') return;
      isDead = true;
      life.kill('sync');
    };
    await life.deployed.run('rotate', { keys: ['shop'] });
    await life.until(() => isDead);
    expect(await life.recover()).toEqual([]);
    // Lambda repeats a failed asynchronous event after a minute, and a fresh key is proved for one more.
    const [tear = 0] = life.torn.slice(tears);
    expect(tear).toBeGreaterThan(50_000);
    expect(tear).toBeLessThan(180_000);
  });

  it('and what these tests look at shows when somebody breaks the current key by hand', async () => {
    await life.noon();
    const current = life.deployed.keys(life.user).at(-1)?.id ?? '';
    life.deployed.setStatus(life.user, current, 'Inactive');

    expect(await life.recover()).toContainEqual(expect.stringMatching(/^a login failed at .*: InvalidClientTokenId$/));
  });
});
