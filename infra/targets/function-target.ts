import { Token } from 'aws-cdk-lib';
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { DeliverTo } from '../../functions/core/hosts/target';
import type { Delivery } from './delivery';

export interface FunctionTargetProps {
  /** What the function is told about the place, in words of its own. @default - nothing */
  readonly target?: Record<string, string>;
  /** Whether the function also tells what its place holds (`keyturn.inspection/v1`). @default false */
  readonly inspects?: boolean;
}

/**
 * A function of the same app may be called and may fetch the credential. An imported one may be called; its own account
 * says who may, and its role has to be one of the key's readers.
 *
 * @internal
 */
export function functionDelivery(lambda: IFunction, { target, inspects }: FunctionTargetProps): Delivery {
  const { functionArn } = lambda;
  const known = Token.isUnresolved(functionArn) ? standInFor(lambda) : functionArn;
  return {
    ...functionItem({ function: known, target, inspects }, functionArn),
    readers: lambda.role === undefined ? [] : [lambda.role.roleArn],
    standIns: new Map(known === functionArn ? [] : [[known, functionArn]]),
  };
}

const CALL = {
  sid: 'CallDeliveryFunctions',
  may: 'call exactly the functions that keys are delivered to',
  actions: ['lambda:InvokeFunction'],
};

/** @param arn what is called, where it is more than the item says @internal */
export function functionItem(item: DeliverTo, arn = 'function' in item ? item.function : ''): Delivery {
  return {
    item,
    rights: [{ right: CALL, arns: [arn] }],
  };
}

/** Lambda: characters of a function's name, and of an alias or a version (API reference, `FunctionName`, `Qualifier`). */
const LONGEST_NAME = 64;
const LONGEST_QUALIFIER = 128;
/** No shorter than those that there are, such as `aws-us-gov` and `us-gov-northeast-1`. */
const PARTITION = 'aws-standin';
const REGION = 'xx-standin-region-1';

/** An ARN that is as long as one can be, so that the registry has room for the one that only the deployment knows. */
function standInFor(lambda: IFunction): string {
  const name = lambda.node.addr.padEnd(LONGEST_NAME, '-');
  // What the app itself makes as a function has no qualifier; an alias, a version and what is imported can have one.
  const qualifier = lambda instanceof LambdaFunction ? '' : `:${'-'.repeat(LONGEST_QUALIFIER)}`;
  return `arn:${PARTITION}:lambda:${REGION}:000000000000:function:${name}${qualifier}`;
}
