import { describe, expect, it } from 'vitest';
import { HOUR, SECOND } from '../../../functions/core/duration';
import type { LastUsed } from '../../../functions/core/key/access-key';
import { planDeactivation } from '../../../functions/core/lifecycle/plan-deactivation';
import type { RetirementInput } from '../../../functions/core/lifecycle/retirement';
import { TAG } from '../../../functions/core/names';
import {
  codes,
  DELIVERED,
  day,
  deeds,
  entryOf,
  handMade,
  keyOf,
  NOTHING,
  secretOf,
  seenAt,
  tagOf,
  told,
  usesOf,
  versionOf,
} from '../web-shop';

const entry = entryOf();
const first = keyOf('first', day(0));
const second = keyOf('second', day(90));
const adopted = keyOf('adopted', day(-400));
const foreign = keyOf('foreign', day(20));
const versions = [versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')];

/** The ordinary state on day 100: the first key is superseded by the second, which is delivered, and idle. */
const due: RetirementInput = {
  entry,
  secret: secretOf(versions),
  keys: [first, second],
  lastUsed: usesOf([first, day(89)]),
  now: day(100),
};
/** Everybody has just looked: the successor is where it was delivered to. */
const plan = (changes: Partial<RetirementInput>) => {
  const input = { ...due, ...changes };
  return told(planDeactivation({ ...input, secret: seenAt(input.secret, input.now) }));
};
const deactivated = (reason: string) => [{ do: 'deactivate', accessKeyId: first.accessKeyId, reason }];

describe('a deactivation', () => {
  it.each<[string, Date, boolean]>([
    ['before', day(100, -1), false],
    ['on', day(100), true],
    ['long after', day(300), true],
  ])('happens not before the key is old enough: %s its day', (_when, now, happens) => {
    expect(plan({ now })).toEqual(happens ? { steps: deactivated('idle'), findings: [] } : NOTHING);
  });

  it('never is of the current key, however old', () => {
    const secret = secretOf([versionOf(first, 'AWSCURRENT', DELIVERED)]);
    expect(plan({ secret, keys: [first], now: day(400) })).toEqual(NOTHING);
  });

  it('K5: never is of a foreign key, however old', () => {
    const lastUsed = usesOf([foreign, undefined]);
    expect(plan({ keys: [second, foreign], lastUsed, now: day(400) })).toEqual(NOTHING);
  });

  it('is over for a key that is Inactive', () => {
    expect(plan({ keys: [{ ...first, status: 'Inactive' }, second] })).toEqual(NOTHING);
  });

  it("follows the key's own policy", () => {
    const strict = entryOf({ policy: { rotateAfter: 30, deactivateAfter: 37, deleteAfter: 44 } });
    const third = keyOf('third', day(30));
    const secret = secretOf([versionOf(third, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')]);
    const at = (now: Date) =>
      plan({ entry: strict, secret, keys: [first, third], lastUsed: usesOf([first, day(29)]), now });
    expect(deeds(at(day(37, -1)))).toEqual([]);
    expect(deeds(at(day(37)))).toEqual(['deactivate']);
  });
});

describe('K8: a key that was young when it was superseded', () => {
  const young = keyOf('young', day(-1));
  const next = keyOf('next', day(0));
  const secret = secretOf([versionOf(next, 'AWSCURRENT', DELIVERED), versionOf(young, 'AWSPREVIOUS')]);
  const at = (now: Date, tags: Record<string, string> = {}) =>
    deeds(plan({ secret: { ...secret, tags }, keys: [young, next], lastUsed: usesOf([young, undefined]), now }));

  it('retires early enough to be gone, hold and recovery included, before its successor is due', () => {
    expect(at(day(69, -1))).toEqual([]);
    expect(at(day(69))).toEqual(['deactivate']);
  });

  it('K3: still waits for the overlap with a successor that was delivered late', () => {
    const late = { [TAG.delivered]: tagOf(next, day(65)) };
    expect(at(day(75, -1), late)).toEqual([]);
    expect(at(day(75), late)).toEqual(['deactivate']);
  });

  it('K3: is younger than its successor after a roll-back, and gets the overlap from the delivery', () => {
    const newer = keyOf('newer', day(90));
    const back = secretOf([versionOf(next, 'AWSCURRENT', DELIVERED), versionOf(newer, 'AWSPREVIOUS')], {
      [TAG.delivered]: tagOf(next, day(95)),
    });
    const stepsAt = (now: Date) =>
      plan({ secret: back, keys: [next, newer], lastUsed: usesOf([newer, day(94)]), now }).steps;
    expect(stepsAt(day(105, -1))).toEqual([]);
    expect(stepsAt(day(105))).toEqual([{ do: 'deactivate', accessKeyId: newer.accessKeyId, reason: 'idle' }]);
  });
});

describe('K3: the overlap with its successor', () => {
  const overdue = { secret: secretOf([versionOf(second, 'AWSCURRENT', DELIVERED)]), keys: [adopted, second] };
  const idle = usesOf([adopted, undefined]);

  it.each<[string, Date, boolean]>([
    ['right after', day(90, HOUR), false],
    ['a moment before its end', day(100, -1), false],
    ['at its end', day(100), true],
  ])('is whole for a key that is older than everything on the first day: %s', (_when, now, happens) => {
    expect(deeds(plan({ ...overdue, lastUsed: idle, now }))).toEqual(happens ? ['deactivate'] : []);
  });

  it.each<[string, Date, boolean]>([
    ['on the usual day', day(100), false],
    ['a moment before its end', day(105, -1), false],
    ['at its end', day(105), true],
  ])('counts from a delivery that was late: %s', (_when, now, happens) => {
    const secret = secretOf(versions, { [TAG.delivered]: tagOf(second, day(95)) });
    expect(deeds(plan({ secret, now }))).toEqual(happens ? ['deactivate'] : []);
  });
});

describe('K3: a key whose successor does not work everywhere', () => {
  it.each<[string, Partial<RetirementInput>, string]>([
    [
      'is not delivered',
      { secret: secretOf([versionOf(second, 'AWSCURRENT'), versionOf(first, 'AWSPREVIOUS', DELIVERED)]) },
      'undelivered',
    ],
    [
      "is delivered to yesterday's targets",
      { secret: secretOf([versionOf(second, 'AWSCURRENT', 'DELIVERED-0123456789abcdef'), versionOf(first)]) },
      'undelivered',
    ],
    ['was deleted', { keys: [first] }, 'current-key-missing'],
    ['is Inactive', { keys: [first, { ...second, status: 'Inactive' }] }, 'current-key-inactive'],
  ])('stays when it %s, and people are told', (_what, changes, code) => {
    const { steps, findings } = plan({ ...changes, now: day(200) });
    expect(steps).toEqual([]);
    expect(findings).toMatchObject([
      { code, severity: 'attention', accessKeyId: first.accessKeyId, since: day(100), key: entry.id },
    ]);
    expect(findings[0]?.message).toContain(
      `Key "${entry.id}": ${first.accessKeyId} stays as it is, because its successor`,
    );
    expect(findings[0]?.message).toContain(
      code === 'undelivered'
        ? `${second.accessKeyId} has not reached every target. The findings of the sync function say what is in delivery's way.`
        : `${second.accessKeyId} was deleted or made Inactive by hand. The next rotation repairs that first.`,
    );
  });

  it('raises no finding before its time', () => {
    const secret = secretOf([versionOf(second, 'AWSCURRENT'), versionOf(first, 'AWSPREVIOUS')]);
    expect(plan({ secret, now: day(99) })).toEqual(NOTHING);
  });

  it('retires behind an edited secret only by the stored key that pipelines hold', () => {
    const edited = { versionId: handMade, labels: ['AWSCURRENT'] };
    const delivered = secretOf([edited, versionOf(second, 'AWSPREVIOUS', DELIVERED), versionOf(first)]);
    expect(plan({ secret: delivered }).steps).toEqual(deactivated('idle'));
    const undelivered = secretOf([edited, versionOf(second, 'AWSPREVIOUS'), versionOf(first, DELIVERED)]);
    expect(codes(plan({ secret: undelivered }))).toEqual(['undelivered']);
  });
});

describe('K3: a key in use', () => {
  const used = (at: Date, more: Partial<LastUsed> = {}) => new Map([[first.accessKeyId, { at, ...more }]]);

  it.each<[string, Date, boolean]>([
    ['two days ago to the millisecond', day(98), true],
    ['a moment less ago', day(98, 1), false],
    ['just now', day(100), false],
  ])('was used within two days: %s', (_when, at, idle) => {
    expect(deeds(plan({ lastUsed: used(at) }))).toEqual([idle ? 'deactivate' : 'record-hold']);
  });

  it('is idle when it never was used', () => {
    expect(plan({ lastUsed: usesOf([first, undefined]) }).steps).toEqual(deactivated('idle'));
  });

  it('never is in use where the policy says that nothing is', () => {
    expect(plan({ entry: entryOf({ policy: { idleFor: 0 } }), lastUsed: used(day(100)) }).steps).toEqual(
      deactivated('idle'),
    );
  });

  it('is held, and people are told by what and until when', () => {
    const { steps, findings } = plan({ lastUsed: used(day(99), { service: 's3', region: 'eu-west-1' }) });
    expect(steps).toEqual([{ do: 'record-hold', accessKeyId: first.accessKeyId }]);
    expect(findings).toMatchObject([
      { code: 'in-use', severity: 'attention', accessKeyId: first.accessKeyId, since: day(100) },
    ]);
    expect(findings[0]?.message).toContain(`used ${day(99).toISOString()} for s3 in eu-west-1`);
    expect(findings[0]?.message).toContain(`at most until ${day(110).toISOString()}`);
    expect(findings[0]?.message).toContain('a copy outside the targets, or a pipeline that keeps its variables.');
  });

  it.each<[string, Partial<LastUsed>, string]>([
    ['nothing', {}, `was used ${day(99).toISOString()}. It is held`],
    ['a service without a region', { service: 'iam' }, `was used ${day(99).toISOString()} for iam. It is held`],
  ])('is described by what IAM knows: %s', (_what, more, says) => {
    expect(plan({ lastUsed: used(day(99), more) }).findings[0]?.message).toContain(says);
  });

  const heldSince = (at: Date, more: Record<string, string> = {}) =>
    secretOf(versions, { ...more, [TAG.held]: tagOf(first, at) });
  const inUse = (secret: RetirementInput['secret'], now: Date) =>
    plan({ secret, now, lastUsed: used(new Date(now.getTime() - SECOND)) });

  it.each<[string, Date, string[], string]>([
    ['the day after', day(101), [], 'in-use'],
    ['before it', day(110, -HOUR - 1), [], 'in-use'],
    ['at it, by a run that starts a little earlier in the day', day(110, -HOUR), ['deactivate'], 'hold-limit'],
    ['at it', day(110), ['deactivate'], 'hold-limit'],
    ['long after it', day(200), ['deactivate'], 'hold-limit'],
  ])('is held up to the limit: %s', (_when, now, steps, code) => {
    const held = inUse(heldSince(day(100)), now);
    expect(deeds(held)).toEqual(steps);
    expect(codes(held)).toEqual([code]);
  });

  it('past the limit is made Inactive, and people are told how to undo it', () => {
    const { steps, findings } = inUse(heldSince(day(100)), day(110));
    expect(steps).toEqual(deactivated('hold-limit'));
    expect(findings[0]).toMatchObject({ severity: 'attention', accessKeyId: first.accessKeyId });
    expect(findings[0]?.message).toContain(
      `Key "${entry.id}": ${first.accessKeyId} was used ${day(110, -SECOND).toISOString()}, but its hold of 10 days is over.`,
    );
    expect(findings[0]?.message).toContain(
      `aws iam update-access-key --user-name bitbucket-web-shop --access-key-id ${first.accessKeyId} --status Active`,
    );
  });

  it.each<[string, Record<string, string>]>([
    ['was due for months, in a pause or while no rule ran', {}],
    ['has the record of another key', { [TAG.held]: tagOf(second, day(100)) }],
    ['has a record that is garbled', { [TAG.held]: 'since yesterday' }],
    ['was held before it was due, as before somebody made it Active again', { [TAG.held]: tagOf(first, day(99)) }],
  ])('is held the whole limit from the first time that people hear of it: one that %s', (_what, given) => {
    const { steps, findings } = inUse(secretOf(versions, given), day(300));
    expect(steps).toEqual([{ do: 'record-hold', accessKeyId: first.accessKeyId }]);
    expect(findings).toMatchObject([{ code: 'in-use', since: day(100) }]);
    expect(findings[0]?.message).toContain(`at most until ${day(310).toISOString()}`);
  });

  it('that was idle at last is made Inactive, whatever was recorded', () => {
    const at = plan({ secret: heldSince(day(100)), now: day(104), lastUsed: used(day(102)) });
    expect(at).toEqual({ steps: deactivated('idle'), findings: [] });
  });

  it('is held from the day on which it became due, where its successor was delivered late', () => {
    const late = { [TAG.delivered]: tagOf(second, day(100)) };
    expect(inUse(secretOf(versions, late), day(110)).steps).toMatchObject([{ do: 'record-hold' }]);
    expect(codes(inUse(heldSince(day(110), late), day(120, -2 * HOUR)))).toEqual(['in-use']);
    expect(codes(inUse(heldSince(day(110), late), day(120)))).toEqual(['hold-limit']);
  });

  it('that somebody made Active again gets a whole hold again', () => {
    const tags = {
      [TAG.deactivated]: tagOf(first, day(110)),
      [TAG.reactivated]: tagOf(first, day(112)),
    };
    const again = inUse(heldSince(day(100), tags), day(122));
    expect(again.steps).toEqual([{ do: 'record-hold', accessKeyId: first.accessKeyId }]);
    expect(codes(inUse(heldSince(day(122), tags), day(131)))).toEqual(['in-use']);
    expect(codes(inUse(heldSince(day(122), tags), day(132)))).toEqual(['hold-limit']);
  });

  it('K8: is not held where the policy says so: it is made Inactive at once', () => {
    const strict = entryOf({ policy: { holdLimit: 0 } });
    const { steps, findings } = plan({ entry: strict, now: day(100), lastUsed: used(day(100, -1)) });
    expect(steps).toEqual(deactivated('hold-limit'));
    expect(codes({ steps, findings })).toEqual(['hold-limit']);
  });

  it('whose last use is not known is left alone', () => {
    expect(plan({ lastUsed: new Map(), now: day(300) })).toEqual(NOTHING);
  });
});

describe('a key that a person made Active again', () => {
  const tags = { [TAG.deactivated]: tagOf(first, day(100)) };

  it('is recorded first, and left', () => {
    const { steps, findings } = plan({ secret: secretOf(versions, tags), now: day(105) });
    expect(steps).toEqual([{ do: 'record-reactivation', accessKeyId: first.accessKeyId }]);
    expect(findings).toMatchObject([{ code: 'reactivated', severity: 'attention', accessKeyId: first.accessKeyId }]);
    expect(findings[0]?.message).toBe(
      `Key "${entry.id}": somebody made the superseded key ${first.accessKeyId} Active again. It is left so for 10 more ` +
        "days; move what still uses it to the targets' current key.",
    );
  });

  it.each<[string, Date, boolean]>([
    ['a moment before its end', day(115, -1), false],
    ['at its end', day(115), true],
  ])('gets a whole overlap again: %s', (_when, now, happens) => {
    const secret = secretOf(versions, { ...tags, [TAG.reactivated]: tagOf(first, day(105)) });
    expect(deeds(plan({ secret, now }))).toEqual(happens ? ['deactivate'] : []);
  });

  it('a second time is recorded a second time', () => {
    const again = { [TAG.reactivated]: tagOf(first, day(105)), [TAG.deactivated]: tagOf(first, day(115)) };
    expect(deeds(plan({ secret: secretOf(versions, again), now: day(116) }))).toEqual(['record-reactivation']);
  });
});

describe('a paused key', () => {
  it.each([
    [`${day(120).toISOString()} alice freeze`, 'paused'],
    ['forever', 'invalid-pause'],
  ])('(%s) is not deactivated', (tag, code) => {
    const paused = plan({ secret: secretOf(versions, { [TAG.paused]: tag }) });
    expect(paused.steps).toEqual([]);
    expect(codes(paused)).toEqual([code]);
  });
});
