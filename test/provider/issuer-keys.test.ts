import { beforeEach, describe, expect, it } from 'vitest';
import { IssuerKeys } from '../../functions/provider/keys/issuer-keys';
import { Refusal } from '../../functions/provider/refusal';
import { HandmadeIssuer } from './issuer';

/** How long tokens that anybody can write hold whoever looks for their keys, by a clock that stands still otherwise. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const issuer = new HandmadeIssuer();

let now: number;
/** When the issuer was asked. */
let askedAt: number[];
/** What it answers, and after how long. */
let answering: () => { readonly after?: number; readonly fails?: boolean };
let listed: string[];
let list: () => readonly object[];
let told: string[];
let keys: IssuerKeys;

beforeEach(() => {
  now = Date.parse('2026-06-01T12:00:00Z');
  askedAt = [];
  answering = () => ({});
  listed = ['one'];
  list = () => listed.map((kid) => issuer.jwk(kid, issuer.key));
  told = [];
  keys = new IssuerKeys(
    async () => {
      askedAt.push(now);
      const { after = 0, fails = false } = answering();
      now += after;
      if (fails) throw new Error('status 429');
      return JSON.stringify({ keys: list() });
    },
    {
      now: () => new Date(now),
      sleep: async (milliseconds) => {
        now += milliseconds;
      },
    },
    (why) => told.push(why),
  );
});

async function found(keyId: string): Promise<string> {
  try {
    await keys.find(keyId);
    return 'found';
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.reason;
    throw thrown;
  }
}

/** Asks for a key that nobody has, as soon as the one before is answered and a second has gone by. */
async function flooded(forMilliseconds: number) {
  const [begun, waits] = [now, [] as number[]];
  while (now - begun < forMilliseconds) {
    const asked = now;
    await found(`made-up-${asked}`);
    waits.push(now - asked);
    now = Math.max(now, asked + SECOND);
  }
  return { longest: Math.max(...waits), share: waits.reduce((all, one) => all + one, 0) / (now - begun) };
}

describe('a key that nobody has', () => {
  it('is waited for once while the issuer fails, and then by nobody', async () => {
    answering = () => ({ fails: true });
    expect([await found('made-up'), askedAt.length]).toEqual(['keys-unavailable', 3]);
    const { longest } = await flooded(10 * MINUTE);
    expect(longest).toBe(0);
  });

  it('is waited for by all who come in the first seconds at once', async () => {
    answering = () => ({ fails: true });
    const begun = now;
    await Promise.all(Array.from({ length: 20 }, (_one, at) => found(`made-up-${at}`)));
    expect(askedAt.map((at) => at - begun)).toEqual([0, SECOND, 3 * SECOND]);
  });

  it('is not waited for anew by an issuer that fails two times of three', async () => {
    let asked = 0;
    answering = () => {
      asked += 1;
      return { fails: asked % 3 !== 0 };
    };
    const { share } = await flooded(60 * MINUTE);
    expect(share).toBeLessThan(0.06);
  });

  it.each([
    ['answers late', { after: 2_900 }],
    ['fails late', { after: 2_900, fails: true }],
    ['fails after a while', { after: 1_900, fails: true }],
    ['fails', { fails: true }],
  ])('holds little of the time while the issuer %s', async (_how, answer) => {
    answering = () => answer;
    const { longest, share } = await flooded(60 * MINUTE);
    expect(longest).toBeLessThanOrEqual(7 * SECOND);
    expect(share).toBeLessThan(0.06);
  });

  it('has the issuer asked ever more seldom, and once a minute at most', async () => {
    expect(await found('one')).toBe('found');
    await flooded(9 * MINUTE);
    expect(askedAt.map((at) => (at - (askedAt[0] ?? 0)) / SECOND)).toEqual([
      0, 5, 15, 35, 75, 135, 195, 255, 315, 375, 435, 495,
    ]);
  });

  it('does not keep a new key from being found for longer than a minute, and then it is read as soon as before', async () => {
    await flooded(5 * MINUTE);
    listed = ['one', 'two'];
    const begun = now;
    while ((await found('two')) !== 'found') now += SECOND;
    expect(now - begun).toBeLessThanOrEqual(MINUTE);
    now += 5 * SECOND;
    listed = ['one', 'two', 'three'];
    expect(await found('three')).toBe('found');
  });

  it('has the issuer asked as seldom as before, once its list is read for its age', async () => {
    await flooded(5 * MINUTE);
    now += 11 * MINUTE;
    expect(await found('one')).toBe('found');
    listed = ['one', 'two'];
    now += 5 * SECOND;
    expect(await found('two')).toBe('found');
  });

  it('is waited for no longer where the clock is set back by a day', async () => {
    let back = 24 * 60 * MINUTE;
    const begun = now - back;
    answering = () => {
      now -= back;
      back = 0;
      return { fails: true };
    };
    expect(await found('made-up')).toBe('keys-unavailable');
    expect(now - begun).toBeLessThanOrEqual(7 * SECOND);
  });
});

describe('a key that a step needs', () => {
  it.each([1, 2])('is waited for where the issuer fails %i times, in each time of failures', async (failures) => {
    for (let period = 0; period < 3; period++) {
      let left = failures;
      answering = () => ({ fails: left-- > 0 });
      expect(await found('one')).toBe('found');
      now += 61 * MINUTE;
    }
  });
});

describe('a list that has no key that a token may be signed with', () => {
  const one = issuer.jwk('one', issuer.key);
  it.each<[string, readonly object[]]>([
    ['nothing', []],
    ['something that is no key', [{}]],
    ['two keys of one ID', [one, one]],
    ['a key of another kind', [{ ...one, kty: 'EC' }]],
    ['a key to encrypt with', [{ ...one, use: 'enc' }]],
  ])(
    'as it has %s, is no list: the keys of before are taken for an hour, and then nobody can say it',
    async (_name, odd) => {
      expect(await found('one')).toBe('found');
      list = () => odd;
      now += 11 * MINUTE;
      expect(await found('one')).toBe('found');
      expect(told).toEqual(['no key that a token may be signed with']);
      now += 50 * MINUTE;
      expect(await found('one')).toBe('keys-unavailable');
      list = () => [one];
      now += MINUTE;
      expect(await found('one')).toBe('found');
    },
  );
});
