import { afterEach, describe, expect, it } from 'vitest';
import { FastLife } from './fast-life';

let life: FastLife;
afterEach(() => life.close());

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('K1, K8, K9: slow answers', () => {
  it('of AWS, just below the SDK’s timeout: a run does what it can in its time, and the next ones the rest', async () => {
    life = await FastLife.start({ accountServer: { latency: () => 9.5 * SECOND } });

    expect(await life.recover()).toEqual([]);
    expect(life.deployed.day).toBeLessThan(7);
  });

  it('of the CI host, just below the client’s timeout', async () => {
    life = await FastLife.start({ hosts: { bitbucket: { server: { latency: () => 9.5 * SECOND } } } });

    expect(await life.recover()).toEqual([]);
    // Both halves leave at the same moment, so slowness does not tear them.
    expect(Math.max(0, ...life.torn)).toBeLessThan(10 * SECOND);
  });

  it('of the CI host, beyond what the function may live: Lambda ends the run, and the next one delivers', async () => {
    life = await FastLife.start();
    let hung = 0;
    life.bitbucket = ({ method }) => {
      if (method === 'GET' || hung > 0) return undefined;
      hung += 1;
      return { kind: 'delay', milliseconds: 20 * MINUTE };
    };
    await life.until(() => hung > 0);

    expect(life.deployed.world.logs.some(({ line }) => /Task timed out after \d+\.\d+ seconds/.test(line))).toBe(true);
    expect(await life.recover()).toEqual([]);
  });
});
