import { describe, expect, it } from 'vitest';
import { digestsIn, entryDigest, pinOf } from '../../../functions/core/config/entry-pin';

const target = { type: 'bitbucket-deployment', connection: 'acme', repository: 'acme/shop', environment: 'Production' };
const entry = {
  version: 1,
  id: 'shop',
  user: 'ci-shop',
  policy: { rotateAfter: 90 },
  connections: {
    acme: { host: 'bitbucket', url: 'https://api.bitbucket.org/2.0', secret: 'keyturn/connections/acme' },
  },
  targets: [target],
};
const digest = (document: unknown) => entryDigest(JSON.stringify(document));

describe('the digest of a registry entry', () => {
  it.each<[string, object]>([
    ['another user', { user: 'ci-other' }],
    ['other dates', { policy: { rotateAfter: 3650 } }],
    ['another target', { targets: [{ ...target, repository: 'acme/other' }] }],
    ['one target more', { targets: [target, { ...target, environment: 'Staging' }] }],
    ['no target', { targets: [] }],
    ['another URL', { connections: { acme: { ...entry.connections.acme, url: 'https://api.bitbucket.org/3.0' } } }],
    ["another connection's secret", { connections: { acme: { ...entry.connections.acme, secret: 'keyturn/b' } } }],
    ['a word that the schema does not know', { evil: true }],
    ['a prototype', JSON.parse('{"__proto__": {"user": "ci-other"}}')],
  ])('is another one with %s', (_, change) => {
    expect(digest(Object.assign(Object.create(null), entry, change))).not.toBe(digest(entry));
  });

  it('is that of the document, however it is spaced', () => {
    expect(entryDigest(JSON.stringify(entry, null, 2))).toBe(digest(entry));
    expect(digest(entry)).toMatch(/^[0-9a-f]{40}$/);
  });

  it('leaves out which function is called, which only the deployment knows, and nothing else of a function', () => {
    const called = (more: object) =>
      digest({ ...entry, targets: [{ type: 'function', function: 'arn:one', ...more }] });

    expect(called({ function: 'arn:two' })).toBe(called({}));
    expect(called({ inspects: true })).not.toBe(called({}));
    expect(called({ target: { function: 'a' } })).not.toBe(called({ target: { function: 'b' } }));
  });

  it('is the same in every version, because deployed policies have it', () => {
    const called = { type: 'function', function: 'arn:one', target: { place: 'a' } };
    expect(digest({ ...entry, targets: [target, called] })).toBe('1370b83f871ea054a136cebdce417ef435b13f83');
    expect(digest({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc2');
  });

  it('of what is no JSON there is none', () => {
    expect(() => entryDigest('{')).toThrow(SyntaxError);
  });
});

describe('the digests in a policy', () => {
  const statement = (Sid: unknown) => ({ Sid, Effect: 'Allow' });
  const of = (Statement: unknown) => digestsIn(JSON.stringify({ Version: '2012-10-17', Statement }));
  const written = digest(entry);

  it('are those that a deployment has written', () => {
    expect(of([statement('Rotate'), statement(`Deliver${pinOf(written)}`)])).toEqual([written]);
    expect(of(statement(`Deliver${pinOf(written)}`))).toEqual([written]);
  });

  it.each<[string, unknown]>([
    ['the policy of a version before', [statement('Deliver')]],
    ['a statement without an ID', [statement(undefined)]],
    ['a list for an ID', [statement([`Deliver${pinOf(written)}`])]],
    ['half a digest', [statement(`Deliver${pinOf(written.slice(20))}`)]],
    ['a digest with more after it', [statement(`Deliver${pinOf(written)}0`)]],
    ['no statement', undefined],
    ['what is no statement', [null, 'Deliver', 3]],
  ])('are none in %s', (_, Statement) => {
    expect(of(Statement)).toEqual([]);
  });

  it.each(['', 'null', '{', '[]'])('are none in %j', (policy) => {
    expect(digestsIn(policy)).toEqual([]);
  });
});
