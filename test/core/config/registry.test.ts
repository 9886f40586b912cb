import { describe, expect, it } from 'vitest';
import { parseRegistryEntry, REGISTRY_ENTRY_BYTES } from '../../../functions/core/config/registry';
import { KeyturnError } from '../../../functions/core/errors';
import { entryOf } from '../web-shop';

const PARAMETER = '/keyturn/keys/web-shop-production';
const entry = entryOf();
const read = (document: unknown) => parseRegistryEntry(PARAMETER, entry.id, JSON.stringify(document));

function errorOf(act: () => unknown): KeyturnError {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof KeyturnError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('a registry entry', () => {
  it('reads as it was written', () => {
    expect(read(entry)).toEqual(entry);
    expect(Buffer.byteLength(JSON.stringify(entry))).toBeLessThan(REGISTRY_ENTRY_BYTES);
  });

  it('needs no target', () => {
    expect(read({ ...entry, targets: [], connections: {} })).toMatchObject({ targets: [] });
  });

  it('may deliver by a function, which needs no connection', () => {
    const target = { type: 'function', function: 'arn:aws:lambda:eu-west-1:111122223333:function:deliver' };
    expect(read({ ...entry, targets: [target] }).targets).toEqual([{ ...target, target: {} }]);
  });

  it.each(['a', '0', 'web-shop', `a${'-'.repeat(62)}`])('may be called %j', (id) => {
    expect(parseRegistryEntry(PARAMETER, id, JSON.stringify({ ...entry, id })).id).toBe(id);
  });

  it.each(['bitbucket-web-shop', 'legacy.deployer@example.com', 'a+b=c,d_e', 'x'.repeat(64)])(
    'may be about the user %j',
    (user) => {
      expect(read({ ...entry, user }).user).toBe(user);
    },
  );

  it.each<[string, unknown, string]>([
    ['another version', { ...entry, version: 2 }, 'version: '],
    ['an upper-case id', { ...entry, id: 'Web' }, 'id: expected lower-case letters'],
    ['an id with a slash', { ...entry, id: 'connections/acme' }, 'id: expected lower-case letters'],
    ['an id that starts with a hyphen', { ...entry, id: '-a' }, 'id: expected lower-case letters'],
    ['an id of 64 characters', { ...entry, id: 'a'.repeat(64) }, 'id: expected lower-case letters'],
    ['no user', { ...entry, user: undefined }, 'user: '],
    ['a user with a path', { ...entry, user: 'ci/web-shop' }, 'user: expected the name of an IAM user'],
    ['a policy out of order', entryOf({ policy: { deactivateAfter: 80 } }), 'policy.deactivateAfter: deactivateAfter'],
    ['half a policy', { ...entry, policy: { rotateAfter: 90 } }, 'policy.deactivateAfter: '],
    ['another first rotation', { ...entry, firstRotation: 'later' }, 'firstRotation: '],
    ['another adoption', { ...entry, adopt: 'replace' }, 'adopt: '],
    [
      'no connection at all',
      { ...entry, connections: {} },
      "targets.0.connection: expected one of the entry's connections (it has none)",
    ],
    [
      'an unknown connection',
      { ...entry, connections: { one: entry.connections.acme, two: entry.connections.acme } },
      "targets.0.connection: expected one of the entry's connections (one, two)",
    ],
    [
      'a connection by a name that every object has',
      { ...entry, targets: [{ ...entry.targets[0], connection: 'toString' }] },
      'targets.0.connection: expected one of',
    ],
    [
      'a connection without a URL',
      { ...entry, connections: { acme: { host: 'bitbucket', url: 'nowhere', secret: 's' } } },
      'connections.acme.url: ',
    ],
    ['a target without repository', { ...entry, targets: [{ ...entry.targets[0], repository: '' }] }, 'targets.0.repo'],
    ['51 targets', { ...entry, targets: Array(51).fill(entry.targets[0]) }, 'targets: '],
    ['an unknown field', { ...entry, paused: true }, 'the document: Unrecognized key'],
    ['a list', [], 'the document: '],
    ['null', null, 'the document: '],
  ])('K11: with %s is refused alone, and the error names the parameter and the path', (_what, document, says) => {
    const error = errorOf(() => read(document));
    expect(error.code).toBe('invalid-entry');
    expect(error.message).toContain(`SSM parameter ${PARAMETER} is not a registry entry: `);
    expect(error.message).toContain(says);
    expect(error.message).toContain('Deploy the stack again');
  });

  it('that is not JSON is refused', () => {
    const error = errorOf(() => parseRegistryEntry(PARAMETER, entry.id, '{"version":1,'));
    expect(error).toMatchObject({ code: 'invalid-entry' });
    expect(error.message).toContain(`${PARAMETER} is not JSON`);
  });

  it('of another key is refused', () => {
    const error = errorOf(() => parseRegistryEntry(PARAMETER, 'web-shop-staging', JSON.stringify(entry)));
    expect(error).toMatchObject({ code: 'invalid-entry' });
    expect(error.message).toContain('describes the key "web-shop-production", expected "web-shop-staging"');
  });

  it('with many problems tells the first five', () => {
    const error = errorOf(() => read({}));
    expect(error.message.split(';')).toHaveLength(5);
  });
});
