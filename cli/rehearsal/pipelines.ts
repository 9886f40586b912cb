import { type Held, type Pair, pairOf } from './hosts/host';

/** Whom AWS takes a pair for, or the name of the error with which it refuses it. */
export type Login = { readonly arn: string } | { readonly error: string };

/** A login that did not work: the one thing that must never happen (K1). */
export interface FailedLogin<Place> {
  readonly at: number;
  readonly place: Place;
  readonly accessKeyId: string;
  /** When the pipeline read its place. */
  readonly readAt: number;
  /** AWS's error name, or whom it took the pair for. */
  readonly error: string;
}

/** What pipelines run in; instants are ms since the epoch. */
export interface PipelineWorld<Place> {
  now(): number;
  /** What a place holds now; undefined where there is no such place. */
  held(place: Place): Held | undefined;
  /** The IAM user that a place's pair has to be of. */
  userOf(place: Place): string;
  /** Over HTTP it takes a while; where nothing is in between it is answered at once. */
  logIn(pair: Pair): Login | Promise<Login>;
  failed(failure: FailedLogin<Place>): void;
}

/**
 * Pipelines of every place: each reads its two variables once, at its start, and logs in with what it read, at once and
 * later. When they start, and how long they live, is for whoever starts them to draw.
 */
export class Pipelines<Place> {
  logins = 0;

  constructor(private readonly world: PipelineWorld<Place>) {}

  /** A pipeline starts. @returns what logs in with what it read; undefined where there was nothing to read */
  begin(place: Place): (() => void | Promise<void>) | undefined {
    const { world } = this;
    const pair = pairOf(world.held(place));
    // Before its first delivery a target may be empty; K1 counts from then on.
    if (pair === undefined) return undefined;
    const readAt = world.now();
    const judge = (login: Login) => {
      const error = errorOf(login, world.userOf(place));
      if (error === undefined) return;
      world.failed({ at: world.now(), place, accessKeyId: pair.accessKeyId, readAt, error });
    };
    return () => {
      this.logins += 1;
      const login = world.logIn(pair);
      return login instanceof Promise ? login.then(judge) : judge(login);
    };
  }
}

function errorOf(login: Login, user: string): string | undefined {
  if ('error' in login) return login.error;
  return login.arn.endsWith(`/${user}`) ? undefined : `authenticated as ${login.arn}`;
}
