import { type AccountEvent, isoSeconds } from '../account/event';
import type { Clock } from '../clock';
import type { Scheduled, Scheduler } from '../scheduler';
import { compilePattern, type EventMatcher } from './pattern';
import { DeliveryError, type Passage, type Rule, type RuleTarget } from './rule';
import { parseSchedule } from './schedule-expression';
import { targetPayload } from './target-input';

export interface EventBusOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly accountId: string;
  readonly region: string;
  /** Hands a payload (JSON text) to a target, and is done when the target is. @throws DeliveryError */
  readonly deliver: (targetArn: string, payload: string, ruleArn: string) => Promise<void>;
  /** Puts what could not be delivered into a queue. */
  readonly deadLetter: (queueArn: string, body: string, attributes: Readonly<Record<string, string>>) => void;
  /** Makes the IDs of the events of schedules. */
  readonly newId: () => string;
  /** How long an event travels, in ms. @default 0 */
  readonly delayOf?: (event: AccountEvent) => number;
  /** Loses, doubles, delays or forges events: what it answers travels in place of the event. */
  readonly tamper?: (event: AccountEvent, delay: number) => readonly Passage[];
}

interface ActiveRule {
  readonly rule: Rule;
  readonly matches: EventMatcher;
  readonly series: Scheduled | undefined;
}

/** The first wait before EventBridge tries a target again, and the longest, in ms; it doubles in between. */
const FIRST_RETRY = 1_000;
const LONGEST_RETRY = 480_000;

/** The account's default event bus: rules, and the way of each event to their targets. */
export class EventBus {
  readonly #active = new Map<string, ActiveRule>();

  constructor(private readonly options: EventBusOptions) {}

  get rules(): readonly Rule[] {
    return [...this.#active.values()].map(({ rule }) => rule);
  }

  /** Makes or replaces a rule; its schedule counts from now. @throws Error when its pattern or schedule is not valid. */
  putRule(rule: Rule): void {
    const { clock, scheduler } = this.options;
    const matches = rule.pattern === undefined ? () => false : compilePattern(rule.pattern);
    const next = rule.schedule === undefined ? undefined : parseSchedule(rule.schedule, clock.now());
    this.removeRule(rule.name);
    const series =
      next === undefined || rule.enabled === false
        ? undefined
        : scheduler.every(next, `schedule ${rule.name}`, () => this.#send(rule, this.#scheduledEvent(rule)));
    this.#active.set(rule.name, { rule, matches, series });
  }

  removeRule(name: string): void {
    this.#active.get(name)?.series?.cancel();
    this.#active.delete(name);
  }

  /** Sends an event to every rule that it fits, after its delay. */
  publish(event: AccountEvent): void {
    const usual = this.options.delayOf?.(event) ?? 0;
    const passages = this.options.tamper?.(event, usual) ?? [{ event, delay: usual }];
    for (const passage of passages) {
      for (const { rule, matches } of this.#active.values()) {
        if (rule.enabled === false || !matches(passage.event)) continue;
        this.#later(passage.delay, `event ${rule.name}`, () => this.#send(rule, passage.event));
      }
    }
  }

  async #send(rule: Rule, event: AccountEvent): Promise<void> {
    const ingestedAt = this.options.clock.now();
    const context = { ruleArn: rule.arn, ruleName: rule.name, ingestionTime: isoSeconds(ingestedAt) };
    for (const target of rule.targets) {
      await this.#attempt(rule, target, targetPayload(event, context, target.input), ingestedAt, 0);
    }
  }

  async #attempt(rule: Rule, target: RuleTarget, payload: string, since: number, retries: number): Promise<void> {
    try {
      await this.options.deliver(target.arn, payload, rule.arn);
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      const wait = Math.min(FIRST_RETRY * 2 ** retries, LONGEST_RETRY);
      const { maximumRetryAttempts = 185, maximumEventAgeInSeconds = 86_400 } = target.retryPolicy ?? {};
      const tooOld = this.options.clock.now() + wait - since > maximumEventAgeInSeconds * 1000;
      if (error.retryable && retries < maximumRetryAttempts && !tooOld) {
        this.#later(wait, `retry ${rule.name}`, () => this.#attempt(rule, target, payload, since, retries + 1));
        return;
      }
      this.#bury(rule, target, payload, error, { retries, tooOld });
    }
  }

  /** Attributes as EventBridge writes them ("Using dead-letter queues" in its User Guide). */
  #bury(
    rule: Rule,
    target: RuleTarget,
    payload: string,
    error: DeliveryError,
    { retries, tooOld }: { retries: number; tooOld: boolean },
  ): void {
    if (target.deadLetterArn === undefined) return;
    const condition = tooOld ? 'MaximumEventAgeInSeconds' : 'MaximumRetryAttempts';
    this.options.deadLetter(target.deadLetterArn, payload, {
      RULE_ARN: rule.arn,
      TARGET_ARN: target.arn,
      ERROR_CODE: error.code,
      ERROR_MESSAGE: error.message,
      RETRY_ATTEMPTS: String(retries),
      ...(error.retryable ? { EXHAUSTED_RETRY_CONDITION: condition } : {}),
    });
  }

  #later(delay: number, name: string, task: () => Promise<void>): void {
    this.options.scheduler.at(this.options.clock.now() + delay, name, task);
  }

  #scheduledEvent(rule: Rule): AccountEvent {
    return {
      version: '0',
      id: this.options.newId(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: this.options.accountId,
      time: isoSeconds(this.options.clock.now()),
      region: this.options.region,
      resources: [rule.arn],
      detail: {},
    };
  }
}
