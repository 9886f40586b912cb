import type { Held } from '../../../cli/rehearsal/hosts/host';
import { KeyPromises } from '../../../cli/rehearsal/witness/key-promises';
import { PlacePromises } from '../../../cli/rehearsal/witness/place-promises';
import type { Actor, ManagedRecord, WitnessedRun } from '../../../cli/rehearsal/witness/records';
import { Verdicts } from '../../../cli/rehearsal/witness/verdicts';
import { Witness } from '../../../cli/rehearsal/witness/witness';
import { MINUTE } from '../../../functions/core/duration';
import { datedTag } from '../../../functions/core/key/dated-tag';
import { currentVersion } from '../../../functions/core/key/secret-state';
import { parseVersionId } from '../../../functions/core/key/version-id';
import { TAG } from '../../../functions/core/names';
import { Account } from '../../core/lifecycle/account';
import { day, entryOf, keyOf, START } from '../../core/web-shop';
import type { Beginning, Deeds, Driver, ListedKey } from './driver';

/** The planners alone, over a user, a secret and a place in memory: every day of every life. */
export class Plans implements Driver {
  readonly deeds: Deeds;
  readonly #account: Account;
  readonly #witness: Witness;
  readonly #verdicts: Verdicts;
  readonly #places: PlacePromises;
  readonly #promises: KeyPromises;
  readonly #managed: ManagedRecord;
  readonly #copied = new Set<string>();
  #writes = 0;
  #today = -1;

  constructor({ adopted = [], policy, adopt = 'keep', firstRotation = 'at-once' }: Beginning) {
    const account = new Account(entryOf({ policy, adopt, firstRotation }), START);
    this.#account = account;
    for (const [index, age] of adopted.entries()) {
      const key = keyOf(`old${index}`, day(-age));
      account.keys = [...account.keys, key];
      account.uses.set(key.accessKeyId, { at: undefined });
      if (index === adopted.length - 1) account.held.set('Production', key.accessKeyId);
    }
    this.#verdicts = new Verdicts(() => account.now.getTime());
    this.#witness = new Witness({
      describe: () => describe(account),
      writes: () => this.#writes,
      held: () => heldIn(account),
      lastUse: (id) => account.uses.get(id)?.at?.getTime(),
      lastUseOfRole: () => undefined,
    });
    this.#places = new PlacePromises(this.#verdicts, this.#witness);
    this.#promises = new KeyPromises(this.#verdicts, this.#witness);
    this.#saw('person');
    this.#managed = this.#witness.manage(account.entry, START.getTime());
    for (const place of this.#managed.places) place.isArmed = place.idOf !== undefined;
    this.deeds = this.#deeds();
  }

  async live(until: number): Promise<void> {
    const account = this.#account;
    for (; this.#today < until; ) {
      this.#today += 1;
      account.now = day(this.#today);
      account.found.length = 0;
      for (const id of this.#copied) if (account.status(id) === 'Active') account.uses.set(id, { at: account.now });
      for (const act of [() => account.rotate(), () => account.sync(), () => account.retire(), () => account.work()]) {
        act();
        this.#saw('run');
        account.now = new Date(account.now.getTime() + 20 * MINUTE);
      }
    }
  }

  keys(): readonly ListedKey[] {
    return this.#account.keys.map(({ accessKeyId: id, status }) => ({ id, status }));
  }

  current(): string | undefined {
    return parseVersionId(currentVersion(this.#account.secret)?.versionId ?? '')?.accessKeyId;
  }

  held(): readonly (string | undefined)[] {
    const held = this.#account.held.get('Production');
    return [held, held];
  }

  found(): readonly string[] {
    return [...new Set(this.#account.found)].sort();
  }

  broken(): readonly string[] {
    return this.#verdicts.violations.map(({ promise, message }) => `${promise} ${message}`);
  }

  async close(): Promise<void> {}

  #deeds(): Deeds {
    const account = this.#account;
    /** A person comes in the morning, before the runs. */
    const byHand = (deed: () => void) => {
      account.now = day(this.#today + 1);
      deed();
      this.#saw('person');
    };
    return {
      ask: () => {
        account.now = day(this.#today + 1);
        account.rotate(true);
        this.#saw('run');
      },
      takeBack: () =>
        byHand(() => {
          account.tags[TAG.withdrawn] = datedTag(this.current() ?? '', account.now);
        }),
      outage: (isDown) => void (isDown ? account.down.add('Production') : account.down.clear()),
      makeKey: () => byHand(() => account.foreign.add(account.create().accessKeyId)),
      removeKey: (id) => byHand(() => account.remove(id)),
      setStatus: (id, status) => byHand(() => account.setStatus(id, status)),
      pause: (untilDay) =>
        byHand(() => {
          account.tags[TAG.paused] = `${day(untilDay).toISOString()} alice`;
        }),
      copy: (id, isUsed) => void (isUsed ? this.#copied.add(id) : this.#copied.delete(id)),
    };
  }

  /** Tells the witness what is different from what it knew. */
  #saw(by: Actor): void {
    const account = this.#account;
    const now = account.now.getTime();
    this.#writes += 1;
    for (const { accessKeyId, status, createdAt } of account.keys) {
      const known = this.#witness.keys.get(accessKeyId);
      if (known === undefined) {
        this.#witness.addKey(accessKeyId, secretOfKey(accessKeyId), account.entry.user, createdAt.getTime(), by);
      } else this.#changed(accessKeyId, status, now, by);
    }
    for (const { id, status } of this.#witness.keys.values()) {
      if (status !== 'Deleted' && account.status(id) === 'gone') this.#changed(id, 'Deleted', now, by);
    }
    for (const versionId of account.stored) {
      const stored = this.#witness.keys.get(parseVersionId(versionId)?.accessKeyId ?? '');
      if (stored !== undefined) stored.isStored = true;
    }
    this.#look(now);
  }

  #look(now: number): void {
    for (const managed of this.#witness.managed.values()) {
      for (const place of managed.places) {
        this.#witness.look(place, now);
        place.isArmed ||= place.idOf !== undefined;
        if (place.idOf?.status === 'Active') managed.brokenAt = undefined;
      }
      this.#places.holdsLive(managed);
    }
  }

  #changed(id: string, status: 'Active' | 'Inactive' | 'Deleted', now: number, by: Actor): void {
    const key = this.#witness.keys.get(id);
    if (key === undefined || key.status === status) return;
    this.#witness.changeKey(id, status, now, by);
    if (by === 'person') {
      if (status !== 'Active') this.#managed.brokenAt = now;
      return;
    }
    const run: WitnessedRun = {
      process: { name: 'a plan', startedAt: now, isDead: false, isFinished: true },
      proofs: new Map(),
    };
    if (status === 'Inactive') this.#promises.mayDeactivate(this.#managed, key, run);
    else if (status === 'Deleted') this.#promises.mayDelete(this.#managed, key, run);
  }
}

function secretOfKey(accessKeyId: string): string {
  return `the secret of ${accessKeyId}, which is long`;
}

function describe({ secret }: Account) {
  return {
    CreatedDate: secret.createdAt,
    VersionIdsToStages: Object.fromEntries(secret.versions.map(({ versionId, labels }) => [versionId, labels])),
    Tags: Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

function heldIn({ held }: Account): Held {
  const id = held.get('Production');
  return id === undefined ? {} : { accessKeyId: id, secretAccessKey: secretOfKey(id) };
}
