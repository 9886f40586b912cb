import { createHash } from 'node:crypto';
import { Aws } from 'aws-cdk-lib';
import type { DeliverTo } from '../../functions/core/hosts/target';
import type { Right } from '../access/growing-policy';
import type { Delivery } from './delivery';

export interface DataCenterTargetProps {
  /**
   * Name of the Systems Manager document that restarts one node, and ends well only when the node is healthy.
   * `docs/examples/datacenter-restart.template.json` has one.
   */
  readonly document: string;
  /** IDs of the nodes, such as `i-0123456789abcdef0`. They are restarted one at a time, in the order of their IDs. */
  readonly nodes: string[];
  /** Region of the document and the nodes. @default - the stack's own */
  readonly region?: string;
}

const READ: Right = {
  sid: 'SeeRestarts',
  may: 'see which commands were sent to nodes and what came of them, without what they wrote',
  // Neither knows a resource (Service Authorization Reference, AWS Systems Manager).
  actions: ['ssm:ListCommands', 'ssm:ListCommandInvocations'],
};

/** @internal */
export function dataCenterDelivery({ document, nodes, region }: DataCenterTargetProps): Delivery {
  return dataCenterItem({ dataCenter: { document, nodes: [...nodes], region } });
}

/**
 * IAM asks about the document and about the node, each for itself: of several targets in one region any document may be sent
 * to any of their nodes. @internal
 */
export function dataCenterItem(item: DeliverTo): Delivery {
  if (!('dataCenter' in item)) return { item };
  const { document, nodes, region = Aws.REGION } = item.dataCenter;
  const place = createHash('sha256')
    .update(JSON.stringify([document, nodes, region]))
    .digest('hex')
    .slice(0, 12);
  const right = {
    sid: `RestartNodes${place}`,
    may: 'send the documents that restart nodes, and no other, to the nodes of these targets, and to no other',
    actions: ['ssm:SendCommand'],
  };
  const arn = (service: string, resource: string) =>
    `arn:${Aws.PARTITION}:${service}:${region}:${Aws.ACCOUNT_ID}:${resource}`;
  const arns = [arn('ssm', `document/${document}`), ...nodes.map((node) => nodeArn(node, arn))];
  return {
    item,
    takesRuns: true,
    rights: [
      { right, arns },
      { right: READ, arns: ['*'] },
    ],
  };
}

/** Machines of one's own are Systems Manager's, and instances EC2's. */
function nodeArn(node: string, arn: (service: string, resource: string) => string): string {
  return node.startsWith('mi-') ? arn('ssm', `managed-instance/${node}`) : arn('ec2', `instance/${node}`);
}
