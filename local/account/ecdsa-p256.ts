import { createECDH, createHmac, createPublicKey } from 'node:crypto';

/** The order of the curve's base point (SEC 2, "secp256r1"). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * A key pair on the curve P-256 that signs with ECDSA. Equal digests have equal signatures: the nonce comes from key and
 * digest (RFC 6979), so that two runs with one seed are the same run. Whoever verifies sees no difference.
 */
export class P256KeyPair {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  readonly #scalar: bigint;

  /** @param privateKey 32 bytes, taken into the range of the curve's private keys where they are beyond it */
  constructor(privateKey: Buffer) {
    this.#scalar = toNumber(privateKey) % (ORDER - 1n) || 1n;
    const { x, y } = timesBasePoint(this.#scalar);
    const jwk = { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') };
    this.publicKey = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' });
  }

  /**
   * DER, `Ecdsa-Sig-Value` (RFC 3279, 2.2.3).
   * @param digest SHA-256 of the message
   */
  sign(digest: Buffer): Buffer {
    const hash = toNumber(digest);
    for (const nonce of nonces(this.#scalar, hash)) {
      const r = toNumber(timesBasePoint(nonce).x) % ORDER;
      const s = (inverse(nonce) * (hash + r * this.#scalar)) % ORDER;
      if (r !== 0n && s !== 0n) return derSequence([derInteger(r), derInteger(s)]);
    }
    throw new Error('There is always another nonce.');
  }
}

/** The nonces of a signature in the order in which they are tried (RFC 6979, 3.2, with SHA-256). */
function* nonces(scalar: bigint, hash: bigint): Generator<bigint> {
  const hmac = (key: Buffer, ...parts: readonly Buffer[]) =>
    createHmac('sha256', key).update(Buffer.concat(parts)).digest();
  const [zero, one] = [Buffer.of(0), Buffer.of(1)];
  const seed = Buffer.concat([toBytes(scalar), toBytes(hash % ORDER)]);
  let value: Buffer = Buffer.alloc(32, 1);
  let key: Buffer = hmac(Buffer.alloc(32), value, zero, seed);
  value = hmac(key, value);
  key = hmac(key, value, one, seed);
  value = hmac(key, value);
  for (;;) {
    value = hmac(key, value);
    const nonce = toNumber(value);
    if (nonce > 0n && nonce < ORDER) yield nonce;
    key = hmac(key, value, zero);
    value = hmac(key, value);
  }
}

function timesBasePoint(scalar: bigint): { readonly x: Buffer; readonly y: Buffer } {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(toBytes(scalar));
  const point = curve.getPublicKey();
  return { x: point.subarray(1, 33), y: point.subarray(33) };
}

/** Modulo the order, which is a prime (Fermat). */
function inverse(value: bigint): bigint {
  let result = 1n;
  let power = value;
  for (let exponent = ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * power) % ORDER;
    power = (power * power) % ORDER;
  }
  return result;
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

/** 32 bytes, the greatest first. */
function toBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}

/** As short as it can be, with a zero before what would look negative. */
function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const unsigned = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
  return Buffer.concat([Buffer.of(0x02, unsigned.length), unsigned]);
}

function derSequence(members: readonly Buffer[]): Buffer {
  const content = Buffer.concat(members);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}
