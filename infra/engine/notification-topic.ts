import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { KEY_ADMINISTRATION } from '../access/key-administration';
import { onlyThrough, PUBLISH_ENCRYPTED } from '../access/kms-use';

export interface NotificationTopicProps {
  /** E-mail addresses that are told. */
  readonly notify: readonly string[];
}

/**
 * The topic that tells people, with a KMS key of its own: CloudWatch alarms cannot publish to a topic that is encrypted
 * with `alias/aws/sns`, whose policy nobody can change.
 */
export class NotificationTopic extends Construct {
  readonly topic: Topic;
  readonly key: Key;

  constructor(scope: Construct, id: string, props: NotificationTopicProps) {
    super(scope, id);
    const alarms = {
      StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
      ArnLike: {
        'aws:SourceArn': Stack.of(this).formatArn({ service: 'cloudwatch', resource: 'alarm:*' }),
      },
    };
    this.key = new Key(this, 'Key', {
      description: 'Keyturn: encrypts what people are told',
      enableKeyRotation: true,
      // What it has encrypted is on its way for minutes.
      removalPolicy: RemovalPolicy.DESTROY,
      policy: this.keyPolicy(alarms),
    });
    this.topic = new Topic(this, 'Topic', { displayName: 'Keyturn', enforceSSL: true, masterKey: this.key });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: alarms,
      }),
    );
    for (const address of new Set(props.notify)) this.topic.addSubscription(new EmailSubscription(address));
  }

  /** The topic's ARN cannot be a condition: the topic refers to the key. But the key encrypts nothing else. */
  private keyPolicy(alarms: Record<string, Record<string, string>>): PolicyDocument {
    const actions = [...PUBLISH_ENCRYPTED];
    // In a key policy, "*" is the key itself.
    const resources = ['*'];
    return new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: 'Administer',
          principals: [new AccountRootPrincipal()],
          actions: [...KEY_ADMINISTRATION],
          resources,
        }),
        // IAM policies decide who publishes, the functions' own among them. Lambda tells of failed runs in their names.
        new PolicyStatement({
          sid: 'PublishersOfThisAccount',
          principals: [new AccountRootPrincipal()],
          actions,
          resources,
          conditions: onlyThrough(Stack.of(this), 'sns'),
        }),
        new PolicyStatement({
          sid: 'AlarmsOfThisAccount',
          principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
          actions,
          resources,
          conditions: alarms,
        }),
        // For rules of your own on Keyturn's events. EventBridge sends KMS neither aws:SourceAccount nor aws:SourceArn
        // (SNS Developer Guide, "Enable compatibility between event sources from AWS services and encrypted topics");
        // what a rule may publish is decided by the topic's policy.
        new PolicyStatement({
          sid: 'RulesThatMayPublish',
          principals: [new ServicePrincipal('events.amazonaws.com')],
          actions,
          resources,
        }),
      ],
    });
  }
}
