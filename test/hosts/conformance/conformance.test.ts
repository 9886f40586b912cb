import { describe, expect, it } from 'vitest';
import { HOSTS } from '../../../functions/core/hosts/register';
import { credentialOf, failureOf, SECRET, START, TOKEN } from '../bitbucket/bitbucket-world';
import { bitbucketFixture } from './bitbucket';
import { dataCenterFixture } from './data-center';
import { type CaseName, FAILS, type HostFixture, type Pair, SUCCEEDS } from './fixture';
import { functionFixture } from './function';

const FIXTURES: readonly HostFixture[] = [bitbucketFixture, functionFixture, dataCenterFixture];

function pairOf(number: number): Pair {
  const { accessKeyId, secretAccessKey } = credentialOf(number);
  return { accessKeyId, secretAccessKey: secretAccessKey.reveal() };
}

it('every host of the register is held to it', () => {
  expect(FIXTURES.map(({ host }) => host).sort()).toEqual(HOSTS.map(({ name }) => name).sort());
});

describe.each(FIXTURES)('the host $host', ({ cases }) => {
  /** Runs a case that the protocol has, and names the reason where it has none. */
  function when(name: CaseName, then: string, run: (open: () => ReturnType<Open>) => Promise<void>): void {
    const found = cases[name];
    if (typeof found === 'function') it(`${name}: ${then}`, () => run(found));
    else it.skip(`${name}: left out. ${found.why}`);
  }
  type Open = Extract<HostFixture['cases'][CaseName], (...args: never) => unknown>;

  it('leaves no case out without a reason that says what its protocol has instead', () => {
    const reasons = Object.values(cases).flatMap((found) => (typeof found === 'function' ? [] : [found.why]));
    for (const why of reasons) expect(why.split(' ').length).toBeGreaterThan(8);
    expect(reasons.length).toBeLessThan(6);
  });

  for (const name of SUCCEEDS) {
    when(name, 'the place holds what was delivered (K1)', async (open) => {
      const place = await open();
      const number = name === 'create' || name === 'repeat' ? 1 : 2;

      const receipt = await place.deliver(number);

      expect(place.held()).toEqual(pairOf(number));
      expect(receipt.wrote.length).toBeGreaterThan(0);
      expect(receipt.readBack).not.toBe(false);
      expect(JSON.stringify(receipt)).not.toContain(SECRET);
      if (name === 'rate limit with a time to come back') expect(Math.max(...place.sleeps)).toBe(5_000);
    });
  }

  for (const [name, { code, retryable }] of Object.entries(FAILS)) {
    when(name as CaseName, `the error says ${code.source}, and the place holds what it held (K1)`, async (open) => {
      const place = await open();

      const failure = await failureOf(place.deliver(2));

      expect(failure.code).toMatch(code);
      expect(failure).toMatchObject({ retryable, torn: false });
      expect(place.held()).toEqual(pairOf(1));
      const hasTime = name === 'rate limit for longer than anybody waits';
      expect(failure.retryAt).toEqual(hasTime ? new Date(START + 3_600_000) : undefined);
      // Four tries where another one can help, and none where it cannot.
      expect(place.sleeps).toHaveLength(retryable && !hasTime ? 3 : 0);
      for (const secret of [SECRET, TOKEN]) expect(`${failure.message} ${failure.stack}`).not.toContain(secret);
    });
  }

  when(
    'late answer',
    'the error says host-down, the place holds the new pair, and a repeat succeeds (K1)',
    async (open) => {
      const place = await open();

      expect(await failureOf(place.deliver(2))).toMatchObject({ code: 'host-down', retryable: true });
      expect(place.held()).toEqual(pairOf(2));

      expect((await place.deliver(2)).wrote.length).toBeGreaterThan(0);
      expect(place.held()).toEqual(pairOf(2));
    },
  );

  when('refused half', 'the other one is put back, and the next delivery writes both (K1, K9)', async (open) => {
    const place = await open();

    const failure = await failureOf(place.deliver(2));
    expect(failure).toMatchObject({ code: 'scope-missing', torn: false, halved: true });
    expect(place.held()).toEqual(pairOf(1));

    await place.deliver(2);
    expect(place.held()).toEqual(pairOf(2));
  });
});
