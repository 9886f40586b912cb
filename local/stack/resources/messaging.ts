import type { ResourceType } from '../resource';

const queue: ResourceType = (input) => {
  const { queues, account } = input.services;
  const generated = () => input.generatedName(80);
  const name = input.previous?.attributes.QueueName ?? input.properties.optionalText('QueueName') ?? generated();
  const arn = input.arn('sqs', name);
  queues.put(name, arn, input.properties.optionalText('KmsMasterKeyId'));
  return {
    ref: `https://sqs.${account.region}.amazonaws.com/${account.accountId}/${name}`,
    attributes: { Arn: arn, QueueName: name },
    remove: () => queues.remove(arn),
  };
};

const topic: ResourceType = (input) => {
  const { sns } = input.services.account;
  const { properties } = input;
  const generated = () => input.generatedName(256);
  const name = input.previous?.attributes.TopicName ?? properties.optionalText('TopicName') ?? generated();
  const { TopicArn } = sns.createTopic({ Name: name });
  for (const subscription of properties.objects('Subscription')) {
    sns.subscribe({ TopicArn, Protocol: subscription.text('Protocol'), Endpoint: subscription.text('Endpoint') });
  }
  const remove = () => sns.deleteTopic({ TopicArn });
  return { ref: TopicArn, attributes: { TopicArn, TopicName: name }, remove };
};

/** Subscriptions are never ended: nothing is delivered to them here. */
const subscription: ResourceType = ({ properties, services }) => {
  const TopicArn = properties.text('TopicArn');
  const Protocol = properties.text('Protocol');
  const Endpoint = properties.optionalText('Endpoint');
  const { SubscriptionArn } = services.account.sns.subscribe({ TopicArn, Protocol, Endpoint });
  return { ref: SubscriptionArn, attributes: { Arn: SubscriptionArn } };
};

export const MESSAGING_RESOURCES: Readonly<Record<string, ResourceType>> = {
  'AWS::SQS::Queue': queue,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::Subscription': subscription,
};
