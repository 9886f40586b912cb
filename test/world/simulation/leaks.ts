import { type KeyRecord, killerOf, type ManagedRecord } from '../../../cli/rehearsal/witness/records';
import type { AuditEvent } from '../../../functions/core/audit';
import { exposureOf, type OnExposed } from '../../../functions/core/config/exposed';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import { isWithdrawn } from '../../../functions/core/key/withdrawn';
import { TAG } from '../../../functions/core/names';
import type { Loop } from './loop';
import type { Promises } from './promises';
import type { Restores } from './restores';
import type { Change, RunRecord } from './run-record';
import type { SimProcess } from './sim-process';
import type { ReadingWitness } from './witness';

/** What was settling, and a run that died, are waited for; then the hourly run has the successor made, and it is delivered. */
const SAFE_WITHIN = 3 * HOUR;
/** Where something was in the way, the daily run of deactivate is the last one that sees that it is over. */
const SAFE_AT_LAST = 28 * HOUR;
/** A run that began before the word knows nothing of it, and its last request may be under way. */
const SLACK = MINUTE;

/** The world, as far as it decides what can be done about a leaked key. */
interface Leaking {
  readonly onExposed: OnExposed | undefined;
  readonly loop: Loop;
  readonly witness: ReadingWitness;
  readonly promises: Promises;
  readonly restores: Restores;
  readonly observedSince: ReadonlyMap<ManagedRecord, number>;
  now(): number;
  struckOtherwise(fault: string): number;
  isHeldBack(managed: ManagedRecord): boolean;
}

/** How long it took from the word until the key was Inactive and pipelines had the one after it, in milliseconds. */
export interface Safe {
  readonly order: 'rotate' | 'disable-first';
  /** Pipelines held it; else it was superseded, or from before. */
  readonly wasCurrent: boolean;
  /** `held`: its user had two keys and none that could take its place, or a person held it back. */
  readonly under: 'nothing' | 'faults' | 'held';
  readonly inactive: number;
  readonly safe: number;
}

/** A managed key of which the sealed record says that it has leaked. */
interface Open {
  readonly managed: ManagedRecord;
  readonly key: KeyRecord;
  /** When AWS's event came, or the record had an administrator's word. */
  readonly since: number;
  readonly wasCurrent: boolean;
  /** What else had gone wrong by then. */
  readonly struck: number;
  /** Its word has been in the tag: from then on only a person takes it away. */
  hasStood: boolean;
  /** Something real was in the way. */
  wasHeld: boolean;
  /** Since when nothing is. */
  clearSince: number;
  inactiveAt: number | undefined;
  deliveredAt: number | undefined;
}

/** What AWS has said of an access key, and what was deployed for that. */
interface Heard {
  readonly at: number;
  readonly orders: Set<OnExposed>;
}

const ORDERS: Readonly<Record<string, OnExposed>> = { compromised: 'rotate', 'disable-first': 'disable-first' };
const TAGS: Readonly<Record<string, string>> = { compromised: TAG.compromised, 'disable-first': TAG.disableFirst };

/**
 * Judges what is done about keys that have leaked. What the record says of them, and when, is all that counts: what a tag
 * says without it changes nothing.
 */
export class Leaks {
  readonly #world: Leaking;
  readonly #heard = new Map<string, Heard>();
  readonly #open = new Set<Open>();
  /** What a run would read of it in the record: the tags that have their word. */
  readonly #words = new Set<string>();
  /** When a person has last written or taken away a tag of a managed secret. */
  readonly #taggedAt = new Map<ManagedRecord, number>();
  readonly safe: Safe[] = [];

  constructor(world: Leaking) {
    this.#world = world;
  }

  /** AWS's event comes to rotate. */
  heard(event: unknown): void {
    const { onExposed } = this.#world;
    const exposure = exposureOf(event);
    if (exposure === undefined || onExposed === undefined) return;
    for (const id of exposure.accessKeyIds) {
      const now = this.#world.now();
      const before = this.#heard.get(id);
      const orders = (before?.orders ?? new Set()).add(onExposed);
      // What was said long ago and was to be told only, or of a paused key, is another matter.
      const at = before === undefined || now - before.at > HOUR ? now : before.at;
      this.#heard.set(id, { at, orders });
    }
  }

  /** The record has an event. */
  recorded({ event, function: by, accessKeyId: id, facts, key, outcome }: AuditEvent): void {
    const asked = typeof facts?.do === 'string' ? facts.do : '';
    const order = ORDERS[asked];
    if ((event !== 'exposed' && event !== 'ask-written') || order === undefined || outcome !== 'ok') return;
    const tag = String(facts?.tag);
    const leaked = id ?? tag.split(' ')[0] ?? '';
    this.#world.promises.counted('K14');
    if (event === 'exposed' && this.#heard.get(leaked)?.orders.has(order) !== true)
      this.#world.promises.broken('K14', key, `${by} says that AWS says of ${leaked} what it has not: ${asked}`);
    this.#words.add(`${asked} ${tag}`);
    this.#declare(leaked, order, event === 'exposed' ? this.#heard.get(leaked)?.at : undefined);
  }

  #declare(id: string, order: OnExposed, heardAt: number | undefined): void {
    const world = this.#world;
    const now = world.now();
    const key = world.witness.keys.get(id);
    const managed = key && world.witness.byUser.get(key.user);
    if (key === undefined || managed === undefined) return;
    const firstAt = order === 'disable-first' ? Math.min(now, key.leak?.firstAt ?? now) : key.leak?.firstAt;
    const isNew = key.leak === undefined;
    key.leak = { at: Math.min(now, key.leak?.at ?? now), firstAt };
    if (!isNew || key.status !== 'Active' || world.witness.isForeign(key, managed)) return;
    const open: Open = {
      managed,
      key,
      since: heardAt ?? now,
      wasCurrent: world.witness.currentKey(managed) === id,
      struck: world.struckOtherwise('leaked'),
      hasStood: false,
      wasHeld: false,
      clearSince: now,
      inactiveAt: undefined,
      deliveredAt: undefined,
    };
    this.#open.add(open);
    open.wasHeld = this.#hasNoRoom(open) || world.isHeldBack(managed) || world.restores.isOpen(managed);
    this.#judgeAfter(open, now + SAFE_WITHIN);
  }

  /** Something was done to a managed key. */
  look(managed: ManagedRecord): void {
    if (this.#open.size === 0) return;
    for (const open of this.#open) {
      if (open.managed !== managed) continue;
      if (open.key.status !== 'Active') open.inactiveAt ??= this.#world.now();
      open.hasStood ||= this.#isSaid(open);
      if (this.#isReplaced(open)) open.deliveredAt ??= this.#world.now();
      open.wasHeld ||= this.#hasNoRoom(open);
      if (open.inactiveAt !== undefined && open.deliveredAt !== undefined) this.#close(open, open);
    }
  }

  #close(open: Open, { inactiveAt = 0, deliveredAt = 0 }: Pick<Open, 'inactiveAt' | 'deliveredAt'>): void {
    this.#open.delete(open);
    const { key, since, struck, wasHeld, wasCurrent } = open;
    if (killerOf(key) === 'person') return;
    const isAlone = struck === this.#world.struckOtherwise('leaked');
    this.safe.push({
      order: key.leak?.firstAt === undefined ? 'rotate' : 'disable-first',
      wasCurrent,
      under: wasHeld ? 'held' : isAlone ? 'nothing' : 'faults',
      inactive: inactiveAt - since,
      safe: Math.max(inactiveAt, deliveredAt) - since,
    });
  }

  /** Pipelines have another key, that works and is not known to have leaked. */
  #isReplaced({ managed, key }: Open): boolean {
    const { witness, promises } = this.#world;
    const current = witness.keys.get(witness.currentKey(managed) ?? '');
    if (current === undefined || current === key || current.status !== 'Active') return false;
    return promises.places.isMarkedDelivered(managed);
  }

  /** Two keys, of which none can take its place. */
  #hasNoRoom({ managed, key }: Open): boolean {
    const { witness } = this.#world;
    const keys = witness.keysOf(managed.user);
    const state = witness.stateOf(managed);
    const isGood = ({ id, status, isStored, leak }: KeyRecord) =>
      status === 'Active' && isStored && leak === undefined && !isWithdrawn(state, { accessKeyId: id });
    return keys.length > 1 && !keys.some((one) => one !== key && isGood(one));
  }

  /** K8: after so long in which nothing is in the way the key is Inactive, and its successor delivered. */
  #judgeAfter(open: Open, at: number): void {
    const world = this.#world;
    world.loop.at(
      at,
      () => {
        this.look(open.managed);
        if (open.key.status === 'Deleted') this.#open.delete(open);
        if (!this.#open.has(open)) return false;
        world.promises.counted('K8');
        const isAlone = open.struck === world.struckOtherwise('leaked');
        const within = isAlone ? SAFE_WITHIN : SAFE_AT_LAST;
        if (this.#isExcused(open)) {
          open.wasHeld = true;
          // It may be over a moment after this look.
          open.clearSince = world.now() + HOUR;
          this.#judgeAfter(open, open.clearSince);
          return false;
        }
        const since = Math.max(open.managed.disturbedAt, open.clearSince);
        if (world.now() < since + within) this.#judgeAfter(open, since + within);
        else this.#isLate(open, world.now() - since);
        return false;
      },
      true,
    );
  }

  #isLate(open: Open, late: number): void {
    const { managed, key } = open;
    this.#open.delete(open);
    const what = key.status === 'Active' ? 'is Active still' : 'has no successor that is delivered';
    const hours = (late / HOUR).toFixed(1);
    this.#world.promises.broken(
      'K8',
      managed.id,
      `${key.id} has leaked and ${what}, and nothing is in the way for ${hours} h`,
    );
  }

  /** Something real is in the way. */
  #isExcused(open: Open): boolean {
    const { managed, key } = open;
    const { witness, restores, observedSince } = this.#world;
    if (!managed.isManaged || key.user !== managed.user) return true;
    if (witness.isForeign(key, managed) || observedSince.has(managed) || restores.isOpen(managed)) return true;
    if (this.#world.isHeldBack(managed) || witness.hasOpenIntent(managed)) return true;
    if (!this.#isSaid(open) && this.#mayBeUnsaid(open)) return true;
    if (witness.currentVersion(managed) === undefined) return true;
    return this.#hasNoRoom(open);
  }

  /** The run that wrote the word died before the tag, or a person has written or taken such a tag since. */
  #mayBeUnsaid({ managed, hasStood, since }: Open): boolean {
    return !hasStood || (this.#taggedAt.get(managed) ?? 0) >= since;
  }

  /** A person has written or taken away tags of a secret. */
  tagged(secret: string): void {
    for (const managed of this.#world.witness.managed.values())
      if (this.#world.witness.secretsOf(managed).includes(secret)) this.#taggedAt.set(managed, this.#world.now());
  }

  /** Its tag is there, and is the one that the record has the word for. */
  #isSaid({ managed, key }: Pick<Open, 'managed' | 'key'>): boolean {
    const tags = this.#world.witness.tags(managed);
    return Object.entries(TAGS).some(([asked, tag]) => {
      const words = (tags.get(tag) ?? '').split(' ');
      const at = words.indexOf(key.id);
      return at >= 0 && this.#words.has(`${asked} ${key.id} ${words[at + 1]}`);
    });
  }

  /** A run has given a place other keys: none that it could know to have leaked. */
  given(managed: ManagedRecord, keys: readonly (KeyRecord | undefined)[], process: SimProcess): void {
    for (const key of keys) if (key?.leak !== undefined) this.#isOver(managed, key, process, 'delivered');
  }

  /** A run has made a key current, or Active again. */
  changed(managed: ManagedRecord, { audits, about }: Change, process: SimProcess): void {
    const isPromoted = audits.includes('key-promoted');
    if (!isPromoted && !audits.includes('key-reactivated')) return;
    const key = this.#world.witness.keys.get(isPromoted ? (about.split('-')[2] ?? '') : about);
    if (key?.leak !== undefined) this.#isOver(managed, key, process, isPromoted ? 'made current' : 'made Active');
  }

  #isOver(managed: ManagedRecord, key: KeyRecord, process: SimProcess, what: string): void {
    this.#world.promises.counted('K14');
    if (process.startedAt <= (key.leak?.at ?? 0) + SLACK) return;
    if (!this.#isSaid({ managed, key })) return;
    this.#world.promises.broken('K14', managed.id, `${process.name} has ${what} ${key.id}, which has leaked`);
  }

  /** K14: a run that AWS's event has started leaves no key of it without a word, or says why. */
  ended({ process, struckBy, hasFailure, hasLostRecord, audits }: RunRecord, event: unknown): void {
    const exposure = process.function === 'rotate' ? exposureOf(event) : undefined;
    if (exposure === undefined || struckBy.size > 0 || hasFailure || hasLostRecord) return;
    const { witness, promises, restores } = this.#world;
    for (const id of exposure.accessKeyIds) {
      promises.counted('K14');
      const key = witness.keys.get(id);
      const managed = key && witness.byUser.get(key.user);
      const isTold = audits.some(
        ({ event: name, reason, accessKeyId, facts }) =>
          name === 'finding' && /^exposed/.test(reason ?? '') && [accessKeyId, facts?.leaked].includes(id),
      );
      if (isTold || key?.leak !== undefined || (key !== undefined && key.status !== 'Active')) continue;
      if (managed !== undefined && (managed.touchedAt >= process.startedAt || restores.isOpen(managed))) continue;
      promises.broken(
        'K14',
        managed?.id,
        `${process.name} says nothing of ${id}, of which AWS says that it has leaked`,
      );
    }
  }
}
