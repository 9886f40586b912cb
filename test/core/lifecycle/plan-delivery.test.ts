import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import { targetSetDigest } from '../../../functions/core/hosts/target';
import { intentTag } from '../../../functions/core/key/intent';
import { keyRing } from '../../../functions/core/key/key-ring';
import { deliveredLabel } from '../../../functions/core/key/secret-state';
import {
  type DeliveryInput,
  type DeliveryPlan,
  deliverySteps,
  planDelivery,
} from '../../../functions/core/lifecycle/plan-delivery';
import { unsettledSince } from '../../../functions/core/lifecycle/settling';
import { TAG } from '../../../functions/core/names';
import {
  codes,
  DELIVERED,
  day,
  entryOf,
  handMade,
  keyOf,
  NOTHING,
  production,
  secretOf,
  staging,
  tagOf,
  told,
  versionOf,
} from '../web-shop';

const entry = entryOf();
const digest = targetSetDigest(entry.targets, entry.connections);
const first = keyOf('first', day(0));
const second = keyOf('second', day(90));
/** The last rotation made the second key. */
const rotation = { [TAG.intent]: intentTag({ at: day(90), run: 'run', before: [first.accessKeyId] }) };
const inOrder = (plan: DeliveryPlan) => told({ steps: deliverySteps(plan), findings: plan.findings });
const plan = (versions: DeliveryInput['secret']['versions'], tags = {}, given = entry) =>
  inOrder(planDelivery({ entry: given, secret: secretOf(versions, tags), now: day(91) }));
const delivery = {
  do: 'deliver',
  versionId: versionOf(second).versionId,
  accessKeyId: second.accessKeyId,
  createdAt: second.createdAt,
  digest,
  markedBefore: undefined,
  fresh: false,
  conclusive: true,
  returned: false,
  again: false,
};

describe('a delivery', () => {
  it('of nothing is nothing', () => {
    expect(plan([])).toEqual(NOTHING);
  });

  it('is due for a version that is not marked', () => {
    expect(plan([versionOf(second, 'AWSCURRENT')])).toEqual({ steps: [delivery], findings: [] });
  });

  it("is done for a version that is marked for today's targets", () => {
    expect(plan([versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')])).toEqual(NOTHING);
  });

  it('is due in spite of the mark of a run that did not know that another one has left a torn pair (K1)', () => {
    const versions = [versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')];
    const torn = (key: typeof first) => ({ [TAG.torn]: tagOf(key, day(90)) });
    const marked = { label: DELIVERED, versionId: delivery.versionId };
    expect(plan(versions, torn(second)).steps).toEqual([{ do: 'remove-label', ...marked }, delivery]);
    expect(plan(versions, torn(first))).toEqual(NOTHING);
    expect(plan(versions, { [TAG.torn]: 'healed' })).toEqual(NOTHING);
  });

  it('is due again when the targets have changed', () => {
    const more = entryOf({ targets: [production, staging] });
    const changed = targetSetDigest(more.targets, more.connections);
    expect(changed).not.toBe(digest);
    expect(plan([versionOf(second, 'AWSCURRENT', DELIVERED)], {}, more).steps).toEqual([
      { ...delivery, digest: changed },
      { do: 'remove-label', label: DELIVERED, versionId: delivery.versionId },
    ]);
    expect(plan([versionOf(second, 'AWSCURRENT', deliveredLabel(changed))], {}, more)).toEqual(NOTHING);
  });

  it('is due for a key without targets too, so that it counts as delivered', () => {
    expect(plan([versionOf(second, 'AWSCURRENT')], {}, entryOf({ targets: [] })).steps).toMatchObject([
      { do: 'deliver' },
    ]);
  });

  it("K1: moves its predecessor's mark, which counts no more since the rotation began", () => {
    const versions = [versionOf(second, 'AWSCURRENT'), versionOf(first, 'AWSPREVIOUS', DELIVERED, 'DELIVERED-old')];
    const { versionId } = versionOf(first);
    expect(plan(versions, rotation).steps).toEqual([
      { ...delivery, markedBefore: versionId },
      { do: 'remove-label', label: 'DELIVERED-old', versionId },
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ['no rotation is known', {}],
    ['it was delivered again since', { ...rotation, [TAG.delivered]: tagOf(first, day(90, HOUR)) }],
  ])('K1: takes the mark from its predecessor first where that would count again, because %s', (_why, tags) => {
    const versions = [versionOf(second, 'AWSCURRENT'), versionOf(first, 'AWSPREVIOUS', DELIVERED, 'DELIVERED-old')];
    const { versionId } = versionOf(first);
    expect(plan(versions, tags).steps).toEqual([
      { do: 'remove-label', label: DELIVERED, versionId },
      { do: 'remove-label', label: 'DELIVERED-old', versionId },
      delivery,
    ]);
  });

  it('K1: with three versions takes what would count first, moves its own mark, and leaves the rest for later', () => {
    const third = keyOf('third', day(91, -HOUR));
    const tags = {
      [TAG.intent]: intentTag({ at: third.createdAt, run: 'run', before: [first.accessKeyId, second.accessKeyId] }),
      [TAG.delivered]: tagOf(first, day(91)),
    };
    const versions = [
      versionOf(third, 'AWSCURRENT'),
      versionOf(second, 'AWSPREVIOUS', DELIVERED, 'DELIVERED-older'),
      versionOf(first, 'DELIVERED-old'),
    ];
    expect(plan(versions, tags).steps).toMatchObject([
      { do: 'remove-label', label: 'DELIVERED-old', versionId: versionOf(first).versionId },
      { do: 'deliver', accessKeyId: third.accessKeyId, markedBefore: versionOf(second).versionId },
      { do: 'remove-label', label: 'DELIVERED-older', versionId: versionOf(second).versionId },
    ]);
  });

  it('K1: is due again for a predecessor that becomes current again, whose mark does not count', () => {
    const rolledBack = [versionOf(first, 'AWSCURRENT', DELIVERED), versionOf(second, 'AWSPREVIOUS')];
    const { versionId } = versionOf(first);
    expect(plan(rolledBack, rotation).steps).toMatchObject([
      { do: 'remove-label', label: DELIVERED, versionId },
      { do: 'deliver', accessKeyId: first.accessKeyId, markedBefore: undefined, returned: true },
    ]);
    const again = { ...rotation, [TAG.delivered]: tagOf(first, day(90, HOUR)) };
    expect(plan(rolledBack, again)).toEqual(NOTHING);
  });

  it.each<[string, string[], Record<string, string>, boolean]>([
    ['all targets hold by its mark', [DELIVERED], {}, true],
    ['has no mark', [], {}, false],
    ['is marked for other targets', ['DELIVERED-old'], {}, false],
    ['has drifted', [DELIVERED], { [TAG.drifted]: tagOf(second, day(90.5)) }, false],
    [
      'had drifted, and was seen to be there since',
      [DELIVERED],
      { [TAG.drifted]: tagOf(second, day(90.2)), [TAG.checked]: tagOf(second, day(90.3)) },
      true,
    ],
  ])('K3, K8: that a person wants of a key that %s counts from its first time: %s', (_what, labels, more, again) => {
    const tags = { ...rotation, [TAG.deliveryAsked]: tagOf(second, day(90.9)), ...more };
    const versions = [versionOf(second, 'AWSCURRENT', ...labels), versionOf(first, 'AWSPREVIOUS')];
    const { deliver } = planDelivery({ entry, secret: secretOf(versions, tags), now: day(91) });
    expect(deliver).toMatchObject({ returned: true, again });
  });

  it('that was asked for is no longer due when it is complete, and counts as one that may be under way (K1)', () => {
    const tags = { ...rotation, [TAG.deliveryAsked]: tagOf(second, day(95)), [TAG.reached]: tagOf(second, day(96)) };
    const secret = secretOf([versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')], tags);
    expect(planDelivery({ entry, secret, now: day(96) }).deliver).toBeUndefined();
    expect(unsettledSince(secret, keyRing(secret, []), day(96, MINUTE))).toEqual(day(96));
    expect(unsettledSince(secret, keyRing(secret, []), day(96, HOUR))).toBeUndefined();
  });

  it.each<[string, Date, string[], Record<string, string>, object]>([
    ['fresh for a day', day(91, -1), [], {}, { fresh: true, returned: false }],
    ['not fresh after a day', day(91), [], {}, { fresh: false }],
    ['not fresh once it was somewhere', day(90, HOUR), ['DELIVERED-old'], {}, { fresh: false }],
    ['back once somebody had seen it', day(91), [], { [TAG.checked]: tagOf(second, day(90)) }, { returned: true }],
    [
      'not back because another one was seen',
      day(91),
      [],
      { [TAG.checked]: tagOf(first, day(90)) },
      { returned: false },
    ],
  ])('is of a key that is %s', (_what, now, labels, tags, expected) => {
    const secret = secretOf([versionOf(second, 'AWSCURRENT', ...labels)], tags);
    expect(planDelivery({ entry, secret, now }).deliver).toMatchObject(expected);
  });

  it('K1: proves nothing while a delivery of the version before may still be at work', () => {
    const conclusive = (changedAt: Date, ...labels: string[]) => {
      const versions = [versionOf(first, 'AWSCURRENT'), versionOf(second, 'AWSPREVIOUS', ...labels)];
      const secret = { ...secretOf(versions, rotation), changedAt };
      return planDelivery({ entry, secret, now: day(91) }).deliver?.conclusive;
    };
    expect(conclusive(day(91, 1 - 20 * MINUTE))).toBe(false);
    expect(conclusive(day(91, -20 * MINUTE))).toBe(true);
    expect(conclusive(day(91), DELIVERED)).toBe(true);
    expect(conclusive(day(91), 'DELIVERED-old')).toBe(false);
  });

  it('K2: never is of a version that a person put there', () => {
    const edited = plan([{ versionId: handMade, labels: ['AWSCURRENT'] }, versionOf(second, 'AWSPREVIOUS', DELIVERED)]);
    expect(edited.steps).toEqual([]);
    expect(codes(edited)).toEqual(['secret-edited']);
    expect(edited.findings[0]).toMatchObject({
      severity: 'attention',
      key: 'web-shop-production',
      message:
        'Key "web-shop-production": the current version of keyturn/web-shop-production was put there by hand and is not ' +
        'delivered. The next rotation replaces it.',
    });
  });

  it.each([
    [`${day(120).toISOString()} alice freeze`, 'paused'],
    ['forever', 'invalid-pause'],
  ])('of a paused key (%s) waits', (tag, code) => {
    const paused = plan([versionOf(second, 'AWSCURRENT')], { [TAG.paused]: tag });
    expect(paused.steps).toEqual([]);
    expect(codes(paused)).toEqual([code]);
  });
});

describe('labels of earlier target sets', () => {
  it('are removed, on every version, once the delivery is done', () => {
    const versions = [
      versionOf(second, 'AWSCURRENT', DELIVERED, 'DELIVERED-0000000000000001'),
      versionOf(first, 'AWSPREVIOUS', 'DELIVERED-0000000000000002', 'mine', 'DELIVERY'),
    ];
    expect(plan(versions)).toEqual({
      steps: [
        { do: 'remove-label', label: 'DELIVERED-0000000000000001', versionId: versionOf(second).versionId },
        { do: 'remove-label', label: 'DELIVERED-0000000000000002', versionId: versionOf(first).versionId },
      ],
      findings: [],
    });
  });

  it('go before the delivery when the secret has no room for one more label', () => {
    const marks = Array.from({ length: 19 }, (_, index) => `DELIVERED-${String(index).padStart(16, '0')}`);
    const steps = (count: number) =>
      plan([versionOf(second, 'AWSCURRENT', ...marks.slice(0, count))]).steps.map(({ do: what }) => what);
    expect(steps(18)).toEqual(['deliver', ...Array(18).fill('remove-label')]);
    expect(steps(19)).toEqual([...Array(19).fill('remove-label'), 'deliver']);
  });

  it('stay on the current version until then', () => {
    const label = 'DELIVERED-0000000000000001';
    expect(plan([versionOf(second, 'AWSCURRENT', label)]).steps).toEqual([
      delivery,
      { do: 'remove-label', label, versionId: delivery.versionId },
    ]);
  });
});
