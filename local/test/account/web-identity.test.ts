import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  createRemoteJWKSet,
  exportJWK,
  generateKeyPair,
  type JWTPayload,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../world';
import { LACKS_AWS, pathOfAws } from './aws-command';

/** The `aws` command lives in real time, and takes no session that has ended in it. */
const START = new Date();
const ISSUER = 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const OTHERS = 'https://issuer.example/jose';
const name = (issuer: string) => issuer.replace('https://', '');
const arnOf = (issuer: string) => `arn:aws:iam::111122223333:oidc-provider/${name(issuer)}`;
const ROLE = 'arn:aws:iam::111122223333:role/deploy';
const JOSE_ROLE = 'arn:aws:iam::111122223333:role/by-jose';

let world: World;
let sourceIp = '104.192.137.9';
let workspaceUuid: string;
let repositoryUuid: string;
let production: string;
let audience: string;
let signing: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };

const clients = () => {
  const settings = {
    endpoint: world.accountUrl,
    region: 'eu-west-1',
    credentials: world.account.rootSession(),
    maxAttempts: 1,
  };
  return { iam: new IAMClient(settings), trail: new CloudTrailClient(settings), sts: new STSClient(settings) };
};

/** The role's policy as teams write it. */
const trust = (issuer: string, aud: string, sub: string, more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: arnOf(issuer) },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${name(issuer)}:aud`]: aud },
          StringLike: { [`${name(issuer)}:sub`]: [sub] },
          ...more,
        },
      },
    ],
  });

function take(token: string, RoleArn = ROLE, seconds?: number) {
  return clients().sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn,
      RoleSessionName: 'build-7',
      WebIdentityToken: token,
      DurationSeconds: seconds,
    }),
  );
}
const refusalOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'taken',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'),
  );

beforeAll(async () => {
  world = await World.start({ start: START, accountServer: { allowedSkew: Infinity, sourceIp: () => sourceIp } });
  const { bitbucket } = world.hosts;
  workspaceUuid = bitbucket.addWorkspace('acme').uuid;
  bitbucket.addWorkspace('umbrella');
  repositoryUuid = bitbucket.addRepository('acme', 'web-shop').uuid;
  bitbucket.addRepository('acme', 'blog');
  bitbucket.addRepository('umbrella', 'web-shop');
  production = bitbucket.addEnvironment('acme', 'web-shop', 'Production').uuid;
  bitbucket.addEnvironment('acme', 'web-shop', 'Staging');
  bitbucket.addEnvironment('acme', 'blog', 'Production');
  audience = `ari:cloud:bitbucket::workspace/${workspaceUuid.slice(1, -1)}`;

  signing = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(signing.publicKey)), kid: 'one', use: 'sig' };
  world.account.webIdentities.reach((url) => {
    if (url === `${OTHERS}/.well-known/openid-configuration`) {
      return JSON.stringify({ issuer: OTHERS, jwks_uri: `${OTHERS}/keys` });
    }
    return url === `${OTHERS}/keys` ? JSON.stringify({ keys: [jwk] }) : undefined;
  });

  const { iam } = clients();
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: [audience, 'deploy'] }));
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: OTHERS, ClientIDList: ['deploy'] }));
  const addresses = { IpAddress: { 'aws:SourceIp': ['104.192.136.0/21', '2401:1d80:3000::/36'] } };
  const sub = `${repositoryUuid}:${production}:*`;
  await iam.send(
    new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: trust(ISSUER, audience, sub, addresses) }),
  );
  await iam.send(
    new CreateRoleCommand({ RoleName: 'by-jose', AssumeRolePolicyDocument: trust(OTHERS, 'deploy', 'shop:*') }),
  );
});
afterAll(() => world.close());

describe('a step of the local Bitbucket', () => {
  const token = () => world.hosts.bitbucket.stepToken('acme', 'web-shop', { environment: 'Production' });

  it('has a token that a library of others takes, over the published keys, before and after a rollover', async () => {
    const keys = `${world.hostUrl('bitbucket')}/workspaces/acme/pipelines-config/identity/oidc`;
    const discovery = (await (await fetch(`${keys}/.well-known/openid-configuration`)).json()) as object;
    expect(discovery).toMatchObject({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys.json` });
    const check = (text: string) =>
      jwtVerify(text, createRemoteJWKSet(new URL(`${keys}/keys.json`)), {
        issuer: ISSUER,
        audience,
        currentDate: new Date(world.clock.now()),
      });
    const former = token();
    const { payload, protectedHeader } = await check(former);
    expect(payload).toMatchObject({ repositoryUuid, workspaceUuid, deploymentEnvironmentUuid: production });
    expect(payload.sub).toBe(`${repositoryUuid}:${production}:${payload.stepUuid}`);
    const kid = world.hosts.bitbucket.oidc.rollOver();
    expect(kid).not.toBe(protectedHeader.kid);
    expect((await check(token())).protectedHeader.kid).toBe(kid);
    await check(former);
    world.hosts.bitbucket.oidc.withdrawFormer();
    await expect(check(former)).rejects.toThrow('no applicable key');
    expect(await refusalOf(take(former))).toContain("Couldn't retrieve verification key");
  });

  it('has no environment in its subject where it deploys nowhere', () => {
    const [, claims = ''] = world.hosts.bitbucket.stepToken('acme', 'web-shop').split('.');
    const { sub, stepUuid } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    expect(sub).toBe(`${repositoryUuid}:${stepUuid}`);
  });

  it('takes the role, and is the role then, until the session ends', async () => {
    const { Credentials, ...answer } = await take(token(), ROLE, 900);
    expect(answer).toMatchObject({
      AssumedRoleUser: { Arn: 'arn:aws:sts::111122223333:assumed-role/deploy/build-7' },
      Audience: audience,
      Provider: arnOf(ISSUER),
      SubjectFromWebIdentityToken: expect.stringContaining(`${repositoryUuid}:${production}:`),
    });
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const session = new STSClient({ endpoint: world.accountUrl, region: 'eu-west-1', credentials, maxAttempts: 1 });
    const { Arn } = await session.send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe('arn:aws:sts::111122223333:assumed-role/deploy/build-7');
    world.clock.advanceBy(901_000);
    await expect(session.send(new GetCallerIdentityCommand({}))).rejects.toThrow('expired');
  });

  it('is named in CloudTrail, without its token', async () => {
    await take(token());
    const { Events = [] } = await clients().trail.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRoleWithWebIdentity' }],
      }),
    );
    const record = JSON.parse(Events[0]?.CloudTrailEvent ?? '{}');
    expect(record).toMatchObject({
      userIdentity: { type: 'WebIdentityUser', identityProvider: arnOf(ISSUER) },
      sourceIPAddress: sourceIp,
      requestParameters: { roleArn: ROLE, roleSessionName: 'build-7' },
    });
    expect(record.userIdentity.userName).toContain(`${repositoryUuid}:${production}:`);
    expect(JSON.stringify(record)).not.toMatch(/eyJ|secretAccessKey|sessionToken/);
  });

  it.each<[string, () => string, string]>([
    [
      'another repository',
      () => world.hosts.bitbucket.stepToken('acme', 'blog', { environment: 'Production' }),
      'AccessDenied',
    ],
    [
      'another environment',
      () => world.hosts.bitbucket.stepToken('acme', 'web-shop', { environment: 'Staging' }),
      'AccessDenied',
    ],
    ['no environment', () => world.hosts.bitbucket.stepToken('acme', 'web-shop'), 'AccessDenied'],
    ['another workspace', () => world.hosts.bitbucket.stepToken('umbrella', 'web-shop'), 'No OpenIDConnect provider'],
    [
      'an audience that the provider does not know',
      () => world.hosts.bitbucket.stepToken('acme', 'web-shop', { environment: 'Production', audiences: ['others'] }),
      'Incorrect token audience',
    ],
    [
      'an audience that is another role of the provider',
      () => world.hosts.bitbucket.stepToken('acme', 'web-shop', { environment: 'Production', audiences: ['deploy'] }),
      'AccessDenied',
    ],
    [
      'two audiences, one of them foreign',
      () =>
        world.hosts.bitbucket.stepToken('acme', 'web-shop', { environment: 'Production', audiences: ['deploy', 'x'] }),
      'AccessDenied',
    ],
    [
      'a step that is over',
      () => {
        const text = world.hosts.bitbucket.stepToken('acme', 'web-shop', { environment: 'Production', lifetime: 60 });
        world.clock.advanceBy(60_000);
        return text;
      },
      'ExpiredTokenException',
    ],
  ])('of %s takes nothing', async (_what, make, refusal) => {
    expect(await refusalOf(take(make()))).toContain(refusal);
  });

  it.each([
    ['8.8.8.8', 'AccessDenied'],
    ['104.192.144.0', 'AccessDenied'],
    ['2401:1d80:3fff::1', 'taken'],
    ['2401:1d80:4000::1', 'AccessDenied'],
  ])('from %s: %s', async (address, outcome) => {
    const usual = sourceIp;
    sourceIp = address;
    expect(await refusalOf(take(token()))).toContain(outcome);
    sourceIp = usual;
  });

  it('takes no role for longer than the role has', async () => {
    expect(await refusalOf(take(token(), ROLE, 3601))).toContain('exceeds the MaxSessionDuration');
    expect(await refusalOf(take(token(), ROLE.replace('deploy', 'none')))).toContain('AccessDenied');
  });

  /** As the runner does: the variables of the step, and whatever the chain of the SDK makes of them. */
  const runner = () => {
    // The command keeps what it has got in its home.
    const home = mkdtempSync(join(tmpdir(), 'step-'));
    const file = join(home, 'token');
    writeFileSync(file, token(), { mode: 0o600 });
    return {
      PATH: process.env.PATH,
      HOME: home,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: world.accountUrl,
      AWS_ROLE_ARN: ROLE,
      AWS_ROLE_SESSION_NAME: 'build-8',
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
    };
  };

  it('has to do nothing but name role and token, where an SDK reads them', async () => {
    const script = `const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
      new STSClient({}).send(new GetCallerIdentityCommand({})).then(({ Arn }) => console.log(Arn));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env: runner() });
    expect(stdout.trim()).toBe('arn:aws:sts::111122223333:assumed-role/deploy/build-8');
  });

  it.skipIf(LACKS_AWS)('nor with the aws command', async () => {
    const { stdout } = await promisify(execFile)(pathOfAws(), ['sts', 'get-caller-identity'], { env: runner() });
    expect(JSON.parse(stdout)).toMatchObject({ Arn: 'arn:aws:sts::111122223333:assumed-role/deploy/build-8' });
  });
});

describe('a token that a library of others has made', () => {
  const now = () => Math.floor(world.clock.now() / 1000);
  const claims = (more: JWTPayload = {}): JWTPayload => ({
    iss: OTHERS,
    sub: 'shop:7',
    aud: 'deploy',
    iat: now(),
    exp: now() + 600,
    ...more,
  });
  const signed = (more: JWTPayload = {}, header: object = {}, key: CryptoKey | Uint8Array = signing.privateKey) =>
    new SignJWT(claims(more)).setProtectedHeader({ alg: 'RS256', kid: 'one', ...header }).sign(key);

  it('takes the role', async () => {
    expect(await refusalOf(take(await signed(), JOSE_ROLE))).toBe('taken');
  });

  it.each<[string, () => Promise<string> | string, string]>([
    ['another subject', () => signed({ sub: 'blog:7' }), 'AccessDenied'],
    ['a subject that only ends so', () => signed({ sub: 'x-shop:7' }), 'AccessDenied'],
    ['no subject', () => signed({ sub: undefined }), 'not a valid JWT'],
    ['another audience', () => signed({ aud: 'others' }), 'Incorrect token audience'],
    ['no audience', () => signed({ aud: undefined }), 'not a valid JWT'],
    ['an issuer that the account does not know', () => signed({ iss: `${OTHERS}/` }), 'No OpenIDConnect provider'],
    ['the issuer in capitals', () => signed({ iss: OTHERS.toUpperCase() }), 'No OpenIDConnect provider'],
    ['the issuer of somebody else', () => signed({ iss: ISSUER }), "Couldn't retrieve verification key"],
    ['a time that has passed', () => signed({ exp: now() }), 'ExpiredTokenException'],
    ['no end', () => signed({ exp: undefined }), 'not a valid JWT'],
    ['a time to come', () => signed({ nbf: now() + 3600 }), 'not yet valid'],
    [
      'a key that is not published',
      async () => signed({}, {}, (await generateKeyPair('RS256')).privateKey),
      'signature does not fit',
    ],
    ['a key ID that nobody knows', () => signed({}, { kid: 'two' }), "Couldn't retrieve verification key"],
    ['no key ID', () => signed({}, { kid: undefined }), "Couldn't retrieve verification key"],
    ['no signature: alg none', () => new UnsecuredJWT(claims()).encode(), "Couldn't retrieve verification key"],
    [
      'the public key as a secret: HS256',
      async () => {
        const { n = '' } = await exportJWK(signing.publicKey);
        return signed({}, { alg: 'HS256' }, Buffer.from(n, 'base64url'));
      },
      "Couldn't retrieve verification key",
    ],
    [
      'a curve: ES256',
      async () => signed({}, { alg: 'ES256' }, (await generateKeyPair('ES256')).privateKey),
      "Couldn't retrieve verification key",
    ],
    [
      'claims that were changed',
      async () => {
        const [header, , signature] = (await signed({ sub: 'blog:7' })).split('.');
        return `${header}.${Buffer.from(JSON.stringify(claims())).toString('base64url')}.${signature}`;
      },
      'signature does not fit',
    ],
    ['an empty signature', async () => (await signed()).replace(/[^.]+$/, ''), 'signature does not fit'],
    ['no form at all', () => 'token', 'not a valid JWT'],
  ])('with %s takes nothing', async (_what, make, refusal) => {
    expect(await refusalOf(take(await make(), JOSE_ROLE))).toContain(refusal);
  });

  it('takes no role that trusts the same provider of another account', async () => {
    const document = trust(OTHERS, 'deploy', 'shop:*').replace(/(iam::)\d{12}(:oidc-provider)/, '$1444455556666$2');
    expect(document).toContain('444455556666');
    await clients().iam.send(new CreateRoleCommand({ RoleName: 'elsewhere', AssumeRolePolicyDocument: document }));
    expect(await refusalOf(take(await signed(), JOSE_ROLE.replace('by-jose', 'elsewhere')))).toContain('AccessDenied');
  });

  it('takes no role that trusts another provider', async () => {
    expect(await refusalOf(take(await signed(), ROLE))).toContain('AccessDenied');
  });
});

it('a provider is listed, shown, and is one of its issuer', async () => {
  const { iam } = clients();
  const { OpenIDConnectProviderList } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
  expect(OpenIDConnectProviderList?.map(({ Arn }) => Arn)).toEqual([arnOf(ISSUER), arnOf(OTHERS)]);
  const shown = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arnOf(ISSUER) }));
  expect(shown).toMatchObject({ Url: name(ISSUER), ClientIDList: [audience, 'deploy'] });
  const again = iam.send(new CreateOpenIDConnectProviderCommand({ Url: ISSUER }));
  expect(await refusalOf(again)).toContain('EntityAlreadyExistsException');
  const none = new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arnOf('https://none.example') });
  expect(await refusalOf(iam.send(none))).toContain('NoSuchEntityException');
});

it('a provider takes another audience, and one that it has already', async () => {
  const { iam } = clients();
  const OpenIDConnectProviderArn = arnOf(OTHERS);
  for (const _time of [1, 2]) {
    await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: 'added' }));
  }
  const { ClientIDList } = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
  expect(ClientIDList?.filter((one) => one === 'added')).toHaveLength(1);
  const none = { OpenIDConnectProviderArn: arnOf('https://none.example'), ClientID: 'added' };
  const refused = iam.send(new AddClientIDToOpenIDConnectProviderCommand(none));
  expect(await refusalOf(refused)).toContain('NoSuchEntityException');
});
