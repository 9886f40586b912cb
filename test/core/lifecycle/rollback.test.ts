import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import { standingOf } from '../../../functions/core/forecast/standing';
import type { AccessKey } from '../../../functions/core/key/access-key';
import { intentTag } from '../../../functions/core/key/intent';
import { keyRing } from '../../../functions/core/key/key-ring';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { isRollbackAsked, isWithdrawn, keysBefore, withdrawnAt } from '../../../functions/core/key/withdrawn';
import { daysOverdue } from '../../../functions/core/lifecycle/overdue';
import { planCheck } from '../../../functions/core/lifecycle/plan-check';
import { planDeactivation } from '../../../functions/core/lifecycle/plan-deactivation';
import { planDeletion } from '../../../functions/core/lifecycle/plan-deletion';
import { planDelivery } from '../../../functions/core/lifecycle/plan-delivery';
import { planRotation } from '../../../functions/core/lifecycle/plan-rotation';
import { deactivationDue } from '../../../functions/core/lifecycle/retirement';
import { placeIsFreeAt, retirementsEnd } from '../../../functions/core/lifecycle/rollback';
import { TAG } from '../../../functions/core/names';
import {
  codes,
  DELIVERED,
  day,
  deeds,
  entryOf,
  handMade,
  keyOf,
  START,
  secretOf,
  seenAt,
  tagOf,
  usesOf,
  versionOf,
} from '../web-shop';

const [older, newer, foreign] = [keyOf('older', day(0)), keyOf('newer', day(90)), keyOf('foreign', day(91))];
const entry = entryOf();
const both: readonly AccessKey[] = [older, newer];
const inactive: AccessKey = { ...older, status: 'Inactive' };
const ASKED = day(92);
const INTENT = intentTag({ at: day(90), run: 'r', before: [older.accessKeyId] });
const tags = { [TAG.withdrawn]: tagOf(newer, ASKED), [TAG.intent]: INTENT };

/** Asked for, and not done. */
const asked = secretOf([versionOf(newer, 'AWSCURRENT', DELIVERED), versionOf(older, 'AWSPREVIOUS')], tags);
/** Done, and delivered a day later. */
const done = secretOf([versionOf(older, 'AWSCURRENT', DELIVERED), versionOf(newer, 'AWSPREVIOUS')], {
  ...tags,
  [TAG.delivered]: tagOf(older, day(93)),
});
const withTags = (secret: SecretState, more: SecretState['tags']): SecretState => ({
  ...secret,
  tags: { ...secret.tags, ...more },
});
const rotation = (secret: SecretState, keys = both, now = day(92, MINUTE)) =>
  planRotation({ entry, secret, keys, now });
const back = { do: 'promote', accessKeyId: older.accessKeyId, versionId: versionOf(older).versionId } as const;
const promote = { ...back, from: versionOf(newer).versionId, reason: 'rolled-back' } as const;

describe('a key that is taken back', () => {
  it.each<[string, SecretState, readonly AccessKey[], Date, readonly unknown[], readonly string[]]>([
    ['gives way to the one before', asked, both, day(92), [promote], []],
    [
      'gives way to one that is Inactive, which is made Active first',
      asked,
      [inactive, newer],
      day(92),
      [{ do: 'reactivate', accessKeyId: older.accessKeyId }, promote],
      [],
    ],
    [
      'gives way though it never was delivered',
      secretOf([versionOf(newer, 'AWSCURRENT'), versionOf(older)], tags),
      both,
      day(92),
      [promote],
      [],
    ],
    [
      'gives way though somebody has made it Inactive, from when its recovery counts',
      asked,
      [older, { ...newer, status: 'Inactive' }],
      day(92),
      [promote, { do: 'record-inactive', accessKeyId: newer.accessKeyId }],
      ['current-key-inactive'],
    ],
    ['stays where IAM lists none before', asked, [newer, foreign], day(92), [], ['foreign-key', 'not-rolled-back']],
    [
      'stays where the one before has no version',
      secretOf([versionOf(newer, 'AWSCURRENT', DELIVERED)], tags),
      both,
      day(92),
      [],
      ['foreign-key', 'not-rolled-back'],
    ],
    [
      'stays while the key is paused',
      withTags(asked, { [TAG.paused]: `${day(99).toISOString()} a b` }),
      both,
      day(92),
      [],
      ['paused'],
    ],
    [
      'stays while a rotation may be at work',
      withTags(asked, { [TAG.intent]: intentTag({ at: day(92), run: 'r', before: [] }) }),
      both,
      day(92),
      [],
      ['rotation-in-progress'],
    ],
    ['stays when a day has passed', asked, both, day(93), [], ['not-rolled-back']],
    ['is not spoken of after two', asked, both, day(94), [], []],
    [
      'stays when the tag is of the future',
      withTags(asked, { [TAG.withdrawn]: tagOf(newer, day(93)) }),
      both,
      day(92),
      [],
      [],
    ],
    [
      'stays when another key is current',
      withTags(asked, { [TAG.withdrawn]: tagOf(older, ASKED) }),
      both,
      day(92),
      [],
      ['not-rolled-back'],
    ],
  ])('%s', (_what, secret, keys, now, steps, found) => {
    const plan = rotation(secret, keys, now);
    expect([
      plan.steps.filter((step) => step.do !== 'remove-label' && step.do !== 'clear-intent'),
      codes(plan).toSorted(),
    ]).toEqual([steps, found.toSorted()]);
  });

  it('K14: is delivered, compared and retired by nobody for a day, and then again', () => {
    const undelivered = secretOf([versionOf(newer, 'AWSCURRENT'), versionOf(older, 'AWSPREVIOUS')], tags);
    const [during, after] = [day(92, HOUR), day(93)];
    expect(planDelivery({ entry, secret: undelivered, now: during }).deliver).toBeUndefined();
    expect(planDelivery({ entry, secret: undelivered, now: after }).deliver).toBeDefined();
    const check = { entry, secret: asked, drift: 'repair', isAsked: true } as const;
    expect([
      planCheck({ ...check, now: during }) === undefined,
      planCheck({ ...check, now: after }) === undefined,
    ]).toEqual([true, false]);
  });

  it('K1: keeps the one before from being retired', () => {
    const late = withTags(seenAt(asked, day(101)), { [TAG.withdrawn]: tagOf(newer, day(101)) });
    const input = { entry, lastUsed: usesOf([older, day(50)]), now: day(101, HOUR) };
    expect(deeds(planDeactivation({ ...input, secret: late, keys: both }))).toEqual([]);
    const before = withTags(late, { [TAG.withdrawn]: '' });
    expect(deeds(planDeactivation({ ...input, secret: before, keys: both }))).toEqual(['deactivate']);
    const gone = { ...input, keys: [inactive, newer], now: day(112, HOUR) };
    const recorded = { [TAG.deactivated]: tagOf(older, day(101)) };
    const secret = withTags(late, { ...recorded, [TAG.withdrawn]: tagOf(newer, day(112)) });
    expect(deeds(planDeletion({ ...gone, secret }))).toEqual([]);
    expect(deeds(planDeletion({ ...gone, secret: withTags(secret, { [TAG.withdrawn]: '' }) }))).toEqual(['delete']);
  });

  it('K8: keeps nothing from being retired or delivered where there is none to come back', () => {
    const tagged = (at: Date) => withTags(seenAt(asked, at), { [TAG.withdrawn]: tagOf(newer, at) });
    const input = { entry, lastUsed: usesOf([older, day(50)]), now: day(101, HOUR) };
    // An adopted key is in no version: it is never current again.
    const alone = { ...tagged(day(101)), versions: [versionOf(newer, 'AWSCURRENT', DELIVERED)], createdAt: day(89) };
    expect(deeds(planDeactivation({ ...input, secret: alone, keys: both }))).toEqual(['deactivate']);
    const deletable = withTags(
      { ...alone, ...seenAt(alone, day(112)) },
      {
        [TAG.deactivated]: tagOf(older, day(101)),
        [TAG.withdrawn]: tagOf(newer, day(112)),
      },
    );
    const gone = { ...input, secret: deletable, keys: [inactive, newer], now: day(112, HOUR) };
    expect(deeds(planDeletion(gone))).toEqual(['delete']);
    const undelivered = { ...alone, versions: [versionOf(newer, 'AWSCURRENT')] };
    expect(planDelivery({ entry, secret: undelivered, now: day(101, HOUR) }).deliver).toBeDefined();
  });

  it.each(['disable-first', 'deliver-first'] as const)('does not keep a leaked key Active (%s)', (order) => {
    const leak = (key: AccessKey) => [{ accessKeyId: key.accessKeyId, at: ASKED, order }];
    const retire = (keys: readonly AccessKey[], compromised: ReturnType<typeof leak>) =>
      planDeactivation({ entry, secret: asked, keys, lastUsed: usesOf(), compromised, now: day(92, HOUR) });
    // The one before is on its way back.
    const ofCurrent = retire(both, leak(newer));
    expect([deeds(ofCurrent), codes(ofCurrent)]).toEqual(
      order === 'disable-first' ? [['deactivate'], []] : [[], ['compromised']],
    );
    expect(deeds(retire(both, leak(older)))).toEqual([]);
    // And here is none.
    expect(deeds(retire([newer], leak(newer)))).toEqual(order === 'disable-first' ? ['deactivate'] : []);
    expect(codes(retire([newer], leak(newer)))).toEqual(order === 'disable-first' ? [] : ['compromised']);
  });

  it('K1: waits for retirements that may be at work, where the time of the one before has come', () => {
    const of = (at: Date, more: SecretState['tags'] = {}) =>
      withTags(asked, { [TAG.withdrawn]: tagOf(newer, at), ...more });
    expect(retirementsEnd(entry, of(day(92)), day(92))).toBeUndefined();
    expect(retirementsEnd(entry, of(day(100)), day(100))).toEqual(day(100, 2 * MINUTE));
    expect(retirementsEnd(entry, of(day(100, -MINUTE)), day(100, -MINUTE))).toEqual(day(100, MINUTE));
    expect(retirementsEnd(entry, of(day(100)), day(100, 2 * MINUTE))).toBeUndefined();
    const recorded = { [TAG.deactivated]: tagOf(older, day(91)) };
    expect(retirementsEnd(entry, of(day(92), recorded), day(92))).toEqual(day(92, 2 * MINUTE));
  });
});

describe('the key that is current again', () => {
  const returned = secretOf(
    [versionOf(older, 'AWSCURRENT', DELIVERED), versionOf(newer, 'AWSPREVIOUS', 'OTHER')],
    tags,
  );
  const deliveryOf = (secret: SecretState, now = day(92, HOUR)) => planDelivery({ entry, secret, now }).deliver;

  it('K1: is delivered again, whatever its old mark says', () => {
    const marked = secretOf([versionOf(older, 'AWSCURRENT', DELIVERED), versionOf(newer, 'AWSPREVIOUS')], tags);
    expect(deliveryOf(marked)).toMatchObject({ accessKeyId: older.accessKeyId, returned: true, fresh: false });
    const ofNewer = secretOf([versionOf(older, 'AWSCURRENT'), versionOf(newer, 'AWSPREVIOUS', DELIVERED)], tags);
    const plan = planDelivery({ entry, secret: ofNewer, now: day(92, HOUR) });
    expect(plan.removeFirst).toEqual([{ label: DELIVERED, versionId: versionOf(newer).versionId }]);
  });

  it('K2: is proved at every endpoint where it was Inactive, until it is delivered', () => {
    const active = (at: Date, more: SecretState['tags'] = {}) =>
      withTags(returned, { [TAG.reactivated]: tagOf(older, at), ...more });
    expect(deliveryOf(active(day(92)))?.fresh).toBe(true);
    expect(deliveryOf(active(day(90)))?.fresh).toBe(false);
    const asks = {
      [TAG.delivered]: tagOf(older, day(92, MINUTE)),
      [TAG.deliveryAsked]: tagOf(older, day(92, 2 * MINUTE)),
    };
    expect(deliveryOf(active(day(92), asks))?.fresh).toBe(false);
  });

  it('K8: waits with its rotation for the withdrawn key, and says until when', () => {
    const plan = rotation(done, both, day(95));
    expect(plan.findings).toEqual([
      {
        code: 'withdrawn',
        key: entry.id,
        accessKeyId: newer.accessKeyId,
        facts: { user: entry.user, current: older.accessKeyId, dates: { deactivate: day(103), delete: day(113) } },
      },
    ]);
    expect(codes(rotation(done, [{ ...older, status: 'Inactive' }, newer], day(95)))).toContain('two-keys');
    expect(placeIsFreeAt(entry, done)).toEqual(day(113));
    expect(placeIsFreeAt(entry, asked)).toBeUndefined();
    expect(daysOverdue({ entry, secret: done }, day(112))).toBe(0);
    expect(daysOverdue({ entry, secret: done }, day(115))).toBe(2);
  });
});

describe('the withdrawn key', () => {
  it('K3: is superseded from the rollback and the delivery of the older one on', () => {
    const [, anchor] = [keyRing(done, both).superseded, keyRing(done, both).anchor];
    if (anchor === undefined) throw new Error('there is none');
    expect(keyRing(done, both).superseded).toEqual([newer]);
    expect(deactivationDue(entry, done, anchor, newer)).toEqual(day(103));
    const unsaid = withTags(done, { [TAG.delivered]: '' });
    expect(deactivationDue(entry, unsaid, anchor, newer)).toEqual(day(102));
  });

  it('K3: stays Active until the older one is everywhere, is seen there, and the overlap has passed', () => {
    const input = { entry, keys: both, lastUsed: usesOf([newer, day(91)]) };
    const undelivered = withTags(done, { [TAG.delivered]: '' });
    const at = (secret: SecretState, now: Date) => planDeactivation({ ...input, secret, now });
    expect(codes(at(undelivered, day(102)))).toEqual(['undelivered']);
    expect(deeds(at(seenAt(done, day(102)), day(103, -1)))).toEqual([]);
    expect(deeds(at(seenAt(done, day(102, HOUR)), day(103)))).toEqual(['deactivate']);
    expect(codes(at(done, day(103)))).toEqual(['unchecked']);
  });

  it('is looked for more often around its day, as any superseded key', () => {
    const check = { entry, secret: seenAt(done, day(103, -5 * HOUR)), drift: 'repair', isAsked: false } as const;
    expect(planCheck({ ...check, now: day(103, -HOUR + 1) })).toBeDefined();
    expect(planCheck({ ...check, secret: seenAt(done, day(98, -5 * HOUR)), now: day(98) })).toBeUndefined();
  });

  it.each<[string, SecretState, boolean]>([
    ['while it is current', asked, false],
    ['when an older one is current', done, true],
    [
      'when somebody has edited the secret since',
      secretOf(
        [{ versionId: handMade, labels: ['AWSCURRENT'] }, versionOf(older, 'AWSPREVIOUS'), versionOf(newer)],
        tags,
      ),
      true,
    ],
    [
      'when a younger one is current',
      secretOf([versionOf(keyOf('next', day(120)), 'AWSCURRENT'), versionOf(newer)], tags),
      false,
    ],
    ['without a word', withTags(done, { [TAG.withdrawn]: '' }), false],
  ])('is none %s', (_what, secret, is) => {
    expect([isWithdrawn(secret, newer), withdrawnAt(secret, newer.accessKeyId)]).toEqual([is, is ? ASKED : undefined]);
    expect(isWithdrawn(secret, older)).toBe(false);
  });

  it('is never promoted, nor what pipelines should hold', () => {
    const edited = secretOf(
      [{ versionId: handMade, labels: ['AWSCURRENT'] }, versionOf(older, 'AWSPREVIOUS'), versionOf(newer, DELIVERED)],
      tags,
    );
    expect(keyRing(edited, both).anchor?.accessKeyId).toBe(older.accessKeyId);
    expect(rotation(edited, both, day(95)).steps.find((step) => step.do === 'promote')).toMatchObject({
      accessKeyId: older.accessKeyId,
    });
    const dead: readonly AccessKey[] = [{ ...older, status: 'Inactive' }, newer];
    expect(deeds(rotation(done, dead, day(95)))).not.toContain('promote');
  });
});

it('what a rollback goes back to is stored here, older, and the newest of those', () => {
  const oldest = keyOf('oldest', day(-1));
  const three = secretOf([versionOf(newer, 'AWSCURRENT'), versionOf(oldest), versionOf(older, 'AWSPREVIOUS')], tags);
  expect(keysBefore(three).map(({ accessKeyId }) => accessKeyId)).toEqual([older.accessKeyId, oldest.accessKeyId]);
  const taken = secretOf([versionOf(newer, 'AWSCURRENT'), { ...versionOf(older), isTakenOver: true }], tags);
  expect(keysBefore(taken)).toEqual([]);
  // Whoever says so: nobody goes back to what may have leaked.
  for (const tag of [TAG.compromised, TAG.disableFirst])
    expect(keysBefore(withTags(asked, { [tag]: tagOf(older, day(91)) })), tag).toEqual([]);
  expect(keysBefore(done)).toEqual([]);
  expect([
    isRollbackAsked(asked, day(92)),
    isRollbackAsked(asked, new Date(ASKED.getTime() + DAY)),
    isRollbackAsked(done, day(92)),
  ]).toEqual([true, false, false]);
});

describe('what status and plan foresee', () => {
  const lastUsed = usesOf([older, day(94)], [newer, day(92)]);
  const foreseen = (secret: SecretState, keys: readonly AccessKey[], now: Date) => {
    const [stands] = standingOf([{ entry, secret: { ...secret, changedAt: day(93) }, keys, lastUsed }], {
      now,
      maxRotations: 25,
    });
    const next = stands?.next.map(({ does, at }) => `${does} ${Math.floor((at.getTime() - START.getTime()) / DAY)}`);
    return { next: next?.slice(0, 4), found: stands?.findings.map(({ code }) => code) };
  };

  it('K8: when the withdrawn key is gone, and the rotation that waits for it', () => {
    expect(foreseen(done, both, day(95))).toEqual({
      next: ['deactivate 103', 'delete 113', 'rotate 114', 'deliver 114'],
      found: ['withdrawn'],
    });
  });

  it('that the key before comes back, and is delivered', () => {
    expect(foreseen(asked, [inactive, newer], day(92, HOUR)).next?.slice(0, 2)).toEqual(['promote 92', 'deliver 92']);
  });
});
