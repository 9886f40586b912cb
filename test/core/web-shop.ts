import { type Policy, policyWith } from '../../functions/core/config/policy';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { DAY } from '../../functions/core/duration';
import { type Described, described } from '../../functions/core/findings/described';
import type { Finding } from '../../functions/core/findings/findings';
import { type TargetConfig, targetSchema, targetSetDigest } from '../../functions/core/hosts/target';
import type { AccessKey, LastUsed } from '../../functions/core/key/access-key';
import { checkTags } from '../../functions/core/key/check-mark';
import { datedTag } from '../../functions/core/key/dated-tag';
import { keyRing } from '../../functions/core/key/key-ring';
import { deliveredLabel, type SecretState } from '../../functions/core/key/secret-state';
import { versionIdOf } from '../../functions/core/key/version-id';
import type { Plan, Step } from '../../functions/core/lifecycle/steps';

/** One managed key, web-shop-production, whose secret was created at `START`; every time is counted from there. */
export const START = new Date('2026-01-01T03:00:00Z');

/** So many days after `START`, give or take milliseconds. */
export function day(days: number, milliseconds = 0): Date {
  return new Date(START.getTime() + days * DAY + milliseconds);
}

export const [production, staging] = ['Production', 'Staging'].map(
  (environment): TargetConfig =>
    targetSchema.parse({ type: 'bitbucket-deployment', connection: 'acme', repository: 'acme/web-shop', environment }),
) as [TargetConfig, TargetConfig];

export function entryOf(overrides: Partial<Omit<RegistryEntry, 'policy'>> & { policy?: Partial<Policy> } = {}) {
  const entry: RegistryEntry = {
    version: 1,
    id: 'web-shop-production',
    user: 'bitbucket-web-shop',
    firstRotation: 'at-once',
    adopt: 'keep',
    connections: {
      acme: { host: 'bitbucket', url: 'https://api.bitbucket.org/2.0', secret: 'keyturn/connections/acme' },
    },
    targets: [production],
    ...overrides,
    policy: policyWith(overrides.policy),
  };
  return entry;
}

const usual = entryOf();
/** The label of a version that today's targets have confirmed. */
export const DELIVERED = deliveredLabel(targetSetDigest(usual.targets, usual.connections));

/** A readable access key ID, such as `AKIA0000000000000OLD`. */
export function idOf(name: string): string {
  return `AKIA${name.toUpperCase().padStart(16, '0')}`;
}

export function keyOf(name: string, createdAt: Date, status: AccessKey['status'] = 'Active'): AccessKey {
  return { accessKeyId: idOf(name), status, createdAt };
}

/** The version that holds a key, with its labels. */
export function versionOf(key: AccessKey, ...labels: string[]) {
  return { versionId: versionIdOf(key), labels };
}

export function secretOf(
  versions: SecretState['versions'],
  tags: SecretState['tags'] = {},
  createdAt: Date = START,
): SecretState {
  return {
    name: 'keyturn/web-shop-production',
    arn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/web-shop-production-a1B2c3',
    createdAt,
    changedAt: createdAt,
    versions,
    tags,
  };
}

/** The state in which every target was seen to hold the anchor's version, or the one named, at an instant. */
export function seenAt(secret: SecretState, at: Date, of = keyRing(secret, []).anchor): SecretState {
  if (of === undefined) return secret;
  const { accessKeyId } = of;
  const digest = targetSetDigest(usual.targets, usual.connections);
  return { ...secret, tags: { ...checkTags({ accessKeyId, digest, revisions: [] }, at), ...secret.tags } };
}

/** A version that a person put there. */
export const handMade = '6b1f3c0e-3f0e-4a57-9a43-1f3c0e3f0e4a';

export function tagOf(key: AccessKey, at: Date): string {
  return datedTag(key.accessKeyId, at);
}

export function usesOf(...uses: readonly (readonly [AccessKey, Date | undefined, string?])[]): Map<string, LastUsed> {
  return new Map(
    uses.map(([{ accessKeyId }, at, service]) => [
      accessKeyId,
      service === undefined ? { at } : { at, service, region: 'eu-west-1' },
    ]),
  );
}

/** A plan as people are told of it. */
export function told(plan: Plan<Step, Finding>): {
  readonly steps: readonly Step[];
  readonly findings: readonly Described[];
} {
  return { steps: plan.steps, findings: plan.findings.map(described) };
}

export function deeds(plan: Pick<Plan, 'steps'>): readonly Step['do'][] {
  return plan.steps.map((step) => step.do);
}

export function codes(plan: {
  readonly steps?: unknown;
  readonly findings: readonly { readonly code: string }[];
}): readonly string[] {
  return plan.findings.map(({ code }) => code);
}

export const NOTHING: Plan<never, never> = { steps: [], findings: [] };
