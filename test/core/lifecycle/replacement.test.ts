import { describe, expect, it } from 'vitest';
import type { RegistryEntry } from '../../../functions/core/config/registry';
import type { AccessKey, LastUsed } from '../../../functions/core/key/access-key';
import type { RoleUse } from '../../../functions/core/key/replaced';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { planCheck } from '../../../functions/core/lifecycle/plan-check';
import { planDeactivation } from '../../../functions/core/lifecycle/plan-deactivation';
import { planDeletion } from '../../../functions/core/lifecycle/plan-deletion';
import { planDelivery } from '../../../functions/core/lifecycle/plan-delivery';
import { planRotation } from '../../../functions/core/lifecycle/plan-rotation';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const role = 'arn:aws:iam::111122223333:role/web-shop-deploy';
const replacedBy = { roles: [role], idleFor: 30 };
const current = keyOf('current', day(0));
const inactive = keyOf('current', day(0), 'Inactive');
const older = keyOf('older', day(-90));

interface Given {
  readonly entry?: RegistryEntry;
  readonly keys?: readonly AccessKey[];
  readonly tags?: SecretState['tags'];
  readonly used?: LastUsed | 'unread';
  readonly roleUsed?: RoleUse | undefined;
  readonly now: Date;
}

const planOn = ({ keys = [current], tags = {}, used = { at: day(10) }, roleUsed, now, ...given }: Given) => {
  const roleUses = new Map(roleUsed === undefined ? [] : [[role, roleUsed] as const]);
  const { entry = entryOf({ replacedBy }) } = given;
  const versions = keys.includes(older)
    ? [versionOf(older, 'AWSPREVIOUS'), versionOf(current, 'AWSCURRENT', DELIVERED)]
    : [versionOf(current, 'AWSCURRENT', DELIVERED)];
  const secret = secretOf(versions, tags, day(-100));
  const lastUsed = new Map(used === 'unread' ? [] : keys.map(({ accessKeyId }) => [accessKeyId, used] as const));
  return { entry, secret, keys, lastUsed, roleUses, now };
};
const deactivation = (given: Given) => planDeactivation(planOn(given));
const went = { [TAG.replaced]: tagOf(current, day(41)) };
const gone = { ...went, [TAG.deactivated]: tagOf(current, day(41)) };

describe('the current key of an entry that a role is to replace', () => {
  const step = {
    do: 'deactivate',
    accessKeyId: current.accessKeyId,
    reason: 'replaced',
    roles: [role],
    rolesUsed: day(39),
  };
  const waits = (facts: object) => ({ steps: [], findings: [{ code: 'not-replaced-yet', facts }] });

  it.each<[string, Given, object]>([
    [
      'goes when it is idle and the role was used since',
      { roleUsed: { at: day(39) }, now: day(40) },
      { steps: [step] },
    ],
    [
      'stays to the millisecond',
      { roleUsed: { at: day(39) }, now: day(40, -1) },
      waits({ waits: 'key', notBefore: day(40) }),
    ],
    [
      'stays where the role was used before the key only',
      { roleUsed: { at: day(10) }, now: day(40) },
      waits({ waits: 'roles' }),
    ],
    ['stays where the role was never used', { roleUsed: { at: undefined }, now: day(89) }, waits({ waits: 'roles' })],
    [
      'stays where nobody knows of the role',
      { roleUsed: undefined, now: day(89) },
      waits({ waits: 'roles', unused: [[role, undefined]] }),
    ],
    [
      'counts from its creation where it was never used',
      { used: { at: undefined }, roleUsed: { at: day(29) }, now: day(30) },
      { steps: [{ reason: 'replaced' }] },
    ],
    [
      'is not idle before it is as old as that',
      { used: { at: undefined }, roleUsed: { at: day(20) }, now: day(30, -1) },
      waits({ waits: 'key' }),
    ],
    [
      'stays where its use is not known',
      { used: 'unread', roleUsed: { at: day(39) }, now: day(80) },
      { steps: [], findings: [] },
    ],
    [
      'waits for the key before it',
      { keys: [older, current], roleUsed: { at: day(39) }, now: day(40) },
      {
        findings: expect.arrayContaining([
          expect.objectContaining({ code: 'not-replaced-yet', facts: expect.objectContaining({ waits: 'older-key' }) }),
        ]),
      },
    ],
    [
      'stays without a role in its entry',
      { entry: entryOf(), roleUsed: { at: day(39) }, now: day(80) },
      { steps: [], findings: [] },
    ],
    [
      'counts anew from when a person made it Active again',
      { tags: { ...gone, [TAG.reactivated]: tagOf(current, day(42)) }, roleUsed: { at: day(60) }, now: day(72, -1) },
      waits({ waits: 'key', notBefore: day(72) }),
    ],
    [
      'is left to the rotation where somebody broke it',
      { keys: [inactive], roleUsed: { at: day(39) }, now: day(80) },
      { steps: [], findings: [] },
    ],
  ])('%s', (_what, given, plan) => {
    expect(deactivation(given)).toMatchObject(plan);
  });

  it('is told of as long as its entry stands, gone or not', () => {
    const facts = { roles: [role], isGone: false, places: ['bitbucket acme/web-shop environment Production'] };
    expect(deactivation({ keys: [inactive], tags: gone, now: day(45) })).toMatchObject({
      steps: [],
      findings: [{ code: 'replaced', since: day(41), facts }],
    });
    expect(deactivation({ keys: [], tags: went, now: day(60) }).findings).toMatchObject([{ facts: { isGone: true } }]);
  });

  it('that a person made Active again is recorded, and used as before', () => {
    const active = { steps: [], findings: [{ facts: { waits: 'take-over' } }] };
    const { secret, ...others } = planOn({ roleUsed: { at: day(39) }, now: day(60) });
    const takesOver = { secret: 'keyturn/before', pauses: false, isRecorded: true };
    expect(planDeactivation({ ...others, secret: { ...secret, takesOver } })).toMatchObject(active);
    expect(deactivation({ tags: gone, roleUsed: { at: day(50) }, now: day(50) })).toMatchObject({
      steps: [{ do: 'record-reactivation', accessKeyId: current.accessKeyId }],
      findings: [{ code: 'reactivated', facts: { overlapDays: 30, isReplaced: true } }],
    });
  });

  it('K9: of which a run said that it goes, and died before it went, goes or is used as before', () => {
    // What is not known of a role says nothing.
    expect(deactivation({ tags: went, roleUsed: undefined, now: day(42) }).steps).toEqual([]);
    expect(deactivation({ tags: went, roleUsed: { at: day(39) }, now: day(42) }).steps).toMatchObject([
      { reason: 'replaced' },
    ]);
    const used = { at: day(42) };
    expect(deactivation({ tags: went, used, roleUsed: { at: day(39) }, now: day(43) })).toMatchObject({
      steps: [{ do: 'record-reactivation' }],
      findings: [{ code: 'not-replaced-yet' }],
    });
  });
});

describe('a key that was replaced', () => {
  const deletion = (given: Given) => planDeletion(planOn(given));

  it('is deleted after the whole recovery as Inactive, and not before (K4)', () => {
    expect(deletion({ keys: [inactive], tags: gone, now: day(51, -1) })).toEqual({ steps: [], findings: [] });
    expect(deletion({ keys: [inactive], tags: gone, now: day(51) }).steps).toEqual([
      { do: 'delete', accessKeyId: current.accessKeyId, inactiveSince: day(41) },
    ]);
  });

  it('that was used as Inactive is recovered for as long again (K4)', () => {
    const steps = [{ do: 'record-inactive', accessKeyId: current.accessKeyId }];
    expect(deletion({ keys: [inactive], tags: gone, used: { at: day(44) }, now: day(60) }).steps).toEqual(steps);
  });

  it('K9: that is Inactive without a record of since when has its recovery from now', () => {
    expect(deletion({ keys: [inactive], tags: went, now: day(60) }).steps).toMatchObject([{ do: 'record-inactive' }]);
  });

  it('is deleted by nobody while it is Active, or while its entry names no role', () => {
    expect(deletion({ tags: gone, now: day(60) }).steps).toEqual([]);
    expect(deletion({ entry: entryOf(), keys: [inactive], tags: gone, now: day(60) }).steps).toEqual([]);
  });

  it('K9: that a person deleted before anybody wrote down that it was Inactive is written down', () => {
    const steps = [{ do: 'record-inactive', accessKeyId: current.accessKeyId }];
    expect(deletion({ keys: [], tags: went, now: day(60) }).steps).toEqual(steps);
  });

  it('K8: that works again, and has leaked, is rotated at once', () => {
    const input = planOn({ tags: gone, now: day(50) });
    const compromised = [{ accessKeyId: current.accessKeyId, at: day(49), order: 'deliver-first' as const }];
    expect(planRotation({ ...input, compromised }).steps).toContainEqual({ do: 'rotate', reason: 'compromised' });
  });

  it('leaves the record that says so, until its entry names no role', () => {
    expect(deletion({ keys: [], tags: gone, now: day(60) }).steps).toEqual([]);
    expect(deletion({ entry: entryOf(), keys: [], tags: gone, now: day(60) }).steps).toEqual([{ do: 'clear-record' }]);
  });

  it.each<[string, Given, string | undefined]>([
    ['Inactive is not rotated', { keys: [inactive], tags: gone, now: day(95) }, undefined],
    ['deleted is not rotated', { keys: [], tags: went, now: day(300) }, undefined],
    ['Active again waits for deactivate to record that', { tags: gone, now: day(95) }, undefined],
    [
      'Active again is rotated when that is recorded',
      { tags: { ...gone, [TAG.reactivated]: tagOf(current, day(94)) }, now: day(95) },
      'due',
    ],
    ['whose end was cut off waits for the next run of deactivate', { tags: went, now: day(95) }, undefined],
    [
      'and is wanted again gets a successor at once',
      { entry: entryOf(), keys: [inactive], tags: gone, now: day(45) },
      'current-key-inactive',
    ],
    [
      'and deleted, and wanted again too',
      { entry: entryOf(), keys: [], tags: went, now: day(300) },
      'current-key-missing',
    ],
  ])('%s', (_what, given, reason) => {
    const { steps } = planRotation(planOn(given));
    expect(steps.map((step) => (step.do === 'rotate' ? step.reason : step.do))).toEqual(
      reason === undefined ? [] : expect.arrayContaining([reason]),
    );
  });

  it('is delivered nowhere and looked for nowhere', () => {
    const { entry, secret } = planOn({ keys: [inactive], tags: gone, now: day(45) });
    const undelivered = { ...secret, versions: [versionOf(current, 'AWSCURRENT')] };
    expect(planDelivery({ entry, secret: undelivered, now: day(45) })).toMatchObject({ findings: [] });
    expect(planDelivery({ entry, secret: undelivered, now: day(45) }).deliver).toBeUndefined();
    expect(planCheck({ entry, secret, now: day(45), drift: 'repair', isAsked: true })).toBeUndefined();
    expect(planCheck({ entry: entryOf(), secret, now: day(45), drift: 'repair', isAsked: true })).toBeDefined();
    // A run that said so was cut off before the key went: it is delivered as before.
    const cut = planOn({ tags: went, now: day(45) }).secret;
    expect(planCheck({ entry, secret: cut, now: day(45), drift: 'repair', isAsked: true })).toBeDefined();
    expect(
      planDelivery({ entry, secret: { ...cut, versions: undelivered.versions }, now: day(45) }).deliver,
    ).toBeDefined();
  });
});
