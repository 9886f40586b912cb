import * as z from 'zod';
import { flag, integer } from './operations/operation';

const Name = z.string().min(1).max(2048);
const Names = z.array(Name).min(1).max(10);
const WithDecryption = flag.optional();
const NextToken = z.string().optional();

const CommandId = z.string().length(36);
const InstanceId = z.string().regex(/^(?:i-(?:\w{8}|\w{17})|mi-\w{17})$/);
const listed = {
  CommandId: CommandId.optional(),
  InstanceId: InstanceId.optional(),
  MaxResults: integer(1, 50).optional(),
  NextToken,
  Filters: z
    .array(
      z.object({
        key: z.enum(['InvokedAfter', 'InvokedBefore', 'Status', 'ExecutionStage', 'DocumentName']),
        value: z.string().min(1).max(128),
      }),
    )
    .min(1)
    .max(5)
    .optional(),
};

/** What each action takes, as AWS bounds it. */
export const ssmInputs = {
  PutParameter: z.object({
    Name,
    Value: z.string().min(1),
    /** Needed for a new parameter. */
    Type: z.enum(['String', 'StringList', 'SecureString']).optional(),
    Overwrite: flag.optional(),
    Description: z.string().max(1024).optional(),
    /** Default `Standard`: 4 KB. */
    Tier: z.enum(['Standard', 'Advanced', 'Intelligent-Tiering']).optional(),
    DataType: z.string().optional(),
  }),
  GetParameter: z.object({ Name, WithDecryption }),
  GetParameterHistory: z.object({ Name, WithDecryption, MaxResults: integer(1, 50).optional(), NextToken }),
  GetParameters: z.object({ Names, WithDecryption }),
  GetParametersByPath: z.object({
    Path: z.string().min(1),
    Recursive: flag.optional(),
    WithDecryption,
    MaxResults: integer(1, 10).optional(),
    NextToken,
  }),
  DescribeParameters: z.object({
    ParameterFilters: z
      .array(z.object({ Key: z.string(), Option: z.string().optional(), Values: z.array(z.string()).default([]) }))
      .optional(),
    MaxResults: integer(1, 50).optional(),
    NextToken,
  }),
  SendCommand: z.object({
    DocumentName: z.string().regex(/^[\w\-.:/]{3,128}$/),
    DocumentVersion: z
      .string()
      .regex(/^(\$LATEST|\$DEFAULT|[1-9]\d*)$/)
      .optional(),
    InstanceIds: z.array(InstanceId).max(50).optional(),
    Targets: z
      .array(z.object({ Key: z.string().regex(/^(tag:.+|InstanceIds)$/), Values: z.array(z.string()).max(50) }))
      .max(5)
      .optional(),
    Parameters: z.record(z.string(), z.array(z.string())).optional(),
    Comment: z.string().max(100).optional(),
    TimeoutSeconds: integer(30, 2_592_000).optional(),
    MaxConcurrency: z.string().max(7).optional(),
    MaxErrors: z.string().max(7).optional(),
  }),
  ListCommands: z.object(listed),
  ListCommandInvocations: z.object({ ...listed, Details: flag.optional() }),
  GetCommandInvocation: z.object({ CommandId, InstanceId }),
  DeleteParameter: z.object({ Name }),
  DeleteParameters: z.object({ Names }),
};

export type SsmInput<A extends keyof typeof ssmInputs> = Readonly<z.output<(typeof ssmInputs)[A]>>;
