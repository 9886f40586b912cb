import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type AuditEvent, attemptOfEvent, auditEventSchema } from '../audit';
import { ENDPOINT } from '../names';
import { type Attested, canonicalJson, certificateText, type Seal } from '../sealed';

/** What a line's seal shows. */
export type SealVerdict =
  /** A function of Keyturn wrote it so. */
  | 'sealed'
  /** It has none. */
  | 'unsealed'
  /** Another key than those that are trusted for its function has certified it. */
  | 'other-key'
  /** The seal is of another text, or of another attempt: somebody has changed it, or made it up. */
  | 'false-seal';

/** A KMS key's public key: SubjectPublicKeyInfo, PEM, or DER in base64 as `kms:GetPublicKey` answers it. */
export interface TrustedKey {
  /** @default - it may be any key's: a public key proves by itself */
  readonly arn?: string | undefined;
  readonly publicKey: string;
  /**
   * Whether it is the key of a provider's endpoint. It counts for what that has decided alone, and no other key does for
   * that: KMS signs any text, and the endpoint's role could make up what other functions are to have done.
   *
   * @default false
   */
  readonly isOfEndpoint?: boolean;
}

/** How Ed25519's 32 bytes become a SubjectPublicKeyInfo (RFC 8410). */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_BYTES = 32;
/** Attempts whose certificates are remembered: an archive of years has many, whose events stand together. */
const MOST_CERTIFIED = 1_000;

/** Checks seals against the keys that are trusted, offline. A certificate is checked once, however many events it has. */
export class SealCheck {
  readonly #trusted: readonly (Omit<TrustedKey, 'publicKey'> & { readonly key: KeyObject })[];
  readonly #certified = new Map<string, KeyObject>();

  /** @throws Error when a key is no public key */
  constructor(trusted: readonly TrustedKey[]) {
    this.#trusted = trusted.map(({ publicKey, ...of }) => ({ ...of, key: publicKeyOf(publicKey) }));
  }

  /**
   * Never throws, whoever wrote it.
   *
   * @param document an audit event as it was written down, with what this version does not know of it
   * @param event the same, where it was read already
   */
  verdictOf(document: unknown, event = auditEventSchema.safeParse(document).data): SealVerdict {
    try {
      return this.#verdictOf(document, event);
    } catch {
      // Such as half a letter, a number beyond all, or a signature that is spelled otherwise: none of ours has it.
      return 'false-seal';
    }
  }

  #verdictOf(document: unknown, event: AuditEvent | undefined): SealVerdict {
    if (event?.seal === undefined) return 'unsealed';
    const { seal, ...of } = event;
    const { key: arn } = seal.certificate;
    const isOfEndpoint = event.function === ENDPOINT;
    const trusted = this.#trusted.filter((one) => (one.isOfEndpoint ?? false) === isOfEndpoint);
    const key = this.#certifiedKey(seal, { ...of, attempt: attemptOfEvent(of) }, trusted);
    if (key === undefined) return trusted.some((one) => one.arn === arn) ? 'false-seal' : 'other-key';
    return isSignedBy(key, sealedPart(document), seal.signature) ? 'sealed' : 'false-seal';
  }

  /** The attempt's key, where a trusted one has certified it. */
  #certifiedKey(
    { publicKey, certificate }: Seal,
    attested: Attested,
    trusted: readonly { readonly arn?: string | undefined; readonly key: KeyObject }[],
  ): KeyObject | undefined {
    const text = certificateText(attested, publicKey);
    const name = `${certificate.key} ${certificate.signature} ${text}`;
    const known = this.#certified.get(name);
    if (known !== undefined) return known;
    const isCertified = trusted
      .filter(({ arn }) => arn === undefined || arn === certificate.key)
      .some(({ key }) => isCertifiedBy(key, text, certificate.signature));
    const certified = isCertified ? attemptKey(publicKey) : undefined;
    // What does not hold is not remembered: somebody else may write as many as they like.
    if (certified !== undefined) this.#remember(name, certified);
    return certified;
  }

  #remember(name: string, key: KeyObject): void {
    const [oldest] = this.#certified.keys();
    if (this.#certified.size >= MOST_CERTIFIED && oldest !== undefined) this.#certified.delete(oldest);
    this.#certified.set(name, key);
  }
}

/** All of the event but the signature itself: fields that this version does not know are signed too. */
function sealedPart(document: unknown): string {
  const { seal, ...event } = document as { readonly seal: Seal };
  const { signature: _signature, ...rest } = seal;
  return canonicalJson({ ...event, seal: rest });
}

function isCertifiedBy(key: KeyObject, text: string, signature: string): boolean {
  return verify('sha256', Buffer.from(text), key, bytes(signature));
}

/** By the key of an attempt, which stands in the text. */
function isSignedBy(key: KeyObject, text: string, signature: string): boolean {
  return verify(null, Buffer.from(text), key, bytes(signature));
}

function attemptKey(publicKey: string): KeyObject | undefined {
  const raw = bytes(publicKey);
  if (raw.length !== ED25519_BYTES) return undefined;
  return createPublicKey({ key: Buffer.concat([ED25519_SPKI, raw]), format: 'der', type: 'spki' });
}

/** How people compare a public key: SHA-256 of it as SubjectPublicKeyInfo, in hexadecimal. */
export function fingerprintOf(publicKey: string): string {
  const spki = publicKeyOf(publicKey).export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(spki).digest('hex');
}

function publicKeyOf(text: string): KeyObject {
  const key = text.includes('-----BEGIN')
    ? createPublicKey(text)
    : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'ec') throw new TypeError('The key of the seal is one on an elliptic curve.');
  return key;
}

/** @throws TypeError when the same bytes are usually written otherwise: one seal has one text, and so one digest */
function bytes(base64url: string): Buffer {
  const read = Buffer.from(base64url, 'base64url');
  if (read.toString('base64url') !== base64url) throw new TypeError('This is no usual Base64.');
  return read;
}
