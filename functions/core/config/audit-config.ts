import * as z from 'zod';
import { kmsKeyArn } from '../hosts/connection';
import { trailBucket, trailPlaceFields } from '../trail-place';
import { auditTermsFields } from './audit-terms';
import { bucketName } from './bucket-name';
import { cronFormProblem } from './schedule';

/** The periods that CloudWatch Logs offers, in days. */
export const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** EventBridge: an event bus other than `default` of the stack's own account, which has the events anyway. */
const EVENT_BUS_ARN = /^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[\w./-]{1,256}$/;

const archiveSchema = z.strictObject({
  years: z.int().min(1).max(100).describe('Years for which nobody can delete or change what the archive holds.'),
  mode: z
    .enum(['governance', 'compliance'])
    .default('governance')
    .describe("S3's Object Lock mode. compliance: nobody can lift it, not even the root user."),
  glacierAfterDays: z.int().min(0).max(3650).default(90).describe('Days after which an object moves to Glacier.'),
  accessLog: bucketName.optional().describe('Name of the S3 bucket that gets a log of the requests to the archive.'),
});

const reportSchema = z.strictObject({
  schedule: z
    .string()
    .superRefine((expression, context) => {
      const problem = cronFormProblem(expression);
      if (problem !== undefined) context.addIssue(problem);
    })
    .default('cron(0 6 1 * ? *)')
    .describe('When (UTC); each report covers the calendar month before.'),
});

const trailFilesSchema = z.strictObject({
  bucket: trailBucket
    .optional()
    .describe('Bucket that the trail writes to; with trail: create that of the stack, where it is left out.'),
  ...trailPlaceFields,
  encryptionKey: kmsKeyArn.optional().describe("ARN of the KMS key that encrypts the trail's files."),
});

/** The setting `audit` of `keyturn.yaml`. */
export const auditSchema = z.strictObject({
  logGroup: z
    .enum(['create', 'existing'])
    .default('create')
    .describe('Whether the stack makes the log group /keyturn/audit, or uses the one that is there.'),
  retentionDays: z
    .literal(LOG_RETENTION_DAYS)
    .default(400)
    .describe('How long the audit record is kept, where the stack makes it.'),
  encryptionKey: kmsKeyArn.optional().describe('ARN of the KMS key that encrypts the record and the archive.'),
  formerSealKeys: z
    .array(kmsKeyArn)
    .max(10)
    .optional()
    .describe('ARNs of the KMS keys that sealed the record for deployments before this one, for the report.'),
  forwardTo: z
    .string()
    .regex(EVENT_BUS_ARN, 'expected the ARN of an event bus, arn:aws:events:<region>:<account>:event-bus/<name>')
    .optional()
    .describe('ARN of an event bus that gets every audit event, such as that of a central security account.'),
  archive: archiveSchema.optional().describe('An S3 bucket with Object Lock that gets every audit event.'),
  trailFiles: trailFilesSchema
    .optional()
    .describe("Where the account's trail keeps its files: reports read them for what is older than 90 days."),
  report: reportSchema.optional().describe('A report that a function writes into the archive every month.'),
  ...auditTermsFields,
});
