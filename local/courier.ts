import { isEventBus, type OtherBuses } from './account/other-buses';
import type { Sns } from './account/sns';
import type { Clock } from './clock';
import type { Queues } from './events/queues';
import { DeliveryError } from './events/rule';
import type { Lambda } from './lambda/lambda';

/** Takes messages to what their ARN names: queues, topics, functions, and event buses of other accounts. */
export class Courier {
  constructor(
    private readonly sns: Sns,
    private readonly queues: Queues,
    private readonly clock: Clock,
    private readonly otherBuses: OtherBuses,
  ) {}

  /** A dead letter, or the record for a destination. @throws Error for an ARN that leads nowhere */
  send(arn: string, body: string, attributes: Readonly<Record<string, string>>): void {
    const service = arn.split(':')[2];
    const queue = this.queues.find(arn);
    if (queue !== undefined) queue.messages.push({ body, attributes, at: this.clock.now() });
    else if (service === 'sns') this.sns.publish({ TopicArn: arn, Message: body });
    else throw new Error(`There is no queue or topic ${arn}`);
  }

  /**
   * An event for a rule's target. A function gets it asynchronously, if its resource policy lets the rule in.
   * @throws DeliveryError
   */
  async deliver(lambda: Lambda, targetArn: string, payload: string, ruleArn: string): Promise<void> {
    if (isEventBus(targetArn)) {
      if (this.otherBuses.put(JSON.parse(payload), { busArn: targetArn, isForwarded: true })) return;
      throw new DeliveryError('NO_PERMISSIONS', false, `${ruleArn} may not put events on ${targetArn}`);
    }
    if (targetArn.split(':')[2] !== 'lambda') {
      try {
        this.send(targetArn, payload, {});
      } catch (cause) {
        throw missing(targetArn, cause);
      }
      return;
    }
    if (!lambda.has(targetArn)) throw missing(targetArn, undefined);
    if (!lambda.allows(targetArn, 'events.amazonaws.com', ruleArn)) {
      const message = `${ruleArn} may not invoke ${targetArn}: the function's resource policy does not allow it`;
      throw new DeliveryError('NO_PERMISSIONS', false, message);
    }
    await lambda.invokeAsynchronously(targetArn, payload);
  }
}

function missing(arn: string, cause: unknown): DeliveryError {
  const error = new DeliveryError('RESOURCE_NOT_FOUND', false, `There is no target ${arn}`);
  error.cause = cause;
  return error;
}
