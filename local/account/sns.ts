import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import type { Identifiers } from './identifiers';

/** A message that was published; the local account delivers it nowhere but keeps it readable. */
export interface PublishedMessage {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject: string | undefined;
  readonly message: string;
  readonly at: number;
}

export interface Subscription {
  readonly SubscriptionArn: string;
  readonly Owner: string;
  readonly Protocol: string;
  readonly Endpoint: string;
  readonly TopicArn: string;
}

/** SNS of one region: topics, subscriptions, and every message ever published. */
export class Sns {
  readonly messages: PublishedMessage[] = [];
  readonly #topics = new Set<string>();
  readonly #subscriptions: Subscription[] = [];
  readonly #arnPrefix: string;

  constructor(
    private readonly accountId: string,
    region: string,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
  ) {
    this.#arnPrefix = `arn:aws:sns:${region}:${accountId}:`;
  }

  /** The same name again answers the same topic. @throws AwsError InvalidParameter */
  createTopic(input: { readonly Name: string }) {
    if (!/^[\w-]{1,256}(\.fifo)?$/.test(input.Name)) {
      throw new AwsError('InvalidParameter', 400, 'Invalid parameter: Topic Name');
    }
    const TopicArn = this.#arnPrefix + input.Name;
    this.#topics.add(TopicArn);
    return { TopicArn };
  }

  deleteTopic(input: { readonly TopicArn: string }): void {
    this.#topics.delete(input.TopicArn);
    for (let index = this.#subscriptions.length - 1; index >= 0; index--) {
      if (this.#subscriptions[index]?.TopicArn === input.TopicArn) this.#subscriptions.splice(index, 1);
    }
  }

  listTopics() {
    return { Topics: [...this.#topics].sort().map((TopicArn) => ({ TopicArn })) };
  }

  /** @throws AwsError NotFound, InvalidParameter (empty, or over 256 KB). */
  publish(input: { readonly TopicArn: string; readonly Message: string; readonly Subject?: string | undefined }) {
    this.assertTopic(input.TopicArn);
    if (input.Message === '') throw new AwsError('InvalidParameter', 400, 'Invalid parameter: Empty message');
    if (Buffer.byteLength(input.Message, 'utf8') > 262_144) {
      throw new AwsError('InvalidParameter', 400, 'Invalid parameter: Message too long');
    }
    if (input.Subject !== undefined && (input.Subject.length >= 100 || /[^\x20-\x7e]/.test(input.Subject))) {
      throw new AwsError('InvalidParameter', 400, 'Invalid parameter: Subject');
    }
    const messageId = this.identifiers.requestId();
    const { TopicArn: topicArn, Subject: subject, Message: message } = input;
    this.messages.push({ messageId, topicArn, subject, message, at: this.clock.now() });
    return { MessageId: messageId };
  }

  /** E-mail waits for a confirmation that never comes here, as `pending confirmation` says. */
  subscribe(input: { readonly TopicArn: string; readonly Protocol: string; readonly Endpoint?: string | undefined }) {
    this.assertTopic(input.TopicArn);
    const pending = /^(email|email-json|https?|sms)$/.test(input.Protocol);
    const subscription: Subscription = {
      SubscriptionArn: pending ? 'PendingConfirmation' : `${input.TopicArn}:${this.identifiers.uuid()}`,
      Owner: this.accountId,
      Protocol: input.Protocol,
      Endpoint: input.Endpoint ?? '',
      TopicArn: input.TopicArn,
    };
    const same = this.#subscriptions.find(
      ({ TopicArn, Protocol, Endpoint }) =>
        TopicArn === subscription.TopicArn && Protocol === subscription.Protocol && Endpoint === subscription.Endpoint,
    );
    if (same === undefined) this.#subscriptions.push(subscription);
    const arn = (same ?? subscription).SubscriptionArn;
    return { SubscriptionArn: pending ? 'pending confirmation' : arn };
  }

  listSubscriptionsByTopic(input: { readonly TopicArn: string }) {
    this.assertTopic(input.TopicArn);
    return { Subscriptions: this.#subscriptions.filter(({ TopicArn }) => TopicArn === input.TopicArn) };
  }

  /** What is not set is left out; nothing sets a policy here. @throws AwsError NotFound */
  getTopicAttributes({ TopicArn }: { readonly TopicArn: string }) {
    this.assertTopic(TopicArn);
    const here = this.#subscriptions.filter((one) => one.TopicArn === TopicArn);
    const pending = here.filter(({ SubscriptionArn }) => SubscriptionArn === 'PendingConfirmation').length;
    return {
      Attributes: new Map([
        ['TopicArn', TopicArn],
        ['Owner', this.accountId],
        ['DisplayName', ''],
        ['SubscriptionsConfirmed', String(here.length - pending)],
        ['SubscriptionsPending', String(pending)],
        ['SubscriptionsDeleted', '0'],
      ]),
    };
  }

  private assertTopic(arn: string): void {
    if (!this.#topics.has(arn)) throw new AwsError('NotFound', 404, 'Topic does not exist');
  }
}
