import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { forecast } from '../../../functions/core/forecast/forecast';
import type { AccessKey } from '../../../functions/core/key/access-key';
import { type Compromised, compromisedOf, type Order, saidCompromised } from '../../../functions/core/key/compromised';
import { planCheck } from '../../../functions/core/lifecycle/plan-check';
import { planDeactivation } from '../../../functions/core/lifecycle/plan-deactivation';
import { planDelivery } from '../../../functions/core/lifecycle/plan-delivery';
import { planRotation, type RotationInput } from '../../../functions/core/lifecycle/plan-rotation';
import type { RetirementInput } from '../../../functions/core/lifecycle/retirement';
import { isAtOnce } from '../../../functions/core/lifecycle/rotation-reason';
import { TAG } from '../../../functions/core/names';
import { codes, DELIVERED, day, deeds, entryOf, keyOf, secretOf, tagOf, usesOf, versionOf } from '../web-shop';

const entry = entryOf();
const first = keyOf('first', day(0));
const second = keyOf('second', day(90));
const foreign = keyOf('foreign', day(20));
const inactive = { ...first, status: 'Inactive' } as const;
const now = day(91);
const leak = (key: AccessKey, order: Order = 'deliver-first'): readonly Compromised[] => [
  { accessKeyId: key.accessKeyId, at: now, order },
];
const both = [versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')];
const undelivered = [versionOf(second, 'AWSCURRENT'), versionOf(first, 'AWSPREVIOUS', DELIVERED)];

const rotate = (changes: Partial<RotationInput>) =>
  planRotation({
    entry,
    secret: secretOf([versionOf(second, 'AWSCURRENT', DELIVERED)]),
    keys: [second],
    now,
    ...changes,
  });
const retire = (changes: Partial<RetirementInput>) =>
  planDeactivation({
    ...{ entry, secret: secretOf(both), keys: [first, second], now },
    // In use this very hour.
    ...{ lastUsed: usesOf([first, now], [second, now]), ...changes },
  });
const disabled = ({ accessKeyId }: AccessKey) => [{ do: 'deactivate', accessKeyId, reason: 'compromised', since: now }];

describe('the rotation of a key that has leaked', () => {
  it('happens at once, without cap or breaker, and is told until it is over', () => {
    const { steps, findings } = rotate({ compromised: leak(second) });
    expect([steps, findings.map(({ facts }) => facts)]).toMatchObject([
      [{ do: 'rotate', reason: 'compromised' }],
      [{ waits: 'rotation' }],
    ]);
    expect([isAtOnce('compromised'), isAtOnce('requested')]).toEqual([true, false]);
  });

  it('is not held up by its own delivery', () => {
    const secret = secretOf([versionOf(second, 'AWSCURRENT')]);
    expect(deeds(rotate({ secret, compromised: leak(second) }))).toEqual(['rotate']);
    expect(codes(rotate({ secret, requested: true }))).toEqual(['undelivered']);
  });

  it('waits for deliveries that may be under way', () => {
    const { findings } = rotate({ compromised: leak(second), now: day(90, HOUR) });
    expect(findings.map(({ code }) => code)).toEqual(['compromised', 'settling']);
    expect(findings[0]?.facts).toMatchObject({ waits: 'settling' });
  });

  it('is held back by a pause (K14)', () => {
    const tags = { [TAG.paused]: `${day(95).toISOString()} alice freeze` };
    const secret = secretOf([versionOf(second, 'AWSCURRENT', DELIVERED)], tags);
    expect(rotate({ secret, compromised: leak(second) }).steps).toEqual([]);
    expect(retire({ secret: secretOf(both, tags), compromised: leak(first, 'disable-first') }).steps).toEqual([]);
  });

  it('concerns no other key', () => {
    expect(rotate({ compromised: leak(first) })).toEqual({ steps: [], findings: [] });
  });

  it('is made of the stored key that works where there is no room, never of one that has leaked too, or perhaps', () => {
    const full = { secret: secretOf(both), keys: [first, second] };
    expect(rotate({ ...full, compromised: leak(second) }).steps).toMatchObject([
      { do: 'promote', accessKeyId: first.accessKeyId },
    ]);
    for (const more of [
      { compromised: [...leak(second), ...leak(first)] },
      { compromised: leak(second), doubtful: leak(first) },
    ]) {
      const { steps, findings } = rotate({ ...full, ...more });
      expect([steps, findings.map(({ code }) => code)]).toEqual([[], ['compromised', 'two-keys']]);
    }
  });

  it('deletes nothing to make room (K4)', () => {
    const { steps, findings } = rotate({
      secret: secretOf(both, { [TAG.deactivated]: tagOf(first, day(90)) }),
      keys: [inactive, second],
      compromised: leak(second),
    });
    expect([steps, findings[0]?.facts]).toMatchObject([[], { waits: 'room' }]);
  });

  it('does not stand in for a dead key by one that has leaked', () => {
    const dead = { secret: secretOf(both), keys: [first, { ...second, status: 'Inactive' as const }] };
    expect(deeds(rotate(dead))).toContain('promote');
    expect(deeds(rotate({ ...dead, compromised: leak(first) }))).not.toContain('promote');
  });

  it('is told as what it is where the key was made Inactive first, and not as somebody’s mistake', () => {
    const keys = [{ ...second, status: 'Inactive' as const }];
    const asked = rotate({ keys, compromised: leak(second, 'disable-first') });
    expect([deeds(asked), codes(asked)]).toEqual([['rotate', 'record-inactive'], []]);
    expect(codes(rotate({ keys }))).toEqual(['current-key-inactive']);
  });

  it('is the first one where an adopted key has leaked', () => {
    const waiting = {
      entry: entryOf({ firstRotation: 'when-due' }),
      secret: secretOf([]),
      keys: [keyOf('old', day(60))],
    };
    expect(rotate(waiting).steps).toEqual([]);
    expect(deeds(rotate({ ...waiting, compromised: leak(keyOf('old', day(60))) }))).toEqual(['rotate']);
  });
});

describe('the deactivation of a key that has leaked', () => {
  it('has no overlap, no idle days, no hold and no look of that day (K3)', () => {
    expect(retire({ compromised: leak(first) })).toEqual({ steps: disabled(first), findings: [] });
    expect(retire({})).toEqual({ steps: [], findings: [] });
  });

  it('waits until its successor is at every target and works, unless it comes first (K1)', () => {
    const secret = secretOf(undelivered);
    expect(retire({ secret, compromised: leak(first) })).toMatchObject({
      steps: [],
      findings: [{ facts: { waits: 'delivery' } }],
    });
    const dead = [first, { ...second, status: 'Inactive' as const }];
    expect(retire({ keys: dead, compromised: leak(first) })).toMatchObject({
      steps: [],
      findings: [{ facts: { waits: 'successor' } }],
    });
    expect(retire({ secret, compromised: leak(first, 'disable-first') }).steps).toEqual(disabled(first));
  });

  it('is of the current key only where it comes first', () => {
    expect(retire({ compromised: leak(second) })).toMatchObject({
      steps: [],
      findings: [{ facts: { waits: 'rotation' } }],
    });
    expect(retire({ compromised: leak(second, 'disable-first') }).steps).toEqual(disabled(second));
  });

  it('K5: never is of a foreign key', () => {
    const keys = [foreign, second];
    const secret = secretOf([versionOf(second, 'AWSCURRENT', DELIVERED)]);
    for (const order of ['deliver-first', 'disable-first'] as const) {
      expect(retire({ secret, keys, compromised: leak(foreign, order) })).toMatchObject({
        steps: [],
        findings: [{ code: 'compromised', facts: { waits: 'person' } }],
      });
    }
  });

  it('keeps no adopted key that nobody uses from making room for its successor (K8)', () => {
    const [unused, used] = [keyOf('unused', day(-400)), keyOf('used', day(-300))];
    const adopted = { entry: entryOf({ adopt: 'replace-idle' }), secret: secretOf([]), keys: [unused, used] };
    const lastUsed = usesOf([unused, undefined], [used, now]);
    expect(retire({ ...adopted, lastUsed, compromised: leak(used) })).toMatchObject({
      steps: [{ do: 'deactivate', accessKeyId: unused.accessKeyId, reason: 'replace-idle' }],
      findings: [{ code: 'compromised', facts: { waits: 'rotation' } }],
    });
    // One at a time: pipelines may hold the other one.
    expect(retire({ ...adopted, lastUsed, compromised: leak(used, 'disable-first') }).steps).toEqual(disabled(used));
  });

  it('happens again when somebody has made it Active', () => {
    const secret = secretOf(both, { [TAG.deactivated]: tagOf(first, day(90)) });
    expect(retire({ secret }).steps).toMatchObject([{ do: 'record-reactivation' }]);
    expect(retire({ secret, compromised: leak(first) }).steps).toEqual(disabled(first));
  });

  it('tells for a day that there is no such key (K14)', () => {
    const nobody = leak(keyOf('nobody', day(0)));
    expect(codes(retire({ compromised: nobody }))).toEqual(['request-refused']);
    expect(codes(retire({ compromised: nobody, now: day(92) }))).toEqual([]);
  });
});

describe('a key that has leaked', () => {
  it('is not delivered any more, and what it lacks somewhere is told and not put right', () => {
    const input = { entry, secret: secretOf(undelivered), now };
    expect(planDelivery(input).deliver).toBeDefined();
    expect(planDelivery({ ...input, compromised: leak(second) }).deliver).toBeUndefined();
    const check = { entry, secret: secretOf(both), now: day(95), drift: 'repair', isAsked: false } as const;
    expect(planCheck(check)?.drift).toBe('repair');
    expect(planCheck({ ...check, compromised: leak(second) })?.drift).toBe('report');
    expect(planCheck({ ...check, drift: 'verify', compromised: leak(second) })?.drift).toBe('verify');
  });

  it('is foreseen to be rotated, delivered and made Inactive today', () => {
    const secret = secretOf([versionOf(second, 'AWSCURRENT', DELIVERED)], { [TAG.compromised]: tagOf(second, now) });
    const key = { entry, secret, keys: [second], lastUsed: usesOf([second, now]) };
    const { foreseen, obstacles } = forecast({ keys: [key], now, days: 1, maxRotations: 25 });
    expect(foreseen.map(({ does, reason }) => [does, reason])).toEqual([
      ['rotate', 'compromised'],
      ['deliver', undefined],
      ['deactivate', 'compromised'],
    ]);
    expect(obstacles.map(({ finding }) => finding.code)).toEqual(['compromised']);
  });

  it('goes first where both orders are asked for', () => {
    const tags = { [TAG.compromised]: tagOf(first, now), [TAG.disableFirst]: tagOf(first, now) };
    expect(compromisedOf(saidCompromised({ tags }), first.accessKeyId)?.order).toBe('disable-first');
    expect(saidCompromised({ tags: { [TAG.compromised]: 'yes' } })).toEqual([]);
    const two = { [TAG.compromised]: `${tagOf(first, now)} ${tagOf(second, now)}` };
    expect(saidCompromised({ tags: two })).toEqual([...leak(first), ...leak(second)]);
  });
});
