import { Refusal, type RefusalReason } from '../refusal';
import { strictObject } from './strict-json';

/** What Bitbucket signs with, and the only one that is taken. */
export const ALGORITHM = 'RS256';
/** Characters of a token: Bitbucket's have about 1,500. */
const LONGEST = 8_192;
const LONGEST_KEY_ID = 256;

/**
 * Members of a header that choose a key or change what is signed (RFC 7515, 7516, 7797): Bitbucket's tokens have none, and
 * a token that has one is refused before anything else looks at it.
 */
const REFUSED = ['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'enc', 'zip', 'cty'];

/** What a token says before anything in it is believed. */
export interface UnprovedToken {
  readonly text: string;
  /** ID of the key that it says to be signed by. */
  readonly keyId: string;
  /** What is signed: the token without its signature. */
  readonly signed: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * The token of an Authorization header, with `Bearer ` or bare: Atlassian's announcement has both.
 *
 * @param headers all of them that a request has
 * @throws Refusal
 */
export function tokenIn(headers: readonly string[]): string {
  const [header, ...others] = headers;
  if (others.length > 0) throw new Refusal('two-tokens');
  if (header === undefined || header === '') throw new Refusal('no-token');
  const token = header.replace(/^Bearer /i, '');
  if (token.length > LONGEST) throw new Refusal('too-long');
  return token;
}

/** Why a request has nothing of a token's form; undefined where it has. */
export function formless(headers: readonly string[]): RefusalReason | undefined {
  try {
    readToken(tokenIn(headers));
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.reason;
    throw thrown;
  }
}

/** Reads the compact form of a token, and nothing that parsers could read in two ways. @throws Refusal */
export function readToken(text: string): UnprovedToken {
  const parts = text.split('.');
  const [header, payload, signature] = parts.map(bytesOf);
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    throw new Refusal('malformed');
  }
  const [head, claims] = [strictObject(header), strictObject(payload)];
  if (head === undefined || claims === undefined) throw new Refusal('malformed');
  if (REFUSED.some((member) => Object.hasOwn(head, member))) throw new Refusal('header');
  const { alg, kid, typ } = head;
  if (alg !== ALGORITHM) throw new Refusal('algorithm');
  if (typ !== undefined && typ !== 'JWT') throw new Refusal('header');
  if (typeof kid !== 'string' || kid === '' || kid.length > LONGEST_KEY_ID) throw new Refusal('header');
  return { text, keyId: kid, signed: text.slice(0, text.lastIndexOf('.')), claims };
}

/** base64url in its one spelling: no padding, no blank, no bits left over. */
function bytesOf(part: string): Uint8Array | undefined {
  if (part === '') return undefined;
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}
