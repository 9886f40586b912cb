import * as z from 'zod';
import type { Lambda } from '../lambda';
import { operationsOf } from './operation';

const operation = operationsOf('ValidationException');

/** Lambda, once `wire/lambda-rest.ts` has taken its requests apart. An invocation is a data event. */
export function lambdaOperations(lambda: Lambda) {
  return {
    Invoke: operation(
      'data',
      z.object({
        FunctionName: z.string().min(1).max(170),
        InvocationType: z.enum(['RequestResponse', 'DryRun']).optional(),
        Qualifier: z.string().min(1).max(128).optional(),
        Payload: z.instanceof(Uint8Array),
      }),
      (input) => lambda.invoke(input),
    ),
  };
}
