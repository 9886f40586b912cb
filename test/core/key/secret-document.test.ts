import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../../functions/core/errors';
import { Credential, Redacted } from '../../../functions/core/key/credential';
import { parseSecretDocument, secretDocumentOf } from '../../../functions/core/key/secret-document';

const NAME = 'keyturn/web-shop-production';
const CANARY = 'canary/wJalrXUtnFEMI+K7MDENG/bPxRfiCY';
const good = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: CANARY,
  userName: 'bitbucket-web-shop',
  accountId: '111122223333',
  createdAt: '2026-11-20T03:00:07.000Z',
};
const credential = new Credential({
  accessKeyId: good.accessKeyId,
  secretAccessKey: new Redacted(CANARY),
  userName: good.userName,
  createdAt: new Date(good.createdAt),
});

function thrownBy(text: string | undefined): unknown {
  try {
    parseSecretDocument(NAME, text);
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe('the value of a managed secret', () => {
  it('is the flat JSON object of which a pointer selects one field', () => {
    expect(JSON.parse(secretDocumentOf(credential, '111122223333'))).toEqual(good);
  });

  it('reads back as the same credential', () => {
    const read = parseSecretDocument(NAME, secretDocumentOf(credential, '111122223333'));
    expect(read).toEqual(credential);
    expect(read.secretAccessKey.reveal()).toBe(CANARY);
  });

  it('may hold more than Keyturn wrote', () => {
    expect(parseSecretDocument(NAME, JSON.stringify({ ...good, note: 'x' })).accessKeyId).toBe(good.accessKeyId);
  });

  it.each<[string, string | undefined, string]>([
    ['nothing', undefined, 'is not JSON'],
    ['an empty string', '', 'is not JSON'],
    ['a bare secret', CANARY, 'is not JSON'],
    ['cut JSON', JSON.stringify(good).slice(0, -5), 'is not JSON'],
    ['a JSON string', JSON.stringify(CANARY), 'look at the document'],
    ['null', 'null', 'look at the document'],
    ['a list', JSON.stringify([CANARY]), 'look at the document'],
    ['no access key ID', JSON.stringify({ ...good, accessKeyId: undefined }), 'look at accessKeyId'],
    ['the halves swapped', JSON.stringify({ ...good, accessKeyId: CANARY, secretAccessKey: 7 }), 'accessKeyId, secret'],
    ['an empty secret', JSON.stringify({ ...good, secretAccessKey: '' }), 'look at secretAccessKey'],
    ['a nested secret', JSON.stringify({ ...good, secretAccessKey: { v: CANARY } }), 'look at secretAccessKey'],
    ['no user', JSON.stringify({ ...good, userName: '' }), 'look at userName'],
    ['an account number', JSON.stringify({ ...good, accountId: 111122223333 }), 'look at accountId'],
    ['a creation time in words', JSON.stringify({ ...good, createdAt: CANARY }), 'look at createdAt'],
    ['another shape', JSON.stringify({ username: 'a', password: CANARY }), 'accessKeyId, secretAccessKey'],
  ])('K6: of %s is refused by name, and never quoted', (_what, text, says) => {
    const error = thrownBy(text);
    expect(error).toBeInstanceOf(KeyturnError);
    expect(error).toMatchObject({ code: 'secret-invalid', retryable: false });
    expect(String(error)).toContain(`The value of ${NAME}`);
    expect(String(error)).toContain(says);
    expect(String(error)).toContain('Rotate the key');
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('canary');
  });
});
