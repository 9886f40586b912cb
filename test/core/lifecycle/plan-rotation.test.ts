import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import type { AccessKey } from '../../../functions/core/key/access-key';
import { intentTag } from '../../../functions/core/key/intent';
import { TAG } from '../../../functions/core/names';
import { codes, DELIVERED, day, deeds, entryOf, keyOf, NOTHING, secretOf, tagOf, versionOf } from '../web-shop';
import { first, plan, quiet } from './quiet-key';

const adopted = keyOf('adopted', day(-400));
const young = keyOf('young', day(-20));
const second = keyOf('second', day(91));
const foreign = keyOf('foreign', day(50));

const empty = secretOf([]);

describe('the first rotation', () => {
  it.each<[string, readonly AccessKey[]]>([
    ['none', []],
    ['one', [adopted]],
    ['one that is older than everything', [keyOf('ancient', day(-4000))]],
    ['one that is Inactive', [{ ...adopted, status: 'Inactive' }]],
    ['one that somebody made since', [keyOf('foreign', day(0, HOUR))]],
  ])('of a user with keys (%s) happens at once', (_what, keys) => {
    const { steps } = plan({ secret: empty, keys, now: day(0, 2 * HOUR) });
    expect(steps).toEqual([{ do: 'rotate', reason: 'first' }]);
  });

  const later = entryOf({ firstRotation: 'when-due' });
  it.each<[string, readonly AccessKey[], Date, boolean]>([
    ['there is no key', [], day(0), true],
    ['the key is overdue', [adopted], day(0), true],
    ['the key is due within the hour', [young], day(70, -HOUR), true],
    ['the key is not due', [young], day(70, -HOUR - 1), false],
  ])('when due, where %s', (_what, keys, now, happens) => {
    expect(plan({ entry: later, secret: empty, keys, now }).steps).toEqual(
      happens ? [{ do: 'rotate', reason: 'first' }] : [],
    );
  });

  it('when due, waits for the older of two keys', () => {
    expect(plan({ entry: later, secret: empty, keys: [young, adopted], now: day(0) }).findings[0]?.code).toBe(
      'two-keys',
    );
    expect(plan({ entry: later, secret: empty, keys: [young, keyOf('b', day(-1))], now: day(0) })).toEqual(NOTHING);
  });

  it('happens at once when an operator asks, due or not', () => {
    const asked = plan({ entry: later, secret: empty, keys: [young], now: day(0), requested: true });
    expect(asked.steps).toEqual([{ do: 'rotate', reason: 'first' }]);
  });

  it.each(['keep', 'replace-idle'] as const)('K10: finds no room beside two keys (adopt: %s)', (adopt) => {
    const keys = [adopted, { ...young, status: 'Inactive' as const }];
    const { steps, findings } = plan({ entry: entryOf({ adopt }), secret: empty, keys, now: day(0) });
    expect(steps).toEqual([{ do: 'record-inactive', accessKeyId: young.accessKeyId }]);
    expect(findings).toMatchObject([{ code: 'two-keys', severity: 'attention', key: 'web-shop-production' }]);
  });
});

describe('a rotation', () => {
  it.each<[string, Date, boolean]>([
    ['long before', day(40), false],
    ['a moment before the last hour', day(90, HOUR - HOUR - 1), false],
    ['within the last hour', day(90), true],
    ['at the very instant', day(90, HOUR), true],
    ['long after', day(400), true],
  ])('K8: is due by age: %s its time', (_when, now, happens) => {
    expect(plan({ now })).toEqual(happens ? { steps: [{ do: 'rotate', reason: 'due' }], findings: [] } : NOTHING);
  });

  it("follows the key's own policy", () => {
    const strict = entryOf({ policy: { rotateAfter: 30, deactivateAfter: 37, deleteAfter: 44 } });
    expect(deeds(plan({ entry: strict, now: day(30) }))).toEqual(['rotate']);
    expect(deeds(plan({ entry: strict, now: day(29) }))).toEqual([]);
  });

  it('happens when an operator asks', () => {
    expect(plan({ requested: true }).steps).toEqual([{ do: 'rotate', reason: 'requested' }]);
  });

  it('of a key that is due keeps that reason when an operator asks too', () => {
    expect(plan({ requested: true, now: day(95) }).steps).toEqual([{ do: 'rotate', reason: 'due' }]);
  });

  it('never overtakes a delivery that may still be under way', () => {
    const at = (now: Date) => plan({ requested: true, now });
    const settled = 2 * HOUR + 20 * MINUTE;
    expect(at(day(0, settled - 1))).toMatchObject({ steps: [], findings: [{ code: 'settling', severity: 'notice' }] });
    expect(deeds(at(day(0, settled)))).toEqual(['rotate']);
  });

  it('waits for the other copies of a late delivery too', () => {
    const late = secretOf([versionOf(first, 'AWSCURRENT', DELIVERED)], { [TAG.delivered]: tagOf(first, day(89)) });
    const at = (now: Date) => plan({ secret: late, requested: true, now });
    expect(at(day(89))).toMatchObject({ steps: [], findings: [{ code: 'settling' }] });
    expect(at(day(89, 20 * MINUTE - 1))).toMatchObject({ steps: [], findings: [{ code: 'settling' }] });
    expect(deeds(at(day(89, 20 * MINUTE)))).toEqual(['rotate']);
    // A time from the future was made up by somebody, and must not stop anything.
    expect(deeds(at(day(88)))).toEqual(['rotate']);
  });

  it('takes back a mark that does not count, because a rotation that fails would make it count again (K1)', () => {
    const second = keyOf('second', day(50));
    const intent = { [TAG.intent]: intentTag({ at: day(50), run: 'r', before: [first.accessKeyId] }) };
    const rolledBack = [versionOf(first, 'AWSCURRENT', DELIVERED), versionOf(second, 'AWSPREVIOUS')];
    expect(plan({ secret: secretOf(rolledBack, intent), keys: [first, second] }).steps).toEqual([
      { do: 'remove-label', label: DELIVERED, versionId: versionOf(first).versionId },
    ]);
  });

  it.each<[string, string[]]>([
    ['to nobody', []],
    ['to another set of targets', ['DELIVERED-0123456789abcdef']],
  ])('K3: waits while its predecessor is delivered %s', (_what, labels) => {
    const { steps, findings } = plan({ secret: secretOf([versionOf(first, 'AWSCURRENT', ...labels)]), now: day(95) });
    expect(steps).toEqual([]);
    expect(findings).toMatchObject([
      { code: 'undelivered', severity: 'attention', accessKeyId: first.accessKeyId, since: first.createdAt },
    ]);
  });

  it('waits while its predecessor is undelivered, even when an operator asks', () => {
    const secret = secretOf([versionOf(first, 'AWSCURRENT')]);
    expect(plan({ secret, requested: true })).toMatchObject({ steps: [], findings: [{ code: 'undelivered' }] });
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['nobody recorded it', {}, ['record-inactive']],
    ["the record is another key's", { [TAG.deactivated]: tagOf(foreign, day(100)) }, ['record-inactive']],
    ['it is recorded', { [TAG.deactivated]: tagOf(first, day(178)) }, []],
  ])(
    'K8: waits for the deletion of an Inactive key that no report shows, and says since when: %s',
    (_what, tags, steps) => {
      const secret = secretOf([versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')], tags);
      const waiting = plan({ secret, keys: [{ ...first, status: 'Inactive' }, second], now: day(181) });
      expect(deeds(waiting)).toEqual(steps);
      expect(codes(waiting)).toEqual(['two-keys']);
    },
  );

  it('K8: of two Inactive keys without a record the older one is recorded, and stays the one that is', () => {
    const keys = [adopted, young].map((key) => ({ ...key, status: 'Inactive' as const }));
    const steps = (tags: Record<string, string>) =>
      plan({ entry: entryOf({ adopt: 'replace-idle' }), secret: secretOf([], tags), keys, now: day(1) }).steps;
    expect(steps({})).toEqual([{ do: 'record-inactive', accessKeyId: adopted.accessKeyId }]);
    expect(steps({ [TAG.deactivated]: tagOf(adopted, day(0)) })).toEqual([]);
  });

  it('K10: waits while the superseded key is still there', () => {
    const secret = secretOf([versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')]);
    const { steps, findings } = plan({ secret, keys: [first, second], now: day(181) });
    expect(steps).toEqual([]);
    expect(codes({ steps, findings })).toEqual(['two-keys']);
  });
});

describe('K5: a foreign key', () => {
  const withForeign = { keys: [first, foreign] };

  it('is reported, and nothing is done', () => {
    const { steps, findings } = plan({ ...withForeign, now: day(60) });
    expect(steps).toEqual([]);
    expect(findings).toMatchObject([
      { code: 'foreign-key', severity: 'attention', accessKeyId: foreign.accessKeyId, since: foreign.createdAt },
    ]);
  });

  it('K10: takes the room of a due rotation', () => {
    const { steps, findings } = plan({ ...withForeign, now: day(95) });
    expect(steps).toEqual([]);
    expect(findings.map(({ code }) => code)).toEqual(['foreign-key', 'two-keys']);
  });

  it('that takes the place of the first one is reported, and the first one is made beside it', () => {
    const made = plan({ secret: empty, keys: [foreign], now: day(60) });
    expect(deeds(made)).toEqual(['rotate']);
    expect(codes(made)).toEqual(['foreign-key']);
  });
});

describe('a paused key', () => {
  it.each([
    ['until tomorrow', `${new Date(day(95).getTime() + DAY).toISOString()} alice release`, 'paused'],
    ['in a form that nobody can read', 'until further notice', 'invalid-pause'],
  ])('%s is not rotated', (_what, tag, code) => {
    const secret = { ...quiet.secret, tags: { [TAG.paused]: tag, [TAG.intent]: 'soon' } };
    const paused = plan({ secret, now: day(95), requested: true });
    expect(paused.steps).toEqual([]);
    expect(codes(paused)).toEqual([code]);
  });
});
