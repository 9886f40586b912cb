import type { PromiseName } from '../../../cli/rehearsal/witness/promise-names';
import type { FaultName } from './faults';

/** One text of one file, and what takes its place. */
export interface Edit {
  readonly file: string;
  /** Text that the file holds exactly once. */
  readonly from: string;
  readonly to: string;
}

/** The code with one guard removed. */
export interface Mutant extends Edit {
  readonly name: string;
  /** The promise that it breaks. */
  readonly promise: PromiseName;
  /** The same guard in a second place. */
  readonly also?: Edit;
  /** The seeds within which it is caught. */
  readonly within: number;
  /** The fault that brings it to light, where the mixture takes longer. */
  readonly fault?: FaultName;
  /** How often in a year, where it takes two of them at the same time. @default 60 */
  readonly perYear?: number;
}

/** The look of the same day holds a key back as well: a mutant of what comes before it is caught without it. */
const UNLOOKED_AT = {
  file: 'functions/core/lifecycle/unseen-successor.ts',
  from: 'if (entry.targets.length === 0 || isChecked(secret, successor, digest, now)) return undefined;',
  to: 'if (now > new Date(0)) return undefined;',
} as const;

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no-drift-check',
    promise: 'K13',
    file: 'functions/core/lifecycle/plan-check.ts',
    from: 'if (version === undefined || entry.targets.length === 0) return undefined;',
    to: 'if (now > new Date(0)) return undefined;\n  if (version === undefined) return undefined;',
    also: UNLOOKED_AT,
    within: 10,
    fault: 'drift',
  },
  {
    name: 'first-look-without-baseline',
    promise: 'K3',
    file: 'functions/core/key/check-mark.ts',
    from: 'return mark.revisions.length === 0 ? {} :',
    to: 'return mark.accessKeyId.length > 0 ? {} :',
    within: 40,
    fault: 'drift',
  },
  {
    name: 'no-put-back',
    promise: 'K1',
    file: 'functions/hosts/bitbucket/writes.ts',
    from: 'if (isHalf(pair)) throw halved(pair, await props.putBack(pair));',
    to: 'if (isHalf(pair)) throw halved(pair, undefined);',
    within: 10,
    fault: 'half-refusal',
  },
  {
    name: 'retire-before-delivery',
    promise: 'K1',
    file: 'functions/core/lifecycle/successor.ts',
    from: 'if (isDelivered(secret, successor, targetSetDigest(entry.targets, entry.connections))) return undefined;',
    to: 'if (successor !== undefined) return undefined;',
    also: UNLOOKED_AT,
    within: 5,
    fault: 'environment',
    perYear: 240,
  },
  {
    name: 'mark-in-spite-of-failures',
    promise: 'K1',
    file: 'functions/runtime/doers/deliver-version.ts',
    from: 'if (complete && step.conclusive) return',
    to: 'if (step.conclusive) return',
    also: UNLOOKED_AT,
    within: 10,
    fault: 'host-down',
  },
  {
    name: 'deliver-without-proof',
    promise: 'K2',
    file: 'functions/runtime/doers/deliver-version.ts',
    from: 'return provedVersion(step, work, async (credential) => {\n    await prove(ports.sts, credential, run.time, PROOF_PATIENCE);',
    to: 'return provedVersion(step, work, async () => {',
    within: 10,
    fault: 'config',
  },
  {
    name: 'one-proof',
    promise: 'K2',
    file: 'functions/account/prove.ts',
    from: 'if (good === ROUNDS) break;',
    to: 'break;',
    within: 10,
    fault: 'slow-iam',
  },
  {
    name: 'proof-at-one-endpoint',
    promise: 'K2',
    file: 'functions/account/prove.ts',
    from: '[problemAt(own, sts, credential), ...others.map(askOther)]',
    to: '[problemAt(own, sts, credential)]',
    within: 10,
    fault: 'slow-iam',
  },
  {
    name: 'no-overlap',
    promise: 'K3',
    file: 'functions/core/lifecycle/retirement.ts',
    from: 'after(deliveredAt(secret, successor), overlap),',
    to: 'deliveredAt(secret, successor),',
    within: 5,
  },
  {
    name: 'retire-keys-in-use',
    promise: 'K3',
    file: 'functions/core/lifecycle/plan-deactivation.ts',
    from: 'if (isIdle(used, entry, now)) return',
    to: 'if (used !== undefined) return',
    within: 10,
    fault: 'leftover-copy',
  },
  {
    name: 'no-recovery',
    promise: 'K4',
    file: 'functions/core/lifecycle/plan-deletion.ts',
    from: 'if (now < due) return {};',
    to: 'if (now < since) return {};',
    also: {
      file: 'functions/core/lifecycle/worth-a-look.ts',
      from: 'return hasAge && after(since, (deleteAfter - deactivateAfter) * DAY) <= now;',
      to: 'return hasAge;',
    },
    within: 10,
    fault: 'leftover-copy',
  },
  {
    name: 'foreign-keys-are-ours',
    promise: 'K5',
    file: 'functions/core/key/key-ring.ts',
    from: 'key.createdAt < secret.createdAt;',
    to: 'key.createdAt < secret.createdAt || key.accessKeyId !== anchor?.accessKeyId;',
    within: 10,
    fault: 'people-keys',
  },
  {
    name: 'secret-in-the-audit-log',
    promise: 'K6',
    file: 'functions/runtime/doers/rotate-key.ts',
    from: "run.audit('key-stored', entry, { accessKeyId, version, reason, facts });",
    to: "run.audit('key-stored', entry, { accessKeyId, version, reason: credential.secretAccessKey.reveal() });",
    within: 1,
  },
  {
    name: 'secret-in-base64',
    promise: 'K6',
    file: 'functions/runtime/doers/rotate-key.ts',
    from: "run.audit('key-proved', entry, { accessKeyId, facts: { arn: identity.arn } });",
    to: "run.audit('key-proved', entry, { accessKeyId, facts: { arn: btoa('a key: ' + credential.secretAccessKey.reveal()) } });",
    within: 1,
  },
  {
    name: 'dead-keys-stay',
    promise: 'K1',
    file: 'functions/core/lifecycle/rotation-reason.ts',
    from: "if (ring.anchorKey.status === 'Inactive') return 'current-key-inactive';",
    to: '',
    within: 10,
    fault: 'people-keys',
  },
  {
    name: 'silent-deactivation',
    promise: 'K7',
    file: 'functions/runtime/doers/deactivate-key.ts',
    from: "run.audit('key-deactivated', entry, { accessKeyId, reason });",
    to: '',
    within: 5,
  },
  {
    name: 'deactivation-that-did-not-happen',
    promise: 'K7',
    file: 'functions/runtime/doers/deactivate-key.ts',
    from: 'await ports.iam.deactivateAccessKey(entry.user, accessKeyId);',
    to: '',
    within: 5,
  },
  {
    name: 'deactivation-before-its-record',
    promise: 'K7',
    file: 'functions/runtime/doers/deactivate-key.ts',
    from: 'await run.beforeTaking();',
    to: '',
    within: 5,
  },
  {
    name: 'creation-before-its-record',
    promise: 'K7',
    file: 'functions/runtime/doers/rotate-key.ts',
    from: 'await run.beforeGiving();',
    to: '',
    within: 1,
  },
  {
    name: 'taking-although-the-record-failed',
    promise: 'K7',
    file: 'functions/runtime/run.ts',
    from: 'this.#recordUnavailable(error);\n      throw error;',
    to: 'this.#recordUnavailable(error);',
    within: 10,
    fault: 'record',
  },
  {
    name: 'record-that-forgets-after-a-failure',
    promise: 'K7',
    file: 'functions/runtime/journal.ts',
    from: 'await this.#props.record.append(this.#sealed.slice(this.#kept, until));\n        this.#kept = until;',
    to: 'const from = this.#kept;\n        this.#kept = until;\n        await this.#props.record.append(this.#sealed.slice(from, until));',
    within: 10,
    fault: 'record',
  },
  {
    name: 'ids-of-the-request-alone',
    promise: 'K7',
    file: 'functions/core/audit.ts',
    from: 'startedAt.getTime().toString(36)',
    to: 'startedAt.getTime() * 0',
    within: 10,
    fault: 'crash',
  },
  {
    name: 'never-due',
    promise: 'K8',
    file: 'functions/core/lifecycle/rotation-reason.ts',
    from: "if (isDue(ring.current.createdAt, entry, now)) return 'due';",
    to: '',
    within: 5,
  },
  {
    name: 'orphans-by-their-looks',
    promise: 'K5',
    file: 'functions/core/lifecycle/plan-rotation.ts',
    from: 'const orphans = suspects.filter(({ accessKeyId }) => isOwn.get(accessKeyId) === true);',
    to: 'const orphans = suspects.slice();',
    within: 10,
    fault: 'people-keys',
  },
  {
    name: 'orphans-stay',
    promise: 'K9',
    file: 'functions/core/lifecycle/plan-rotation.ts',
    from: 'const orphans = suspects.filter(({ accessKeyId }) => isOwn.get(accessKeyId) === true);',
    to: 'const orphans = suspects.slice(suspects.length);',
    within: 10,
    fault: 'crash',
  },
  {
    name: 'limit-without-a-word',
    promise: 'K10',
    file: 'functions/core/findings/failed-step.ts',
    from: "'key-limit': 'two-keys',",
    to: '',
    within: 10,
    fault: 'schedule',
  },
  {
    name: 'one-bad-entry-stops-all',
    promise: 'K11',
    file: 'functions/aws/registry.ts',
    from: 'invalid.push({ id, error: toKeyturnError(thrown) });',
    to: 'throw toKeyturnError(thrown);',
    within: 10,
    fault: 'bad-entry',
  },
  {
    name: 'unpinned-entries-count',
    promise: 'K2',
    file: 'functions/runtime/as-deployed.ts',
    from: 'if (digest !== undefined && pinned.includes(digest)) return undefined;',
    to: 'if (pinned.length > 0) return undefined;',
    within: 10,
    fault: 'forged-entry',
  },
  {
    name: 'names-as-the-host-says-them',
    promise: 'K6',
    file: 'functions/core/key/outside-name.ts',
    from: 'return isHarmless(shown, this.#secrets) ? shown : WITHHELD;',
    to: 'return shown;',
    within: 10,
    fault: 'host-words',
  },
  {
    name: 'record-of-any-length',
    promise: 'K7',
    file: 'functions/runtime/journal.ts',
    from: 'const event = recordable({',
    to: 'const event = ((whole: AuditEvent) => whole)({',
    also: {
      file: 'functions/core/key/outside-name.ts',
      from: 'return isHarmless(shown, this.#secrets) ? shown : WITHHELD;',
      to: 'return /Stag ing|\\n/.test(this.#raw) ? this.#raw : WITHHELD;',
    },
    within: 10,
    fault: 'host-words',
  },
  {
    name: 'global-breaker',
    promise: 'K11',
    file: 'functions/core/lifecycle/breaker.ts',
    from: 'return open.some(({ system }) => systems.includes(system));',
    to: 'return open.length > 0 && systems.length > 0;',
    within: 5,
    fault: 'dead-host',
  },
];
