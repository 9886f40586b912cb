import { loginRegions } from '../../../cli/rehearsal/faults/spread';
import type { FailedLogin, Login } from '../../../cli/rehearsal/pipelines';
import { Pipelines } from '../../../cli/rehearsal/pipelines';
import type { ManagedRecord, PlaceRecord } from '../../../cli/rehearsal/witness/records';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import { AwsError } from '../../../local/account/aws-error';
import type { SessionCredentials } from '../../../local/account/principal';
import { type Random, seededRandom } from '../../../local/random';
import { REGION, type World } from './world';

const LOGIN_REGIONS = loginRegions(REGION);

/** What anybody does who has a pair, in no time. @param region @default the functions' own */
export function logIn({ account }: World, pair: SessionCredentials, region?: string): Login {
  try {
    return { arn: account.authenticate(pair, 'sns', region).arn };
  } catch (error) {
    if (error instanceof AwsError) return { error: error.code };
    throw error;
  }
}

interface PipelinePlace {
  readonly managed: ManagedRecord;
  readonly place: PlaceRecord;
}

/** Pipelines of every place, which start at any time and use what they read for minutes to hours. */
export class SimulatedPipelines {
  readonly #world: World;
  readonly #random: Random;
  readonly #pipelines: Pipelines<PipelinePlace>;
  starts = 0;

  constructor(world: World) {
    this.#world = world;
    this.#random = seededRandom(`${world.seed}/pipelines`);
    this.#pipelines = new Pipelines({
      now: () => world.now(),
      held: ({ place: { idOf, secretOf } }) => ({ accessKeyId: idOf?.id, secretAccessKey: secretOf?.secret }),
      userOf: ({ managed }) => managed.user,
      logIn: (pair) => logIn(world, pair, this.#region()),
      failed: (failure) => this.#failed(failure),
    });
  }

  get logins(): number {
    return this.#pipelines.logins;
  }

  start(end: number): void {
    const next = () => {
      this.#world.loop.at(
        this.#world.now() + this.#random() * 10 * HOUR,
        () => {
          if (this.#world.now() >= end) return false;
          next();
          return this.#begin();
        },
        true,
      );
    };
    next();
    // Whoever waited for a new key starts within minutes.
    const soon = seededRandom(`${this.#world.seed}/pipelines/soon`);
    this.#world.onGiven = (managed, place) => {
      this.#world.loop.at(
        this.#world.now() + soon() * MINUTE,
        () => {
          this.#run({ managed, place }, 2 * MINUTE, 3);
          return false;
        },
        true,
      );
    };
  }

  /** Each pipeline deploys where its team wants. */
  #region(): string | undefined {
    return LOGIN_REGIONS[this.#pipelines.logins % LOGIN_REGIONS.length];
  }

  #begin(): false {
    const all = [...this.#world.witness.managed.values()];
    const managed = all[Math.floor(this.#random() * all.length)];
    const place = managed?.places[Math.floor(this.#random() * managed.places.length)];
    const life = this.#random() ** 2 * 12 * HOUR;
    const uses = 1 + Math.floor(this.#random() * 3);
    if (managed !== undefined && place !== undefined) this.#run({ managed, place }, life, uses);
    return false;
  }

  /** One that has not moved to the role that replaces the key. */
  late(managed: ManagedRecord): void {
    const [place] = managed.places;
    if (place !== undefined) this.#start({ managed, place }, 0, 1);
  }

  #run(of: PipelinePlace, life: number, uses: number): void {
    const movedAt = this.#world.moved.get(of.managed) ?? Number.POSITIVE_INFINITY;
    if (this.#world.now() < movedAt) this.#start(of, life, uses);
  }

  #start({ managed, place }: PipelinePlace, life: number, uses: number): void {
    const { idOf, secretOf } = place;
    if (!managed.isManaged || !place.isArmed || place.isGone || place.isTampered || idOf === undefined) return;
    this.starts += 1;
    if (idOf !== secretOf) {
      this.#world.promises.allowed.tornReads += 1;
      return;
    }
    const readAt = this.#world.now();
    const login = this.#pipelines.begin({ managed, place });
    const use = () => {
      login?.();
      return false;
    };
    use();
    for (let index = 1; index < uses; index++) this.#world.loop.at(readAt + (life * index) / uses + MINUTE, use, true);
  }

  #failed({ place: { managed, place }, accessKeyId, readAt, error }: FailedLogin<PipelinePlace>): void {
    const key = this.#world.witness.keys.get(accessKeyId);
    if (key === undefined || !managed.isManaged) return;
    // A pair that was read before the key got another user goes on as that of the one before.
    if (managed.formerUsers.includes(key.user) && error.endsWith(`:user/${key.user}`)) return;
    this.#world.promises.places.login(managed, place, key, readAt, error);
  }
}
