import { describe, expect, it } from 'vitest';
import { Redacted } from '../../../functions/core/key/credential';
import { KnownSecrets } from '../../../functions/core/key/known-secrets';

/** Of 20, 21 and 22 bytes: base64 ends in every way. Their base64 has letters and digits only. */
const SECRETS = ['wJalrXUtnFEMIK7MDENG', 'wJalrXUtnFEMIK7MDENGb', 'wJalrXUtnFEMIK7MDENGbP'];

const isIn = (text: string, ...secrets: string[]) =>
  new KnownSecrets(...secrets.map((secret) => new Redacted(secret))).isIn(text);
const base64 = (secret: string, before: number) => {
  const text = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString('base64');
  expect(text).toMatch(/^[A-Za-z0-9]+=*$/);
  return text.replaceAll('=', '');
};

describe.each(SECRETS)('K6: of the secret %s', (secret) => {
  it.each<[string, (given: string) => string]>([
    ['as it is', (given) => given],
    ['in capitals', (given) => given.toUpperCase()],
    ['backwards', (given) => [...given].reverse().join('')],
    ['as bytes in hex', (given) => Buffer.from(given).toString('hex')],
    ['as bytes in decimal', (given) => [...Buffer.from(given)].join(' ')],
  ])('any eight letters in a row tell it, and no seven: %s', (_how, form) => {
    const letters = form(secret).replaceAll(' ', '');
    for (let at = 0; at + 8 <= letters.length; at++) {
      expect(isIn(`x ${letters.slice(at, at + 8)} x`, secret)).toBe(true);
      expect(isIn(`_${letters.slice(at, at + 7)}_`, secret)).toBe(false);
    }
  });

  it.each([0, 1, 2])(
    'its base64 in a longer text tells it, as far as it alone decides it: %i bytes before',
    (before) => {
      const text = base64(secret, before);
      const from = before === 0 ? 0 : 4;
      // The last group of four has letters of what comes after it, where it is not whole.
      const to = text.length - (text.length % 4);
      for (let at = 0; at + 8 <= text.length; at++) {
        const decided = at >= from && at + 8 <= to;
        expect([at, isIn(text.slice(at, at + 8), secret)]).toEqual([at, decided]);
      }
    },
  );
});

describe('K6: the secrets of a process', () => {
  it('are told in a URL too', () => {
    expect(isIn('%2Fa%2Bb%2Fc', '/a+b/c')).toBe(true);
    expect(isIn('abc', '/a+b/c')).toBe(false);
  });

  it('are told whatever stands between their letters', () => {
    expect(isIn('w-J a.l\u200br"X\nU_t', 'wJalrXUt')).toBe(true);
  });

  it('are all that it was given, from the beginning or later', () => {
    const secrets = new KnownSecrets(new Redacted('abcdefgh'), new Redacted('ijklmnop'));
    secrets.add(new Redacted('qrstuvwx'));
    for (const text of ['abcdefgh', 'ijklmnop', 'qrstuvwx']) expect(secrets.isIn(text)).toBe(true);
    expect(secrets.isIn('bcdefghi')).toBe(false);
  });

  it('are none that have less than eight letters and digits', () => {
    expect(isIn('abcdefg', 'abcdefg', '')).toBe(false);
    expect(isIn('', '')).toBe(false);
  });
});
