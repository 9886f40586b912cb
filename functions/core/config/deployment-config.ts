import * as z from 'zod';
import { kmsKeyArn } from '../hosts/connection';
import { bucketName } from './bucket-name';
import { roleArn } from './registry';

/** Characters of a path of roles: with it, the policies of the secrets still have the room that is counted on. */
const LONGEST_PATH = 24;

/** A code signing config of Lambda, by its ARN (API reference, `CreateCodeSigningConfig`). */
const CODE_SIGNING_CONFIG = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:code-signing-config:csc-[a-z0-9]{17}$/;

const codeSigningSchema = z.strictObject({
  config: z
    .string()
    .regex(
      CODE_SIGNING_CONFIG,
      'expected the ARN of a code signing config, arn:aws:lambda:<region>:<account>:code-signing-config:csc-…',
    )
    .describe("ARN of Lambda's code signing config, which says whose signature is good."),
  bucket: bucketName.describe('Name of the S3 bucket that has the signed code.'),
  prefix: z
    .string()
    .max(512)
    .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'expected a prefix without slashes around, such as keyturn')
    .default('keyturn')
    .describe('What the names of the signed code begin with, before a slash.'),
});

/** The setting `deployment` of `keyturn.yaml`. */
export const deploymentSchema = z.strictObject({
  mayReadSecrets: z
    .boolean()
    .default(false)
    .describe('Whether the role that CloudFormation deploys with may read the secrets: any template of it then can.'),
  role: roleArn.optional().describe("ARN of that role, where it is not the one of the CDK's bootstrap stack."),
  rolePath: z
    .string()
    .regex(/^\/([\w+=,.@-]+\/)*$/, 'expected a path that begins and ends with a slash')
    .max(LONGEST_PATH)
    .default('/')
    .describe(
      'IAM path of the roles, for policies of an organization that name them. Decide before the first deployment.',
    ),
  encryptionKey: kmsKeyArn.optional().describe("ARN of the KMS key that encrypts the functions' logs and the queues."),
  codeSigning: codeSigningSchema
    .optional()
    .describe('Signed code for the functions: Lambda takes no other. Sign it before each deployment.'),
});
