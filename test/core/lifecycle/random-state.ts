import fc from 'fast-check';
import type { RegistryEntry } from '../../../functions/core/config/registry';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/duration';
import { targetSetDigest } from '../../../functions/core/hosts/target';
import type { AccessKey, LastUsed } from '../../../functions/core/key/access-key';
import { checkTags } from '../../../functions/core/key/check-mark';
import { datedTag } from '../../../functions/core/key/dated-tag';
import { intentTag } from '../../../functions/core/key/intent';
import type { RoleUses } from '../../../functions/core/key/replaced';
import { currentKey, type SecretState } from '../../../functions/core/key/secret-state';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, handMade, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

export interface State {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  readonly keys: readonly AccessKey[];
  readonly lastUsed: ReadonlyMap<string, LastUsed>;
  /** What CloudTrail says of who created a key. */
  readonly isOwn: ReadonlyMap<string, boolean>;
  readonly now: Date;
}

const NOW = day(400);
const ago = (days: number, milliseconds = 0) => new Date(NOW.getTime() - days * DAY + milliseconds);

const policies = [
  {},
  { rotateAfter: 30, deactivateAfter: 37, deleteAfter: 44 },
  { rotateAfter: 90, deactivateAfter: 91, deleteAfter: 92, idleFor: 0, holdLimit: 0 },
  { idleFor: 10, holdLimit: 40 },
];
/** Ages in days, often just about where something becomes due. */
const age = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.constantFrom(0, 1, 2, 7, 10, 11, 14, 20, 21, 30, 37, 44, 90, 91, 92, 99, 100, 101, 110, 111),
);
const jitter = fc.constantFrom(0, 0, -1, 1, SECOND, -HOUR, -2 * HOUR, -5 * MINUTE);
const instant = fc.tuple(age, jitter).map(([days, milliseconds]) => ago(days, milliseconds));
const recent = fc.constantFrom(0, HOUR, DAY).map((milliseconds) => ago(0, -milliseconds));
const maybe = <T>(arbitrary: fc.Arbitrary<T>, percent = 50) =>
  fc.oneof({ weight: percent, arbitrary }, { weight: 100 - percent, arbitrary: fc.constant(undefined) });

/**
 * Any state of one managed user: stored, adopted, foreign and orphaned keys, up to two of them in IAM; labels where they
 * belong and where they do not; tags that are right, stale, another key's or garbled.
 */
export const state: fc.Arbitrary<State> = fc
  .record({
    policy: fc.constantFrom(...policies),
    adopt: fc.constantFrom('keep' as const, 'replace-idle' as const),
    firstRotation: fc.constantFrom('at-once' as const, 'when-due' as const),
    secretAge: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constant(250)),
    stored: fc.oneof(fc.array(instant, { maxLength: 3 }), fc.array(instant, { minLength: 2, maxLength: 3 })),
    others: fc.array(instant, { maxLength: 2 }),
    current: fc.constantFrom('newest', 'newest', 'newest', 'previous', 'edited', 'none'),
    delivered: fc.constantFrom('newest', 'newest', 'newest', 'previous', 'nowhere'),
    picks: fc.oneof(fc.constant([0, 1] as const), fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 9 }))),
    inactive: fc.tuple(fc.constantFrom(false, false, false, false, true), fc.boolean()),
    creators: fc.array(fc.option(fc.boolean(), { nil: undefined, freq: 5 }), { minLength: 3, maxLength: 3 }),
    uses: fc.array(
      maybe(fc.record({ at: maybe(fc.oneof(instant, recent), 75), service: fc.constantFrom('sts', 's3') }), 90),
      {
        minLength: 2,
        maxLength: 2,
      },
    ),
    intent: maybe(fc.tuple(jitter, fc.boolean()), 30),
    deactivated: maybe(fc.tuple(fc.nat({ max: 1 }), instant), 75),
    reactivated: maybe(fc.tuple(fc.nat({ max: 1 }), instant), 25),
    held: maybe(fc.tuple(fc.nat({ max: 1 }), instant), 50),
    checked: maybe(fc.tuple(fc.constantFrom(0, 0, 0, 0, 0, HOUR, DAY, DAY + MINUTE, -DAY), fc.boolean()), 95),
    drifted: fc.constantFrom(...Array<boolean>(9).fill(false), true),
    late: maybe(fc.tuple(fc.nat({ max: 1 }), instant), 25),
    garbled: fc.constantFrom(...Array<undefined>(17).fill(undefined), TAG.deactivated, TAG.intent, TAG.paused),
  })
  .map((given) => {
    const createdAt = ago(given.secretAge);
    const stored = given.stored
      .filter((at) => at > createdAt)
      .sort((a, b) => a.getTime() - b.getTime())
      .map((at, index) => keyOf(`stored${index}`, new Date(Math.floor(at.getTime() / SECOND) * SECOND)));
    const others = given.others.map((at, index) => keyOf(`other${index}`, at));
    const pool = [...stored.slice(-2).reverse(), ...others];
    const [one, two] = given.picks;
    const chosen = [...new Set([pool[one % Math.max(1, pool.length)], pool[two % Math.max(1, pool.length)]])];
    const keys = chosen.flatMap((key, index): AccessKey[] =>
      key === undefined ? [] : [{ ...key, status: given.inactive[index] === true ? 'Inactive' : 'Active' }],
    );

    const [newest, previous] = [...stored].reverse();
    const place = { newest, previous, edited: undefined, none: undefined, nowhere: undefined };
    const holder =
      given.current === 'none' ? newest : given.current === 'edited' ? undefined : place[given.current as 'newest'];
    const labelled = stored.map((key) => {
      const labels: string[] = [];
      if (key === (holder ?? (given.current === 'previous' ? newest : undefined))) labels.push('AWSCURRENT');
      else if (key === newest || key === previous) labels.push('AWSPREVIOUS');
      if (key === place[given.delivered as 'newest']) labels.push(DELIVERED);
      return versionOf(key, ...labels);
    });
    const edited = given.current === 'edited' ? [{ versionId: handMade, labels: ['AWSCURRENT'] }] : [];

    const inactiveFirst = keys.toSorted((a, b) => Number(a.status === 'Active') - Number(b.status === 'Active'));
    const tags: Record<string, string> = {};
    const tag = (name: string, value: readonly [number, Date] | undefined) => {
      const key = value === undefined ? undefined : inactiveFirst[value[0]];
      if (value !== undefined && key !== undefined) tags[name] = tagOf(key, value[1]);
    };
    tag(TAG.deactivated, given.deactivated);
    tag(TAG.reactivated, given.reactivated);
    tag(TAG.held, given.held);
    tag(TAG.delivered, given.late);
    const seen = given.checked === undefined ? undefined : (place.newest ?? undefined);
    if (seen !== undefined && given.checked !== undefined) {
      const [before, isOfTheseTargets] = given.checked;
      const { targets, connections } = entryOf();
      const digest = isOfTheseTargets || before === 0 ? targetSetDigest(targets, connections) : '0123456789abcdef';
      const at = new Date(NOW.getTime() - before);
      Object.assign(tags, checkTags({ accessKeyId: seen.accessKeyId, digest, revisions: [] }, at));
      if (given.drifted) tags[TAG.drifted] = tagOf(seen, NOW);
    }
    const subject = keys.at(-1);
    if (given.intent !== undefined && subject !== undefined) {
      const [offset, knewBefore] = given.intent;
      const before = knewBefore ? keys.map(({ accessKeyId }) => accessKeyId) : [];
      tags[TAG.intent] = intentTag({ at: new Date(subject.createdAt.getTime() + offset), run: 'run', before });
    }
    if (given.garbled !== undefined) tags[given.garbled] = 'garbled';

    const { policy, adopt, firstRotation } = given;
    return {
      entry: entryOf({ policy, adopt, firstRotation }),
      secret: secretOf([...edited, ...labelled], tags, createdAt),
      keys,
      lastUsed: new Map(
        keys.flatMap(({ accessKeyId }, index) => {
          const use = given.uses[index];
          return use === undefined ? [] : [[accessKeyId, { at: use.at, service: use.service }] as const];
        }),
      ),
      isOwn: new Map(
        keys.flatMap(({ accessKeyId }, index) => {
          const own = given.creators[index];
          return own === undefined ? [] : [[accessKeyId, own] as const];
        }),
      ),
      now: NOW,
    };
  });

export interface ReplaceableState extends State {
  readonly roleUses: RoleUses | undefined;
}

/** The same of a user whose key a role is to replace, mostly: on the way, done, or begun in vain. */
export const replaceableState: fc.Arbitrary<ReplaceableState> = fc
  .record({
    given: state,
    idleFor: maybe(fc.constantFrom(1, 30, 88), 90),
    isAlone: fc.boolean(),
    uses: fc.array(maybe(fc.record({ at: maybe(fc.oneof(instant, recent, recent), 95) }), 95), {
      minLength: 1,
      maxLength: 2,
    }),
    replaced: maybe(instant, 60),
    reactivated: maybe(instant, 20),
  })
  .map(({ given, idleFor, isAlone, uses, replaced, reactivated }) => {
    const { entry, secret, keys: all } = given;
    const roles = uses.map((_, at) => `arn:aws:iam::111122223333:role/deploy-${at}`);
    const seen = uses.flatMap((use, at) => (use === undefined ? [] : [[roles[at] ?? '', { at: use.at }] as const]));
    const current = currentKey(secret);
    const keys = isAlone ? all.filter(({ accessKeyId }) => accessKeyId === current?.accessKeyId) : all;
    const tags: Record<string, string> = { ...secret.tags };
    if (current !== undefined && replaced !== undefined) tags[TAG.replaced] = datedTag(current.accessKeyId, replaced);
    if (current !== undefined && reactivated !== undefined)
      tags[TAG.reactivated] = datedTag(current.accessKeyId, reactivated);
    return {
      ...given,
      keys,
      roleUses: new Map(seen),
      entry: idleFor === undefined ? entry : { ...entry, replacedBy: { roles, idleFor } },
      secret: { ...secret, tags },
    };
  });
