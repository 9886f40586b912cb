import { Duration } from 'aws-cdk-lib';
import { FunctionUrl, FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ENV, type FunctionName, type Level } from '../../functions/core/names';
import { ownNamesPrefix } from '../alarms/own-changes';
import type { RotationFunction } from './rotation-function';
import { type RotationFunctionsProps, recordingFunction } from './rotation-functions';

/** A function that people ask, and where. */
export interface FrontFunction {
  readonly front: RotationFunction;
  /** Takes signed requests only, of those whom a policy of theirs lets in: the function's own policy lets nobody in. */
  readonly url: FunctionUrl;
}

/** Both run the same code; each has a URL of its own, so that policies can tell the levels apart. */
export function frontFunctions(
  scope: Construct,
  props: RotationFunctionsProps,
  functions: Readonly<Record<FunctionName, RotationFunction>>,
): Readonly<Record<Level, FrontFunction>> {
  const create = (level: Level): FrontFunction => {
    const id = level === 'operator' ? 'Operator' : 'Administrator';
    const front = recordingFunction(scope, id, props, {
      name: level,
      // One that policies and people can name; changes to it are watched, as those of the other functions are.
      functionName: `${ownNamesPrefix(scope)}${id}`,
      // What it has not done by then it will never do (functions/core/request/requests-before.ts).
      timeout: Duration.minutes(1),
      // A person waits.
      memorySize: 512,
      description: `what an ${level} asks for`,
      environment: {
        [ENV.level]: level,
        [ENV.starts.rotate]: functions.rotate.lambda.functionName,
        [ENV.starts.deactivate]: functions.deactivate.lambda.functionName,
        [ENV.starts.sync]: functions.sync.lambda.functionName,
      },
    });
    const url = new FunctionUrl(front, 'Url', { function: front.lambda, authType: FunctionUrlAuthType.AWS_IAM });
    return { front, url };
  };
  return { operator: create('operator'), administrator: create('administrator') };
}
