import * as z from 'zod';
import type { UrlRequest } from '../function-url';
import type { Lambda } from '../lambda';
import { integer, operationsOf } from './operation';

const operation = operationsOf('ValidationException');
const one = z.object({ FunctionName: z.string().min(1).max(170), Qualifier: z.string().optional() });

/** Lambda, once `wire/lambda-rest.ts` has taken its requests apart. An invocation is a data event. */
export function lambdaOperations(lambda: Lambda) {
  return {
    Invoke: operation(
      'data',
      z.object({
        FunctionName: z.string().min(1).max(170),
        InvocationType: z.enum(['RequestResponse', 'Event', 'DryRun']).optional(),
        Qualifier: z.string().min(1).max(128).optional(),
        Payload: z.instanceof(Uint8Array),
      }),
      (input) => lambda.invoke(input),
    ),
    GetFunction: operation('read', one, (input) => lambda.getFunction(input)),
    GetFunctionConfiguration: operation('read', one, (input) => lambda.getFunctionConfiguration(input)),
    /** A request to a function's URL, which `wire/lambda-rest.ts` has recognized. A data event as well. */
    InvokeFunctionUrl: operation(
      'data',
      z.object({ UrlId: z.string(), Request: z.custom<UrlRequest>() }),
      ({ UrlId, Request }, caller) => lambda.invokeUrl(UrlId, Request, caller),
    ),
    GetFunctionUrlConfig: operation('read', one, (input) => lambda.getFunctionUrlConfig(input)),
    GetPolicy: operation('read', one, (input) => lambda.getPolicy(input)),
    AddPermission: operation(
      'write',
      one.extend({
        StatementId: z.string().regex(/^[\w-]{1,100}$/),
        Action: z.string(),
        Principal: z.string().min(1),
        SourceArn: z.string().optional(),
      }),
      (input) => lambda.addPermission(input),
    ),
    RemovePermission: operation('write', one.extend({ StatementId: z.string() }), (input) =>
      lambda.removePermission(input),
    ),
    ListFunctions: operation(
      'read',
      z.object({ Marker: z.string().optional(), MaxItems: integer(1, 10_000).optional() }),
      (input) => lambda.listFunctions(input),
    ),
  };
}
