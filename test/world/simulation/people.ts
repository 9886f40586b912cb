import type { KeyRecord, ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { DAY } from '../../../functions/core/duration';
import { secretName, TAG } from '../../../functions/core/names';
import type { Disturbance } from './faults';
import type { World } from './world';

const UNREADABLE = 'soon';

/** What people do by hand to a managed key. Each deed is one that a console or a script offers. */
export class People {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Does the deed that a disturbance stands for, where there is something to do it to. */
  act({ fault, key, variety, odds }: Disturbance): void {
    const managed = this.#world.witness.bornAs(`key-${key}`);
    if (managed === undefined) return;
    const done = fault === 'people-keys' ? this.#toKeys(managed, variety) : this.#toSecret(managed, variety, odds);
    if (done === undefined) return;
    this.#world.countStrike(fault);
    this.#world.touched(managed, done);
  }

  /** Follows the findings: foreign keys go, what was paused or edited is put right. */
  tidyUp(): void {
    for (const managed of this.#world.witness.managed.values()) {
      for (const key of [...this.#world.witness.keysOf(managed.user)]) {
        if (this.#isNobodys(managed, key)) this.#delete(managed, key);
      }
      const tags = this.#world.witness.tags(managed);
      if (tags.has(TAG.paused)) this.#untag(managed, TAG.paused);
      if (tags.get(TAG.intent) === UNREADABLE) this.#untag(managed, TAG.intent);
    }
  }

  /** Foreign to Keyturn: made by hand, or left by a run whose intent a person has removed. */
  #isNobodys(managed: ManagedRecord, key: KeyRecord): boolean {
    if (this.#world.witness.isForeign(key, managed)) return true;
    const hasIntent = this.#world.witness.hasOpenIntent(managed);
    return key.origin === 'run' && !key.isStored && managed.hasLostIntent && !hasIntent;
  }

  #toKeys(managed: ManagedRecord, variety: number): string | undefined {
    const keys = this.#world.witness.keysOf(managed.user);
    const currentId = this.#world.witness.currentKey(managed);
    const current = keys.find(({ id }) => id === currentId);
    const others = keys.filter((key) => key !== current);
    const other = others[0];
    if (variety < 0.25) return this.#create(managed);
    if (variety < 0.4) return current && this.#setStatus(managed, current, 'Inactive');
    if (variety < 0.5) return current && this.#delete(managed, current);
    if (variety < 0.65) {
      return other && this.#setStatus(managed, other, other.status === 'Active' ? 'Inactive' : 'Active');
    }
    if (variety < 0.75) return other && this.#delete(managed, other);
    const inactive = keys.find(({ status }) => status === 'Inactive');
    if (variety < 0.9) return inactive && this.#setStatus(managed, inactive, 'Active');
    return other && this.#setStatus(managed, other, 'Inactive');
  }

  #create(managed: ManagedRecord): string | undefined {
    const created = this.#world.tries('iam', 'CreateAccessKey', { UserName: managed.user });
    if (!created) return undefined;
    // Somebody notices the finding one day.
    this.#world.loop.at(this.#world.now() + 9 * DAY, () => {
      const foreign = this.#world.witness.keysOf(managed.user).find((key) => this.#isNobodys(managed, key));
      const done = foreign && this.#delete(managed, foreign);
      if (done !== undefined) this.#world.touched(managed, done);
      return undefined;
    });
    return 'creates a key by hand';
  }

  #setStatus(managed: ManagedRecord, key: KeyRecord, Status: 'Active' | 'Inactive'): string | undefined {
    const input = { UserName: managed.user, AccessKeyId: key.id, Status };
    return this.#world.tries('iam', 'UpdateAccessKey', input) ? `makes ${key.id} ${Status}` : undefined;
  }

  #delete(managed: ManagedRecord, key: KeyRecord): string | undefined {
    const input = { UserName: managed.user, AccessKeyId: key.id };
    return this.#world.tries('iam', 'DeleteAccessKey', input) ? `deletes ${key.id}` : undefined;
  }

  #toSecret(managed: ManagedRecord, variety: number, odds: number): string | undefined {
    const { witness } = this.#world;
    const SecretId = witness.holderOf(managed);
    const labels = witness.labels(managed);
    const holder = (label: string) => Object.keys(labels).find((version) => labels[version]?.includes(label) === true);
    const move = (VersionStage: string, MoveToVersionId: string | undefined, RemoveFromVersionId: string) =>
      this.#world.tries('secretsmanager', 'UpdateSecretVersionStage', {
        SecretId,
        VersionStage,
        RemoveFromVersionId,
        MoveToVersionId,
      });
    const [current, previous] = [holder('AWSCURRENT'), holder('AWSPREVIOUS')];
    if (variety < 0.2) {
      const ClientRequestToken = `by-hand-${Math.floor(odds * 1e9)}-${this.#world.now()}-0123456789`;
      const put = this.#world.tries('secretsmanager', 'PutSecretValue', {
        SecretId,
        ClientRequestToken,
        SecretString: 'edited by hand',
      });
      return put ? 'puts another value into the secret' : undefined;
    }
    if (variety < 0.35) {
      if (current === undefined || previous === undefined) return undefined;
      return move('AWSCURRENT', previous, current) ? 'moves AWSCURRENT back to AWSPREVIOUS' : undefined;
    }
    if (variety < 0.55) {
      const [version, label] = Object.entries(labels)
        .flatMap(([id, some]) => some.filter((one) => one.startsWith('DELIVERED-')).map((one) => [id, one] as const))
        .at(0) ?? [undefined, undefined];
      if (version === undefined || label === undefined) return undefined;
      return move(label, undefined, version) ? 'removes the label of a delivery' : undefined;
    }
    if (variety < 0.75) {
      const tags = [TAG.intent, TAG.deactivated, TAG.reactivated, TAG.delivered];
      const tag = tags[Math.floor(odds * tags.length)] ?? TAG.intent;
      if (!witness.tags(managed).has(tag)) return undefined;
      if (tag === TAG.intent && witness.hasOpenIntent(managed)) managed.hasLostIntent = true;
      if (tag === TAG.delivered) managed.unrecorded.add(witness.currentKey(managed) ?? '');
      return this.#untag(managed, tag);
    }
    if (variety < 0.85) {
      this.#later(managed, 2 * DAY, () =>
        witness.tags(managed).get(TAG.intent) === UNREADABLE ? this.#untag(managed, TAG.intent) : undefined,
      );
      if (witness.hasOpenIntent(managed)) managed.hasLostIntent = true;
      return this.#tag(managed, TAG.intent, UNREADABLE);
    }
    const until = new Date(this.#world.now() + odds * 20 * DAY).toISOString();
    const value = variety < 0.95 ? `${until} jane maintenance` : 'for a while';
    this.#later(managed, 21 * DAY, () => this.#untag(managed, TAG.paused));
    return this.#tag(managed, TAG.paused, value);
  }

  #tag(managed: ManagedRecord, Key: string, Value: string): string | undefined {
    const tagged = this.#world.tries('secretsmanager', 'TagResource', {
      SecretId: secretName(managed.id),
      Tags: [{ Key, Value }],
    });
    return tagged ? `tags the secret ${Key}=${Value}` : undefined;
  }

  #untag(managed: ManagedRecord, tag: string): string | undefined {
    return this.#world.untag(managed, tag) ? `removes the tag ${tag}` : undefined;
  }

  #later(managed: ManagedRecord, wait: number, deed: () => string | undefined): void {
    this.#world.loop.at(this.#world.now() + wait, () => {
      const done = deed();
      if (done !== undefined) this.#world.touched(managed, done);
      return undefined;
    });
  }
}
