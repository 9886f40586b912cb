import * as z from 'zod';
import type { LambdaApi } from '../lambda';
import { operationsOf } from './operation';

const operation = operationsOf('InvalidParameterValueException');

/** Invoke is a data event: CloudTrail does not record it unless told to. */
export function lambdaOperations(lambda: LambdaApi) {
  return {
    Invoke: operation(
      'data',
      z.object({
        FunctionName: z.string().min(1).max(170),
        InvocationType: z.literal('RequestResponse').default('RequestResponse'),
        Payload: z.string().max(6_291_456),
      }),
      ({ FunctionName, Payload }) => lambda.invoke(FunctionName, Payload === '' ? '{}' : Payload),
    ),
  };
}
