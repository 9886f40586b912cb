import * as z from 'zod';
import { kmsKeyArn } from '../hosts/connection';
import { roleArn } from './key-config';

/** Characters of a path of roles: with it, the policies of the secrets still have the room that is counted on. */
const LONGEST_PATH = 24;

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
});
