import type { RegistryEntry } from '../../../functions/core/config/registry';
import { DAY, HOUR } from '../../../functions/core/duration';
import type { TargetConfig } from '../../../functions/core/hosts/target';
import type { AccessKey, LastUsed } from '../../../functions/core/key/access-key';
import { checkTags } from '../../../functions/core/key/check-mark';
import { intentTag } from '../../../functions/core/key/intent';
import {
  currentVersion,
  deliveredLabel,
  type SecretState,
  storedVersions,
} from '../../../functions/core/key/secret-state';
import { versionIdOf } from '../../../functions/core/key/version-id';
import { planCheck } from '../../../functions/core/lifecycle/plan-check';
import { planDeactivation } from '../../../functions/core/lifecycle/plan-deactivation';
import { planDeletion } from '../../../functions/core/lifecycle/plan-deletion';
import { deliverySteps, planDelivery } from '../../../functions/core/lifecycle/plan-delivery';
import { planRotation } from '../../../functions/core/lifecycle/plan-rotation';
import type { Check, Delivery, Plan, Step } from '../../../functions/core/lifecycle/steps';
import { TAG } from '../../../functions/core/names';
import { handMade, keyOf, secretOf } from '../web-shop';

/** What a target is called in this account. */
function nameOf(target: TargetConfig): string {
  return 'environment' in target ? target.environment : target.type;
}

/**
 * One user, one secret and its targets in memory: does what the plans say, as the functions do, so that whole lives of
 * a key can be lived in milliseconds.
 */
export class Account {
  keys: AccessKey[] = [];
  versions: { readonly versionId: string; labels: string[] }[] = [];
  tags: Record<string, string> = {};
  /** What each target holds, by its name in the entry. */
  readonly held = new Map<string, string>();
  readonly uses = new Map<string, LastUsed>();
  readonly foreign = new Set<string>();
  readonly log: string[] = [];
  readonly found: string[] = [];
  /** Targets that are down, by environment. */
  readonly down = new Set<string>();
  /** The next rotation dies right after it created its key. */
  crashes = false;
  now: Date;
  #made = 0;
  readonly #own = new Set<string>();
  #changedAt: Date;

  constructor(
    public entry: RegistryEntry,
    start: Date,
  ) {
    this.now = start;
    this.#changedAt = start;
  }

  get secret(): SecretState {
    return { ...secretOf(this.versions, this.tags), changedAt: this.#changedAt };
  }

  status(accessKeyId: string): AccessKey['status'] | 'gone' {
    return this.keys.find((key) => key.accessKeyId === accessKeyId)?.status ?? 'gone';
  }

  rotate(requested = false): void {
    const input = { entry: this.entry, secret: this.secret, keys: this.keys, now: this.now, requested };
    this.#run(planRotation({ ...input, isOwn: this.#creators() }));
  }

  /** What CloudTrail says: everything that was not made by hand was made by a rotation. */
  #creators(): ReadonlyMap<string, boolean> {
    return new Map(this.keys.map(({ accessKeyId }) => [accessKeyId, this.#own.has(accessKeyId)]));
  }

  retire(): void {
    const input = () => ({
      entry: this.entry,
      secret: this.secret,
      keys: this.keys,
      lastUsed: this.uses,
      now: this.now,
    });
    this.#run(planDeactivation(input()));
    this.#run(planDeletion(input()));
  }

  sync(): void {
    const plan = planDelivery({ entry: this.entry, secret: this.secret, now: this.now });
    this.#run({ steps: deliverySteps(plan), findings: plan.findings });
    const check = planCheck({ entry: this.entry, secret: this.secret, now: this.now, drift: 'repair', isAsked: false });
    if (check !== undefined) this.#run({ steps: [check], findings: [] });
  }

  /** Pipelines log in with what their targets hold. */
  work(): void {
    for (const id of this.held.values()) this.uses.set(id, { at: this.now, service: 's3', region: 'eu-west-1' });
  }

  create(name = `made${this.#made++}`): AccessKey {
    if (this.keys.length >= 2) throw new Error('LimitExceeded');
    const key = keyOf(name, new Date(Math.floor(this.now.getTime() / 1000) * 1000));
    this.keys = [...this.keys, key];
    this.uses.set(key.accessKeyId, { at: undefined });
    return key;
  }

  setStatus(accessKeyId: string, status: AccessKey['status']): void {
    this.keys = this.keys.map((key) => (key.accessKeyId === accessKeyId ? { ...key, status } : key));
  }

  remove(accessKeyId: string): void {
    this.keys = this.keys.filter((key) => key.accessKeyId !== accessKeyId);
  }

  /** Moves AWSCURRENT, and AWSPREVIOUS after it, as Secrets Manager does. */
  makeCurrent(versionId: string): void {
    const from = currentVersion(this.secret)?.versionId;
    if (from === versionId) return;
    if (!this.versions.some((version) => version.versionId === versionId))
      this.versions.push({ versionId, labels: [] });
    this.#label('AWSCURRENT', versionId);
    if (from !== undefined) this.#label('AWSPREVIOUS', from);
  }

  edit(): void {
    this.makeCurrent(`${handMade}-${this.#made++}`);
  }

  #label(label: string, versionId: string): void {
    this.#changedAt = this.now;
    for (const version of this.versions) {
      version.labels = version.labels.filter((other) => other !== label);
      if (version.versionId === versionId) version.labels.push(label);
    }
  }

  #run(plan: Plan): void {
    this.found.push(...plan.findings.map(({ code }) => code));
    for (const step of plan.steps) {
      if (!this.#do(step)) return;
    }
  }

  /** @returns whether the steps after it are for now */
  #do(step: Step): boolean {
    this.#changedAt = this.now;
    const age = (this.now.getTime() - Date.parse('2026-01-01T03:00:00Z')) / DAY;
    this.log.push(
      `${age.toFixed(1)} ${step.do} ${'accessKeyId' in step ? step.accessKeyId.replace(/^AKIA0*/, '') : ''}`,
    );
    switch (step.do) {
      case 'discard-orphan':
        this.remove(step.accessKeyId);
        break;
      case 'delete':
        this.remove(step.accessKeyId);
        this.#clearRecord();
        break;
      case 'clear-record':
        this.#clearRecord();
        break;
      case 'clear-intent':
        delete this.tags[TAG.intent];
        break;
      case 'rotate': {
        const before = this.keys.map(({ accessKeyId }) => accessKeyId);
        this.tags[TAG.intent] = intentTag({ at: this.now, run: 'run', before });
        const key = this.create();
        this.#own.add(key.accessKeyId);
        if (this.crashes) {
          this.crashes = false;
          break;
        }
        this.makeCurrent(versionIdOf(key));
        break;
      }
      case 'reactivate':
        this.setStatus(step.accessKeyId, 'Active');
        this.tags[TAG.reactivated] = `${step.accessKeyId} ${this.now.toISOString()}`;
        break;
      case 'promote':
        this.makeCurrent(step.versionId);
        break;
      case 'deactivate':
        this.setStatus(step.accessKeyId, 'Inactive');
        this.tags[TAG.deactivated] = `${step.accessKeyId} ${this.now.toISOString()}`;
        break;
      case 'record-inactive':
        this.tags[TAG.deactivated] = `${step.accessKeyId} ${this.now.toISOString()}`;
        break;
      case 'record-hold':
        this.tags[TAG.held] = `${step.accessKeyId} ${this.now.toISOString()}`;
        break;
      case 'record-reactivation':
        this.tags[TAG.reactivated] = `${step.accessKeyId} ${this.now.toISOString()}`;
        break;
      case 'record-drift':
        this.tags[TAG.drifted] = `${step.accessKeyId} ${this.now.toISOString()}`;
        break;
      case 'remove-label':
        for (const version of this.versions) version.labels = version.labels.filter((label) => label !== step.label);
        break;
      case 'check':
        this.#check(step);
        break;
      case 'deliver':
        return this.#deliver(step);
    }
    return true;
  }

  #clearRecord(): void {
    if (this.tags[TAG.deactivated]?.split(' ')[0] === this.tags[TAG.withdrawn]?.split(' ')[0])
      delete this.tags[TAG.withdrawn];
    for (const tag of [TAG.deactivated, TAG.reactivated, TAG.held]) delete this.tags[tag];
  }

  #check({ accessKeyId, versionId, digest }: Check): void {
    const names = this.entry.targets.map(nameOf);
    if (names.some((name) => this.down.has(name))) return;
    if (names.every((name) => this.held.get(name) === accessKeyId)) {
      Object.assign(this.tags, checkTags({ accessKeyId, digest, revisions: [] }, this.now));
      return;
    }
    this.found.push('drifted');
    this.#run({ steps: [{ do: 'remove-label', label: deliveredLabel(digest), versionId }], findings: [] });
    this.sync();
  }

  #deliver(step: Delivery): boolean {
    // The proof (K2).
    if (this.status(step.accessKeyId) !== 'Active') return false;
    let complete = true;
    for (const target of this.entry.targets) {
      const name = nameOf(target);
      if (this.down.has(name)) complete = false;
      else this.held.set(name, step.accessKeyId);
    }
    if (!complete || !step.conclusive) return false;
    if (step.returned || this.now.getTime() - step.createdAt.getTime() > HOUR) {
      this.tags[TAG.delivered] = `${step.accessKeyId} ${this.now.toISOString()}`;
    }
    this.#label(deliveredLabel(step.digest), step.versionId);
    return true;
  }

  /** Version IDs of the stored keys, newest first. */
  get stored(): readonly string[] {
    return storedVersions(this.secret)
      .map(({ versionId }) => versionId)
      .reverse();
  }
}
