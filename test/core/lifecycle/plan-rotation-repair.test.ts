import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import type { AccessKey } from '../../../functions/core/key/access-key';
import { intentTag } from '../../../functions/core/key/intent';
import { TAG } from '../../../functions/core/names';
import { codes, DELIVERED, day, deeds, handMade, keyOf, secretOf, versionOf } from '../web-shop';
import { first, plan } from './quiet-key';

const adopted = keyOf('adopted', day(-400));
const second = keyOf('second', day(91));
const foreign = keyOf('foreign', day(50));

describe('K1: a current key that does not work any more', () => {
  const previous = secretOf([versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')]);
  const inactive: AccessKey = { ...second, status: 'Inactive' };

  it('that somebody deleted is replaced at once', () => {
    const { steps, findings } = plan({ keys: [] });
    expect(steps).toEqual([{ do: 'rotate', reason: 'current-key-missing' }]);
    expect(findings).toMatchObject([{ code: 'current-key-missing', severity: 'attention' }]);
  });

  it('that somebody made Inactive is replaced at once', () => {
    const { steps, findings } = plan({ keys: [{ ...first, status: 'Inactive' }] });
    expect(steps).toEqual([
      { do: 'rotate', reason: 'current-key-inactive' },
      { do: 'record-inactive', accessKeyId: first.accessKeyId },
    ]);
    expect(codes({ steps, findings })).toEqual(['current-key-inactive']);
  });

  it('is replaced though it never was delivered', () => {
    expect(deeds(plan({ secret: secretOf([versionOf(first, 'AWSCURRENT')]), keys: [] }))).toEqual(['rotate']);
  });

  it('that IAM does not list within its first hour may be on its way', () => {
    const missing = plan({ keys: [], now: day(0, HOUR + 10 * MINUTE) });
    expect(missing.steps).toEqual([]);
    expect(codes(missing)).toEqual(['settling']);
  });

  it('K10: without room gives way to the stored key that still works', () => {
    const { steps, findings } = plan({ secret: previous, keys: [first, inactive], now: day(95) });
    const { versionId } = versionOf(first);
    expect(steps).toEqual([
      { do: 'promote', accessKeyId: first.accessKeyId, versionId, from: versionOf(second).versionId },
      { do: 'record-inactive', accessKeyId: second.accessKeyId },
    ]);
    expect(codes({ steps, findings })).toEqual(['current-key-inactive']);
  });

  it('K10: without room gives way to a stored key that has lost its labels too', () => {
    const secret = secretOf([versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first)]);
    expect(plan({ secret, keys: [first, inactive], now: day(95) }).steps[0]).toMatchObject({
      do: 'promote',
      accessKeyId: first.accessKeyId,
    });
  });

  it('never gives way to itself, though it is stored twice', () => {
    const twice = keyOf('second', day(91, 5000));
    const secret = secretOf([versionOf(twice, 'AWSCURRENT', DELIVERED), versionOf(second, 'AWSPREVIOUS')]);
    const stuck = plan({ secret, keys: [inactive, foreign], now: day(95) });
    expect(stuck.steps).toEqual([]);
  });

  it('K5: without room never gives way to a foreign key', () => {
    const { steps, findings } = plan({ keys: [{ ...first, status: 'Inactive' }, foreign], now: day(60) });
    expect(steps).toEqual([]);
    expect(codes({ steps, findings })).toEqual(['foreign-key', 'current-key-inactive', 'two-keys']);
  });

  it('K10: without room and without a key that works is a finding', () => {
    const keys: AccessKey[] = [{ ...first, status: 'Inactive' }, inactive];
    const { steps, findings } = plan({ secret: previous, keys, now: day(95) });
    expect(steps).toEqual([{ do: 'record-inactive', accessKeyId: first.accessKeyId }]);
    expect(findings.map(({ code }) => code)).toEqual(['current-key-inactive', 'two-keys']);
  });

  it('deleted, with a superseded and a foreign key in the way, gives way to the superseded one', () => {
    const late = keyOf('late', day(93));
    expect(deeds(plan({ secret: previous, keys: [first, late], now: day(95) }))).toEqual(['promote']);
  });

  it('K10: deleted, with nothing but foreign keys in the way, is a finding', () => {
    const stuck = plan({ keys: [foreign, keyOf('other', day(51))], now: day(60) });
    expect(stuck.steps).toEqual([]);
    expect(codes(stuck)).toEqual(['foreign-key', 'foreign-key', 'current-key-missing', 'two-keys']);
  });
});

describe('a secret that somebody edited', () => {
  const edited = { versionId: handMade, labels: ['AWSCURRENT'] };

  it('gets a fresh key at once', () => {
    const secret = secretOf([edited, versionOf(first, 'AWSPREVIOUS', DELIVERED)]);
    const { steps, findings } = plan({ secret });
    expect(steps).toEqual([{ do: 'rotate', reason: 'secret-edited' }]);
    expect(findings).toMatchObject([{ code: 'secret-edited', severity: 'attention' }]);
  });

  it('gets a fresh key though the last rotation is known, whose key is not the current one any more', () => {
    const intent = { [TAG.intent]: intentTag({ at: day(0, HOUR), run: 'run', before: [] }) };
    const secret = secretOf([edited, versionOf(first, 'AWSPREVIOUS', DELIVERED)], intent);
    expect(plan({ secret }).steps).toEqual([{ do: 'rotate', reason: 'secret-edited' }]);
  });

  it('before the first rotation gets its first key', () => {
    const { steps, findings } = plan({ secret: secretOf([edited]), keys: [adopted] });
    expect(steps).toEqual([{ do: 'rotate', reason: 'secret-edited' }]);
    expect(codes({ steps, findings })).toEqual(['secret-edited']);
  });

  const full = secretOf([edited, versionOf(second, 'AWSPREVIOUS', DELIVERED), versionOf(first)]);
  const dead = (key: AccessKey): AccessKey => ({ ...key, status: 'Inactive' });

  it('K10: gives way to the newest stored key that works where there is no room for a fresh one', () => {
    const { steps, findings } = plan({ secret: full, keys: [first, second], now: day(95) });
    const { versionId } = versionOf(second);
    expect(steps).toEqual([{ do: 'promote', accessKeyId: second.accessKeyId, versionId, from: handMade }]);
    expect(codes({ steps, findings })).toEqual(['secret-edited']);
  });

  it('K10: gives way to a key that works, and to none that is Inactive', () => {
    expect(plan({ secret: full, keys: [first, dead(second)], now: day(95) }).steps).toMatchObject([
      { do: 'promote', accessKeyId: first.accessKeyId },
      { do: 'record-inactive', accessKeyId: second.accessKeyId },
    ]);
    const none = plan({ secret: full, keys: [dead(first), dead(second)], now: day(95) });
    expect(deeds(none)).toEqual(['record-inactive']);
    expect(codes(none)).toEqual(['secret-edited', 'two-keys']);
  });

  it('K5: never gives way to a foreign or to an adopted key, whose secret nobody has', () => {
    const alone = secretOf([edited]);
    expect(deeds(plan({ secret: alone, keys: [adopted, foreign], now: day(95) }))).toEqual([]);
    expect(deeds(plan({ secret: alone, keys: [adopted, keyOf('older', day(-500))], now: day(95) }))).toEqual([]);
  });

  it('settles by the rotations that happened, and not by a version from the future that somebody made up', () => {
    const forged = (at: Date) => versionOf(keyOf('forged', at), 'AWSPENDING');
    const secret = secretOf([edited, versionOf(first, 'AWSPREVIOUS', DELIVERED), forged(day(5000))]);
    expect(deeds(plan({ secret }))).toEqual(['rotate']);
    const skewed = secretOf([edited, versionOf(first, 'AWSPREVIOUS', DELIVERED), forged(day(40, 5 * MINUTE))]);
    expect(codes(plan({ secret: skewed }))).toEqual(['secret-edited', 'settling']);
  });

  it('right after a rotation waits for the hour', () => {
    const secret = secretOf([edited, versionOf(first, 'AWSPREVIOUS')]);
    expect(codes(plan({ secret, now: day(0, 90 * MINUTE) }))).toEqual(['secret-edited', 'settling']);
  });

  it('rolled back to a stored key by its label has that key as the current one', () => {
    const secret = secretOf([versionOf(second, 'AWSPREVIOUS'), versionOf(first, 'AWSCURRENT', DELIVERED)]);
    expect(plan({ secret, keys: [first, second], now: day(93) })).toMatchObject({
      steps: [],
      findings: [{ code: 'two-keys' }],
    });
  });
});
