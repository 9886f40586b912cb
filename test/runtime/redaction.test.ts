import { inspect } from 'node:util';
import { expect, it, vi } from 'vitest';
import { createSts } from '../../functions/aws/sts';
import { Credential, Redacted } from '../../functions/core/key/credential';
import type { AwsFault } from '../../local/account/wire/server';
import { newScene } from '../support/dispose';
import { HOURLY, type Outcome } from '../support/scene';
import { SEAL_KEY_ARN } from '../support/seal-key';
import { captureOutput } from './captured-output';
import { inItsTime } from './cold-start';

const FIELDS_WITH_MATERIAL = ['SecretString', 'TagResource', 'AccessKeyId'];

/** AWS repeats the request in its refusal, as its validation errors do. */
const quoting =
  (actions: RegExp) =>
  ({ action, input }: { readonly action: string; readonly input: Record<string, unknown> }): AwsFault | undefined =>
    actions.test(action)
      ? {
          kind: 'error',
          status: 400,
          code: 'ValidationException',
          message: `1 validation error: ${FIELDS_WITH_MATERIAL.map((field) => String(input[field])).join()}`,
        }
      : undefined;

it('after a long row of failures no secret is in any log, event, message or error (K6)', async () => {
  const scene = await newScene();
  const outcomes: Outcome[] = [];
  const thrown: unknown[] = [];
  const go = async (run: () => Promise<Outcome>) => {
    const outcome = await run();
    outcomes.push(outcome);
    if (outcome.thrown !== undefined) thrown.push(outcome.thrown);
  };
  scene.manage('shop', {
    deliverTo: [{ region: 'eu-west-1', variables: { bundle: 'AWS_CREDENTIAL' } }, { environment: 'No' }],
  });
  scene.manage('blog');

  const faults: (typeof scene)['awsFault'][] = [
    quoting(/^PutSecretValue$/),
    ({ action }) => (action === 'PutSecretValue' ? { kind: 'drop-before' } : undefined),
    ({ action }) => (action === 'CreateAccessKey' ? { kind: 'drop-after' } : undefined),
    quoting(/^(GetCallerIdentity|DeleteAccessKey)$/),
    quoting(/^(TagResource|UntagResource)$/),
    quoting(/^GetParametersByPath$/),
    quoting(/^(PutEvents|Publish)$/),
    undefined,
  ];
  for (const [day, fault] of faults.entries()) {
    scene.toDay(day);
    scene.awsFault = fault;
    await go(() => scene.rotate());
    await go(() => scene.sync());
  }
  for (const fault of [
    { kind: 'status', status: 401 },
    { kind: 'status', status: 500 },
    { kind: 'garbage' },
    { kind: 'drop-after' },
  ] as const) {
    scene.hours(30);
    scene.hostFault = ({ method }) => (method === 'GET' && fault.kind !== 'status' ? undefined : fault);
    await go(() => scene.sync());
    await go(() => scene.rotate({ requested: ['shop', 'blog'] }));
    await go(() => scene.sync({ keys: ['shop', 'blog'] }));
  }
  scene.hostFault = undefined;
  const key = scene.keys('ci-blog')[0]?.AccessKeyId ?? '';
  const canary = 'canary/hand-written-secret/0123456789abcd';
  scene.material.push(canary);
  scene.put(
    'blog',
    JSON.stringify({ accessKeyId: key, secretAccessKey: canary }),
    `access-key-${key}-20260101T030000Z`,
  );
  await go(() => scene.sync());
  scene.put('blog', canary);
  await go(() => scene.sync());
  await go(() => scene.rotate());
  scene.account.invoke(scene.admin, 'secretsmanager', 'PutSecretValue', {
    SecretId: 'keyturn/connections/acme',
    SecretString: JSON.stringify({ accessToken: { nested: canary } }),
  });
  await go(() => scene.sync({ ...HOURLY }));
  scene.parameter(
    'shop',
    JSON.stringify({ ...scene.entry('shop'), secretAccessKey: 'registry entries hold no secrets' }),
  );
  await go(() => scene.rotate());

  const everything = [
    JSON.stringify(outcomes),
    inspect(outcomes, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    JSON.stringify(scene.audits),
    scene.events.join('\n'),
    JSON.stringify(scene.account.sns.messages),
    inspect(thrown, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
  ].join('\n');
  const codes = new Set(outcomes.flatMap(({ audits }) => audits.flatMap(({ code, reason }) => [code, reason])));
  for (const code of [
    'aws-uncertain',
    'aws-rejected',
    'token-rejected',
    'secret-invalid',
    'invalid-connection',
    'invalid-entry',
  ]) {
    expect([...codes]).toContain(code);
  }
  expect(thrown).not.toEqual([]);
  expect(scene.account.sns.messages.length).toBeGreaterThan(5);
  expect(everything).toContain(key);
  expect(scene.material.length).toBeGreaterThan(6);
  for (const secret of scene.material) {
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(everything).not.toContain(encodeURIComponent(secret));
    expect(everything).not.toContain(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
  }
});

it("the functions' own output, with the logger and the metrics, holds none either (K6)", async () => {
  const scene = await inItsTime();
  scene.manage('shop');
  scene.manage('blog', { deliverTo: [{ environment: 'No' }] });
  vi.resetModules();
  vi.stubEnv('KEYTURN_TOPIC_ARN', scene.topicArn);
  vi.stubEnv('KEYTURN_ALLOWED_ORIGINS', new URL(scene.bitbucketUrl).origin);
  vi.stubEnv('KEYTURN_ROTATE', 'rotate');
  vi.stubEnv('KEYTURN_RELEASE', '0.0.0+test');
  vi.stubEnv('KEYTURN_STACKS', 'Keyturn');
  vi.stubEnv('KEYTURN_SEAL_KEY', SEAL_KEY_ARN);
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
  const { handler: rotate } = await import('../../functions/rotate/handler');
  const { handler: sync } = await import('../../functions/sync/handler');
  vi.unstubAllEnvs();
  const invokedFunctionArn = 'arn:aws:lambda:eu-central-1:111122223333:function:keyturn';
  const context = { awsRequestId: 'request-1', invokedFunctionArn, getRemainingTimeInMillis: () => 900_000 };
  const output = captureOutput();
  scene.awsFault = quoting(/^PutSecretValue$/);
  await rotate({}, context);
  scene.awsFault = undefined;
  // An intent blocks for an hour.
  scene.hours(2);
  await rotate({}, context);
  await sync({ keys: ['shop', 'blog'] }, context);
  scene.awsFault = quoting(/^GetParameter$/);
  await sync({ keys: ['shop'] }, context);
  expect(output.text()).toContain('delivery-failed');
  expect(output.text()).toContain('version-delivered');
  expect(scene.material.length).toBeGreaterThanOrEqual(5);
  for (const secret of scene.material) expect(output.text()).not.toContain(secret);
});

it('an error of STS holds nothing of the key that was tried (K6)', async () => {
  await newScene();
  const secret = 'canary/never-to-be-seen/0123456789abcdef';
  const credential = new Credential({
    accessKeyId: 'AKIAEXAMPLEEXAMPLE01',
    secretAccessKey: new Redacted(secret),
    userName: 'ci',
    createdAt: new Date(),
  });
  const thrown: unknown = await createSts()
    .identify(credential)
    .catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: 'proof-failed' });
  expect(
    inspect({ thrown, credential }, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
  ).not.toContain(secret);
});
