import { expect, it } from 'vitest';
import { MINUTE } from '../../functions/core/duration';
import { DUE, WatchedLife } from './watched-life';

const [ID, SECRET] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

it('torn-pair: a host takes one half, and then nothing for minutes; Lambda’s repetition makes it whole (K1)', async () => {
  const life = await WatchedLife.start();
  await life.until(DUE);
  const { clock, hosts } = life.deployed.world;
  let idWrites = 0;
  let tornAt: number | undefined;
  let wholeAt: number | undefined;
  life.bitbucket = ({ method, key }) => {
    if (method !== 'PUT' || (key !== ID && key !== SECRET)) return undefined;
    if (key === ID) idWrites += 1;
    if (key === ID && idWrites <= 1) return undefined;
    tornAt ??= clock.now();
    return clock.now() < tornAt + 3 * MINUTE ? { kind: 'status', status: 403 } : undefined;
  };
  hosts.bitbucket.onWrite(({ key, at }) => {
    if (tornAt !== undefined && key === SECRET) wholeAt ??= at;
  });
  await life.until(DUE, 4.1);

  expect(life.fired).toContain('torn-pair');
  expect(life.told('torn-pair')).toEqual(['ALARM']);
  expect(life.deployed.unsettled()).toEqual([]);
  expect((wholeAt ?? Number.POSITIVE_INFINITY) - (tornAt ?? 0)).toBeLessThan(10 * MINUTE);
});
