import type { Account } from '../account/account';
import type { Clock } from '../clock';
import type { Random } from '../random';

/** What a host finds around it when it starts. */
export interface HostSurroundings {
  readonly clock: Clock;
  readonly account: Account;
  /** A source of numbers for one purpose: equal seeds of the world give equal ones. */
  readonly random: (purpose: string) => Random;
}

/** A host that runs. */
export interface StartedHost<H> {
  /** What a test sets up and looks at. */
  readonly host: H;
  /** The base URL of its API, where it has one of its own. */
  readonly url?: string;
  /** The host names that functions reach it under, each with the origin on loopback that serves it. */
  readonly origins: Readonly<Record<string, string>>;
  close(): Promise<void>;
}
