import { hash } from 'node:crypto';
import type { SealKey } from '../../../functions/account/ports';
import { SEAL_KEY as SCENES, SEAL_KEY_ARN } from '../../support/seal-key';

/*
 * What `node:crypto` is to the seals of a simulation: a digest of key and text stands for a signature. What is signed, by
 * whom, when and whether it is looked at is the real code's; the arithmetic of the two curves has tests of its own.
 */
export interface SignatureKey {
  readonly asymmetricKeyType: 'ed25519' | 'ec';
  /** The public key: one pair has one name. */
  readonly name: string;
  export(): { readonly x: string };
}
export type KeyObject = SignatureKey;
export { createHash } from 'node:crypto';

/** RFC 8410: 12 bytes before the 32 of an Ed25519 key. */
const ED25519_SPKI = 44;
let pairs = 0;

export function generateKeyPairSync(_type: 'ed25519') {
  const raw = hash('sha256', `pair ${++pairs}`, 'buffer');
  const key = keyOf('ed25519', raw.toString('base64url'));
  return { privateKey: key, publicKey: key };
}

export function createPublicKey(key: string | { readonly key: Buffer }): SignatureKey {
  if (typeof key === 'string') throw new Error('a simulation has no PEM');
  if (key.key.length === ED25519_SPKI) return keyOf('ed25519', key.key.subarray(12).toString('base64url'));
  return keyOf('ec', key.key.toString('base64'));
}

export function sign(_algorithm: null, text: Buffer, key: SignatureKey): Buffer {
  return signatureOf(text, key.name);
}

export function verify(_algorithm: string | null, text: Buffer, key: SignatureKey, signature: Buffer): boolean {
  return signatureOf(text, key.name).equals(signature);
}

/** The KMS key of the simulated account: that of the scenes. */
export const SEAL_KEY: SealKey = {
  sign: async (text) => {
    const { publicKey } = await SCENES.publicKey();
    const by = createPublicKey({ key: Buffer.from(publicKey, 'base64') });
    return { key: SEAL_KEY_ARN, signature: sign(null, Buffer.from(text), by).toString('base64url') };
  },
  publicKey: () => SCENES.publicKey(),
};

function keyOf(asymmetricKeyType: SignatureKey['asymmetricKeyType'], name: string): SignatureKey {
  return { asymmetricKeyType, name, export: () => ({ x: name }) };
}

function signatureOf(text: Buffer, by: string): Buffer {
  return hash('sha512', Buffer.concat([Buffer.from(by), text]), 'buffer');
}
