import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { fingerprintOf, SealCheck, type SealVerdict, type TrustedKey } from '../../../functions/core/seal/check-seal';
import { otherSealKey, SEAL_KEY, sealed } from '../../support/seal-key';

const EVENT: AuditEvent = {
  schema: 'keyturn.audit/v1',
  id: 'run-1-abc-1',
  sequence: 1,
  event: 'key-created',
  time: '2026-01-01T03:00:00.000Z',
  account: '111122223333',
  region: 'eu-west-1',
  run: 'run-1',
  function: 'rotate',
  functionVersion: 'test',
  accessKeyId: 'AKIAZZZZZZZZZZZZZZZZ',
  outcome: 'ok',
};
const trusted = await SEAL_KEY.publicKey();
const other = await otherSealKey('5ea15ea1-0000-4000-8000-00000000000e').publicKey();
const [line = EVENT] = await sealed([EVENT]);
const [decision = EVENT] = await sealed([{ ...EVENT, event: 'secrets-given', function: 'endpoint' }]);
const ofEndpoint = { ...trusted, isOfEndpoint: true };
const pem = createPublicKey({ key: Buffer.from(trusted.publicKey, 'base64'), format: 'der', type: 'spki' }).export({
  format: 'pem',
  type: 'spki',
});
const seal = line.seal ?? expect.fail('it is sealed');

/** The same bytes in other letters: the last one of 64 bytes has four bits that say nothing. */
function respelled(base64url: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return `${base64url.slice(0, -1)}${letters[letters.indexOf(base64url.at(-1) ?? '') ^ 1]}`;
}

describe('a seal', () => {
  it.each<[string, readonly TrustedKey[], unknown, SealVerdict]>([
    ['of a trusted key', [trusted], line, 'sealed'],
    ['whose fields come in another order', [trusted], Object.fromEntries(Object.entries(line).reverse()), 'sealed'],
    ['of a trusted key among others', [other, trusted], line, 'sealed'],
    ['of a key that was given without its ARN', [{ publicKey: trusted.publicKey }], line, 'sealed'],
    ['of a key that was given as PEM', [{ publicKey: pem as string }], line, 'sealed'],
    ["of an endpoint by the endpoint's key", [other, ofEndpoint], decision, 'sealed'],
    ["of another function by the endpoint's key", [other, ofEndpoint], line, 'other-key'],
    ['of an endpoint by the key of the others', [trusted, { ...other, isOfEndpoint: true }], decision, 'other-key'],
    [
      'of another function by the key of an endpoint that was given without its ARN',
      [{ publicKey: trusted.publicKey, isOfEndpoint: true }],
      line,
      'other-key',
    ],
    ['that is not there', [trusted], EVENT, 'unsealed'],
    ['of no event', [trusted], { seal }, 'unsealed'],
    ['of a key that nobody trusts', [], line, 'other-key'],
    ['of another key', [other], line, 'other-key'],
    ['of a key without its ARN that is another', [{ publicKey: other.publicKey }], line, 'other-key'],
    ['of a key that only has the ARN', [{ ...other, arn: trusted.arn }], line, 'false-seal'],
    ['of another text', [trusted], { ...line, outcome: 'failed' }, 'false-seal'],
    ['of a text without what nobody knows', [trusted], { ...line, more: 1 }, 'false-seal'],
    ['beside half a letter', [trusted], { ...line, more: '\ud800' }, 'false-seal'],
    ['beside a number beyond all', [trusted], { ...line, more: Number.POSITIVE_INFINITY }, 'false-seal'],
    [
      'whose signature is spelled otherwise',
      [trusted],
      { ...line, seal: { ...seal, signature: respelled(seal.signature) } },
      'false-seal',
    ],
    ['of another attempt', [trusted], { ...line, id: 'run-2-abc-1' }, 'false-seal'],
    ['of another function', [trusted], { ...line, function: 'sync' }, 'false-seal'],
    ['of another account', [trusted], { ...line, account: '444455556666' }, 'false-seal'],
    ['of another region', [trusted], { ...line, region: 'eu-west-2' }, 'false-seal'],
    ['whose key of the attempt is none', [trusted], { ...line, seal: { ...seal, publicKey: 'AAAA' } }, 'false-seal'],
    ['whose signature is none', [trusted], { ...line, seal: { ...seal, signature: 'AAAA' } }, 'false-seal'],
    [
      'whose certificate is none',
      [trusted],
      { ...line, seal: { ...seal, certificate: { ...seal.certificate, signature: 'AAAA' } } },
      'false-seal',
    ],
  ])('%s', (_what, keys, document, verdict) => {
    const check = new SealCheck(keys);
    expect(check.verdictOf(document)).toBe(verdict);
    // What was found of a certificate is remembered, and found again.
    expect(check.verdictOf(document)).toBe(verdict);
  });

  it('of a key that cannot have signed it is an error before anything is checked', () => {
    expect(
      () =>
        new SealCheck([
          { publicKey: generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }) as string },
        ]),
    ).toThrow(/elliptic/);
  });

  it('of a key that is none is an error before anything is checked', () => {
    expect(() => new SealCheck([{ publicKey: 'none' }])).toThrow();
  });

  it('names its key by the SHA-256 of its SubjectPublicKeyInfo, however it was given', () => {
    const digest = createHash('sha256').update(Buffer.from(trusted.publicKey, 'base64')).digest('hex');
    expect([fingerprintOf(trusted.publicKey), fingerprintOf(pem as string)]).toEqual([digest, digest]);
  });
});
