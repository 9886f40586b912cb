import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { SealKey } from '../account/ports';
import type { AuditEvent } from '../core/audit';
import { type Attested, canonicalJson, certificateText, digestOf, type Seal } from '../core/sealed';

/** The key that one attempt seals its events with. It never leaves the function's memory. */
interface Certified {
  readonly privateKey: KeyObject;
  readonly publicKey: string;
  readonly certificate: Seal['certificate'];
}

/** Seals the events of one attempt, in their order: each one names the digest of the one before. */
export class AttemptSeal {
  readonly #key: SealKey;
  readonly #attested: Attested;
  #certified: Certified | undefined;
  #previous: string | undefined;

  constructor(key: SealKey, attested: Attested) {
    this.#key = key;
    this.#attested = attested;
  }

  /**
   * @param events those that follow the ones before
   * @throws KeyturnError `aws-*` while the KMS key does not sign; nothing is sealed then, and a later call seals them
   */
  async seal(events: readonly AuditEvent[]): Promise<readonly AuditEvent[]> {
    this.#certified ??= await this.#certify();
    let previous = this.#previous;
    const all: AuditEvent[] = [];
    for (const event of events) {
      const one = sealed(event, previous, this.#certified);
      previous = digestOf(one);
      all.push(one);
    }
    this.#previous = previous;
    return all;
  }

  async #certify(): Promise<Certified> {
    const { privateKey, publicKey: key } = generateKeyPairSync('ed25519');
    const { x: publicKey = '' } = key.export({ format: 'jwk' });
    const certificate = await this.#key.sign(certificateText(this.#attested, publicKey));
    return { privateKey, publicKey, certificate };
  }
}

function sealed(
  event: AuditEvent,
  previous: string | undefined,
  { privateKey, publicKey, certificate }: Certified,
): AuditEvent {
  const unsigned = { ...(previous === undefined ? {} : { previous }), publicKey, certificate };
  const signature = sign(null, Buffer.from(canonicalJson({ ...event, seal: unsigned })), privateKey);
  return { ...event, seal: { ...unsigned, signature: signature.toString('base64url') } };
}
