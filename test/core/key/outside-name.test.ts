import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formsOf } from '../../../cli/rehearsal/witness/forms';
import { Redacted } from '../../../functions/core/key/credential';
import { KnownSecrets } from '../../../functions/core/key/known-secrets';
import { isHarmless, OutsideName, WITHHELD, withoutSecrets } from '../../../functions/core/key/outside-name';

const TOKEN = 'ATCTT3xFfGN0-kd8sJq2LmVz7RyTbWn4';
const secrets = new KnownSecrets(new Redacted(TOKEN));

const SPELLED = [
  ...formsOf(TOKEN).map(({ name, text }) => [name, text] as const),
  ['in small letters', TOKEN.toLowerCase()],
  ['in groups', TOKEN.replace(/.{4}/g, '$& ')],
  ['with something unseen between its letters', [...TOKEN].join('\u200b')],
  ['as bytes in hex', [...Buffer.from(TOKEN)].map((byte) => byte.toString(16)).join(':')],
  ['as bytes', [...Buffer.from(TOKEN)].join(', ')],
  ['as an Authorization header', `Authorization: Bearer ${TOKEN}`],
  ['as the password of a Basic pair', `Basic ${Buffer.from(`ci@example.com:${TOKEN}`).toString('base64')}`],
  ['eight letters of it', `not ${TOKEN.slice(9, 19)}`],
] as const;

describe('K6: a secret that this process holds', () => {
  it.each(SPELLED)('does not come back: %s', (_how, text) => {
    expect(withoutSecrets(`it is ${text.slice(0, 150)}`, secrets)).toBe(WITHHELD);
    expect(isHarmless(text, secrets)).toBe(false);
    expect(`${new OutsideName(text, secrets)}`).toBe(WITHHELD);
  });

  it('is known in every form from the moment on in which it is told', () => {
    const later = new KnownSecrets();
    const name = new OutsideName('kd sJq LmVz RyTbWn', later);
    expect(`${name}`).toBe('kd sJq LmVz RyTbWn');
    later.add(new Redacted('kdsJqLmVzRyTbWn'));
    expect(`${name}`).toBe(WITHHELD);
  });

  it('is none where it is so short that any text has it', () => {
    expect(new KnownSecrets(new Redacted(''), new Redacted('abc')).isIn('abc')).toBe(false);
  });
});

describe('what a host calls a thing', () => {
  it.each(['Production', 'Staging-EU-2', 'Test (old)', 'Köln', '本番', 'release/web-shop', "Ann's & Ben's"])(
    'is shown where it is words: %s',
    (name) => {
      expect(`${new OutsideName(name, secrets)}`).toBe(name);
    },
  );

  it.each([
    ['a secret that nobody here holds', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['the same in hex', Buffer.from('wJalrXUtnFEMI/K7MDENG').toString('hex')],
    ['quotes that end ours', 'Production" is broken. "'],
    ['nothing', '\u200b'],
  ])('is not where it is %s', (_what, name) => {
    expect(`${new OutsideName(name, secrets)}`).toBe(WITHHELD);
  });

  it.each([
    ['twelve digits', 'v1.2.3 of 123 456 789', true],
    ['thirteen digits, which may be bytes', 'v1.2.3 of 123 456 7890', false],
    ['a space before', ' Production', false],
    ['more than is shown', 'word '.repeat(50).trim(), false],
    ['nothing', '', false],
  ])('is harmless or not where it is %s', (_what, text, expected) => {
    expect(isHarmless(text, new KnownSecrets())).toBe(expected);
  });

  it('is shown in JSON and where it is inspected, too', () => {
    const name = new OutsideName('Production', new KnownSecrets());
    expect(JSON.stringify({ name })).toBe('{"name":"Production"}');
    expect(inspect({ name })).toBe('{ name: Production }');
  });

  it('has no other way out, and can be compared as it is', () => {
    const raw = `Prod\u202e ${TOKEN}`;
    const name = new OutsideName(raw, secrets);
    const out = [String(name), JSON.stringify({ name }), inspect(name, { showHidden: true, depth: 9 })].join();
    expect(out).not.toContain(TOKEN.slice(0, 8));
    expect(Object.getOwnPropertyNames(name)).toEqual([]);
    expect([name.is(raw), name.is('Prod')]).toEqual([true, false]);
    expect([name.isInAnyCase(raw.toUpperCase()), name.isInAnyCase('Prod')]).toEqual([true, false]);
  });
});
