import type { AccountEvent, AccountOptions } from './account/account';
import type { AccountServerOptions } from './account/wire/server';
import type { Passage } from './events/rule';
import type { HostOptions } from './hosts/register';

/** How a local world is. All delays are simulated ms unless said otherwise. */
export interface WorldOptions {
  readonly start: Date;
  /** Equal seeds give equal keys, names and latencies. @default 1 */
  readonly seed?: number | string;
  readonly account?: Partial<Omit<AccountOptions, 'clock'>>;
  /** Faults, policies and listeners at the account's front; its latency is 15 to 60 ms a call by default. */
  readonly accountServer?: Partial<Omit<AccountServerOptions, 'account'>>;
  /** Whether what the policies of secrets and KMS keys deny is refused, by `account/policy/`. @default false: `accountServer.authorize` alone decides */
  readonly resourcePolicies?: boolean;
  /** How each CI host is, by its name in the register. */
  readonly hosts?: HostOptions;
  /** How long a CloudTrail record takes to the event bus. @default 3 minutes */
  readonly cloudTrailDelay?: number;
  /** How long Secrets Manager's own events take to the event bus. @default 2 seconds */
  readonly labelDelay?: number;
  /** Loses, doubles, delays or forges events. */
  readonly tamper?: (event: AccountEvent, delay: number) => readonly Passage[];
  /**
   * Asked before a rule's target gets an event; true passes the event over, and the function's last
   * metrics count once more, as if it had run and found what it found then.
   */
  readonly passOver?: (targetArn: string, payload: string) => boolean;
  /** Asked before a rule's target gets an event; true loses it, as if its rule had never fired. */
  readonly lose?: (targetArn: string, payload: string) => boolean;
  /**
   * Whether the functions' own timers (an SDK's wait before it asks again) go by the clock, so that they take no real
   * time. @default false: only sleep does
   */
  readonly timersOnClock?: boolean;
  /** How often a batch of a log group's subscription is handed over: once at least is what AWS promises. @default once */
  readonly logBatchCopies?: () => number;
  /** Real ms after which an invocation without a result is taken to hang. @default 30000 */
  readonly watchdog?: number;
}

/** How long an event travels to the rules. */
export function eventDelay(
  event: AccountEvent,
  { cloudTrailDelay = 180_000, labelDelay = 2_000 }: WorldOptions,
): number {
  if (event['detail-type'] === 'AWS API Call via CloudTrail') return cloudTrailDelay;
  return event['detail-type'] === 'Secret Label Updated' ? labelDelay : 0;
}
