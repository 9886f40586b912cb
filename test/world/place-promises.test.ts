import { describe, expect, it } from 'vitest';
import { PlacePromises } from '../../cli/rehearsal/witness/place-promises';
import type { KeyRecord, Leak, ManagedRecord, PlaceRecord } from '../../cli/rehearsal/witness/records';
import { Verdicts } from '../../cli/rehearsal/witness/verdicts';
import type { Witness } from '../../cli/rehearsal/witness/witness';
import { HOUR } from '../../functions/core/duration';
import { targetSetDigest } from '../../functions/core/hosts/target';
import { deliveredLabel } from '../../functions/core/key/secret-state';

const OLD = 'AKIAIOSFODNN7EXAMPLE';

/** A login of a pipeline that read a leaked key which a run made Inactive at the first hour. */
function login({ leak, current, isDelivered, readAt, since }: Login) {
  const key: KeyRecord = {
    id: OLD,
    secret: 'x',
    user: 'ci',
    createdAt: 0,
    origin: 'run',
    status: 'Inactive',
    changes: [
      { at: 0, status: 'Active', by: 'run' },
      { at: HOUR, status: 'Inactive', by: 'run' },
    ],
    isStored: true,
    leak,
  };
  const entry = { targets: [], connections: {} };
  const managed = { id: 'shop', entry, brokenAt: undefined, healedAt: 0 } as unknown as ManagedRecord;
  const label = deliveredLabel(targetSetDigest([], {}));
  const labels = { v: isDelivered ? ['AWSCURRENT', label] : ['AWSCURRENT'] };
  const witness = { currentKey: () => current, labels: () => labels } as unknown as Witness;
  const verdicts = new Verdicts(() => 10 * HOUR);
  const place = { name: 'Production', since, isTampered: false, trustedSince: 0 } as unknown as PlaceRecord;
  new PlacePromises(verdicts, witness).login(managed, place, key, readAt, 'InvalidClientTokenId');
  return verdicts.violations.length;
}

interface Login {
  readonly leak: Leak;
  readonly current: string;
  readonly isDelivered: boolean;
  readonly readAt: number;
  readonly since: number;
}

const FIRST: Leak = { at: HOUR / 2, firstAt: HOUR / 2 };
const NEW = 'AKIAI44QH8DHBEXAMPLE';
const LATE: Login = { leak: FIRST, current: NEW, isDelivered: true, readAt: 9 * HOUR, since: 2 * HOUR };

describe('K1: a pipeline that fails with a key that has leaked', () => {
  it.each<[string, Partial<Login>, number]>([
    ['while pipelines are given up for it', { current: OLD, isDelivered: false }, 0],
    ['when it read it before its place had the successor', { readAt: 1.5 * HOUR }, 0],
    ['when it ran as the key was made Inactive', { leak: { at: HOUR / 2, firstAt: undefined }, readAt: HOUR / 2 }, 0],
    ['long after its successor was marked delivered', {}, 1],
    ['that was made Inactive before that was asked for', { leak: { at: 2 * HOUR, firstAt: 2 * HOUR } }, 1],
    ['that was to be delivered first', { leak: { at: HOUR / 2, firstAt: undefined } }, 1],
    // Of the words that it has leaked only the later one asks to make it Inactive first.
    ['before the word that gives pipelines up', { leak: { at: 0, firstAt: 5 * HOUR }, current: OLD }, 1],
  ])('%s', (_when, more, violations) => {
    expect(login({ ...LATE, ...more })).toBe(violations);
  });
});
