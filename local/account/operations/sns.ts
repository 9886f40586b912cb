import * as z from 'zod';
import type { Sns } from '../sns';
import { nothing, operationsOf } from './operation';

const operation = operationsOf('InvalidParameter');

/** SNS on the wire. */
export function snsOperations(sns: Sns) {
  const topic = z.object({ TopicArn: z.string() });
  return {
    CreateTopic: operation('write', z.object({ Name: z.string() }), (input) => sns.createTopic(input)),
    DeleteTopic: operation('write', topic, (input) => sns.deleteTopic(input)),
    GetTopicAttributes: operation('read', topic, (input) => sns.getTopicAttributes(input)),
    ListTopics: operation('read', nothing, () => sns.listTopics()),
    Publish: operation(
      'data',
      z.object({ TopicArn: z.string(), Message: z.string(), Subject: z.string().optional() }),
      (input) => sns.publish(input),
    ),
    Subscribe: operation(
      'write',
      z.object({ TopicArn: z.string(), Protocol: z.string(), Endpoint: z.string().optional() }),
      (input) => sns.subscribe(input),
    ),
    ListSubscriptionsByTopic: operation('read', topic, (input) => sns.listSubscriptionsByTopic(input)),
  };
}
