import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

interface Pair {
  /** RSAPublicKey of PKCS #1, DER. */
  readonly publicKey: Buffer;
  readonly privateKey: KeyObject;
  readonly fingerprint: string;
}

/** The keys by which CloudTrail signs a trail's digests: one for each region, made when the first digest needs it. */
export class DigestKeys {
  readonly #pairs = new Map<string, Pair>();

  /** As `ListPublicKeys` has it. It is valid at any time. */
  listPublicKeys(region: string) {
    const { publicKey: Value, fingerprint: Fingerprint } = this.#pair(region);
    const [ValidityStartTime, ValidityEndTime] = [new Date('2015-01-01T00:00:00Z'), new Date('2100-01-01T00:00:00Z')];
    return { PublicKeyList: [{ Value, ValidityStartTime, ValidityEndTime, Fingerprint }] };
  }

  fingerprint(region: string): string {
    return this.#pair(region).fingerprint;
  }

  /** SHA256withRSA, in hexadecimal digits. */
  sign(region: string, text: string): string {
    return sign('sha256', Buffer.from(text), this.#pair(region).privateKey).toString('hex');
  }

  #pair(region: string): Pair {
    const known = this.#pairs.get(region);
    if (known !== undefined) return known;
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const der = publicKey.export({ type: 'pkcs1', format: 'der' });
    const fingerprint = createHash('md5').update(der).digest('hex');
    const pair = { publicKey: der, privateKey, fingerprint };
    this.#pairs.set(region, pair);
    return pair;
  }
}
