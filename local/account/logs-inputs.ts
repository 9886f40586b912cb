import * as z from 'zod';
import { flag, integer } from './operations/operation';

const logGroupName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[.\-_/#A-Za-z0-9]+$/);
const logStreamName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^:*]*$/);
const time = z.number().int().nonnegative();
const range = { startTime: time.optional(), endTime: time.optional() };
const page = (maximum: number) => ({ limit: integer(1, maximum).optional(), nextToken: z.string().min(1).optional() });

/** What each action takes, as AWS bounds it. Times are ms since the epoch. */
export const logsInputs = {
  CreateLogGroup: z.object({
    logGroupName,
    kmsKeyId: z.string().max(256).optional(),
    deletionProtectionEnabled: flag.optional(),
  }),
  /** The group by name or ARN. */
  PutLogGroupDeletionProtection: z.object({
    logGroupIdentifier: z.string().min(1).max(2048),
    deletionProtectionEnabled: flag,
  }),
  DeleteLogGroup: z.object({ logGroupName }),
  CreateLogStream: z.object({ logGroupName, logStreamName }),
  PutRetentionPolicy: z.object({ logGroupName, retentionInDays: z.number().int() }),
  PutLogEvents: z.object({
    logGroupName,
    logStreamName,
    logEvents: z
      .array(z.object({ timestamp: time, message: z.string().min(1) }))
      .min(1)
      .max(10_000),
  }),
  DescribeLogGroups: z.object({ logGroupNamePrefix: z.string().optional(), ...page(50) }),
  DescribeLogStreams: z.object({ logGroupName, logStreamNamePrefix: z.string().optional(), ...page(50) }),
  PutSubscriptionFilter: z.object({
    logGroupName,
    filterName: logStreamName,
    filterPattern: z.string().max(1024),
    destinationArn: z.string().min(1),
  }),
  DeleteSubscriptionFilter: z.object({ logGroupName, filterName: logStreamName }),
  DescribeSubscriptionFilters: z.object({ logGroupName, filterNamePrefix: logStreamName.optional() }),
  FilterLogEvents: z.object({
    logGroupName,
    logStreamNames: z.array(logStreamName).optional(),
    logStreamNamePrefix: z.string().optional(),
    filterPattern: z.string().max(1024).optional(),
    ...range,
    ...page(10_000),
  }),
  GetLogEvents: z.object({
    logGroupName,
    logStreamName,
    startFromHead: flag.optional(),
    ...range,
    ...page(10_000),
  }),
};

export type LogsInput<A extends keyof typeof logsInputs> = Readonly<z.output<(typeof logsInputs)[A]>>;
