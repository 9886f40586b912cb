import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/duration';
import { DEFAULT_MAX_ROTATIONS, type FunctionName } from '../../../functions/core/names';
import { needsOther, OTHER_HOST } from './deployment';
import type { Disturbance, FaultName } from './faults';
import { MOST_SKEW } from './faults';
import type { FaultChoice, PortCall } from './port-call';
import type { SimProcess } from './sim-process';
import { USUAL_REPORT_TIME, type World } from './world';

/** Who decides what goes wrong. */
export interface Fate {
  choose(call: PortCall, process: SimProcess): FaultChoice | undefined;
  around(call: PortCall, phase: 'before' | 'after'): void;
  isOn(fault: Disturbance['fault']): Disturbance | undefined;
  /** Milliseconds by which a process's clock is off. */
  skew(): number;
  /** Rotations in one run at most. */
  maxRotations(): number;
  /**
   * Whether something that is on now might meet a run that makes no other calls than these.
   * @param keys the only ones that it looks at, by id; where there are none it is over in time, however slow its calls are
   */
  mayMeet(name: FunctionName, calls: Iterable<PortCall>, keys: ReadonlySet<string>): boolean;
}

/** A pair of which one half is refused and the other is not. */
const TORN_AT_MOST = 5 * MINUTE;
/** The client gives a call up after ten seconds. */
const SLOWEST = 9 * SECOND;

/** They strike as long as they last. */
const LASTING: ReadonlySet<FaultName> = new Set(['dead-host', 'half-refusal']);
const ID_NAMES = /_KEY_ID$|^(STAGE|REPO)_KEY$/;
const SECRET_NAMES = /SECRET/;

const RECORD_FAULTS: readonly FaultChoice[] = [
  { kind: 'throttled' },
  { kind: 'refused' },
  { kind: 'unanswered' },
  { kind: 'lost-answer' },
  { kind: 'repeated' },
  { kind: 'crash', when: 'before' },
  { kind: 'crash', when: 'after' },
];

interface Armed {
  readonly disturbance: Disturbance;
  left: number;
  passes: number;
  /** When it first struck. */
  since?: number;
}

/** Chooses what happens to each call, from the disturbances that are on at its time. */
export class Strikes implements Fate {
  /** Everything that is on now. */
  readonly #armed = new Set<Armed>();
  readonly #world: World;
  /** Called when a person or the configuration waits for a call, and it comes. */
  readonly #onMoment: (disturbance: Disturbance) => void;
  readonly #waiting = new Set<Armed>();
  /** When anything but a refused half last struck a call. */
  #struckAt = 0;

  constructor(world: World, onMoment: (disturbance: Disturbance) => void) {
    this.#world = world;
    this.#onMoment = onMoment;
  }

  /** A fault of calls, from now on. */
  arm(disturbance: Disturbance): void {
    const isWindow = disturbance.until - disturbance.from < DAY * 50;
    const armed: Armed = {
      disturbance,
      left:
        disturbance.fault === 'crash'
          ? 1
          : isWindow || LASTING.has(disturbance.fault)
            ? Number.POSITIVE_INFINITY
            : 1 + disturbance.count,
      passes: disturbance.fault === 'crash' ? disturbance.count % 3 : 0,
    };
    this.#armed.add(armed);
    this.#world.loop.at(this.#world.start + disturbance.until, () => {
      this.#armed.delete(armed);
      return false;
    });
  }

  /** A deed at the worst moment: right before or after a call. */
  wait(disturbance: Disturbance): void {
    const armed = { disturbance, left: 1, passes: disturbance.count % 3 };
    this.#waiting.add(armed);
    this.#world.loop.at(this.#world.start + disturbance.until, () => {
      this.#waiting.delete(armed);
      return false;
    });
  }

  /** Ends everything that is on. */
  clear(): void {
    this.#armed.clear();
    this.#waiting.clear();
  }

  isOn(fault: Disturbance['fault']): Disturbance | undefined {
    for (const { disturbance } of this.#armed) if (disturbance.fault === fault) return disturbance;
    return undefined;
  }

  skew(): number {
    const skewed = this.isOn('clock-skew');
    return skewed === undefined ? 0 : Math.trunc((skewed.variety * 2 - 1) * MOST_SKEW);
  }

  /** Milliseconds that IAM takes for a credential report: some minutes, or more than any run waits. */
  reportTime(): number {
    const slow = this.isOn('slow-report');
    if (slow === undefined) return USUAL_REPORT_TIME;
    this.#world.countStrike('slow-report');
    return slow.odds < 0.6 ? slow.variety * 4 * MINUTE : HOUR;
  }

  /** What makes the bus refuse some of each call's events, where the call itself is answered. */
  closedBus(): Disturbance | undefined {
    const closed = this.isOn('closed-bus');
    if (closed === undefined || closing(closed.variety) !== undefined) return undefined;
    this.#world.countStrike('closed-bus');
    return closed;
  }

  maxRotations(): number {
    const capped = this.isOn('rotation-cap');
    if (capped === undefined) return DEFAULT_MAX_ROTATIONS;
    this.#world.countStrike('rotation-cap');
    this.#world.disturb(undefined);
    return 1 + (capped.count % 3);
  }

  around(call: PortCall, phase: 'before' | 'after'): void {
    if (this.#waiting.size === 0) return;
    for (const armed of [...this.#waiting]) {
      const { disturbance } = armed;
      if (disturbance.phase !== phase || !this.#fits(disturbance, call)) continue;
      const { id } = this.#keyAt(disturbance);
      if (this.#world.keyOf(call) !== id) continue;
      if (armed.passes-- > 0) continue;
      this.#waiting.delete(armed);
      this.#onMoment(disturbance);
    }
  }

  choose(call: PortCall, process: SimProcess): FaultChoice | undefined {
    for (const armed of this.#armed) {
      const choice = this.#choice(armed, call, process);
      if (choice === undefined) continue;
      if (armed.passes > 0) {
        armed.passes -= 1;
        continue;
      }
      armed.left -= 1;
      if (armed.left <= 0) this.#armed.delete(armed);
      this.#world.countStrike(armed.disturbance.fault);
      this.#disturb(armed.disturbance);
      if (choice.kind === 'forbidden') {
        this.#endLater(armed);
        this.#judgeTorn(armed.disturbance);
      }
      return choice;
    }
    return undefined;
  }

  /** A dead host is the excuse of its own keys, and a refused half of its key, and of no other (K11). */
  #disturb({ fault, key }: Disturbance): void {
    if (fault === 'half-refusal') {
      this.#world.disturb(this.#world.witness.idNow(`key-${key}`));
      return;
    }
    // No excuse for any key.
    if (fault === 'closed-bus') return;
    this.#struckAt = this.#world.now();
    if (fault !== 'dead-host') {
      this.#world.disturb(undefined);
      return;
    }
    for (const managed of this.#world.witness.managed.values()) {
      if (needsOther(managed)) this.#world.disturb(managed.id);
    }
  }

  /** A half is refused from a delivery on, for a minute to three days. */
  #endLater(armed: Armed): void {
    if (armed.since !== undefined) return;
    armed.since = this.#world.now();
    const lasts = MINUTE + 3 * DAY * ((armed.disturbance.odds - 0.2) / 0.8) ** 4;
    this.#world.loop.at(armed.since + Math.floor(lasts), () => {
      this.#armed.delete(armed);
      return false;
    });
  }

  /**
   * K1: five minutes after one half was refused the pair is whole again, because the other half is still accepted. A second
   * fault in between may keep it from being put back, and people may have left nothing to put back before the pair tore:
   * then it stays torn for as long as the half is refused.
   */
  #judgeTorn({ key }: Disturbance): void {
    const world = this.#world;
    const managed = world.witness.bornAs(`key-${key}`);
    const refusedAt = world.now();
    if (managed === undefined) return;
    world.loop.at(refusedAt + TORN_AT_MOST, () => {
      if (this.#struckAt >= refusedAt - TORN_AT_MOST) return false;
      world.promises.counted('K1');
      for (const place of managed.places) {
        const { tornSince, isTampered, isGone, idOf, secretOf, name } = place;
        if (tornSince === undefined || isTampered || isGone || world.now() - tornSince < TORN_AT_MOST) continue;
        if (managed.touchedAt >= Math.min(tornSince, refusedAt) - DAY) continue;
        // Nor is there anything to put back where the key before has leaked, and was to go first.
        if ([idOf, secretOf].some((half) => half?.leak?.firstAt !== undefined && half.status !== 'Active')) {
          world.promises.allowed.leaked += 1;
          continue;
        }
        world.promises.broken('K1', managed.id, `${name} is torn for five minutes although one half is accepted`);
      }
      return false;
    });
  }

  #keyAt({ key }: Disturbance): { readonly id: string } {
    return { id: this.#world.witness.idNow(`key-${key}`) };
  }

  mayMeet(name: FunctionName, calls: Iterable<PortCall>, keys: ReadonlySet<string>): boolean {
    if (name !== 'sync' && this.isOn('slow-report') !== undefined) return true;
    const armed = [...this.#armed]
      .map(({ disturbance }) => disturbance)
      .filter(({ fault }) => fault !== 'slow-calls' || keys.size > 0);
    const waiting = [...this.#waiting]
      .map(({ disturbance }) => disturbance)
      .filter((one) => keys.has(this.#keyAt(one).id));
    return [...calls].some(
      (call) => armed.some((one) => this.#meets(one, call)) || waiting.some((one) => this.#fits(one, call)),
    );
  }

  #fits({ on }: Disturbance, { action }: PortCall): boolean {
    return on === '*' || on === action;
  }

  /** Whether a fault can strike such a call. */
  #meets(disturbance: Disturbance, call: PortCall): boolean {
    const { fault, variety } = disturbance;
    const isHost = call.service === 'bitbucket';
    switch (fault) {
      case 'crash':
        return this.#fits(disturbance, call);
      case 'throttle':
      case 'refuse':
      case 'lost-answer':
        return !isHost && this.#fits(disturbance, call);
      case 'record':
        return /^(logs|kms)$/.test(call.service) && this.#fits(disturbance, call);
      case 'closed-bus':
        return call.service === 'events' && this.#world.bus !== undefined;
      case 'slow-iam':
        return call.action === 'ListAccessKeys';
      case 'host-down':
      case 'host-throttle':
        return isHost;
      case 'dead-host':
        return OTHER_HOST.endsWith(`/${call.host}`);
      case 'half-refusal': {
        const half = variety < 0.5 ? ID_NAMES : SECRET_NAMES;
        return (
          call.variable !== undefined &&
          half.test(call.variable) &&
          this.#world.keyOf(call) === this.#keyAt(disturbance).id
        );
      }
      case 'host-lost-answer':
        return isHost && this.#fits(disturbance, call);
      case 'slow-calls':
        return true;
      case 'oauth':
        return isHost && this.#world.isOAuth;
      case 'host-stale':
        return isHost && call.action === 'GET variables';
      default:
        return false;
    }
  }

  #choice({ disturbance }: Armed, call: PortCall, process: SimProcess): FaultChoice | undefined {
    if (!this.#meets(disturbance, call)) return undefined;
    const { fault, phase, odds, variety, count } = disturbance;
    const struck = (often = odds) => process.random() < often;
    switch (fault) {
      case 'crash':
        return { kind: 'crash', when: phase };
      case 'throttle':
      case 'host-throttle':
        return struck() ? { kind: 'throttled' } : undefined;
      case 'refuse':
        if (!struck()) return undefined;
        return { kind: variety < 0.5 ? 'refused' : 'unanswered' };
      case 'lost-answer':
        if (!struck()) return undefined;
        return { kind: call.repeatable && process.random() < 0.5 ? 'repeated' : 'lost-answer' };
      case 'record':
        return struck() ? RECORD_FAULTS[Math.floor(variety * RECORD_FAULTS.length)] : undefined;
      case 'closed-bus':
        return closing(variety);
      case 'slow-iam':
      case 'host-stale':
        return struck() ? { kind: 'stale' } : undefined;
      case 'host-down':
      case 'dead-host':
        return { kind: variety < 0.5 ? 'refused' : 'unanswered' };
      case 'half-refusal':
        return { kind: 'forbidden', status: count % 2 === 0 ? 400 : 403 };
      case 'host-lost-answer':
        return struck() ? { kind: 'lost-answer' } : undefined;
      case 'slow-calls':
        return struck() ? { kind: 'delay', milliseconds: SLOWEST * process.random() } : undefined;
      case 'oauth':
        return struck(odds * 0.2) ? { kind: 'expired' } : undefined;
      default:
        return undefined;
    }
  }
}

/** What becomes of calls to a closed bus; undefined where they are answered, and some events refused. */
function closing(variety: number): FaultChoice | undefined {
  if (variety < 0.3) return { kind: 'refused' };
  if (variety < 0.5) return { kind: 'unanswered' };
  return variety < 0.6 ? { kind: 'throttled' } : undefined;
}
