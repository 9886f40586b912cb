import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FastLife } from './fast-life';

let life: FastLife;
beforeAll(async () => {
  life = await FastLife.start();
});
afterAll(() => life.close());

describe('K1, K8, K9: storms of refusals', () => {
  it.each([
    ['429 without an end', { 'retry-after': '3600' }, 429],
    ['429 that says nothing', {}, 429],
    ['503', {}, 503],
  ] as const)(
    'the CI host answers %s for a day and more: the old key works on, and then the new one',
    async (_what, headers, status) => {
      let answered = 0;
      life.bitbucket = () => {
        answered += 1;
        return { kind: 'status', status, headers };
      };
      await life.until(() => answered > 0);
      const before = answered;
      await life.deployed.until(life.deployed.day + 0.5);

      expect(life.deployed.pipelines.failures).toEqual([]);
      // Bounded retries: an hourly run does not hammer.
      expect(answered - before).toBeLessThan(12 * 10);
      expect(await life.recover()).toEqual([]);
    },
  );

  it('AWS answers nothing but 503 while a rotation is due, for longer than the SDK has patience', async () => {
    let calls = 0;
    await life.noon();
    life.aws = () => {
      calls += 1;
      return { kind: 'error', status: 503, code: 'ServiceUnavailable' };
    };
    await life.deployed.run('rotate', { keys: ['shop'] });
    life.aws = undefined;

    expect(calls).toBeGreaterThan(5);
    expect(life.deployed.pipelines.failures).toEqual([]);
    expect(await life.recover()).toEqual([]);
  });
});

describe('K1, K9: throttled calls', () => {
  let throttled: FastLife;
  beforeAll(async () => {
    // Answers take seconds, so that the SDK's rate limiter sees time go by; its own waits are real.
    throttled = await FastLife.start({ accountServer: { latency: () => 3_000 } });
  });
  afterAll(() => throttled.close());

  it.each([
    ['CreateAccessKey', 400, 'Throttling'],
    ['PutSecretValue', 400, 'ThrottlingException'],
    ['GetSecretValue', 503, 'ServiceUnavailable'],
    ['GetParametersByPath', 500, 'InternalServerError'],
  ] as const)('%s is answered with %i %s twice', async (action, status, code) => {
    let left = 2;
    throttled.aws = (call) => {
      if (call.action !== action || left === 0) return undefined;
      left -= 1;
      return { kind: 'error', status, code, message: 'Rate exceeded' };
    };
    await throttled.until(() => left === 0);

    expect(await throttled.recover()).toEqual([]);
  });
});
