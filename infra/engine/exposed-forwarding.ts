import { Annotations, Stack, type StackProps, Token } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { EventBus as EventBusTarget } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { iamRecordsRegion } from '../../functions/core/partitions';
import { HEALTH_SAYS } from './rotation-triggers';

/**
 * AWS Health tells of leaked keys in the region that has what is of no region (docs/design/beliefs.md): a stack there
 * sends its events to the default bus of the main stack's region, whose rule starts the functions.
 */
export function forwardExposures(engine: Stack, props: StackProps, rolePath: string): void {
  // A stack of no region is deployed to the one that the CDK's command has found.
  const region = Token.isUnresolved(engine.region) ? process.env.CDK_DEFAULT_REGION : engine.region;
  const there = region === undefined ? undefined : iamRecordsRegion(region);
  if (region === undefined || there === undefined) {
    Annotations.of(engine).addWarningV2(
      'keyturn:exposed-region',
      "exposed: AWS Health's events of leaked keys come in one region, us-east-1, and the region of this stack is not " +
        'known: they are not sent to it. Give the stack its region ("env"), or deploy it there.',
    );
    return;
  }
  if (there === region) return;
  const { account } = engine;
  const stack = new Stack(engine.node.scope ?? engine, `${engine.node.id}Exposed`, {
    ...props,
    env: { account: Token.isUnresolved(account) ? undefined : account, region: there },
    description: "Keyturn: hands on what AWS Health says of leaked keys, to the main stack's region",
  });
  const bus = stack.formatArn({ service: 'events', region, resource: 'event-bus', resourceName: 'default' });
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('events.amazonaws.com'), path: rolePath });
  new Rule(stack, 'Exposed', {
    description: 'Keyturn: AWS Health says that a key has leaked',
    eventPattern: HEALTH_SAYS,
    targets: [new EventBusTarget(EventBus.fromEventBusArn(stack, 'Bus', bus), { role })],
  });
}
