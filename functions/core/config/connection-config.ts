import * as z from 'zod';
import { BITBUCKET_API, isEncryptedOrLoopback } from '../hosts/target';
import { EXPECTED_KMS_KEY, KMS_KEY_ARN } from './arn-forms';

/**
 * A secret's name or whole ARN (Secrets Manager: letters, digits and `/_+=.@-`; it appends a hyphen and six characters
 * to the name). What stands here becomes a resource in sync's role, where a wildcard would open every secret.
 */
const SECRET =
  /^([\w/+=.@-]{1,512}|arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]{1,512}-[A-Za-z0-9]{6})$/;

const bitbucketConnectionSchema = z.strictObject({
  secret: z
    .string()
    .regex(SECRET, 'expected the name of one secret, or its whole ARN with the six characters at its end')
    .describe('Name or ARN of the secret with {"accessToken"}, {"email","apiToken"} or {"clientId","clientSecret"}.'),
  url: z
    .url({ protocol: /^https?$/ })
    .refine(isEncryptedOrLoopback, 'expected https: a token must not travel in the clear')
    .default(BITBUCKET_API)
    .describe('Base URL of the REST API.'),
  encryptionKey: z
    .string()
    .regex(KMS_KEY_ARN, EXPECTED_KMS_KEY)
    .optional()
    .describe('ARN of the KMS key that encrypts the secret.'),
});

const connectionConfigSchema = z.strictObject({ bitbucket: bitbucketConnectionSchema });

/** The setting `connections` of `keyturn.yaml`: how to reach each CI host, by the connection's name. */
export const connectionsSchema = z.record(z.string().regex(/^[\w.-]+$/), connectionConfigSchema).default({});
/** Connections as a person writes them. */
export type ConnectionsInput = NonNullable<z.input<typeof connectionsSchema>>;
/** Connections with their defaults filled in. */
export type ConnectionsConfig = z.output<typeof connectionsSchema>;

/** Stands for a connection that is broken, where only its name is looked at. */
export const ANY_CONNECTION: ConnectionsInput[string] = { bitbucket: { secret: 'stands-in' } };
