import type { AccountEvent } from '../account/event';
import type { TargetInput } from './target-input';

/** Where a rule sends what fits it. */
export interface RuleTarget {
  readonly id: string;
  readonly arn: string;
  /** What the target gets. @default the whole event */
  readonly input?: TargetInput;
  readonly retryPolicy?: RetryPolicy;
  /** ARN of the queue for what could not be delivered. @default none: it is dropped */
  readonly deadLetterArn?: string;
}

export interface RetryPolicy {
  /** @default 185 */
  readonly maximumRetryAttempts?: number;
  /** @default 86400 */
  readonly maximumEventAgeInSeconds?: number;
}

/** An EventBridge rule: a pattern, a schedule, or both. */
export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly description?: string | undefined;
  readonly pattern?: unknown;
  readonly schedule?: string;
  /** @default true */
  readonly enabled?: boolean;
  readonly targets: readonly RuleTarget[];
}

/** An event on its way to the rules, and for how long (ms). */
export interface Passage {
  readonly event: AccountEvent;
  readonly delay: number;
}

/** Why a target did not take an event. Only a retryable refusal is tried again. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';

  constructor(
    readonly code: string,
    readonly retryable: boolean,
    message: string,
  ) {
    super(message);
  }
}
