import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import * as z from 'zod';

/** Version of the seal, and the first line of what the KMS key signs. */
export const SEAL_SCHEMA = 'keyturn.seal/v1';

const BASE64URL = /^[\w-]+$/;

/**
 * What proves that a function of Keyturn wrote an event, and that none before it is missing or was changed. Each attempt
 * has a key of its own, which the KMS key has certified for it alone: so every event proves itself, also where the attempt
 * died, and one call of KMS is enough for all of them.
 */
export const sealSchema = z.object({
  previous: z
    .string()
    .regex(BASE64URL)
    .optional()
    .describe('SHA-256 of the event before it in the same attempt, seal included, as canonical JSON (RFC 8785).'),
  publicKey: z.string().regex(BASE64URL).describe("The attempt's public key: Ed25519, its 32 bytes."),
  certificate: z.object({
    key: z.string().min(1).describe('ARN of the KMS key.'),
    signature: z
      .string()
      .regex(BASE64URL)
      .describe(
        'Its signature (ECDSA_SHA_256, DER) of the lines: schema, account, region, function, attempt, public key.',
      ),
  }),
  signature: z
    .string()
    .regex(BASE64URL)
    .describe('Ed25519, by the public key, of the event as canonical JSON without this field.'),
});
export type Seal = Readonly<z.infer<typeof sealSchema>>;

/** Whose events a key seals. */
export interface Attested {
  readonly account: string;
  readonly region: string;
  readonly function: string;
  readonly attempt: string;
}

/** What the KMS key signs for an attempt, once. Four names without a line break: there is one way to read it. */
export function certificateText({ account, region, function: name, attempt }: Attested, publicKey: string): string {
  return [SEAL_SCHEMA, account, region, name, attempt, publicKey].join('\n');
}

/** JSON of which there is one form only, whoever writes it down again (RFC 8785). @throws Error for what is no JSON */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('This value is no JSON.');
  return text;
}

/** What stands in the next event as `previous`. */
export function digestOf(event: unknown): string {
  return createHash('sha256').update(canonicalJson(event)).digest('base64url');
}
