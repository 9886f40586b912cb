import { request } from 'node:http';
import { CreateUserCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { ListTopicsCommand } from '@aws-sdk/client-sns';
import { GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { claimedSignature, expectedSignature, signatureTime } from '../../account/wire/signature';
import { HOUR, START, world } from './world';

const MINUTE = 60_000;

describe('the signature check', () => {
  it("computes the signature of AWS's published example", () => {
    const claimed =
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7';
    const example = {
      method: 'GET',
      target: '/?Version=2010-05-08&Action=ListUsers',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        host: 'iam.amazonaws.com',
        'x-amz-date': '20150830T123600Z',
        authorization: claimed,
      },
      body: Buffer.alloc(0),
    };
    const claim = claimedSignature(example);
    expect(expectedSignature(example, claim, 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')).toBe(claim.signature);
  });

  it('accepts what the SDKs sign, in every protocol', async () => {
    const { sts, iam, sns, secrets, ssm } = await world();
    await expect(sts.send(new GetCallerIdentityCommand({}))).resolves.toBeDefined();
    await expect(iam.send(new CreateUserCommand({ UserName: 'a+b=c,d@e', Path: '/ü~*/' }))).rejects.toMatchObject({
      name: 'ValidationError',
    });
    await expect(iam.send(new CreateUserCommand({ UserName: 'a+b=c,d@e' }))).resolves.toBeDefined();
    await expect(sns.send(new ListTopicsCommand({}))).resolves.toBeDefined();
    await expect(secrets.send(new ListSecretsCommand({}))).resolves.toBeDefined();
    await expect(ssm.send(new GetParametersByPathCommand({ Path: '/é' }))).resolves.toBeDefined();
  });

  it('refuses a body that was changed on the way', async () => {
    const { server, account } = await world();
    const credentials = account.rootSession();
    const genuine = await signed(server.url, account, credentials, 'Action=GetCallerIdentity&Version=2011-06-15');
    expect(await post(server.port, genuine.headers, genuine.body)).toMatchObject({ status: 200 });
    const forged = await post(server.port, genuine.headers, 'Action=AssumeRole&Version=2011-06-15');
    expect(forged.status).toBe(403);
    expect(forged.body).toContain('<Code>SignatureDoesNotMatch</Code>');
  });

  it('refuses a request without a signature, and one whose headers are not all signed', async () => {
    const { server, account } = await world();
    const plain = await post(server.port, {}, 'Action=GetCallerIdentity');
    expect([plain.status, plain.body]).toEqual([403, expect.stringContaining('MissingAuthenticationToken')]);
    const { headers, body } = await signed(server.url, account, account.rootSession(), '{}');
    const smuggled = await post(server.port, { ...headers, 'x-amz-target': 'secretsmanager.ListSecrets' }, body);
    expect([smuggled.status, JSON.parse(smuggled.body)]).toMatchObject([
      400,
      { __type: 'InvalidSignatureException', message: expect.stringContaining("'SignedHeader'") },
    ]);
  });

  it('needs the session token that belongs to a temporary key', async () => {
    const { account, clients } = await world();
    const session = account.roleSession('arn:aws:iam::111122223333:role/rotate', 'run-1');
    const other = account.roleSession('arn:aws:iam::111122223333:role/rotate', 'run-2');
    const whoIs = (sessionToken: string | undefined) => {
      const { accessKeyId, secretAccessKey } = session;
      const keys = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
      return clients(keys).sts.send(new GetCallerIdentityCommand({}));
    };
    await expect(whoIs(session.sessionToken)).resolves.toMatchObject({
      Arn: 'arn:aws:sts::111122223333:assumed-role/rotate/run-1',
    });
    await expect(whoIs(undefined)).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    await expect(whoIs(other.sessionToken)).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
  });

  it('refuses a credential that is scoped to another region, except IAM in us-east-1, and STS everywhere', async () => {
    const { clients } = await world();
    const abroad = clients(undefined, { region: 'us-east-1' });
    await expect(abroad.sts.send(new GetCallerIdentityCommand({}))).resolves.toBeDefined();
    await expect(
      clients(undefined, { region: 'ap-south-2' }).sts.send(new GetCallerIdentityCommand({})),
    ).resolves.toBeDefined();
    await expect(abroad.iam.send(new ListUsersCommand({}))).resolves.toBeDefined();
    await expect(abroad.secrets.send(new ListSecretsCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      message: expect.stringContaining('valid region'),
    });
  });

  it("refuses a request whose time is more than fifteen minutes from the account's", async () => {
    const { server, account } = await world({ allowedSkew: 15 * MINUTE });
    const at = async (offset: number) => {
      const time = signatureTime(START + offset);
      const { headers, body } = await signed(server.url, account, account.rootSession(), QUERY, time);
      return post(server.port, headers, body);
    };
    expect((await at(-15 * MINUTE)).status).toBe(200);
    expect((await at(15 * MINUTE)).status).toBe(200);
    const late = await at(-16 * MINUTE);
    expect([late.status, late.body]).toEqual([403, expect.stringContaining('Signature expired')]);
    const early = await at(16 * MINUTE);
    expect([early.status, early.body]).toEqual([403, expect.stringContaining('Signature not yet current')]);
  });

  it("lets an SDK correct its clock by the account's", async () => {
    const { clients, clock } = await world({ allowedSkew: 15 * MINUTE });
    const { sts } = clients(undefined, { maxAttempts: 3 });
    await expect(sts.send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({ $metadata: { attempts: 2 } });
    clock.advanceBy(400 * 24 * HOUR);
    await expect(sts.send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({ $metadata: { attempts: 2 } });
  });
});

const QUERY = 'Action=GetCallerIdentity&Version=2011-06-15';

/** Signs a form post by hand, at any time one likes. */
async function signed(
  url: string,
  account: { region: string },
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
  body: string,
  timestamp = signatureTime(START),
) {
  const scope = `${timestamp.slice(0, 8)}/${account.region}/sts/aws4_request`;
  const unsigned = {
    host: new URL(url).host,
    'x-amz-date': timestamp,
    'x-amz-security-token': credentials.sessionToken ?? '',
  };
  const names = Object.keys(unsigned).sort().join(';');
  const head = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}`;
  const draft = { ...unsigned, authorization: `${head}, Signature=${'0'.repeat(64)}` };
  const raw = { method: 'POST', target: '/', headers: draft, body: Buffer.from(body) };
  const signature = expectedSignature(raw, claimedSignature(raw), credentials.secretAccessKey);
  return { headers: { ...unsigned, authorization: `${head}, Signature=${signature}` }, body };
}

function post(port: number, headers: Record<string, string>, body: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method: 'POST', headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
