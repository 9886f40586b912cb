import { describe, expect, it } from 'vitest';
import { targetSetDigest } from '../../../functions/core/hosts/target';
import { formerUsers } from '../../../functions/core/key/key-user';
import { deliveredLabel, type SecretState } from '../../../functions/core/key/secret-state';
import { planCheck } from '../../../functions/core/lifecycle/plan-check';
import { planDeactivation } from '../../../functions/core/lifecycle/plan-deactivation';
import { planDelivery } from '../../../functions/core/lifecycle/plan-delivery';
import { planRotation } from '../../../functions/core/lifecycle/plan-rotation';
import { inheritedTags, retainedOf, takeOver } from '../../../functions/core/lifecycle/take-over';
import { CLOUDFORMATION_STACK_TAG, TAG } from '../../../functions/core/names';
import {
  codes,
  DELIVERED,
  day,
  deeds,
  entryOf,
  keyOf,
  secretOf,
  seenAt,
  staging,
  usesOf,
  versionOf,
} from '../web-shop';

const entry = entryOf();
const [old, current] = [keyOf('old', day(-100)), keyOf('current', day(-10))];
const versions = [versionOf(old, 'AWSPREVIOUS'), versionOf(current, 'AWSCURRENT', DELIVERED)];
const named = (name: string, secret: SecretState): SecretState => ({ ...secret, name: `keyturn/${name}` });
const past = (tags: SecretState['tags'], of = versions) => named('before', secretOf(of, tags, day(-300)));
const retained = past({ [TAG.user]: entry.user });
const empty = secretOf([], {}, day(-1));
const filled = secretOf([versionOf(keyOf('own', day(0)), 'AWSCURRENT')], {}, day(-1));

describe('the secret that a key had under another id', () => {
  const elsewhere = entryOf({ targets: [staging] });
  const another = past({ [TAG.user]: 'deploy' });
  const recorded = { ...empty, tags: { [TAG.user]: 'deploy' } };
  const unlabelled = past({ [TAG.user]: 'deploy' }, [versionOf(current, 'AWSCURRENT')]);
  const newer = named('newer', past({ [TAG.user]: entry.user }, [versionOf(keyOf('newer', day(-5)), 'AWSCURRENT')]));

  const nowhere = entryOf({ targets: [] });
  const toNobody = deliveredLabel(targetSetDigest([], nowhere.connections));
  const delivered = past({ [TAG.user]: 'deploy' }, [versionOf(current, 'AWSCURRENT', toNobody)]);

  it.each<[string, SecretState | undefined, Parameters<typeof retainedOf>]>([
    ['is of the same user', retained, [entry, empty, [retained]]],
    ['is that when it has a key of its own too', retained, [entry, filled, [retained]]],
    ['is the one with the newest current key', newer, [entry, empty, [retained, newer]]],
    ['is of another user where the same targets hold its key', another, [entry, empty, [another]]],
    ['is the one that was taken over before the user was changed', another, [elsewhere, recorded, [another]]],
    ['is of the same user before that', retained, [entry, empty, [another, retained]]],
    ['is not of another user once there is a key of its own', undefined, [entry, filled, [another]]],
    ['is not of another user with other targets', undefined, [elsewhere, empty, [another]]],
    ['is not of another user whose key was not delivered', undefined, [entry, empty, [unlabelled]]],
    ['is not of another user where there are no targets', undefined, [entryOf({ targets: [] }), empty, [another]]],
    ['is not of nobody', undefined, [entry, empty, [past({})]]],
    ['is not of another user though it was delivered to no targets as well', undefined, [nowhere, empty, [delivered]]],
    ['holds a key', undefined, [entry, empty, [past({ [TAG.user]: entry.user }, [])]]],
  ])('%s', (_what, expected, given) => {
    expect(retainedOf(...given)).toBe(expected);
  });
});

it('who made a secret is said by its own tags alone: a retained one lends nobody its name (K5)', () => {
  const made = past({ [TAG.user]: entry.user, [CLOUDFORMATION_STACK_TAG]: 'Keyturn' });
  expect(takeOver(empty, made).tags).toEqual({ [TAG.user]: entry.user });
});

describe('the state of a secret with what a retained one knows', () => {
  const older: SecretState = { ...retained, arn: 'arn:before', changedAt: day(-5) };
  const versionsOf = (...labels: (readonly string[])[]) =>
    [old, current].map((key, at) => ({ versionId: versionOf(key).versionId, labels: labels[at], isTakenOver: true }));

  it('goes on where that was, while it has no key of its own', () => {
    expect(takeOver(empty, older)).toEqual({
      ...empty,
      arn: 'arn:before',
      createdAt: day(-300),
      changedAt: day(-1),
      versions: versionsOf(['AWSPREVIOUS'], ['AWSCURRENT', DELIVERED]),
      tags: { [TAG.user]: entry.user },
      takesOver: { secret: 'keyturn/before', pauses: true, isRecorded: false },
    });
  });

  it('knows the older keys, once it has a key of its own', () => {
    expect(takeOver(filled, { ...older, changedAt: day(0) })).toEqual({
      ...filled,
      createdAt: day(-300),
      changedAt: day(0),
      versions: [...versionsOf([], []), ...filled.versions],
    });
  });

  it.each([
    ['its own, where it has one', { [TAG.paused]: 'forever' }, false],
    ['that of the retained one', {}, true],
  ])('has the pause of %s', (_what, tags, pauses) => {
    expect(takeOver({ ...empty, tags }, older).takesOver?.pauses).toBe(pauses);
  });
});

describe('what was delivered under another id (K3)', () => {
  const elsewhere = entryOf({ targets: [staging] });
  const due = { keys: [old, current], lastUsed: usesOf([old, day(-50)]), now: day(0) };

  it('counts for the targets that it was delivered to, when they were seen to hold it that day', () => {
    const secret = takeOver(empty, retained);
    expect(codes(planDeactivation({ ...due, entry, secret }))).toEqual(['unchecked']);
    const current = seenAt(secret, day(0));
    expect(deeds(planDeactivation({ ...due, entry, secret: current }))).toEqual(['deactivate']);
  });

  it('does not count for others: the key is delivered to them first', () => {
    const secret = seenAt(takeOver(empty, retained), day(0));
    const { steps, findings } = planDeactivation({ ...due, entry: elsewhere, secret });
    expect({ steps, codes: codes({ findings }) }).toEqual({ steps: [], codes: ['undelivered'] });
    const { deliver } = planDelivery({ entry: elsewhere, secret, now: day(0) });
    const digest = targetSetDigest(elsewhere.targets, elsewhere.connections);
    expect(deliver).toMatchObject({ accessKeyId: current.accessKeyId, digest, fresh: false });
    const marked = versionOf(current, 'AWSCURRENT', deliveredLabel(digest));
    const after = takeOver(empty, past({ [TAG.user]: entry.user }, [versionOf(old, 'AWSPREVIOUS'), marked]));
    expect(codes(planDeactivation({ ...due, entry: elsewhere, secret: after }))).toEqual(['unchecked']);
  });

  it('is looked at every day, as what was delivered under its own id (K13)', () => {
    const given = { entry, secret: takeOver(empty, retained), now: day(0), drift: 'repair', isAsked: false } as const;
    expect(planCheck(given)).toMatchObject({ do: 'check', accessKeyId: current.accessKeyId });
  });

  it('counts for nothing once there is a key of its own', () => {
    const { versions } = takeOver(filled, retained);
    expect(versions.map(({ labels }) => labels)).toEqual([[], [], ['AWSCURRENT']]);
  });
});

describe('what the retained tags say', () => {
  const at = day(-20).toISOString();
  const tags = { [TAG.user]: 'deploy', [TAG.formerUsers]: `ci ${at}`, [TAG.intent]: `${day(-10).toISOString()} run` };

  it('of users is written to the own secret before its first key', () => {
    const secret = takeOver(empty, past(tags));
    expect(inheritedTags(secret)).toEqual({ [TAG.user]: 'deploy', [TAG.formerUsers]: `ci ${at}` });
    const steps = (of: SecretState) => planRotation({ entry, secret: of, keys: [old, current], now: day(0) }).steps;
    expect(steps(secret)).toContainEqual({
      do: 'record-take-over',
      from: 'keyturn/before',
      tags: { [TAG.user]: 'deploy', [TAG.formerUsers]: `ci ${at}` },
    });
    expect(steps(takeOver({ ...empty, tags: inheritedTags(secret) }, past(tags)))).toEqual([]);
    expect(steps(takeOver(filled, past(tags)))).toEqual([]);
  });

  it('of leaked keys is written there too, and stays with what is said of others', () => {
    const leaks = { [TAG.compromised]: `${old.accessKeyId} ${at}`, [TAG.disableFirst]: `${current.accessKeyId} ${at}` };
    expect(inheritedTags(takeOver(empty, past({ ...tags, ...leaks })))).toMatchObject(leaks);
  });

  it('of former users counts no more once the own secret says whose its key is', () => {
    const own = { ...empty, tags: { [TAG.user]: 'deploy' } };
    expect(formerUsers(takeOver(own, past(tags)))).toEqual([]);
  });
});
