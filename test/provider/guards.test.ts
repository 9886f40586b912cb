import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ProviderRule, providerSchema, providerTrust } from '../../functions/core/config/provider-config';
import { roleSource } from '../../functions/core/config/provider-role';
import { KeyturnError } from '../../functions/core/errors';
import { Redacted } from '../../functions/core/key/credential';
import type { SecretState } from '../../functions/core/key/secret-state';
import { IssuerKeys } from '../../functions/provider/keys/issuer-keys';
import { readKeys } from '../../functions/provider/keys/read-keys';
import { isForPeople, Refusal, type RefusalReason, type RefusedKey } from '../../functions/provider/refusal';
import { rulesFor } from '../../functions/provider/rules/match';
import { sessionRequest } from '../../functions/provider/rules/role-session';
import { variablesFrom } from '../../functions/provider/rules/variables';
import { settledKey } from '../../functions/provider/settled-key';
import type { ProvedStep } from '../../functions/provider/token/verify-token';

/** What goes over HTTP in the other suites of the provider cannot be brought to these. */

const NO_ROLE = new Map<never, never>();

describe("the issuer's keys, over TLS", () => {
  afterEach(() => vi.unstubAllEnvs());

  /** An HTTPS server whose certificate nobody has signed. */
  async function selfSigned(): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'issuer-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const asked = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
    const named = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync('openssl', [...asked, ...named, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) => {
      response.end('{"keys":[]}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}/keys.json`;
  }

  it('are not read from a server that nobody vouches for, also where a variable says that this is fine', async () => {
    const url = await selfSigned();
    await expect(readKeys(url)).rejects.toThrow(/self-signed/);
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    // So it is for others: the variable is at work.
    expect((await fetch(url)).status).toBe(200);
    await expect(readKeys(url)).rejects.toThrow(/self-signed/);
  });

  it('are unavailable where none were ever read, and what went wrong is told without what was read', async () => {
    const told: string[] = [];
    // From the first reading on nobody has the patience for another one.
    let now = Date.parse('2026-06-01T12:00:00Z');
    const failing = (thrown: unknown) =>
      new IssuerKeys(
        async () => {
          now += 3_000;
          throw thrown;
        },
        { now: () => new Date(now), sleep: async () => undefined },
        (why) => told.push(why),
      );
    await expect(failing(new Error('status 500')).find('one')).rejects.toThrow('keys-unavailable');
    await expect(failing(new SyntaxError('"secret" is not JSON')).find('one')).rejects.toThrow('keys-unavailable');
    await expect(failing('odd').find('one')).rejects.toThrow('keys-unavailable');
    expect(told).toEqual(['status 500', 'SyntaxError', 'unknown']);
  });
});

describe('the version of a managed key that is given', () => {
  const NOW = new Date('2026-06-01T12:00:00Z');
  const document = (number: number, { userName = 'web-shop', createdAt = '2026-06-01T11:59:00Z' } = {}) => ({
    versionId: `version-${number}`,
    value: new Redacted(
      JSON.stringify({
        accessKeyId: `AKIA000000000000000${number}`,
        secretAccessKey: `secret-${number}`,
        userName,
        accountId: '111122223333',
        createdAt,
      }),
    ),
  });
  const state = { name: 'keyturn/web-shop', versions: [], tags: {} } as unknown as SecretState;
  const given = (previous: () => Promise<ReturnType<typeof document>>) =>
    settledKey(
      'keyturn/web-shop',
      {
        read: (_secret, label) => (label === undefined ? Promise.resolve(document(2)) : previous()),
        describe: async () => state,
        identify: async () => ({ arn: 'arn:aws:iam::111122223333:user/web-shop', accountId: '111122223333' }),
      },
      NOW,
    ).then(({ versionId }) => versionId);

  it('is the one before a young one', async () => {
    expect(await given(async () => document(1))).toBe('version-1');
  });

  it('is the young one where the one before is of another user: its rights may be wider (K2)', async () => {
    expect(await given(async () => document(1, { userName: 'administrator' }))).toBe('version-2');
  });

  it.each(['secret-missing', 'secret-invalid'] as const)(
    'is the young one where the one before is %s, as for the first key of a user',
    async (code) => {
      expect(await given(() => Promise.reject(new KeyturnError(code, 'none')))).toBe('version-2');
    },
  );

  it('is none where nobody can say what the one before is', async () => {
    await expect(given(() => Promise.reject(new KeyturnError('aws-denied', 'no')))).rejects.toThrow('no');
  });
});

describe('what a rule gives of a secret', () => {
  const rule = (pointer: string | undefined): ProviderRule => ({
    name: 'one',
    repositoryUuid: '{r}',
    anyStep: true,
    keys: [],
    roles: [],
    secrets: [{ secret: 'shop/db', variable: 'VALUE', pointer }],
  });
  const valueAt = (pointer: string | undefined, value: string | undefined) =>
    variablesFrom(
      [rule(pointer)],
      new Map([['shop/db', { versionId: 'v', value: value === undefined ? undefined : new Redacted(value) }]]),
      NO_ROLE,
    )
      .get('VALUE')
      ?.reveal();

  it.each<[string | undefined, string, string]>([
    [undefined, 'plain text', 'plain text'],
    ['/a', '{"a":"b"}', 'b'],
    ['/a/b', '{"a":{"b":"c"}}', 'c'],
    ['/a~1b', '{"a/b":"c"}', 'c'],
    ['/a~0b', '{"a~b":"c"}', 'c'],
    ['/a~01b', '{"a~1b":"c"}', 'c'],
    ['/a~1~1b', '{"a//b":"c"}', 'c'],
    ['/', '{"":"c"}', 'c'],
  ])('%s of %s is %s', (pointer, value, text) => expect(valueAt(pointer, value)).toBe(text));

  it.each<[string | undefined, string | undefined, RegExp]>([
    [undefined, '', /has no text at its whole/],
    [undefined, undefined, /is no text\.$/],
    ['/a', 'no JSON', /has no text at \/a\.$/],
    ['/a', '{"a":""}', /has no text at \/a\.$/],
    ['/a', '{"a":5}', /has no text/],
    ['/a', '{"a":null}', /has no text/],
    ['/a/b', '{"a":null}', /has no text/],
    ['/a/length', '{"a":"text"}', /has no text/],
    ['/a', '{"b":"c"}', /has no text/],
    ['/toString/name', '{"b":"c"}', /has no text/],
    ['/a', 'null', /has no text/],
  ])('%s of %s is nothing, and says so without the value (K6)', (pointer, value, message) => {
    expect(() => valueAt(pointer, value)).toThrow(message);
    expect(() => valueAt(pointer, value)).toThrow(/shop\/db/);
  });

  it('is nothing where it was not read', () => {
    expect(() => variablesFrom([rule(undefined)], new Map(), NO_ROLE)).toThrow('The value of shop/db is no text.');
    const ofKey = { ...rule(undefined), secrets: [], keys: [{ id: 'a', accessKeyId: 'I', secretAccessKey: 'S' }] };
    expect(() => variablesFrom([ofKey], new Map(), NO_ROLE)).toThrow('keyturn/a');
    expect(() =>
      variablesFrom([ofKey], new Map([['keyturn/a', { versionId: 'v', value: undefined }]]), NO_ROLE),
    ).toThrow('keyturn/a');
  });
});

describe('a step that a rule means and that gets nothing', () => {
  const NOW = new Date('2026-06-01T12:00:00Z');
  const key = (leakedSince?: string) => ({
    secret: 'keyturn/web-shop',
    version: 'version-1',
    ...(leakedSince === undefined ? {} : { leakedSince: new Date(leakedSince) }),
  });
  it.each<[RefusalReason, RefusedKey | undefined, boolean]>([
    ['dead-key', key(), true],
    ['role-denied', undefined, true],
    ['leaked-key', key('2026-06-01T11:59:00Z'), false],
    ['leaked-key', key('2026-06-01T11:45:00Z'), false],
    ['leaked-key', key('2026-06-01T11:44:59Z'), true],
    ['leaked-key', key('2026-06-01T12:15:01Z'), true],
    ['no-rule', undefined, false],
    ['used', undefined, false],
  ])('for %s of %j: people are told is %s', (reason, of, isTold) =>
    expect(isForPeople(new Refusal(reason, of), NOW)).toBe(isTold),
  );
});

describe('the rules that mean a step', () => {
  const step = (more: Partial<ProvedStep>) => ({ repository: '{r}', ...more }) as ProvedStep;
  const rule = (more: Partial<ProviderRule>): ProviderRule => ({
    name: 'one',
    repositoryUuid: '{r}',
    keys: [],
    roles: [],
    secrets: [],
    ...more,
  });
  it.each<[Partial<ProviderRule>, Partial<ProvedStep>, number]>([
    [{ environmentUuids: ['{e}'] }, { environment: '{e}' }, 1],
    [{ environmentUuids: ['{e}'] }, { environment: undefined }, 0],
    [{ environmentUuids: ['{e}'] }, { environment: '{E}' }, 0],
    [{}, { environment: '{e}' }, 0],
    [{}, { environment: undefined }, 0],
    [{ anyStep: true }, { environment: undefined }, 1],
    [{ anyStep: true, branches: ['main'] }, { branch: 'main' }, 1],
    [{ anyStep: true, branches: ['main'] }, { branch: undefined }, 0],
    [{ anyStep: true, branches: [] }, { branch: 'main' }, 0],
    [{ anyStep: true, repositoryUuid: '{R}' }, {}, 0],
  ])('%j means %j: %i', (more, of, count) => expect(rulesFor([rule(more)], step(of))).toHaveLength(count));
});

describe('the tags of a session', () => {
  const [uuid, role] = ['7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10', 'arn:aws:iam::111122223333:role/deploy'];
  const tagsOf = (more: Partial<ProvedStep>) =>
    sessionRequest(roleSource.parse({ role }), {
      repository: `{${uuid}}`,
      step: `{${uuid}}`,
      ...more,
    } as ProvedStep).tags;

  it('are what the token says, and nothing in place of what STS does not take', () => {
    const always = { 'keyturn:repository': uuid, 'keyturn:step': uuid };
    expect(tagsOf({ branch: 'main' })).toEqual({ ...always, 'keyturn:branch': 'main' });
    for (const branch of [undefined, 'fix#1', 'a'.repeat(257), 'main\n']) expect(tagsOf({ branch })).toEqual(always);
  });
});

describe('whom a provider trusts', () => {
  const workspaceUuid = '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}';
  const rules = [
    {
      name: 'one',
      repositoryUuid: workspaceUuid,
      anyStep: true as const,
      secrets: [{ secret: 'shop/db', variable: 'VALUE' }],
    },
  ];
  const usual = 'ari:cloud:bitbucket::workspace/0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31';
  const path = '/workspaces/acme/pipelines-config/identity/oidc';
  it.each<[object, string, string]>([
    [{}, usual, 'https://api.bitbucket.org/2.0'],
    [{ audience: 'shop' }, 'shop', 'https://api.bitbucket.org/2.0'],
    [{ url: 'https://proxy.example/api/2.0/' }, usual, 'https://proxy.example/api/2.0'],
  ])('with %j', (more, audience, base) => {
    const config = providerSchema.parse({ bitbucket: { workspace: 'acme', workspaceUuid, ...more }, rules });
    expect(providerTrust(config)).toEqual({
      issuer: `https://api.bitbucket.org/2.0${path}`,
      audience,
      workspaceUuid,
      keysUrl: `${base}${path}/keys.json`,
    });
  });
});
