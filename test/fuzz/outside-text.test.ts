import * as fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { formsOf } from '../../cli/rehearsal/witness/forms';
import { type AuditEvent, readAuditLine } from '../../functions/core/audit';
import { isPlainUrl } from '../../functions/core/hosts/plain-url';
import { Redacted } from '../../functions/core/key/credential';
import { KnownSecrets } from '../../functions/core/key/known-secrets';
import { OutsideName, withoutSecrets } from '../../functions/core/key/outside-name';
import { cleaned } from '../../functions/core/outside-text';
import { MOST_EVENT_BYTES, recordable } from '../../functions/core/recordable';
import { anyJson, anyText, isPrototypeClean } from './hostile';

const RUNS = { numRuns: 300 };
const UNCLEAN = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Texts of all planes, and long ones of letters that take three bytes. */
const texts = fc.oneof(
  anyText,
  fc.string({ unit: fc.constantFrom('a', '本', '🔑', '\u202e', '\u200b', '\n', '\ud800', ' '), maxLength: 400 }),
  fc.nat({ max: 30_000 }).map((length) => '本'.repeat(length)),
);
/** Like AWS's and Bitbucket's: random letters, digits and signs. */
const secrets = fc.string({
  unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_'),
  minLength: 24,
  maxLength: 64,
});

afterEach(() => expect(isPrototypeClean()).toBe(true));

it('whatever comes from outside is on one line, in bounds, and clean for good', () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 300 }), fc.integer({ min: 12, max: 900 }), (text, most, bytes) => {
      const shown = cleaned(text, most, bytes);
      expect(UNCLEAN.test(shown)).toBe(false);
      expect(shown.length).toBeLessThanOrEqual(Math.max(most, 3));
      expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(Math.max(bytes, 3));
      if (most >= 3) expect(cleaned(shown, most, bytes)).toBe(shown);
    }),
    RUNS,
  );
});

const lettersOf = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');

it('K6: no form of a secret that this process holds comes back, whatever stands around it and between its letters', () => {
  const between = fc.constantFrom('', ' ', '\u200b', '.', '\n', '-');
  fc.assert(
    fc.property(secrets, fc.nat(30), texts, between, (secret, which, around, separator) => {
      const forms = formsOf(secret).filter(({ text }) => (text.match(/[a-z0-9]/gi) ?? []).length >= 12);
      const { text = secret } = forms[which % forms.length] ?? {};
      const known = new KnownSecrets(new Redacted(secret));
      const said = `${around.slice(0, 20)} ${[...text].join(separator)}`;
      for (const shown of [withoutSecrets(said, known, 2_000), `${new OutsideName(said, known)}`]) {
        expect(lettersOf(shown)).not.toContain(lettersOf(text).slice(0, 12));
      }
    }),
    RUNS,
  );
});

it('K7: whatever an event is made of, it is written, is the same event, and fits everywhere', () => {
  const facts = fc.dictionary(texts, fc.oneof(anyJson, fc.array(texts, { maxLength: 40 })), { maxKeys: 30 });
  fc.assert(
    fc.property(texts, texts, texts, facts, (message, target, reason, more) => {
      const event: AuditEvent = {
        schema: 'keyturn.audit/v1',
        id: 'run-1-abc-3',
        sequence: 3,
        time: '2026-01-01T03:00:00.000Z',
        account: '111122223333',
        region: 'eu-west-1',
        run: 'run-1',
        function: 'sync',
        functionVersion: '0.1.0+abc',
        event: 'finding',
        outcome: 'failed',
        message,
        target,
        reason,
        facts: more,
      };
      const line = JSON.stringify(recordable(event));
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MOST_EVENT_BYTES);
      expect(UNCLEAN.test(line)).toBe(false);
      expect(readAuditLine(line)).toMatchObject({ event: { id: event.id, sequence: 3, event: 'finding' } });
    }),
    { numRuns: 150 },
  );
});

it('K6: a URL that is taken for plain goes to the host and the path that it reads, as nobody else', () => {
  const parts = fc.constantFrom(
    ...['https://', 'http://', 'api.bitbucket.org', 'evil.example', '@', ':', '/', '\\', '//', '.', '..', '%2e', '%2F'],
    ...['?', '#', '2.0', 'user', '\t', '\n', '[::1]', ':443', ' ', '%', '%7B', '\u202e', '。'],
  );
  let plain = 0;
  fc.assert(
    fc.property(fc.constantFrom('https://api.bitbucket.org', ''), fc.array(parts, { maxLength: 8 }), (base, more) => {
      const url = base + more.join('');
      if (!isPlainUrl(url)) return;
      plain += 1;
      const { username, password, hash, pathname, host, protocol } = new URL(url);
      const [, authority = '', path = ''] = /^https?:\/\/([^/?]+)([^?]*)/i.exec(url) ?? [];
      expect([username, password, hash]).toEqual(['', '', '']);
      expect(host).toBe(authority.toLowerCase().replace(protocol === 'https:' ? /:443$/ : /:80$/, ''));
      expect(pathname).toBe(path === '' ? '/' : path);
    }),
    { numRuns: 3_000 },
  );
  expect(plain).toBeGreaterThan(50);
});
