import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { EventBus as EventBusTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EVENT_SOURCE } from '../../functions/core/names';
import { pathProperty } from '../access/role-path';

export interface AuditForwardingProps {
  /** ARN of the event bus. */
  readonly forwardTo: string;
  /** IAM path of the role that sends them. */
  readonly rolePath: string;
  /** Keeps the events that the bus did not take. */
  readonly deadLetters: IQueue;
}

/**
 * Sends every audit event on to an event bus, such as that of a central security account. EventBridge tries for 24 hours
 * and up to 185 times, which are its defaults.
 */
export class AuditForwarding extends Construct {
  constructor(scope: Construct, id: string, { forwardTo, rolePath, deadLetters }: AuditForwardingProps) {
    super(scope, id);
    this.checkOther(forwardTo);
    const role = new Role(this, 'Role', {
      path: pathProperty(rolePath),
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: 'Keyturn: sends audit events to another event bus',
      inlinePolicies: {
        Keyturn: new PolicyDocument({
          statements: [
            new PolicyStatement({ sid: 'ForwardEvents', actions: ['events:PutEvents'], resources: [forwardTo] }),
          ],
        }),
      },
    });
    new Rule(this, 'Rule', {
      description: 'Keyturn: forwards the audit events',
      // Events that other accounts forward to this one's bus stay here, so none goes round in a circle.
      eventPattern: { source: [EVENT_SOURCE], account: [Stack.of(this).account] },
      targets: [
        new EventBusTarget(EventBus.fromEventBusArn(this, 'Bus', forwardTo), {
          role: role.withoutPolicyUpdates(),
          deadLetterQueue: deadLetters,
        }),
      ],
    });
  }

  private checkOther(forwardTo: string): void {
    const { account, region } = Stack.of(this);
    if (Token.isUnresolved(account) || Token.isUnresolved(region)) return;
    if (!forwardTo.endsWith(`:events:${region}:${account}:event-bus/default`)) return;
    Annotations.of(this).addError(
      `audit.forwardTo: expected another event bus, found the account's own default one, which has the events anyway; ` +
        'leave it out, or name the bus of another account',
    );
  }
}
