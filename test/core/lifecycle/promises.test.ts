import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/core/duration';
import type { AccessKey } from '../../../functions/core/key/access-key';
import { parseVersionId } from '../../../functions/core/key/version-id';
import { planDeactivation } from '../../../functions/core/lifecycle/plan-deactivation';
import { planDeletion } from '../../../functions/core/lifecycle/plan-deletion';
import { deliverySteps, planDelivery } from '../../../functions/core/lifecycle/plan-delivery';
import { planRotation } from '../../../functions/core/lifecycle/plan-rotation';
import type { Step } from '../../../functions/core/lifecycle/steps';
import { TAG } from '../../../functions/core/names';
import { PROPERTY_RUNS } from '../property-runs';
import { DELIVERED } from '../web-shop';
import { type ReplaceableState, replaceableState, type State, state } from './random-state';

/*
 * The promises over random states. What they say is written down here a second time, from their words, and not by the
 * planners' own functions.
 */

type StepOf<Do extends Step['do']> = Extract<Step, { do: Do }>;

const all = (given: State) => [
  ...planRotation(given).steps,
  ...planRotation({ ...given, requested: true }).steps,
  ...planDeactivation(given).steps,
  ...planDeletion(given).steps,
  ...deliverySteps(planDelivery(given)),
];
const stepsOf = <Do extends Step['do']>(steps: readonly Step[], name: Do) =>
  steps.filter((step): step is StepOf<Do> => step.do === name);
const daysSince = (instant: Date, { now }: State) => (now.getTime() - instant.getTime()) / DAY;
const created = ({ keys }: State, id: string) => keys.find(({ accessKeyId }) => accessKeyId === id)?.createdAt;
const storedIn = ({ secret }: State) =>
  secret.versions.flatMap(({ versionId, labels }) => {
    const key = parseVersionId(versionId);
    return key === undefined ? [] : [{ ...key, labels }];
  });
const words = ({ secret }: State, tag: string) => secret.tags[tag]?.split(' ') ?? [];

/** Keys that nobody told Keyturn about: in no version, younger than the secret, and not known to be its own. */
function foreignKeys(given: State): readonly AccessKey[] {
  return given.keys.filter(
    (key) =>
      key.createdAt >= given.secret.createdAt &&
      !storedIn(given).some(({ accessKeyId }) => accessKeyId === key.accessKeyId) &&
      given.isOwn.get(key.accessKeyId) !== true,
  );
}

/** Counts what a property met, so that it cannot pass by never meeting it. */
function check(name: Step['do'], property: (steps: readonly Step[], given: State) => void): void {
  let met = 0;
  fc.assert(
    fc.property(state, (given) => {
      const steps = all(given);
      met += stepsOf(steps, name).length;
      property(steps, given);
    }),
    PROPERTY_RUNS,
  );
  expect(met).toBeGreaterThan(15);
}

describe('over all states', () => {
  it('K3: no key is deactivated unless its successor is delivered everywhere, works, and the overlap has passed', () => {
    check('deactivate', (steps, given) => {
      const { rotateAfter, deactivateAfter, deleteAfter, idleFor, holdLimit } = given.entry.policy;
      for (const { accessKeyId, reason } of stepsOf(steps, 'deactivate')) {
        const used = given.lastUsed.get(accessKeyId);
        expect(used).toBeDefined();
        const idle = used?.at === undefined ? Number.POSITIVE_INFINITY : daysSince(used.at, given);
        const age = daysSince(created(given, accessKeyId) ?? given.now, given);
        if (reason === 'replace-idle') {
          expect(age).toBeGreaterThanOrEqual(deactivateAfter);
          expect(given.entry.adopt).toBe('replace-idle');
          expect(storedIn(given).filter(({ labels }) => labels.length > 0)).toEqual([]);
          expect(idle).toBeGreaterThanOrEqual(deactivateAfter);
          continue;
        }
        const successor = storedIn(given)
          .filter(({ labels }) => labels.includes(DELIVERED))
          .find((version) => version.accessKeyId !== accessKeyId);
        expect(successor).toBeDefined();
        expect(given.keys).toContainEqual(
          expect.objectContaining({ accessKeyId: successor?.accessKeyId, status: 'Active' }),
        );
        // Seen within the day, and not seen to be gone since.
        const [seen, seenAt = ''] = words(given, TAG.checked);
        expect(seen).toBe(successor?.accessKeyId);
        expect(Math.abs(daysSince(new Date(seenAt), given))).toBeLessThanOrEqual(1);
        expect(words(given, TAG.drifted)).not.toContain(successor?.accessKeyId);
        const [late, at = ''] = words(given, TAG.delivered);
        const overlapFrom = [
          successor?.createdAt ?? given.now,
          ...(late === successor?.accessKeyId ? [new Date(at)] : []),
        ];
        for (const from of overlapFrom) {
          expect(daysSince(from, given)).toBeGreaterThanOrEqual(deactivateAfter - rotateAfter);
        }
        // Of age, or early enough to be gone before its successor is due.
        const left = rotateAfter - daysSince(successor?.createdAt ?? given.now, given);
        if (age < deactivateAfter) expect(left).toBeLessThanOrEqual(deleteAfter - deactivateAfter + holdLimit + 1);
        if (reason === 'idle') expect(idle).toBeGreaterThanOrEqual(idleFor);
        else if (holdLimit > 0) {
          const [word, since = ''] = words(given, TAG.held);
          expect(word).toBe(accessKeyId);
          expect(daysSince(new Date(since), given)).toBeGreaterThanOrEqual(holdLimit - 1 / 24);
        }
      }
    });
  });

  it('K4: no key is deleted unless it was Inactive for the whole time to recover', () => {
    check('delete', (steps, given) => {
      const { rotateAfter, deactivateAfter, deleteAfter } = given.entry.policy;
      for (const { accessKeyId } of stepsOf(steps, 'delete')) {
        expect(given.keys).toContainEqual(expect.objectContaining({ accessKeyId, status: 'Inactive' }));
        const [word, time = ''] = words(given, TAG.deactivated);
        expect(word).toBe(accessKeyId);
        const since = new Date(time);
        expect(daysSince(since, given)).toBeGreaterThanOrEqual(deleteAfter - deactivateAfter);
        const successor = storedIn(given).find(({ labels }) => labels.includes(DELIVERED));
        const age = daysSince(created(given, accessKeyId) ?? given.now, given);
        // Of age, or the last day before its successor is due.
        const left = rotateAfter - daysSince(successor?.createdAt ?? given.now, given);
        if (age < deleteAfter) expect(left).toBeLessThanOrEqual(1);
        const used = given.lastUsed.get(accessKeyId);
        expect(used).toBeDefined();
        expect(used?.at?.getTime() ?? 0).toBeLessThanOrEqual(since.getTime());
        const [again, when = ''] = words(given, TAG.reactivated);
        if (again === accessKeyId) expect(Date.parse(when)).toBeLessThan(since.getTime());
      }
    });
  });

  it('K3: a key in use is held once, for the whole time, and people are told', () => {
    check('record-hold', (steps, given) => {
      for (const { accessKeyId } of stepsOf(steps, 'record-hold')) {
        expect(given.keys).toContainEqual(expect.objectContaining({ accessKeyId, status: 'Active' }));
        expect(given.lastUsed.get(accessKeyId)?.at).toBeDefined();
        expect(stepsOf(steps, 'deactivate')).toEqual([]);
        expect(planDeactivation(given).findings).toMatchObject([{ code: 'in-use', accessKeyId }]);
      }
    });
  });

  it('K1: what becomes current again is another stored key that works', () => {
    check('promote', (steps, given) => {
      for (const { accessKeyId, versionId, from } of stepsOf(steps, 'promote')) {
        const current = given.secret.versions.find(({ labels }) => labels.includes('AWSCURRENT'));
        expect(from).toBe(current?.versionId);
        expect(versionId).not.toBe(from);
        expect(parseVersionId(versionId)?.accessKeyId).toBe(accessKeyId);
        expect(given.secret.versions.map((version) => version.versionId)).toContain(versionId);
        expect(given.keys).toContainEqual(expect.objectContaining({ accessKeyId, status: 'Active' }));
        expect(given.keys).toHaveLength(2);
      }
    });
  });

  it('K4: the time to recover that has begun is begun anew for nothing but a use', () => {
    check('record-inactive', (_steps, given) => {
      const [word, time = ''] = words(given, TAG.deactivated);
      const [again, when = ''] = words(given, TAG.reactivated);
      const counts = again !== word || new Date(when) < new Date(time);
      for (const requested of [false, true]) {
        const plan = planRotation({ ...given, requested }).steps;
        const recorded = stepsOf(plan, 'record-inactive');
        expect(recorded.length).toBeLessThanOrEqual(1);
        for (const { accessKeyId } of recorded) {
          expect(given.keys).toContainEqual(expect.objectContaining({ accessKeyId, status: 'Inactive' }));
        }
        // A key that is superseded by this very run was not retired before, whatever an old record says.
        const isReplaced = plan.some((step) => step.do === 'rotate' || step.do === 'promote');
        if (counts && !isReplaced) expect(recorded.map(({ accessKeyId }) => accessKeyId)).not.toContain(word);
      }
    });
  });

  it('K5: no step ever names a foreign key', () => {
    let foreign = 0;
    check('discard-orphan', (steps, given) => {
      const ids = foreignKeys(given).map(({ accessKeyId }) => accessKeyId);
      foreign += ids.length;
      const named = steps.flatMap((step) => ('accessKeyId' in step ? [step.accessKeyId] : []));
      expect(named.filter((id) => ids.includes(id))).toEqual([]);
    });
    expect(foreign).toBeGreaterThan(500);
  });

  it('K10: no key is made while two are there', () => {
    check('rotate', (_steps, given) => {
      for (const requested of [false, true]) {
        const plan = planRotation({ ...given, requested }).steps;
        if (stepsOf(plan, 'rotate').length === 0) continue;
        expect(given.keys.length - stepsOf(plan, 'discard-orphan').length).toBeLessThan(2);
      }
    });
  });

  it('K1: the key that pipelines should hold is neither deactivated nor deleted', () => {
    check('deliver', (steps, given) => {
      const current = given.secret.versions.find(({ labels }) => labels.includes('AWSCURRENT'));
      const held = parseVersionId(current?.versionId ?? '')?.accessKeyId;
      for (const step of [...stepsOf(steps, 'deactivate'), ...stepsOf(steps, 'delete')]) {
        expect(step.accessKeyId).not.toBe(held);
      }
    });
  });

  it('K3: no key is made while the current one works and has not reached every target', () => {
    check('rotate', (steps, given) => {
      const current = storedIn(given).find(({ labels }) => labels.includes('AWSCURRENT'));
      const works = given.keys.some(
        ({ accessKeyId, status }) => accessKeyId === current?.accessKeyId && status === 'Active',
      );
      if (!works || current?.labels.includes(DELIVERED)) return;
      expect(stepsOf(steps, 'rotate')).toEqual([]);
    });
  });

  it('a garbled pause changes nothing', () => {
    fc.assert(
      fc.property(state, fc.string(), (given, pause) => {
        fc.pre(!/^\d{4}-\d{2}-\d{2}/.test(pause));
        const secret = { ...given.secret, tags: { ...given.secret.tags, [TAG.paused]: pause } };
        expect(all({ ...given, secret })).toEqual([]);
      }),
    );
  });
});

describe('over all states of a key that a role is to replace', () => {
  const currentIn = (given: State) => storedIn(given).find(({ labels }) => labels.includes('AWSCURRENT'));
  const currentOf = (given: State) => currentIn(given)?.accessKeyId;
  const createdOf = (given: State) => currentIn(given)?.createdAt ?? given.now;
  const statusOf = ({ keys }: State, id?: string) => keys.find(({ accessKeyId }) => accessKeyId === id)?.status;
  const taggedAt = (given: State, tag: string, id?: string) => {
    const [word, at = ''] = words(given, tag);
    return id !== undefined && word === id ? Date.parse(at) : undefined;
  };

  function checkReplaceable(
    isMet: (step: Step) => boolean,
    property: (steps: readonly Step[], given: ReplaceableState) => void,
  ) {
    let met = 0;
    fc.assert(
      fc.property(replaceableState, (given) => {
        const steps = all(given);
        met += steps.filter(isMet).length;
        property(steps, given);
      }),
      PROPERTY_RUNS,
    );
    expect(met).toBeGreaterThan(15);
  }

  it('K3: the current key goes only where nobody used it for the days of its entry, the role was used since, and no other is left', () => {
    const isMet = (step: Step) => step.do === 'deactivate' && step.reason === 'replaced';
    checkReplaceable(isMet, (steps, given) => {
      for (const { accessKeyId, reason } of stepsOf(steps, 'deactivate')) {
        const isCurrent = accessKeyId === currentOf(given);
        expect(isCurrent).toBe(reason === 'replaced');
        if (reason !== 'replaced') continue;
        const { replacedBy } = given.entry;
        const used = given.lastUsed.get(accessKeyId);
        const since = [created(given, accessKeyId), used?.at].flatMap((at) => at ?? []);
        expect(used).toBeDefined();
        for (const at of since) {
          expect(daysSince(at, given)).toBeGreaterThanOrEqual(replacedBy?.idleFor ?? Number.NaN);
          for (const role of replacedBy?.roles ?? [])
            expect(given.roleUses?.get(role)?.at?.getTime()).toBeGreaterThan(at.getTime());
        }
        expect(
          given.keys.every(
            (key) =>
              key.accessKeyId === accessKeyId ||
              foreignKeys(given).includes(key) ||
              given.isOwn.get(key.accessKeyId) === true,
          ),
        ).toBe(true);
        expect(words(given, TAG.paused)).toEqual([]);
      }
    });
  });

  it('K4: it is deleted only by its entry, as Inactive for the whole time to recover, and as nobody has made it Active since', () => {
    const isCurrents = (given: ReplaceableState, id: string) => id === currentOf(given);
    let met = 0;
    fc.assert(
      fc.property(replaceableState, (given) => {
        const { deactivateAfter, deleteAfter } = given.entry.policy;
        for (const { accessKeyId } of stepsOf(all(given), 'delete').filter((step) =>
          isCurrents(given, step.accessKeyId),
        )) {
          met += 1;
          expect(given.entry.replacedBy).toBeDefined();
          expect(statusOf(given, accessKeyId)).toBe('Inactive');
          const since = taggedAt(given, TAG.deactivated, accessKeyId) ?? Number.NaN;
          expect(daysSince(new Date(since), given)).toBeGreaterThanOrEqual(deleteAfter - deactivateAfter);
          const replacedAt = taggedAt(given, TAG.replaced, accessKeyId) ?? Number.NaN;
          const again = taggedAt(given, TAG.reactivated, accessKeyId) ?? 0;
          expect(again).toBeLessThan(Math.min(since, replacedAt));
        }
      }),
      PROPERTY_RUNS,
    );
    expect(met).toBeGreaterThan(5);
  });

  it('K1, K8: one that works is rotated as any other, and what has gone for good gets no successor', () => {
    checkReplaceable(
      (step) => step.do === 'rotate',
      (steps, given) => {
        const current = currentOf(given);
        const replacedAt = taggedAt(given, TAG.replaced, current);
        const again = taggedAt(given, TAG.reactivated, current);
        const isToGo =
          given.entry.replacedBy !== undefined &&
          replacedAt !== undefined &&
          // Of before the key nobody can have said it.
          replacedAt >= createdOf(given).getTime() &&
          (again === undefined || again < replacedAt);
        const isGone = isToGo && statusOf(given, current) !== 'Active';
        if (isGone) expect(stepsOf(steps, 'rotate')).toEqual([]);
        // A run said that it goes: the next one sees to it.
        if (isToGo) return;
        const { replacedBy: _none, ...entry } = given.entry;
        expect(planRotation(given)).toEqual(planRotation({ ...given, entry }));
      },
    );
  });
});
