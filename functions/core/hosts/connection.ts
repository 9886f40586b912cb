import * as z from 'zod';
import { isPlainBase } from './plain-url';

/**
 * A secret's name or whole ARN (Secrets Manager: letters, digits and `/_+=.@-`; it appends a hyphen and six characters
 * to the name). What stands here becomes a resource in sync's role, where a wildcard would open every secret.
 */
const SECRET =
  /^([\w/+=.@-]{1,512}|arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]{1,512}-[A-Za-z0-9]{6})$/;

/** A key's ARN, never an alias's: IAM decides by the key. Multi-Region keys have IDs of another form. */
const KMS_KEY_ARN =
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;

export const kmsKeyArn = z
  .string()
  .regex(KMS_KEY_ARN, 'expected the ARN of one KMS key, arn:aws:kms:<region>:<account>:key/<key ID>');

/** What people call a connection. */
export const connectionName = z
  .string()
  .max(128)
  .regex(/^[\w.-]+$/);

export const secretReference = z
  .string()
  .regex(SECRET, 'expected the name of one secret, or its whole ARN with the six characters at its end');

/** The base URL of an API that a token is sent to. */
export const apiUrl = z
  .url({ protocol: /^https?$/ })
  .refine(isEncryptedOrLoopback, 'expected https: a token must not travel in the clear')
  .refine(
    (url) => !URL.canParse(url) || isPlainBase(url),
    'expected a base URL without user, query, fragment, dots or doubled slashes: paths are appended to it',
  );

/**
 * A connection in `keyturn.yaml` to a host that takes a token.
 *
 * @param api base URL where none is given
 * @param holds what the secret may hold
 * @param isApi whether a URL of the host may be that of its API
 */
export function tokenConnection(api: string, holds: string, isApi: (url: string) => boolean) {
  return z.strictObject({
    secret: secretReference.describe(`Name or ARN of the secret with ${holds}.`),
    url: apiUrl
      .refine(isApi, 'expected the base URL of the API, not that of a page')
      .default(api)
      .describe('Base URL of the REST API.'),
    encryptionKey: kmsKeyArn.optional().describe('ARN of the KMS key that encrypts the secret.'),
  });
}

/** A text that is no URL at all is for the URL check before this one to refuse. */
function isEncryptedOrLoopback(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
}
