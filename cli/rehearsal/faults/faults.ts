import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import type { AccountEvent } from '../../../local/account/account';
import type { KeySpread } from '../../../local/account/key-spread';
import type { AwsCall, AwsFault } from '../../../local/account/wire/server';
import type { Passage } from '../../../local/events/rule';
import { type Random, seededRandom } from '../../../local/random';
import type { HostFault, HostRequest } from '../hosts/host';
import { drawEpisodes, type Episode, quietDays } from './draw';
import type { FaultKind } from './kinds';
import { unevenSpread } from './spread';

/** ms until a usual new key is known everywhere, at most. */
const NEW_KEY_DELAY = 30_000;
/** Of a credential report, in ms: some minutes, or more than any run waits. */
const USUAL_REPORT_TIME = 1_500;
const SLOWEST_USEFUL = 4 * MINUTE;

/** What is kept up, and for how long, by what strikes one call. */
const REPEATED_WITHIN = 5 * MINUTE;
/** After an outage the next hourly run makes up for it. */
const NEXT_RUN = HOUR + 15 * MINUTE;

/** The four functions whose runs are disturbed, by what is in their names; and a provider's endpoint, which steps ask. */
const RUNS = ['RotateFunction', 'SyncFunction', 'DeactivateFunction', 'DeleteFunction'] as const;
const PROVIDER = 'KeyRotationProvider';
const FUNCTIONS = [...RUNS, PROVIDER] as const;
const STATUS = { 'aws-throttle': 400, 'aws-down': 503 } as const;

/** A fault that has met something. */
export interface Strike {
  readonly kind: FaultKind;
  readonly at: number;
  /** The managed keys that it concerns, where not all of them. */
  readonly keys?: readonly string[];
  /** It is a provider that it has met, and no run: no managed key is late for that. */
  readonly isOfProvider?: boolean;
}

/** Whom it concerns. */
type Concerned = Pick<Strike, 'keys' | 'isOfProvider'>;

export interface FaultsProps {
  readonly seed: string;
  readonly days: number;
  readonly kinds: readonly FaultKind[];
  /** When the first day begins (ms since the epoch). */
  readonly start: number;
  readonly region: string;
}

/** What faults need of the world in which they strike. */
export interface StruckWorld {
  now(): number;
  /** Ends a function's processes, by a part of its name. */
  kill(name: string): void;
  /** The halves that may be refused, each with the managed keys that it concerns. */
  halves(): readonly Half[];
  struck(strike: Strike): void;
}

/** One of the values of a place, and whose it is. */
export interface Half {
  readonly scope: string;
  readonly name: string;
  readonly keys: readonly string[];
}

interface Armed {
  readonly episode: Episode;
  readonly random: Random;
  begunAt: number | undefined;
  /** How often it has struck. */
  times: number;
  passes: number;
}

/** Decides what becomes of every call of the functions, from the faults that are drawn for a life. */
export class Faults {
  /** Edits by hand, which somebody else makes. */
  readonly edits: readonly Episode[];
  readonly #props: FaultsProps;
  readonly #armed: Armed[];
  readonly #spread: (region: string, accessKeyId: string) => KeySpread;
  readonly #spreadKeys = new Set<string>();
  #world: StruckWorld | undefined;

  constructor(props: FaultsProps) {
    const { seed, days, kinds, region } = props;
    this.#props = props;
    const episodes = drawEpisodes(
      seed,
      days,
      kinds.filter((kind) => kind !== 'uneven-keys'),
    );
    this.edits = episodes.filter(({ kind }) => kind === 'drift');
    this.#armed = episodes
      .filter(({ kind }) => kind !== 'drift')
      .map((episode) => ({
        episode,
        random: seededRandom(`${seed}/${episode.id}`),
        begunAt: undefined,
        times: 0,
        passes: episode.passes,
      }));
    this.#spread = unevenSpread(seed, NEW_KEY_DELAY, region);
  }

  /** From here on they strike. */
  begin(world: StruckWorld): void {
    this.#world = world;
  }

  /**
   * Whether a run meets something now that it would not meet in an hour. What still waits for its call waits for the next
   * run that is made; and a host is asked by no run that is passed over.
   */
  get isAnythingPassing(): boolean {
    return this.#on().some(({ episode: { kind }, begunAt }) => kind.startsWith('aws-') && begunAt !== undefined);
  }

  /** What becomes of a call of a function. */
  aws(call: AwsCall): AwsFault | undefined {
    const name = functionOf(call);
    if (name === undefined) return undefined;
    this.#begins(call.action);
    for (const armed of this.#on()) {
      if (!this.#meets(armed, call.action)) continue;
      const fault = this.#awsFault(armed, name);
      if (fault === undefined) continue;
      if (this.#strikes(armed, { isOfProvider: name === PROVIDER })) return fault();
    }
    return undefined;
  }

  host(request: HostRequest): HostFault | undefined {
    if (this.#world === undefined) return undefined;
    this.#begins(request.action);
    for (const armed of this.#on()) {
      const fault = this.#hostFault(armed, request);
      if (fault !== undefined && this.#strikes(armed, this.#concerned(armed, request))) return fault();
    }
    return undefined;
  }

  /** Whether a scheduled run never starts. */
  lose(targetArn: string, payload: string): boolean {
    if (!payload.includes('"Scheduled Event"')) return false;
    const skipped = this.#on().find(({ episode }) => {
      return episode.kind === 'skipped-run' && targetArn.includes(RUNS[Math.floor(episode.variety * 4)] ?? '');
    });
    return skipped !== undefined && this.#strikes(skipped);
  }

  /** How an event travels: twice, hours late, or not at all. */
  tamper(event: AccountEvent, delay: number): readonly Passage[] {
    const usual = [{ event, delay }];
    const { eventName } = event.detail as { readonly eventName?: unknown };
    if (event['detail-type'] !== 'Secret Label Updated' && eventName !== 'PutSecretValue') return usual;
    const armed = this.#on().find(({ episode }) => episode.kind === 'lost-event');
    if (armed === undefined || !this.#strikes(armed)) return usual;
    const draw = armed.random();
    if (draw < 0.4) return [];
    if (draw < 0.7) return [...usual, { event, delay: delay + MINUTE * armed.random() }];
    return [{ event, delay: delay + 6 * HOUR * armed.random() }];
  }

  /** ms that IAM takes for a credential report. */
  reportTime(): number {
    const slow = this.#on().find(({ episode }) => episode.kind === 'slow-report');
    if (slow === undefined || !this.#strikes(slow)) return USUAL_REPORT_TIME;
    return slow.episode.variety < 0.6 ? slow.random() * SLOWEST_USEFUL : HOUR;
  }

  /** How a new key comes to be known; undefined where that is not among the faults. */
  get newKeySpread(): ((region: string, accessKeyId: string) => KeySpread) | undefined {
    if (!this.#props.kinds.includes('uneven-keys')) return undefined;
    return (region, accessKeyId) => {
      const world = this.#world;
      // The keys from before are known everywhere.
      if (world === undefined) return { first: 0, steady: 0 };
      const spread = this.#spread(region, accessKeyId);
      if (!this.#spreadKeys.has(accessKeyId) && spread.steady > spread.first) {
        this.#spreadKeys.add(accessKeyId);
        world.struck({ kind: 'uneven-keys', at: world.now(), keys: [] });
      }
      return spread;
    };
  }

  /**
   * Until when what strikes now may keep a delivery from being repeated: what meets one call is over within minutes, and
   * an outage with the next hourly run after it.
   */
  hindersUntil({ kind, at }: Strike): number {
    const outages: readonly FaultKind[] = [
      'host-down',
      'host-throttle',
      'host-error',
      'aws-down',
      'aws-throttle',
      'half-refused',
    ];
    if (kind === 'skipped-run') return at + 2 * NEXT_RUN;
    if (!outages.includes(kind)) return at + REPEATED_WITHIN;
    const ends = this.#on()
      .filter(({ episode }) => episode.kind === kind)
      .map(({ episode, begunAt = at }) => begunAt + episode.lasts);
    return Math.max(at, ...ends) + NEXT_RUN;
  }

  /** Those that have begun, or wait for the call that they begin with, and are not over. */
  #on(): readonly Armed[] {
    const world = this.#world;
    if (world === undefined) return [];
    const since = world.now() - this.#props.start;
    if (since >= (this.#props.days - quietDays(this.#props.days)) * DAY) return [];
    return this.#armed.filter((armed) => {
      const { from, at, lasts, kind } = armed.episode;
      if (armed.times >= armed.episode.strikes || since < from) return false;
      if (at !== undefined || kind === 'half-refused') {
        return armed.begunAt === undefined || world.now() <= armed.begunAt + lasts;
      }
      // What waits for something that comes seldom waits until it comes.
      armed.begunAt ??= this.#props.start + from;
      return kind === 'lost-event' || world.now() <= armed.begunAt + lasts;
    });
  }

  /** A host's trouble that begins when a fresh key is on its way to it, or when it is asked something. */
  #begins(action: string): void {
    for (const armed of this.#on()) {
      const { kind, at } = armed.episode;
      if (kind.startsWith('host-') && at === action) armed.begunAt ??= this.#world?.now();
    }
  }

  #meets({ episode: { at } }: Armed, action: string): boolean {
    return at === '*' || at === action;
  }

  /** @returns what makes the fault, once it is sure to strike */
  #awsFault(armed: Armed, name: string): (() => AwsFault) | undefined {
    const { episode } = armed;
    const { kind, odds, phase, at } = episode;
    const often = at === '*' ? odds / 2 : odds;
    switch (kind) {
      case 'killed':
        return () => {
          this.#world?.kill(name);
          return { kind: 'unanswered', happened: phase === 'after' };
        };
      case 'aws-throttle': {
        const message = 'Rate exceeded';
        return isHit(armed, often)
          ? () => ({ kind: 'error', status: STATUS[kind], code: 'ThrottlingException', message })
          : undefined;
      }
      case 'aws-down':
        if (!isHit(armed, often)) return undefined;
        return episode.variety < 0.6
          ? () => ({ kind: 'error', status: STATUS[kind], code: 'ServiceUnavailable' })
          : () => ({ kind: 'drop-before' });
      case 'lost-answer':
        return () => ({ kind: 'drop-after' });
      default:
        return undefined;
    }
  }

  #hostFault(armed: Armed, request: HostRequest): (() => HostFault) | undefined {
    const { episode, random } = armed;
    const { kind, at, odds, variety, phase } = episode;
    // A host's own trouble that waits for a fresh key has not begun.
    if (kind.startsWith('host-') && armed.begunAt === undefined) return undefined;
    switch (kind) {
      case 'killed':
        if (at !== request.action) return undefined;
        return () => {
          this.#world?.kill(request.isOfProvider ? PROVIDER : 'SyncFunction');
          return { kind: 'cut', happened: phase === 'after' };
        };
      case 'host-down':
        return () => (variety < 0.5 ? { kind: 'failed', status: 503 } : { kind: 'cut', happened: false });
      case 'host-throttle':
        if (!isHit(armed, odds)) return undefined;
        return () => ({ kind: 'throttled', status: 429, ...(variety < 0.5 ? { retryAfter: 30 } : {}) });
      case 'host-error': {
        if (!isHit(armed, odds * 0.6)) return undefined;
        const status = [500, 502, 504][Math.floor(random() * 3)] ?? 500;
        return () => (random() < 0.6 ? { kind: 'failed', status } : { kind: 'cut', happened: random() < 0.7 });
      }
      case 'half-refused': {
        const half = this.#half(armed);
        if (half === undefined || request.action !== 'write' || request.key !== half.name) return undefined;
        if (!half.scope.startsWith(request.scope)) return undefined;
        armed.begunAt ??= this.#world?.now();
        return () => ({ kind: 'forbidden', status: variety < 0.3 ? 400 : 403 });
      }
      default:
        return undefined;
    }
  }

  #half({ episode }: Armed): Half | undefined {
    const halves = this.#world?.halves() ?? [];
    return halves[Math.floor(episode.variety * halves.length)];
  }

  #concerned(armed: Armed, { isOfProvider }: HostRequest): Concerned {
    return armed.episode.kind === 'half-refused' ? { keys: this.#half(armed)?.keys } : { isOfProvider };
  }

  /** Strikes, unless this call is one of those that are let pass. */
  #strikes(armed: Armed, concerned: Concerned = {}): boolean {
    const world = this.#world;
    if (world === undefined) return false;
    if (armed.passes > 0) {
      armed.passes -= 1;
      return false;
    }
    armed.begunAt ??= world.now();
    armed.times += 1;
    world.struck({ kind: armed.episode.kind, at: world.now(), ...concerned });
    return true;
  }
}

/** The first call of its time always meets it. */
function isHit({ times, random }: Armed, odds: number): boolean {
  return times === 0 || random() < odds;
}

/** The function that a call is from; undefined for people, pipelines and what is no part of a key's life. */
function functionOf({ principal }: AwsCall): string | undefined {
  return principal.kind === 'role' ? FUNCTIONS.find((name) => principal.arn.includes(name)) : undefined;
}
