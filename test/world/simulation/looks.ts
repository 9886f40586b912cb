import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { DAY, SECOND } from '../../../functions/core/duration';
import { targetSetDigest } from '../../../functions/core/hosts/target';
import { checkedAt, checkTags } from '../../../functions/core/key/check-mark';
import { deliveredAt } from '../../../functions/core/key/delivery-mark';
import { currentKey, type SecretState, withoutFuture } from '../../../functions/core/key/secret-state';
import { CHECK_EVERY, CHECK_EVERY_AROUND_RETIREMENT, planCheck } from '../../../functions/core/lifecycle/plan-check';
import { planDelivery } from '../../../functions/core/lifecycle/plan-delivery';
import type { Check } from '../../../functions/core/lifecycle/steps';
import { secretName, TAG } from '../../../functions/core/names';
import { isLeakInDoubt } from '../../../functions/runtime/attested';
import type { RunRecord } from './run-record';
import type { World } from './world';

/** How often what its targets show had been written, of each key, when a run began. */
export type Began = ReadonlyMap<string, number>;

/** After so long a run looks again at what a host shows of a key, which only a write can change. */
const LOOK_COUNTS = 30 * DAY;

/** A key about which there is nothing to do until an instant, as long as nothing is written that concerns it. */
interface Idle {
  /** How often its secret had been written. */
  readonly writes: number;
  readonly version: number;
  readonly until: number;
}

/** A look that found nothing amiss. */
interface Looked {
  readonly version: number;
  readonly at: number;
  readonly revisions: string | undefined;
}

/** What sync has found at the targets of keys, and when it has to look again. */
export class Looks {
  readonly #world: World;
  /** When a run last looked at all targets of a key and found them as they should be, and what it wrote of that. */
  readonly #looked = new Map<string, Looked>();
  readonly #idle = new Map<string, Idle>();

  constructor(world: World) {
    this.#world = world;
  }

  /** An undisturbed run has ended. @param began how often each key had been written when it began */
  ended({ audits, process }: RunRecord, began: Began): void {
    for (const { event, key = '' } of audits) {
      const managed = this.#world.witness.managed.get(key);
      const version = began.get(key);
      if (event !== 'check-recorded' || managed === undefined || version !== this.#world.shownVersionOf(key)) continue;
      const secret = this.#world.witness.stateOf(managed);
      this.#looked.set(key, { version, at: process.startedAt, revisions: secret.tags[TAG.revisions] });
    }
  }

  /** Whether there is nothing to do for a key, as was found before. */
  isIdle(managed: ManagedRecord, now: number): boolean {
    const idle = this.#idle.get(managed.id);
    if (idle === undefined || now >= idle.until || managed.brokenAt !== undefined) return false;
    return idle.version === this.#world.versionOf(managed.id) && idle.writes === this.#world.witness.writesTo(managed);
  }

  /** Whether everything is delivered, and nothing is to be told or taken back. */
  isDelivered(managed: ManagedRecord, secret: SecretState, now: number): boolean {
    const { entry } = managed;
    // Rotate is started to replace it, every hour, and has its number though it finds that it has to wait.
    if (isLeakInDoubt(secret, new Date(now))) return false;
    const { deliver, removeFirst, removeAfter, findings } = planDelivery({ entry, secret, now: new Date(now) });
    return deliver === undefined && removeFirst.length + removeAfter.length + findings.length === 0;
  }

  /**
   * The look that is due at a delivered key. It is due 4 or 20 hours after the last one, the former for more than a day
   * around a retirement: so a key that would not be due at the end of the 4 hours nor at that of the 20 is not due in
   * between. A key of which a tag says something that is still to come is asked about every hour.
   */
  due(managed: ManagedRecord, secret: SecretState, now: number): Check | undefined {
    const { entry, id } = managed;
    const planned = (at: number) => planCheck({ entry, secret, now: new Date(at), drift: 'repair', isAsked: false });
    const check = planned(now);
    const seen = seenAt(managed, secret);
    if (check !== undefined || seen === undefined || withoutFuture(secret, new Date(now)) !== secret) return check;
    const least = seen + CHECK_EVERY_AROUND_RETIREMENT;
    const end = seen + CHECK_EVERY;
    const isLong = now < end && [Math.max(now, least), end - SECOND].every((at) => planned(at) === undefined);
    const until = isLong ? end : least;
    this.#idle.set(id, { writes: this.#world.witness.writesTo(managed), version: this.#world.versionOf(id), until });
    return undefined;
  }

  /** Whether a look would find what the last one found. */
  isAsLooked({ id }: ManagedRecord, { tags }: SecretState, { known }: Check): boolean {
    const looked = this.#looked.get(id);
    if (known === undefined || looked === undefined || this.#world.now() - looked.at >= LOOK_COUNTS) return false;
    return looked.version === this.#world.shownVersionOf(id) && looked.revisions === tags[TAG.revisions];
  }

  /** Marks a key as looked at, as the look would have done. */
  mark(managed: ManagedRecord, { accessKeyId, digest, known }: Check, now: number): void {
    const at = now + SECOND;
    const tags = checkTags({ accessKeyId, digest, revisions: [...(known ?? [])] }, new Date(at));
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    this.#world.act('run', 'secretsmanager', 'TagResource', { SecretId: secretName(managed.id), Tags });
    this.#world.writes += 1;
  }
}

/** When somebody last looked at what is delivered, or delivered it. */
function seenAt({ entry }: ManagedRecord, secret: SecretState): number | undefined {
  const version = currentKey(secret);
  if (version === undefined) return undefined;
  const digest = targetSetDigest(entry.targets, entry.connections);
  return (checkedAt(secret, version, digest) ?? deliveredAt(secret, version)).getTime();
}
