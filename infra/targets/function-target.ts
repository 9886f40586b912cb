import { Token } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { DeliverTo } from '../../functions/core/hosts/target';
import type { Delivery } from './delivery';

export interface FunctionTargetProps {
  /** What the function is told about the place, in words of its own. @default - nothing */
  readonly target?: Record<string, string>;
}

/**
 * A function of the same app may be called and may fetch the credential. An imported one may be called; its own account
 * says who may, and its role has to be one of the key's readers.
 */
export function functionDelivery(lambda: IFunction, { target }: FunctionTargetProps): Delivery {
  const { functionArn } = lambda;
  const known = Token.isUnresolved(functionArn) ? standInFor(lambda) : functionArn;
  return {
    ...functionItem({ function: known, target }, functionArn),
    readers: lambda.role === undefined ? [] : [lambda.role.roleArn],
    standIns: new Map(known === functionArn ? [] : [[known, functionArn]]),
  };
}

/** @param arn what is called, where it is more than the item says */
export function functionItem(item: DeliverTo, arn = 'function' in item ? item.function : ''): Delivery {
  return {
    item,
    rights: [{ right: { sid: 'CallDeliveryFunctions', actions: ['lambda:InvokeFunction'] }, arns: [arn] }],
  };
}

/** An ARN that is as long as one can be, so that the registry has room for the one that only the deployment knows. */
function standInFor(lambda: IFunction): string {
  const name = lambda.node.addr.padEnd(64, '-');
  return `arn:aws:lambda:xx-standin-1:000000000000:function:${name}`;
}
