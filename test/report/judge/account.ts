import type { AuditEvent } from '../../../functions/core/audit';
import { type Policy, policyWith } from '../../../functions/core/config/policy';
import { after, DAY, MINUTE, SECOND } from '../../../functions/core/duration';
import { targetName, targetSetDigest } from '../../../functions/core/hosts/target';
import { deliveredLabel, type SecretState } from '../../../functions/core/key/secret-state';
import { versionIdOf } from '../../../functions/core/key/version-id';
import { type FunctionName, secretName } from '../../../functions/core/names';
import type { Evidence, ListedKey, ReportedKey, TrailWrite } from '../../../functions/report/evidence/evidence';
import { groupBy } from '../../../functions/report/group-by';
import { day, entryOf, START } from '../../core/web-shop';
import { ACCOUNT, ARun } from './a-run';

export const ADMIN = `arn:aws:iam::${ACCOUNT}:user/administrator`;

interface MadeKey {
  readonly accessKeyId: string;
  readonly user: string;
  readonly createdAt: Date;
  status: 'Active' | 'Inactive' | 'Deleted';
  lastUsed: ReportedKey['lastUsed'];
}

/** An account with its record and its CloudTrail, which tests live through and then tamper with. */
export class AnAccount {
  readonly events: AuditEvent[] = [];
  readonly writes: TrailWrite[] = [];
  readonly keys: MadeKey[] = [];
  readonly #byVersion = new Map<string, MadeKey>();
  /** Keys that are not deleted. */
  readonly #live = new Set<MadeKey>();
  readonly stored = new Map<string, string[]>();
  readonly entries: ReturnType<typeof entryOf>[];
  readonly tags = new Map<string, Record<string, string>>();
  #made = 0;
  #runs = 0;

  constructor(keys = 1, policy: Partial<Policy> = {}, user = (index: number) => `ci-${index}`) {
    this.entries = Array.from({ length: keys }, (_, index) =>
      entryOf({ id: `key-${index}`, user: user(index), policy: policyWith(policy) }),
    );
  }

  write(write: Partial<TrailWrite> & Pick<TrailWrite, 'action' | 'at'>): TrailWrite {
    const whole: TrailWrite = { eventId: `trail-${this.writes.length + 1}`, by: ADMIN, ...write };
    this.writes.push(whole);
    return whole;
  }

  /** A run with its bounds; `work` returns false when it dies. */
  run(name: FunctionName, at: Date, work: (run: ARun) => unknown = () => undefined, id?: string): ARun {
    this.#runs++;
    const run = new ARun(this, name, at, id ?? `run-${this.#runs}`);
    run.tell('run-started', { reason: name === 'sync' ? 'hourly' : 'daily' });
    if (work(run) !== false) run.tell('run-finished');
    return run;
  }

  make(user: string, createdAt: Date): MadeKey {
    this.#made++;
    const accessKeyId = `AKIA${String(this.#made).padStart(16, '0')}`;
    const key: MadeKey = { accessKeyId, user, createdAt, status: 'Active', lastUsed: createdAt };
    this.keys.push(key);
    this.#byVersion.set(versionIdOf(key), key);
    this.#live.add(key);
    return key;
  }

  /** The key that was made first, second and so on. */
  key(made = 0): MadeKey {
    const key = this.keys[made];
    if (key === undefined) throw new Error(`no key ${made}`);
    return key;
  }

  delete(key: MadeKey): void {
    key.status = 'Deleted';
    this.#live.delete(key);
  }

  entry(index = 0) {
    const entry = this.entries[index];
    if (entry === undefined) throw new Error(`no entry ${index}`);
    return entry;
  }

  /** Lives through whole days; runs change what is due. Returns itself. */
  live(from: number, to: number): this {
    for (let today = from; today < to; today++) {
      this.run('rotate', day(today), (run) => this.#rotateDue(run));
      this.run('sync', day(today, 20 * MINUTE), (run) => this.#deliver(run));
      this.run('deactivate', day(today, 40 * MINUTE), (run) => this.#deactivateDue(run));
      this.run('delete', day(today, 60 * MINUTE), (run) => this.#deleteDue(run));
      for (const { id } of this.entries) {
        const current = this.current(id);
        if (current?.status === 'Active') current.lastUsed = day(today, 9 * 60 * MINUTE);
      }
    }
    return this;
  }

  current(id: string): MadeKey | undefined {
    const version = this.stored.get(id)?.at(-1);
    return this.#byVersion.get(version ?? '');
  }

  rotate(run: ARun, index: number, reason: string): MadeKey {
    const { id: key, user, policy } = this.entry(index);
    const about = { key, user, policy };
    run.tell('intent-written', { ...about, reason });
    run.at = after(run.at, SECOND);
    const made = this.make(user, new Date(Math.floor(run.at.getTime() / SECOND) * SECOND));
    run.write({ action: 'CreateAccessKey', user, accessKeyId: made.accessKeyId });
    run.tell('key-created', { ...about, accessKeyId: made.accessKeyId, reason });
    const version = versionIdOf(made);
    run.tell('key-proved', { ...about, accessKeyId: made.accessKeyId });
    run.write({ action: 'PutSecretValue', secret: secretName(key), version });
    run.tell('key-stored', { ...about, accessKeyId: made.accessKeyId, version, reason });
    this.stored.set(key, [...(this.stored.get(key) ?? []), version]);
    return made;
  }

  #rotateDue(run: ARun): undefined {
    this.entries.forEach(({ id, policy }, index) => {
      const current = this.current(id);
      const age = current === undefined ? undefined : run.at.getTime() - current.createdAt.getTime();
      if (age === undefined) this.rotate(run, index, 'first');
      else if (age >= policy.rotateAfter * DAY - 60 * MINUTE) this.rotate(run, index, 'due');
    });
  }

  readonly #delivered = new Set<string>();
  #deliver(run: ARun): undefined {
    for (const { id: key, user, policy, targets } of this.entries) {
      const current = this.current(key);
      if (current === undefined || this.#delivered.has(current.accessKeyId)) continue;
      this.#delivered.add(current.accessKeyId);
      const about = { key, user, policy, accessKeyId: current.accessKeyId, version: versionIdOf(current) };
      for (const target of targets) run.tell('target-delivered', { ...about, target: targetName(target) });
      run.tell('version-delivered', about);
    }
  }

  #retired(status: 'Active' | 'Inactive', age: (policy: Policy) => number, now: Date) {
    const entryOf = new Map(this.entries.map((entry) => [entry.user, entry]));
    return [...this.#live].flatMap((key) => {
      const entry = entryOf.get(key.user);
      if (entry === undefined || key.status !== status || this.current(entry.id) === key) return [];
      const isDue = now.getTime() - key.createdAt.getTime() >= age(entry.policy) * DAY;
      return isDue ? [{ entry, key }] : [];
    });
  }

  #deactivateDue(run: ARun): undefined {
    for (const { entry, key } of this.#retired('Active', ({ deactivateAfter }) => deactivateAfter, run.at)) {
      const about = { key: entry.id, user: entry.user, policy: entry.policy, accessKeyId: key.accessKeyId };
      run.tell('key-deactivation-begun', { ...about, reason: 'idle' });
      run.write({ action: 'UpdateAccessKey', user: key.user, accessKeyId: key.accessKeyId, status: 'Inactive' });
      run.tell('key-deactivated', { ...about, reason: 'idle' });
      key.status = 'Inactive';
    }
  }

  #deleteDue(run: ARun): undefined {
    for (const { entry, key } of this.#retired('Inactive', ({ deleteAfter }) => deleteAfter, run.at)) {
      const about = { key: entry.id, user: entry.user, policy: entry.policy, accessKeyId: key.accessKeyId };
      run.tell('key-deletion-begun', about);
      run.write({ action: 'DeleteAccessKey', user: key.user, accessKeyId: key.accessKeyId });
      run.tell('key-deleted', about);
      this.delete(key);
    }
  }

  secret(index = 0): SecretState {
    const { id, targets, connections } = this.entry(index);
    const versions = (this.stored.get(id) ?? []).map((versionId, at, all) => {
      const isLast = at === all.length - 1;
      const key = this.#byVersion.get(versionId);
      const delivered = key !== undefined && this.#delivered.has(key.accessKeyId);
      const mark = delivered ? [deliveredLabel(targetSetDigest(targets, connections))] : [];
      return { versionId, labels: isLast ? ['AWSCURRENT', ...mark] : at === all.length - 2 ? ['AWSPREVIOUS'] : [] };
    });
    return {
      name: secretName(id),
      arn: `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:${secretName(id)}-a1B2c3`,
      createdAt: START,
      changedAt: START,
      versions: versions.filter(({ labels }) => labels.length > 0),
      tags: this.tags.get(id) ?? {},
    };
  }

  /** Everything that can be known at the start of a day, of the period from `since` until then. */
  evidence(until: number, since = Math.max(0, until - 89), changes: Partial<Evidence> = {}): Evidence {
    const now = day(until);
    const present = [...this.#live];
    const keysOf = groupBy(present, ({ user }) => user);
    const users = [...new Set([...this.entries.map(({ user }) => user), ...present.map(({ user }) => user)])];
    const managed = new Set(this.entries.map(({ user }) => user));
    const from = new Date(Math.max(day(until - 90).getTime(), 0));
    return {
      account: ACCOUNT,
      region: 'eu-west-1',
      gatheredBy: ADMIN,
      gatheredAt: now,
      since: day(since),
      until: now,
      record: {
        logGroup: '/keyturn/audit',
        beginsAt: START,
        events: this.events.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)),
        unreadable: [],
      },
      trail: { from, to: now, writes: this.writes.filter(({ at }) => at >= from) },
      credentialReport: {
        generatedAt: now,
        principals: [
          { user: '<root_account>', arn: `arn:aws:iam::${ACCOUNT}:root`, isRoot: true, keys: [] },
          ...users.map((user) => ({
            user,
            arn: `arn:aws:iam::${ACCOUNT}:user/${user}`,
            isRoot: false,
            keys: (keysOf.get(user) ?? []).map(({ status, createdAt, lastUsed }, index) => ({
              slot: index === 0 ? (1 as const) : (2 as const),
              active: status === 'Active',
              createdAt,
              lastUsed,
            })),
          })),
        ],
        unknownColumns: [],
      },
      entries: this.entries,
      invalidEntries: [],
      secrets: this.entries.map((_, index) => this.secret(index)),
      listedKeys: present.flatMap(({ user, accessKeyId, status, createdAt }): ListedKey[] =>
        managed.has(user)
          ? [{ user, accessKeyId, status: status === 'Inactive' ? 'Inactive' : 'Active', createdAt }]
          : [],
      ),
      failures: [],
      ...changes,
    };
  }
}
