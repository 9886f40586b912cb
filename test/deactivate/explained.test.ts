import { describe, expect, it } from 'vitest';
import type { LastUsed } from '../../functions/core/key/access-key';
import type { KeyUse } from '../../functions/core/key/key-use';
import { storedVersions } from '../../functions/core/key/secret-state';
import { explained } from '../../functions/deactivate/explained';
import { DELIVERED, day, entryOf, keyOf, secretOf, versionOf } from '../core/web-shop';

const [old, fresh] = [keyOf('old', day(0)), keyOf('fresh', day(90))];
const secret = secretOf([versionOf(old, 'AWSPREVIOUS'), versionOf(fresh, 'AWSCURRENT', DELIVERED)]);
const [, successor] = storedVersions(secret);
const used: LastUsed = { at: day(99), service: 's3', region: 'eu-central-1' };
const about = { key: 'web-shop-production', accessKeyId: old.accessKeyId };
const inUse = { code: 'in-use', ...about, facts: { used, deactivateFrom: day(100) } } as never;
const holdLimit = { code: 'hold-limit', ...about, facts: { used } } as never;
const another = { code: 'paused', ...about, facts: {} } as never;

const use = (isProof: boolean): KeyUse => ({
  at: day(98),
  service: 's3',
  from: '192.0.2.1',
  agent: 'aws-cli',
  isProof,
});

interface World {
  /** What CloudTrail shows, by the key and its region; it does not answer for the others. */
  readonly trail?: Readonly<Record<string, readonly KeyUse[]>>;
  /** What IAM knows of the fresh key. @default - it does not answer */
  readonly last?: LastUsed;
  readonly hasSuccessor?: boolean;
}

/** What is told, and which regions CloudTrail was asked for which key. */
async function told(findings: readonly never[], { trail = {}, last, hasSuccessor = true }: World) {
  const asked: string[] = [];
  const found = await explained(findings, {
    iam: {
      accessKeyLastUsed: async (accessKeyId) => {
        asked.push(`last use of ${accessKeyId.slice(-5)}`);
        return last ?? Promise.reject(new Error('throttled'));
      },
    },
    trail: {
      usesOf: async (accessKeyId, since, region) => {
        const name = `${accessKeyId.slice(-5)} ${region ?? 'here'}`;
        asked.push(name);
        expect(since).toEqual(day(90));
        return trail[name] ?? Promise.reject(new Error('throttled'));
      },
    },
    managed: { entry: entryOf(), secret, retained: undefined },
    successor: hasSuccessor ? successor : undefined,
  });
  return {
    codes: found.map(({ code }) => code).join(),
    by: found.map(({ facts }) => (facts as { by?: unknown }).by),
    asked,
  };
}

const OLD_ASKED = ['00OLD eu-central-1', 'last use of FRESH'];

describe('what is said of a key in use', () => {
  it('is what CloudTrail shows, in the region of its last use', async () => {
    const seen = { is: 'seen', uses: [use(false)] };
    const all = { '00OLD eu-central-1': [use(false)] };
    for (const finding of [inUse, holdLimit]) expect((await told([finding], { trail: all })).by).toEqual([seen]);
    expect((await told([inUse], { trail: { '00OLD eu-central-1': [] } })).by).toEqual([{ is: 'none' }]);
    expect((await told([inUse], {})).by).toEqual([{ is: 'unknown' }]);
  });

  it('is not said of other findings, and of none where nothing is to take its place', async () => {
    expect(await told([another], {})).toEqual({ codes: 'paused', by: [undefined], asked: [] });
    expect(await told([inUse], { hasSuccessor: false })).toEqual({ codes: 'in-use', by: [undefined], asked: [] });
  });
});

describe('what is said of a key that a role is to replace', () => {
  const waiting = (waits: string, at?: Date) =>
    ({ code: 'not-replaced-yet', ...about, facts: { waits, used: at && { at, region: 'eu-central-1' } } }) as never;

  it.each([
    ['who uses it, where it waits for that', waiting('key', day(91)), ['00OLD eu-central-1']],
    ['nothing more, where it waits for the role', waiting('role', day(91)), []],
    ['nothing more, where it was never used', waiting('key'), []],
  ])('is %s', async (_what, finding, asked) => {
    const { by, asked: seen } = await told([finding], { trail: { '00OLD eu-central-1': [use(false)] } });
    expect([by, seen]).toEqual([[asked.length === 0 ? undefined : { is: 'seen', uses: [use(false)] }], asked]);
  });
});

describe('that nobody uses the fresh key', () => {
  const unused = { at: undefined, region: 'us-west-2' };
  const nothing = { '00OLD eu-central-1': [], 'FRESH here': [], 'FRESH us-west-2': [] };
  const BOTH = ['FRESH here', 'FRESH us-west-2'];

  it.each<[string, World, string, readonly string[]]>([
    [
      'is told where neither IAM nor CloudTrail knows a use',
      { trail: nothing, last: unused },
      'in-use,not-adopted',
      BOTH,
    ],
    [
      'is told where CloudTrail has proofs only',
      { trail: { ...nothing, 'FRESH here': [use(true)] }, last: unused },
      'in-use,not-adopted',
      BOTH,
    ],
    [
      'is not told where somebody is seen elsewhere',
      { trail: { ...nothing, 'FRESH us-west-2': [use(false)] }, last: unused },
      'in-use',
      BOTH,
    ],
    [
      'is not told where one region does not answer',
      { trail: { 'FRESH here': [use(true)] }, last: unused },
      'in-use',
      BOTH,
    ],
    [
      'is not told where IAM knows it, and CloudTrail is not asked',
      { trail: nothing, last: { at: day(99), service: 's3' } },
      'in-use',
      [],
    ],
    [
      'is told by one region where IAM names none',
      { trail: nothing, last: { at: undefined } },
      'in-use,not-adopted',
      ['FRESH here'],
    ],
    ['is not told where IAM does not answer', { trail: nothing }, 'in-use', []],
  ])('%s', async (_what, world, codes, asked) => {
    expect(await told([inUse], world)).toMatchObject({ codes, asked: [...OLD_ASKED, ...asked] });
  });

  it('is told with whether the old key ends now', async () => {
    const ends = async (finding: never) => {
      const found = await explained([finding], {
        iam: { accessKeyLastUsed: async () => unused },
        trail: { usesOf: async () => [] },
        managed: { entry: entryOf(), secret, retained: undefined },
        successor,
      });
      return found.map(({ facts }) => (facts as { ends?: boolean }).ends);
    };
    expect([await ends(inUse), await ends(holdLimit)]).toEqual([
      [undefined, false],
      [undefined, true],
    ]);
  });
});
