import { AwsError } from '../account/aws-error';
import type { Clock } from '../clock';
import type { Scheduler } from '../scheduler';
import type { EventInvokeConfiguration, FunctionConfiguration } from './function-configuration';
import type { InvocationResult } from './invocation';

export interface AsynchronousInvocationsOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly invoke: (functionName: string, payload: string, requestId: string) => Promise<InvocationResult>;
  /** Puts a message into a queue or topic. */
  readonly send: (arn: string, body: string, attributes: Readonly<Record<string, string>>) => void;
}

interface PendingEvent {
  readonly configuration: FunctionConfiguration;
  readonly settings: EventInvokeConfiguration;
  readonly payload: string;
  readonly requestId: string;
  readonly since: number;
}

/** The waits before the second and the third attempt, in ms (Lambda Developer Guide, "Asynchronous invocation"). */
const WAITS = [60_000, 120_000] as const;

/** ms before a throttled one is tried again: Lambda waits from one second up to five minutes. */
const WHEN_THROTTLED = 60_000;

/** Lambda's queue for events: two retries, then the dead-letter queue and the on-failure destination. */
export class AsynchronousInvocations {
  constructor(private readonly options: AsynchronousInvocationsOptions) {}

  /** Makes the first attempt, and is done when it is; further ones are scheduled. */
  start(
    configuration: FunctionConfiguration,
    settings: EventInvokeConfiguration,
    payload: string,
    requestId: string,
  ): Promise<void> {
    return this.#attempt({ configuration, settings, payload, requestId, since: this.options.clock.now() }, 1);
  }

  async #attempt(event: PendingEvent, attempt: number): Promise<void> {
    const { configuration, settings, payload, requestId } = event;
    const { clock, scheduler } = this.options;
    let result: InvocationResult;
    try {
      result = await this.options.invoke(configuration.functionName, payload, requestId);
    } catch (thrown) {
      if (!(thrown instanceof AwsError && thrown.code === 'TooManyRequestsException')) throw thrown;
      return this.#waitForRoom(event, attempt);
    }
    if (result.functionError === undefined) {
      this.#report(settings.onSuccessArn, 'Success', event, result, attempt);
      return;
    }
    const { maximumRetryAttempts = 2, maximumEventAgeInSeconds = 21_600 } = settings;
    const wait = WAITS[attempt - 1];
    if (wait === undefined || attempt > maximumRetryAttempts)
      return this.#giveUp(event, result, attempt, 'RetriesExhausted');
    if (clock.now() + wait - event.since > maximumEventAgeInSeconds * 1000) {
      return this.#giveUp(event, result, attempt, 'EventAgeExceeded');
    }
    scheduler.at(clock.now() + wait, `retry ${configuration.functionName}`, () => this.#attempt(event, attempt + 1));
  }

  /** What is throttled counts as no attempt, and is tried for as long as an event may be old. */
  #waitForRoom(event: PendingEvent, attempt: number): void {
    const { clock, scheduler } = this.options;
    const { configuration, settings, since } = event;
    if (clock.now() + WHEN_THROTTLED - since > (settings.maximumEventAgeInSeconds ?? 21_600) * 1000) {
      const payload = JSON.stringify({ errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' });
      const result = { requestId: event.requestId, duration: 0, coldStart: false, payload, functionError: 'Unhandled' };
      this.#giveUp(event, result as InvocationResult, attempt, 'EventAgeExceeded');
      return;
    }
    const again = () => this.#attempt(event, attempt);
    scheduler.at(clock.now() + WHEN_THROTTLED, `throttled ${configuration.functionName}`, again);
  }

  #giveUp(event: PendingEvent, result: InvocationResult, attempts: number, condition: string): void {
    const { configuration, settings, payload, requestId } = event;
    if (configuration.deadLetterArn !== undefined) {
      this.options.send(configuration.deadLetterArn, payload, {
        RequestID: requestId,
        ErrorCode: '200',
        ErrorMessage: result.payload.slice(0, 1024),
      });
    }
    this.#report(settings.onFailureArn, condition, event, result, attempts);
  }

  /** The record that a destination gets. */
  #report(
    arn: string | undefined,
    condition: string,
    event: PendingEvent,
    result: InvocationResult,
    attempts: number,
  ): void {
    if (arn === undefined) return;
    const record = {
      version: '1.0',
      timestamp: new Date(this.options.clock.now()).toISOString(),
      requestContext: {
        requestId: event.requestId,
        functionArn: `${event.configuration.functionArn}:$LATEST`,
        condition,
        approximateInvokeCount: attempts,
      },
      requestPayload: JSON.parse(event.payload),
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        functionError: result.functionError,
      },
      responsePayload: JSON.parse(result.payload),
    };
    this.options.send(arn, JSON.stringify(record), {});
  }
}
