import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { P256KeyPair } from '../../account/ecdsa-p256';

/** RFC 6979, A.2.5. */
const PRIVATE_KEY = Buffer.from('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721', 'hex');
const digest = (text: string) => createHash('sha256').update(text).digest();

describe('a key pair on P-256', () => {
  it.each([
    [
      'sample',
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
      'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    ],
    [
      'test',
      'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367',
      '019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
    ],
  ])('signs %s as RFC 6979 does', (message, r, s) => {
    const integer = (hex: string) => (hex >= '8' ? `022100${hex}` : `0220${hex}`);
    const content = `${integer(r)}${integer(s)}`;
    const signature = new P256KeyPair(PRIVATE_KEY).sign(digest(message)).toString('hex');
    expect(signature).toBe(`30${(content.length / 2).toString(16)}${content}`);
  });

  it('signs so that OpenSSL verifies it, however short the numbers of a signature are', () => {
    const pair = new P256KeyPair(digest('some key'));
    const publicKey = createPublicKey({ key: pair.publicKey, format: 'der', type: 'spki' });
    expect(publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    const lengths = new Set<number>();
    // From 800 on, as number 851 has a half of 31 bytes.
    for (let index = 800; index < 900; index++) {
      const message = Buffer.from(`message ${index}`);
      const signature = pair.sign(digest(message.toString()));
      lengths.add(signature.length);
      expect(verify('sha256', message, publicKey, signature), `${index}`).toBe(true);
    }
    expect([...lengths].sort()).toEqual([69, 70, 71, 72]);
  });
});
