import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyWith } from '../../functions/core/config/policy';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { DAY } from '../../functions/core/duration';
import { described } from '../../functions/core/findings/described';
import { targetSetDigest } from '../../functions/core/hosts/target';
import type { AccessKey, LastUsed } from '../../functions/core/key/access-key';
import { deliveredLabel, type SecretState } from '../../functions/core/key/secret-state';
import { versionIdOf } from '../../functions/core/key/version-id';
import { planDeactivation } from '../../functions/core/lifecycle/plan-deactivation';
import { planDeletion } from '../../functions/core/lifecycle/plan-deletion';
import { planDelivery } from '../../functions/core/lifecycle/plan-delivery';
import { keysToTrace, planRotation } from '../../functions/core/lifecycle/plan-rotation';
import {
  worthDeactivationLook,
  worthDeletionLook,
  worthRotationLook,
} from '../../functions/core/lifecycle/worth-a-look';
import { TAG } from '../../functions/core/names';
import { anyText } from './hostile';

const NOW = new Date('2026-06-01T03:00:00Z');
const IDS = ['AKIAAAAAAAAAAAAAAAAA', 'AKIABBBBBBBBBBBBBBBB', 'AKIACCCCCCCCCCCCCCCC'] as const;
const CREATED = [400, 95, 12].map((days) => new Date(NOW.getTime() - days * DAY));

function versionOf(at: number): string {
  return versionIdOf({ accessKeyId: IDS[at] ?? '', createdAt: CREATED[at] ?? NOW });
}

const ENTRY: RegistryEntry = {
  version: 1,
  id: 'shop',
  user: 'ci-shop',
  policy: policyWith(),
  firstRotation: 'at-once',
  adopt: 'keep',
  connections: {},
  targets: [],
};

/** Instants as people and broken clocks write them; the last ones are the first and the last that a Date can be. */
const times = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(
    'yesterday',
    '0',
    '2026-02-30T00:00:00Z',
    '-271821-04-20T00:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
  ),
  anyText,
);
const tagValue = fc
  .tuple(fc.oneof(fc.constantFrom(...IDS), anyText), times, fc.array(anyText, { maxLength: 2 }))
  .chain(([id, time, rest]) =>
    fc.constantFrom(`${id} ${time}`, `${time} ${id}`, `${time} run ${rest.join(' ')}`, [id, ...rest].join(' ')),
  );
const tags = fc.dictionary(fc.constantFrom(...Object.values(TAG)), tagValue);
const versionId = fc.oneof(
  fc.constantFrom(
    ...IDS.map((_id, at) => versionOf(at)),
    'access-key-AKIAIOSFODNN7EXAMPLE-99991231T235959Z',
    'access-key-AKIAIOSFODNN7EXAMPLE-00000101T000000Z',
  ),
  anyText,
);
const label = fc.oneof(
  fc.constantFrom('AWSCURRENT', 'AWSPREVIOUS', 'DELIVERED-', 'DELIVERED-0123456789abcdef'),
  anyText,
);
const states: fc.Arbitrary<SecretState> = fc.record({
  name: fc.constant('keyturn/shop'),
  arn: fc.constant('arn'),
  createdAt: fc.constantFrom(new Date(0), new Date(NOW.getTime() - 100 * DAY), NOW),
  changedAt: fc.constantFrom(new Date(NOW.getTime() - 100 * DAY), NOW),
  versions: fc.uniqueArray(fc.record({ versionId, labels: fc.array(label, { maxLength: 4 }) }), {
    selector: (version) => version.versionId,
    maxLength: 5,
  }),
  tags,
});
/** A user in the middle of a retirement, whose dates somebody edited: what a careless plan would act on. */
const edited: fc.Arbitrary<SecretState> = fc
  .tuple(
    fc.constantFrom(TAG.deactivated, TAG.reactivated, TAG.delivered),
    fc.dictionary(fc.constantFrom(TAG.deactivated, TAG.reactivated, TAG.delivered), tagValue),
    times,
  )
  .map(([tag, others, time]) => ({
    name: 'keyturn/shop',
    arn: 'arn',
    createdAt: new Date(NOW.getTime() - 100 * DAY),
    changedAt: new Date(NOW.getTime() - DAY),
    versions: [{ versionId: versionOf(1), labels: ['AWSCURRENT', deliveredLabel(targetSetDigest([], {}))] }],
    tags: { ...others, [tag]: `${IDS[0]} ${time}` },
  }));
const keyLists: fc.Arbitrary<readonly AccessKey[]> = fc.subarray([0, 1, 2], { maxLength: 2 }).chain((which) =>
  fc.tuple(
    ...which.map((at) =>
      fc.constantFrom('Active' as const, 'Inactive' as const).map((status) => ({
        accessKeyId: IDS[at] ?? '',
        status,
        createdAt: CREATED[at] ?? NOW,
      })),
    ),
  ),
);
const uses: fc.Arbitrary<ReadonlyMap<string, LastUsed>> = fc
  .array(fc.tuple(fc.constantFrom(...IDS), fc.option(fc.date({ noInvalidDate: true, max: NOW }), { nil: undefined })), {
    maxLength: 3,
  })
  .map((pairs) => new Map(pairs.map(([id, at]) => [id, { at }])));

const situations = fc.oneof(
  fc.record({ secret: states, keys: keyLists, lastUsed: uses }),
  fc.record({
    secret: edited,
    keys: fc.constantFrom('Active' as const, 'Inactive' as const).map((status) => [
      { accessKeyId: IDS[0], status, createdAt: CREATED[0] ?? NOW },
      { accessKeyId: IDS[1], status: 'Active' as const, createdAt: CREATED[1] ?? NOW },
    ]),
    lastUsed: fc.constant(new Map<string, LastUsed>([[IDS[0], { at: undefined }]])),
  }),
);

/** What a message has where a value is missing. */
const NONSENSE = /Invalid Date|undefined|NaN/;

describe('tags, labels and version IDs that people edited', () => {
  it('never stop a plan, and never let a key go before it was recorded Inactive for its whole recovery (K4)', () => {
    fc.assert(
      fc.property(situations, ({ secret, keys, lastUsed }) => {
        // A user may be called so.
        fc.pre(!NONSENSE.test(JSON.stringify(secret)));
        const input = { entry: ENTRY, secret, keys, lastUsed, now: NOW };
        const managed = { entry: ENTRY, secret };
        for (const worth of [worthRotationLook, worthDeactivationLook, worthDeletionLook])
          worth(managed, undefined, NOW);
        keysToTrace(input);
        const deletion = planDeletion(input);
        for (const { findings } of [planRotation(input), planDeactivation(input), deletion, planDelivery(input)]) {
          for (const { message, code } of findings.map(described)) expect(`${code} ${message}`).not.toMatch(NONSENSE);
        }
        for (const step of deletion.steps) {
          if (step.do !== 'delete') continue;
          expect(step.inactiveSince.getTime()).toBeLessThanOrEqual(NOW.getTime() - 10 * DAY);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
