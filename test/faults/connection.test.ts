import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FastLife } from './fast-life';

let life: FastLife;
beforeAll(async () => {
  life = await FastLife.start();
});
afterAll(() => life.close());

/** Every write of the functions, with how often its connection is cut: the SDK repeats all but the first five times. */
const WRITES = [
  ['CreateAccessKey', 1],
  ['PutSecretValue', 1],
  ['PutSecretValue', 5],
  ['TagResource', 1],
  ['UntagResource', 1],
  ['UpdateSecretVersionStage', 1],
  ['UpdateSecretVersionStage', 5],
  ['UpdateAccessKey', 1],
  ['DeleteAccessKey', 1],
  ['Publish', 1],
  ['PutEvents', 1],
] as const;

describe('K1, K9: the connection is cut after the write, and the answer is lost', () => {
  it.each(WRITES)('at AWS: %s, %i times', async (action, times) => {
    let left: number = times;
    life.aws = (call) => {
      if (call.action !== action || left === 0) return undefined;
      left -= 1;
      return { kind: 'drop-after' };
    };
    // A notification needs something to tell.
    if (action === 'Publish') life.bitbucket = () => ({ kind: 'status', status: 403 });
    await life.until(() => left === 0);

    expect(await life.recover()).toEqual([]);
  });

  it.each(['drop-before', 'drop-after'] as const)('at the CI host: %s for every second write', async (kind) => {
    let writes = 0;
    life.bitbucket = ({ method }) => {
      if (method === 'GET') return undefined;
      writes += 1;
      return writes % 2 === 1 ? { kind } : undefined;
    };
    await life.until(() => writes >= 3);

    expect(await life.recover()).toEqual([]);
    expect(Math.max(...life.torn)).toBeLessThan(60_000);
  });
});
