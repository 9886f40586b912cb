import * as z from 'zod';
import type { Logs } from '../logs';
import { flag, integer, operationsOf } from './operation';

const operation = operationsOf('InvalidParameterException');

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

/** CloudWatch Logs on the wire. */
export function logsOperations(logs: Logs) {
  const group = z.object({ logGroupName });
  return {
    CreateLogGroup: operation(
      'write',
      z.object({ logGroupName, kmsKeyId: z.string().max(256).optional(), deletionProtectionEnabled: flag.optional() }),
      (input) => logs.createLogGroup(input),
    ),
    PutLogGroupDeletionProtection: operation(
      'write',
      z.object({ logGroupIdentifier: z.string().min(1).max(2048), deletionProtectionEnabled: flag }),
      (input) => logs.putLogGroupDeletionProtection(input),
    ),
    DeleteLogGroup: operation('write', group, (input) => logs.deleteLogGroup(input)),
    CreateLogStream: operation('write', z.object({ logGroupName, logStreamName }), (input) =>
      logs.createLogStream(input),
    ),
    PutRetentionPolicy: operation('write', z.object({ logGroupName, retentionInDays: z.number().int() }), (input) =>
      logs.putRetentionPolicy(input),
    ),
    PutLogEvents: operation(
      'data',
      z.object({
        logGroupName,
        logStreamName,
        logEvents: z
          .array(z.object({ timestamp: time, message: z.string().min(1) }))
          .min(1)
          .max(10_000),
      }),
      (input) => logs.putLogEvents(input),
    ),
    DescribeLogGroups: operation(
      'read',
      z.object({ logGroupNamePrefix: z.string().optional(), ...page(50) }),
      (input) => logs.describeLogGroups(input),
    ),
    DescribeLogStreams: operation(
      'read',
      z.object({ logGroupName, logStreamNamePrefix: z.string().optional(), ...page(50) }),
      (input) => logs.describeLogStreams(input),
    ),
    FilterLogEvents: operation(
      'read',
      z.object({
        logGroupName,
        logStreamNames: z.array(logStreamName).optional(),
        logStreamNamePrefix: z.string().optional(),
        filterPattern: z.string().max(1024).optional(),
        ...range,
        ...page(10_000),
      }),
      (input) => logs.filterLogEvents(input),
    ),
    GetLogEvents: operation(
      'read',
      z.object({ logGroupName, logStreamName, startFromHead: flag.optional(), ...range, ...page(10_000) }),
      (input) => logs.getLogEvents(input),
    ),
  };
}
