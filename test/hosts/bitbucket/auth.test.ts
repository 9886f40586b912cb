import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../../functions/core/errors';
import { Redacted } from '../../../functions/core/key/credential';
import { parseConnectionSecret } from '../../../functions/hosts/bitbucket/auth';
import {
  credentialOf,
  failureOf,
  halfWrites,
  production,
  STORED,
  startWorld,
  workspaceTarget,
} from './bitbucket-world';

const HOUR = 3_600_000;

async function oauthWorld() {
  const world = await startWorld();
  const { clientId, secret } = world.bitbucket.addOAuthConsumer({ workspace: 'acme', scopes: ['pipeline:variable'] });
  world.connectionSecrets.value = { clientId, clientSecret: secret };
  const grants = () => world.requests.filter(({ kind }) => kind === 'oauth-token').length;
  return { ...world, clientId, grants };
}

describe('the token of a connection', () => {
  it('may be an access token', async () => {
    const world = await startWorld();
    await world.deliver(production);
    expect(world.pipeline('Production')).toHaveProperty('AWS_ACCESS_KEY_ID');
  });

  it('may be an API token with its email', async () => {
    const world = await startWorld();
    const scopes = ['admin:pipeline:bitbucket', 'read:pipeline:bitbucket'];
    const apiToken = world.bitbucket.addApiToken({ email: 'ci@example.com', scopes });
    world.connectionSecrets.value = { email: 'ci@example.com', apiToken };

    await world.deliver(workspaceTarget);

    expect(world.pipeline()).toHaveProperty('AWS_ACCESS_KEY_ID');
  });

  it('may be an OAuth consumer, whose token serves all deliveries of its hour', async () => {
    const world = await oauthWorld();
    await world.deliver(production, credentialOf(1));
    world.clock.advanceBy(HOUR / 2);
    await world.deliver(production, credentialOf(2));

    expect(world.grants()).toBe(1);
    expect(world.pipeline('Production').AWS_ACCESS_KEY_ID).toBe('AKIA0000000000000002');
  });

  it('is granted anew before it expires, without a request that fails', async () => {
    const world = await oauthWorld();
    await world.deliver(production, credentialOf(1));
    world.clock.advanceBy(HOUR - 4 * 60_000);
    await world.deliver(production, credentialOf(2));

    expect(world.grants()).toBe(2);
    expect(world.requests.filter(({ status }) => status === 401)).toEqual([]);
  });

  it('is granted anew once when Bitbucket refuses it early', async () => {
    const world = await oauthWorld();
    await world.deliver(production, credentialOf(1));
    world.fail(({ kind }) => kind === 'variables', { kind: 'status', status: 401 }, 1);
    await world.deliver(production, credentialOf(2));

    expect(world.grants()).toBe(2);
    expect(world.pipeline('Production').AWS_ACCESS_KEY_ID).toBe('AKIA0000000000000002');
  });

  it('is asked for once by requests that need it at the same moment', async () => {
    const world = await oauthWorld();
    await world.deliver(production, credentialOf(1));
    const [id, secret] = [halfWrites('AWS_ACCESS_KEY_ID'), halfWrites('AWS_SECRET_ACCESS_KEY')];
    world.fail((request) => id(request) || secret(request), { kind: 'status', status: 401 }, 2);
    await world.deliver(production, credentialOf(2));

    expect(world.grants()).toBe(2);
  });

  it('is read again from the secret when it is refused, so that a replaced token works at once', async () => {
    const world = await startWorld();
    world.connectionSecrets.value = { accessToken: 'old-token' };
    const target = await world.targets.open(production, world.connection);
    world.bitbucket.addAccessToken({ token: 'new-token', workspace: 'acme', scopes: ['pipeline:variable'] });
    world.connectionSecrets.value = { accessToken: 'new-token' };

    await target.deliver(credentialOf(), STORED);

    expect(world.connectionSecrets.reads).toBe(2);
  });

  it('is token-rejected for an OAuth consumer that Bitbucket does not know', async () => {
    const world = await oauthWorld();
    world.bitbucket.revoke(world.clientId);
    const error = await failureOf(world.deliver(production));

    expect(error).toMatchObject({ code: 'token-rejected', retryable: false });
    expect(error.message).toContain(
      'connection secret keyturn/connections/acme: could not get an OAuth token from http',
    );
  });

  it('waits out a token endpoint that is down for a moment', async () => {
    const world = await oauthWorld();
    world.fail(({ kind }) => kind === 'oauth-token', { kind: 'status', status: 503 }, 2);
    await world.deliver(production);

    expect(world.grants()).toBe(3);
  });

  it('does not stay broken after the secret could not be read once', async () => {
    const world = await startWorld();
    world.connectionSecrets.value = 'oops';
    expect((await failureOf(world.deliver(production))).code).toBe('invalid-connection');
    world.connectionSecrets.value = { accessToken: 'ATCTT3-canary-token-f00dfeed' };
    await world.deliver(production);
  });
});

describe('a connection secret', () => {
  it.each([
    ['a bare token', 'canary-ATCTT3'],
    ['a token under another name', '{"token":"canary-ATCTT3"}'],
    ['a token as a field’s name', '{"canary-ATCTT3":""}'],
    ['half of a pair', '{"email":"canary-ATCTT3@example.com"}'],
    ['two kinds at once', '{"accessToken":"canary-ATCTT3","clientId":"a","clientSecret":"b"}'],
    ['a token with a line break', '{"accessToken":"canary-ATCTT3\\n"}'],
    ['an empty token', '{"accessToken":""}'],
    ['a token that is no string', '{"accessToken":["canary-ATCTT3"]}'],
    ['a list', '["canary-ATCTT3"]'],
    ['nothing', 'null'],
  ])(
    'that is %s is an invalid-connection that names the secret and the cure and quotes nothing (K6)',
    (_what, value) => {
      let thrown: unknown;
      try {
        parseConnectionSecret('keyturn/connections/acme', new Redacted(value));
      } catch (error) {
        thrown = error;
      }
      if (!(thrown instanceof KeyturnError)) throw new Error('expected a KeyturnError');
      expect(thrown).toMatchObject({ code: 'invalid-connection', retryable: false });
      expect(thrown.cause).toBeUndefined();
      expect(thrown.message).toContain('The connection secret keyturn/connections/acme');
      expect(thrown.message).toContain('{"accessToken": "…"}');
      expect(`${thrown.message} ${thrown.stack}`).not.toContain('canary');
    },
  );
});
