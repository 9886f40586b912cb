import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Policy, policyProblems, policyWith } from '../../../functions/core/config/policy';
import type { RegistryEntry } from '../../../functions/core/config/registry';
import { daysBetween } from '../../../functions/core/duration';
import { type Forecast, forecast } from '../../../functions/core/forecast/forecast';
import type { ImaginedKey } from '../../../functions/core/forecast/imagined-key';
import { datedTag } from '../../../functions/core/key/dated-tag';
import { TAG } from '../../../functions/core/names';
import { Account } from '../lifecycle/account';
import { PROPERTY_RUNS } from '../property-runs';
import { DELIVERED, day, entryOf, keyOf, START, secretOf, versionOf } from '../web-shop';

/** A managed key on the day of its deployment, whose user has keys of these ages in days. */
function deployed(entry: RegistryEntry, ages: readonly number[] = [], tags = {}): ImaginedKey {
  const keys = ages.map((age, index) => keyOf(`old${index}`, day(-age)));
  return {
    entry,
    secret: secretOf([], tags),
    keys,
    lastUsed: new Map(
      keys.map(({ accessKeyId }, index) => [accessKeyId, { at: index === ages.length - 1 ? START : undefined }]),
    ),
  };
}

/** What comes, as `day does`. */
function told({ foreseen }: Forecast): readonly string[] {
  return foreseen.map(({ at, does }) => `${daysBetween(START, at)} ${does}`);
}

const of = (keys: readonly ImaginedKey[], days: number, maxRotations = 25) =>
  forecast({ keys, now: START, days, maxRotations });

describe('a forecast', () => {
  it('tells the life of a key: 90, 100 and 110 days (K1, K3, K4)', () => {
    expect(told(of([deployed(entryOf())], 201))).toEqual([
      '0 rotate',
      '0 deliver',
      '90 rotate',
      '90 deliver',
      '100 deactivate',
      '110 delete',
      '180 rotate',
      '180 deliver',
      '190 deactivate',
      '200 delete',
    ]);
  });

  it('names the access key that there is, and says when one that is still to be made is made', () => {
    const { foreseen } = of([deployed(entryOf(), [400])], 101);
    const old = keyOf('old0', day(-400));
    expect(foreseen.find(({ does }) => does === 'deactivate')).toMatchObject({
      accessKeyId: old.accessKeyId,
      madeAt: old.createdAt,
      reason: 'idle',
      latest: day(20, 20 * 60_000),
    });
    expect(foreseen.filter(({ does }) => does === 'rotate').at(-1)).toMatchObject({
      accessKeyId: undefined,
      madeAt: START,
      reason: 'due',
    });
  });

  it('tells what stands in the way, and for how long', () => {
    const paused = deployed(entryOf(), [], { [TAG.paused]: `${day(5).toISOString()} alice` });
    const { obstacles } = of([paused], 30);
    expect(obstacles).toMatchObject([{ finding: { code: 'paused' }, from: START, until: day(4) }]);
    expect(told(of([paused], 30))).toEqual(['5 rotate', '5 deliver']);

    const { foreseen, obstacles: forGood } = of([deployed(entryOf(), [400, 30])], 30);
    expect(foreseen).toEqual([]);
    expect(forGood).toMatchObject([{ finding: { code: 'two-keys' }, from: START, until: day(29) }]);
  });

  it('keeps to the rotations of one run, and brings forward what a later day has too many of', () => {
    const keys = Array.from({ length: 6 }, (_none, at) => deployed(entryOf({ id: `key-${at}`, user: `ci-${at}` })));
    const rotations = told(of(keys, 95, 2)).filter((line) => line.endsWith('rotate'));
    expect(rotations.slice(0, 6)).toEqual(['0 rotate', '0 rotate', '1 rotate', '1 rotate', '2 rotate', '2 rotate']);
    expect(rotations.slice(6)).toHaveLength(6);
  });

  it('counts a hold from when it began, and nothing as done that is only planned (K3)', () => {
    const entry = entryOf();
    const [old, current] = [keyOf('old', day(-110)), keyOf('new', day(-20))];
    const tags = { [TAG.held]: datedTag(old.accessKeyId, day(-8)) };
    const versions = [versionOf(old, 'AWSPREVIOUS'), versionOf(current, 'AWSCURRENT', DELIVERED)];
    const secret = secretOf(versions, tags, day(-200));
    const lastUsed = new Map([
      [old.accessKeyId, { at: START }],
      [current.accessKeyId, { at: START }],
    ]);
    const { foreseen, obstacles } = of([{ entry, secret, keys: [old, current], lastUsed }], 5);
    expect(foreseen[0]).toMatchObject({ does: 'deactivate', latest: day(2, 20 * 60_000) });
    expect(obstacles.map(({ finding }) => finding.code)).not.toContain('hold-limit');
  });

  it('lets observed keys take nothing of the rotations of a run', () => {
    const keys = ['observe' as const, 'observe' as const, undefined].map((mode, at) =>
      deployed({ ...entryOf({ id: `key-${at}`, user: `ci-${at}` }), mode }),
    );
    const { foreseen } = of(keys, 1, 1);
    expect(foreseen.filter(({ does }) => does === 'rotate').map(({ key, isObserved }) => [key, isObserved])).toEqual([
      ['key-0', true],
      ['key-1', true],
      ['key-2', false],
    ]);
  });

  it('changes nothing that it is given', () => {
    const key = deployed(entryOf(), [400]);
    const before = structuredClone(key);
    of([key], 200);
    expect(key).toEqual(before);
  });

  const policies = fc
    .record({
      rotateAfter: fc.integer({ min: 4, max: 120 }),
      overlap: fc.integer({ min: 1, max: 20 }),
      recovery: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ rotateAfter, overlap, recovery }) =>
      policyWith({
        rotateAfter,
        deactivateAfter: rotateAfter + overlap,
        deleteAfter: rotateAfter + overlap + recovery,
      }),
    )
    .filter((policy) => policyProblems(policy).length === 0);

  it('is what happens then, whatever the policy and the keys that there are', () => {
    fc.assert(
      fc.property(
        policies,
        fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 2 }),
        fc.constantFrom('at-once' as const, 'when-due' as const),
        fc.constantFrom('keep' as const, 'replace-idle' as const),
        (policy: Policy, ages, firstRotation, adopt) => {
          const entry = entryOf({ policy, firstRotation, adopt });
          expect(told(of([deployed(entry, ages)], 250))).toEqual(livedThrough(entry, ages, 250));
        },
      ),
      { ...PROPERTY_RUNS, numRuns: PROPERTY_RUNS.numRuns / 200 },
    );
  });
});

/** The same days, lived in an account in memory that knows nothing of forecasts. */
function livedThrough(entry: RegistryEntry, ages: readonly number[], days: number): readonly string[] {
  const account = new Account(entry, START);
  const { keys, lastUsed } = deployed(entry, ages);
  account.keys = [...keys];
  for (const [id, used] of lastUsed) account.uses.set(id, used);
  const holder = keys.at(-1);
  if (holder !== undefined) account.held.set('Production', holder.accessKeyId);
  for (let today = 0; today < days; today += 1) {
    account.now = day(today);
    account.work();
    account.rotate();
    account.now = day(today, 5 * 60_000);
    account.sync();
    account.now = day(today, 20 * 60_000);
    account.retire();
  }
  const told = /^([\d.]+) (rotate|promote|deliver|deactivate|delete) /;
  return account.log.flatMap((line) => {
    const [, at = '', does = ''] = told.exec(line) ?? [];
    return does === '' ? [] : [`${Math.floor(Number(at) + 0.01)} ${does}`];
  });
}
