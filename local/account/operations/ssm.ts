import * as z from 'zod';
import type { Ssm } from '../ssm';
import { flag, integer, operationsOf } from './operation';

const operation = operationsOf('ValidationException');

const Name = z.string().min(1).max(2048);
const WithDecryption = flag.optional();
const NextToken = z.string().optional();

/** SSM's parameter store on the wire. */
export function ssmOperations(ssm: Ssm) {
  return {
    PutParameter: operation(
      'write',
      z.object({
        Name,
        Value: z.string().min(1),
        Type: z.enum(['String', 'StringList', 'SecureString']).optional(),
        Overwrite: flag.optional(),
        Description: z.string().max(1024).optional(),
        Tier: z.enum(['Standard', 'Advanced', 'Intelligent-Tiering']).optional(),
        DataType: z.string().optional(),
      }),
      (input, caller) => ssm.putParameter(input, caller.arn),
      { hide: ['Value'] },
    ),
    GetParameter: operation('read', z.object({ Name, WithDecryption }), (input) => ssm.getParameter(input)),
    GetParameters: operation('read', z.object({ Names: z.array(Name).min(1).max(10), WithDecryption }), (input) =>
      ssm.getParameters(input),
    ),
    GetParametersByPath: operation(
      'read',
      z.object({
        Path: z.string().min(1),
        Recursive: flag.optional(),
        WithDecryption,
        MaxResults: integer(1, 10).optional(),
        NextToken,
      }),
      (input) => ssm.getParametersByPath(input),
    ),
    DescribeParameters: operation(
      'read',
      z.object({
        ParameterFilters: z
          .array(z.object({ Key: z.string(), Option: z.string().optional(), Values: z.array(z.string()).default([]) }))
          .optional(),
        MaxResults: integer(1, 50).optional(),
        NextToken,
      }),
      (input) => ssm.describeParameters(input),
    ),
    DeleteParameter: operation('write', z.object({ Name }), (input) => {
      ssm.deleteParameter(input);
      return {};
    }),
    DeleteParameters: operation('write', z.object({ Names: z.array(Name).min(1).max(10) }), (input) =>
      ssm.deleteParameters(input),
    ),
  };
}
