import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { createConnectionSecrets } from '../../functions/aws/connection-secrets';
import { createEventBus } from '../../functions/aws/event-bus';
import { awsFailure } from '../../functions/aws/failure';
import { createIam } from '../../functions/aws/iam';
import { createNotifier } from '../../functions/aws/notifier';
import { createRegistry } from '../../functions/aws/registry';
import { createSecrets } from '../../functions/aws/secrets';
import { createSts } from '../../functions/aws/sts';
import { KeyturnError } from '../../functions/core/errors';
import { Credential, Redacted } from '../../functions/core/key/credential';
import type { AwsFault } from '../../local/account/wire/server';
import { startHost } from '../hosts/http/scripted-host';
import { newScene } from '../support/dispose';

const refusal = (status: number, code: string, message = code): AwsFault => ({ kind: 'error', status, code, message });

const CREDENTIAL = new Credential({
  accessKeyId: 'AKIAEXAMPLEEXAMPLE01',
  secretAccessKey: new Redacted('canary-secret-material'),
  userName: 'ci-shop',
  createdAt: new Date('2026-01-01T00:00:00Z'),
});

/** What one call fails with when AWS does this to it. */
async function failing(fault: AwsFault, call: () => Promise<unknown>): Promise<KeyturnError> {
  const scene = await newScene();
  scene.manage('shop');
  scene.awsFault = () => fault;
  const thrown = await call().then(
    () => undefined,
    (error: unknown) => error,
  );
  await scene.close();
  if (!(thrown instanceof KeyturnError)) throw new Error('expected a KeyturnError', { cause: thrown });
  return thrown;
}

/** One attempt, so that what is tested is the meaning of an answer and not the patience. */
const secretsOnce = () => createSecrets(new SecretsManagerClient({ maxAttempts: 1 }));

describe('what AWS answers means to Keyturn', () => {
  it.each([
    ['ThrottlingException', refusal(400, 'ThrottlingException'), 'aws-throttled', true],
    ['Throttling', refusal(400, 'Throttling'), 'aws-throttled', true],
    ['RequestLimitExceeded', refusal(503, 'RequestLimitExceeded'), 'aws-throttled', true],
    ['any 429', refusal(429, 'Whatever'), 'aws-throttled', true],
    ['AccessDeniedException', refusal(400, 'AccessDeniedException'), 'aws-denied', false],
    ['a 500', refusal(500, 'InternalServiceError'), 'aws-uncertain', true],
    ['a 503', refusal(503, 'ServiceUnavailable'), 'aws-uncertain', true],
    ['a cut connection before', { kind: 'drop-before' }, 'aws-uncertain', true],
    ['a cut connection after', { kind: 'drop-after' }, 'aws-uncertain', true],
    ['ResourceNotFoundException', refusal(400, 'ResourceNotFoundException'), 'secret-missing', false],
    ['a quota, which no patience helps', refusal(400, 'LimitExceededException'), 'aws-rejected', false],
    ['any other refusal', refusal(400, 'InvalidRequestException'), 'aws-rejected', false],
  ] as const)('%s', async (_what, fault, code, retryable) => {
    const error = await failing(fault, () => secretsOnce().describe('keyturn/shop'));
    expect(error).toMatchObject({ code, retryable });
    expect(error.message).toContain('secretsmanager:DescribeSecret of keyturn/shop');
  });

  it.each([
    ['no user to list', () => createIam().listAccessKeys('ci-shop'), 'user-missing'],
    ['no user to make a key for', () => createIam().createAccessKey('ci-shop'), 'user-missing'],
    ['no key to deactivate', () => createIam().deactivateAccessKey('ci-shop', 'AKIA'), 'key-missing'],
    ['no key to ask about', () => createIam().accessKeyLastUsed('AKIA'), 'key-missing'],
  ])('NoSuchEntity of IAM: %s', async (_what, call, code) => {
    expect(await failing(refusal(404, 'NoSuchEntity'), call)).toMatchObject({ code, retryable: false });
  });

  it('NoSuchEntity of IAM for a key to delete: it is gone, as was wanted', async () => {
    const scene = await newScene();
    scene.addUser('ci-shop');
    await expect(createIam().deleteAccessKey('ci-shop', 'AKIA0000000000000000')).resolves.toBeUndefined();
  });

  it.each(['InvalidClientTokenId', 'SignatureDoesNotMatch', 'InvalidAccessKeyId'])(
    '%s of STS: the key does not work, or not yet',
    async (code) => {
      expect(await failing(refusal(403, code), () => createSts().identify(CREDENTIAL))).toMatchObject({
        code: 'proof-failed',
      });
    },
  );

  it.each([
    ['IAM', () => createIam().deleteAccessKey('ci-shop', 'AKIA'), 'iam:DeleteAccessKey'],
    ['SSM', () => createRegistry('/keyturn/keys/').list(), 'ssm:GetParametersByPath'],
    ['SSM, one entry', () => createRegistry('/keyturn/keys/').get('shop'), 'ssm:GetParameter'],
    [
      'Secrets Manager',
      () => createConnectionSecrets().read('keyturn/connections/acme'),
      'secretsmanager:GetSecretValue',
    ],
    ['SNS', () => createNotifier('arn:aws:sns:eu-west-1:111122223333:findings').notify('s', 't'), 'sns:Publish'],
  ])('a refusal for want of permission says whom AWS refused what, and what to do: %s', async (_what, call, doing) => {
    const text = 'User: arn:aws:sts::111122223333:assumed-role/rotate is not authorized';
    const error = await failing(refusal(403, 'AccessDenied', text), call);
    expect(error.code).toBe('aws-denied');
    expect(error.message).toContain(doing);
    expect(error.message).toContain(`${text}. Deploy the stack again`);
  });

  it("quotes nothing else of AWS's texts, because they may repeat a request (K6)", async () => {
    const scene = await newScene();
    scene.manage('shop');
    scene.awsFault = ({ input }) =>
      refusal(400, 'ValidationException', `Value '${String(input.SecretString)}' failed to satisfy constraint`);
    const thrown: unknown = await createSecrets()
      .store('keyturn/shop', CREDENTIAL, '111122223333')
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'aws-rejected' });
    expect(String(thrown) + JSON.stringify(thrown)).not.toContain('canary');
  });

  it.each([undefined, 'text', new Error('of no SDK'), Object.create(null)])(
    '%o, which is no answer, is uncertain',
    (thrown) => {
      expect(awsFailure(thrown, 'iam:X')).toMatchObject({ code: 'aws-uncertain', retryable: true });
    },
  );

  it('an error of Keyturn stays what it is', () => {
    const error = new KeyturnError('key-limit', 'two keys');
    expect(awsFailure(error, 'iam:X')).toBe(error);
  });

  it('a name that every object has is no expectation', () => {
    const thrown = Object.assign(new Error('odd'), { name: 'constructor', $metadata: { httpStatusCode: 400 } });
    expect(awsFailure(thrown, 'iam:X')).toMatchObject({ code: 'aws-rejected' });
  });
});

describe('a connection secret', () => {
  it.each([
    ['is missing', 'keyturn/connections/nobody'],
    ['is empty', 'keyturn/connections/empty'],
  ])('that %s is an error that names it', async (_what, name) => {
    const scene = await newScene();
    scene.account.invoke(scene.admin, 'secretsmanager', 'CreateSecret', {
      Name: 'keyturn/connections/empty',
      SecretBinary: new Uint8Array([1]),
    });
    await expect(createConnectionSecrets().read(name)).rejects.toMatchObject({
      code: 'invalid-connection',
      message: expect.stringContaining(name),
    });
  });
});

describe('audit events on the bus', () => {
  const event = (index: number) => ({
    schema: 'keyturn.audit/v1' as const,
    id: `run-1-${index + 1}`,
    sequence: index + 1,
    account: '111122223333',
    region: 'eu-central-1',
    functionVersion: 'test',
    event: 'finding' as const,
    time: '2026-01-01T00:00:00.000Z',
    run: 'run-1',
    function: 'sync',
    outcome: 'ok' as const,
    message: `finding ${index}`,
  });

  it('go out ten at a time, all of them, in their order', async () => {
    const scene = await newScene();
    await createEventBus().publish(Array.from({ length: 23 }, (_, index) => event(index)));
    expect(scene.calls.filter(({ action }) => action === 'PutEvents')).toHaveLength(3);
    expect(scene.events.map((json) => JSON.parse(json).detail.message)).toEqual(
      Array.from({ length: 23 }, (_, index) => `finding ${index}`),
    );
  });

  it('go out in calls that are not too large for EventBridge, counted in bytes', async () => {
    await newScene();
    const sizes: number[][] = [];
    process.env.AWS_ENDPOINT_URL = await startHost((_request, response, body) => {
      const entries: { readonly Detail: string }[] = JSON.parse(body).Entries;
      sizes.push(entries.map((entry) => Buffer.byteLength(entry.Detail)));
      const Entries = entries.map(() => ({ EventId: 'e' }));
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ Entries }));
    });
    const large = (index: number) => ({ ...event(index), message: 'ü'.repeat(30_000) });
    const giant = { ...event(12), message: 'x'.repeat(300_000) };
    await createEventBus().publish([...Array.from({ length: 12 }, (_, index) => large(index)), giant, event(13)]);

    expect(sizes.map((call) => call.length)).toEqual([4, 4, 4, 1, 1]);
    const sums = sizes.map((call) => call.reduce((sum, size) => sum + size, 0));
    expect(sums.filter((sum) => sum > 256 * 1_024)).toHaveLength(1);
  });

  it('that are refused are sent once more, and stop no others', async () => {
    const scene = await newScene();
    const asked: number[] = [];
    const seen = new Set<string>();
    process.env.AWS_ENDPOINT_URL = await startHost((_request, response, body) => {
      const entries: { readonly Detail: string }[] = JSON.parse(body).Entries;
      asked.push(entries.length);
      const isRefused = ({ Detail }: { readonly Detail: string }) => {
        const isFirst = !seen.has(Detail);
        seen.add(Detail);
        return isFirst && /finding (3|14)"/.test(Detail);
      };
      const Entries = entries.map((entry) => (isRefused(entry) ? { ErrorCode: 'InternalFailure' } : { EventId: 'e' }));
      response
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify({ FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries }));
    });
    await createEventBus().publish(Array.from({ length: 23 }, (_, index) => event(index)));
    expect(asked).toEqual([10, 1, 10, 1, 3]);
    expect(scene.calls).toEqual([]);
  });

  it('that are refused twice are counted, when all others are sent', async () => {
    await newScene();
    const asked: number[] = [];
    process.env.AWS_ENDPOINT_URL = await startHost((_request, response, body) => {
      const entries: { readonly Detail: string }[] = JSON.parse(body).Entries;
      asked.push(entries.length);
      const Entries = entries.map(({ Detail }) =>
        Detail.includes('finding 3"') ? { ErrorCode: 'ThrottlingException' } : {},
      );
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ Entries }));
    });
    const published = await createEventBus().publish(Array.from({ length: 12 }, (_, index) => event(index)));
    expect(published).toMatchObject({ unpublished: 1, error: { code: 'aws-rejected' } });
    expect(asked).toEqual([10, 1, 2]);
  });

  it('go out and are counted after a call that failed', async () => {
    const scene = await newScene();
    let asked = 0;
    scene.awsFault = () => {
      asked += 1;
      return asked === 1 ? refusal(400, 'AccessDeniedException') : undefined;
    };
    const published = await createEventBus().publish(Array.from({ length: 23 }, (_, index) => event(index)));
    expect(published).toMatchObject({ unpublished: 10, error: { code: 'aws-denied' } });
    expect(scene.events).toHaveLength(13);
  });

  it('are none for a run that has none', async () => {
    const scene = await newScene();
    await createEventBus().publish([]);
    expect(scene.calls).toEqual([]);
  });
});

it('a notification is made fit for SNS: a printable subject of less than 100 characters, a text that mail can carry', async () => {
  const scene = await newScene();
  await createNotifier(scene.topicArn).notify(`Schlüssel\n${'x'.repeat(200)}`, 'ü'.repeat(200_000));
  const [message] = scene.account.sns.messages;
  expect(message?.subject).toMatch(/^Schl\?ssel\?x{89}$/);
  expect(message?.message).toHaveLength(64 * 1024);
});

describe('a denial says what helps', () => {
  const role = 'User: arn:aws:sts::111122223333:assumed-role/keyturn/rotate is not authorized to perform:';

  it.each([
    ['with an explicit deny in a service control policy', /policy of the organization.*deploying again does not/],
    ['because no service control policy allows the iam:CreateAccessKey action', /policy of the organization/],
    ['with an explicit deny in a resource control policy', /policy of the organization/],
    ['with an explicit deny in a permissions boundary', /permissions boundary/],
    ['because no permissions boundary allows the iam:CreateAccessKey action', /permissions boundary/],
    ['with an explicit deny in an identity-based policy', /denies it by name, and deploying again does not/],
    ['with an explicit deny in a VPC endpoint policy', /denies it by name/],
    ['because no identity-based policy allows the iam:CreateAccessKey action', /action\. Deploy the stack again\.$/],
  ])('%s', async (why, cure) => {
    const denial = `${role} iam:CreateAccessKey on resource: user ci-shop ${why}`;
    const error = await failing(refusal(403, 'AccessDenied', denial), () => createIam().createAccessKey('ci-shop'));
    expect(error.code).toBe('aws-denied');
    expect(error.message).toMatch(cure);
  });
});
