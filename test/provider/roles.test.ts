import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CreatePolicyCommand, CreateRoleCommand, IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { roleSource } from '../../functions/core/config/provider-role';
import { sessionRequest } from '../../functions/provider/rules/role-session';
import { ENVIRONMENT, OTHER, REPOSITORY, WORKSPACE } from './issuer';
import { PROVIDER_ROLE, RULES, ServedProvider } from './served';

const ROLE = 'arn:aws:iam::111122223333:role/web-shop-deploy';
const bare = (uuid: string) => uuid.slice(1, -1);

/** The trust policy as the page has it, ready to paste. */
const page = readFileSync(resolve(__dirname, '../../docs/start/provider.md'), 'utf8');
const [, OF_THE_PAGE = ''] = /```json\n(\{[^`]*aws:RequestTag[^`]*\})\n```/.exec(page) ?? [];

const trusting = (Condition: object, Action: unknown = ['sts:AssumeRole', 'sts:TagSession']) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: PROVIDER_ROLE }, Action, Condition }],
  });

const [usual] = RULES;
const rule = { ...usual, keys: [], secrets: [], branches: undefined, roles: [{ role: ROLE }] };

let served: ServedProvider;
let iam: IAMClient;
beforeAll(async () => {
  served = await new ServedProvider().start();
  iam = new IAMClient(served.access);
  await iam.send(new CreateRoleCommand({ RoleName: 'web-shop-deploy', AssumeRolePolicyDocument: OF_THE_PAGE }));
});
afterAll(() => served.close());
beforeEach(async () => {
  served.fault = undefined;
  await trust(OF_THE_PAGE);
  await served.serve([rule]);
});

const trust = (PolicyDocument: string) =>
  iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'web-shop-deploy', PolicyDocument }));

interface Given {
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
  readonly AWS_SESSION_TOKEN: string;
}

/** What a step gets. */
async function given(token = served.good()): Promise<Given> {
  const answer = await served.ask(token);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Given;
}

/** The account as the step sees it, by the SDK. */
function asStep({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN }: Given) {
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  };
  const settings = { ...served.access, credentials, maxAttempts: 1 };
  const secrets = new SecretsManagerClient(settings);
  return {
    identity: () => new STSClient(settings).send(new GetCallerIdentityCommand({})),
    list: () => secrets.send(new ListSecretsCommand({})),
    read: async (SecretId: string) => (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString,
  };
}

/** What CloudTrail says of the last taking of the role. */
const taking = () => served.world.account.reads.findLast(({ eventName }) => eventName === 'AssumeRole');
const tagsTaken = () => {
  const parameters = taking()?.requestParameters ?? {};
  const tags = (parameters.tags ?? []) as readonly { readonly key: string; readonly value: string }[];
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
};
/** The last event about the step of a token. */
const recordedOf = async (token: string) => {
  const { stepUuid } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    stepUuid: string;
  };
  return (await served.recorded()).findLast(({ facts }) => facts?.step === stepUuid);
};

describe('a step gets credentials of a role', () => {
  it('that are those of a session of its own, which the record and CloudTrail both name (K7)', async () => {
    const claims = served.issuer.claims(served.now);
    const step = String(claims.stepUuid);
    const token = served.issuer.token({ claims });
    const got = await given(token);
    const sessionName = `bitbucket-${bare(step)}`;
    expect((await asStep(got).identity()).Arn).toBe(
      `arn:aws:sts::111122223333:assumed-role/web-shop-deploy/${sessionName}`,
    );
    const { AWS_ACCESS_KEY_ID: accessKeyId } = got;
    expect(await recordedOf(token)).toMatchObject({
      event: 'secrets-given',
      facts: { step, roles: [{ role: ROLE, sessionName, accessKeyId, expiresAt: expect.stringMatching(/^2027-/) }] },
    });
    expect(taking()).toMatchObject({
      userIdentity: { sessionContext: { sessionIssuer: { arn: PROVIDER_ROLE } } },
      requestParameters: { roleArn: ROLE, roleSessionName: sessionName, durationSeconds: '900' },
      responseElements: { credentials: { accessKeyId } },
    });
    expect(tagsTaken()).toEqual({
      'keyturn:repository': bare(REPOSITORY),
      'keyturn:environment': bare(ENVIRONMENT),
      'keyturn:branch': 'main',
      'keyturn:pipeline': bare(OTHER),
      'keyturn:step': bare(step),
    });
  });

  it('whose secret and token are in no log and no event (K6)', async () => {
    const { AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = await given();
    const told = JSON.stringify([await served.recorded(), served.lines]);
    expect(told).not.toContain(AWS_SECRET_ACCESS_KEY);
    expect(told).not.toContain(AWS_SESSION_TOKEN);
  });

  it('whoever is the runner, and SDKs in the step find them', async () => {
    const env = {
      PATH: process.env.PATH,
      SECRET_PROVIDER_URI: served.url,
      BITBUCKET_STEP_OIDC_TOKEN: served.good(),
      AWS_ENDPOINT_URL: served.world.accountUrl,
      AWS_REGION: 'eu-west-1',
    };
    const script = `const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
      new STSClient().send(new GetCallerIdentityCommand({})).then(({ Arn }) => console.log(Arn));`;
    const args = [resolve(__dirname, 'runner.mjs'), 'GET', 'Bearer ', process.execPath, '-e', script];
    const out = await new Promise((done) => {
      execFile(process.execPath, args, { env }, (_error, stdout, stderr) => done(stdout + stderr));
    });
    expect(out).toMatch(/:assumed-role\/web-shop-deploy\/bitbucket-[0-9a-f-]{36}\n$/);
  });

  it('that end when their time is up', async () => {
    await served.serve([{ ...rule, roles: [{ role: ROLE, sessionMinutes: 30 }] }]);
    const step = asStep(await given());
    const { clock } = served.world.account;
    clock.advanceBy(30 * 60_000 - 1_000);
    await expect(step.identity()).resolves.toBeDefined();
    clock.advanceBy(1_000);
    await expect(step.identity()).rejects.toMatchObject({ name: expect.stringMatching(/^ExpiredToken/) });
  });

  it('that may do what the rule says, and nothing else that the role may', async () => {
    const Statement = {
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-*',
    };
    const sessionPolicy = { Version: '2012-10-17', Statement };
    await served.serve([{ ...rule, roles: [{ role: ROLE, sessionPolicy }] }]);
    const { read } = asStep(await given());
    expect(await read('shop/db')).toContain('admin');
    await expect(read('keyturn/web-shop')).rejects.toThrow('session policy');
  });

  it('that may do what a managed policy allows that the rule names', async () => {
    const Statement = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'read-secrets', PolicyDocument }));
    await served.serve([{ ...rule, roles: [{ role: ROLE, policyArns: [Policy?.Arn] }] }]);
    const { read, list } = asStep(await given());
    expect(await read('shop/db')).toContain('admin');
    await expect(list()).rejects.toThrow('session policy');
  });

  it('anew each time that it asks, as nothing is kept', async () => {
    const token = served.good();
    const [first, second] = [await given(token), await given(token)];
    expect(second.AWS_ACCESS_KEY_ID).not.toBe(first.AWS_ACCESS_KEY_ID);
    await expect(asStep(first).identity()).resolves.toBeDefined();
    served.now += 31_000;
    const takings = () => served.world.account.reads.filter(({ eventName }) => eventName === 'AssumeRole').length;
    const before = takings();
    expect((await served.ask(token)).status).toBe(403);
    expect(takings()).toBe(before);
  });

  it('beside a key and secrets, under other names', async () => {
    const names = { accessKeyId: 'DEPLOY_ID', secretAccessKey: 'DEPLOY_SECRET', sessionToken: 'DEPLOY_TOKEN' };
    await served.serve([{ ...usual, roles: [{ role: ROLE, ...names }] }]);
    const all = (await (await served.ask(served.good())).json()) as Record<string, string>;
    expect(Object.keys(all).sort()).toEqual(
      ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'DB_PASSWORD', ...Object.values(names)].sort(),
    );
    expect([all.AWS_ACCESS_KEY_ID, all.DEPLOY_ID]).toEqual([
      served.first.AccessKeyId,
      expect.stringMatching(/^ASIA[A-Z0-9]{16}$/),
    ]);
  });
});

describe('the role itself refuses', () => {
  const refused = async (token: string, denied = ROLE) => {
    const answer = await served.ask(token);
    expect([answer.status, await answer.text()]).toEqual([403, '{"error":"refused"}']);
    expect(await recordedOf(token)).toMatchObject({
      event: 'secrets-refused',
      reason: 'role-denied',
      facts: { rules: [expect.any(String)], denied: [denied] },
    });
  };

  it('what a rule that is too wide would give: the policy of the page', async () => {
    await served.serve([
      { ...rule, environmentUuids: undefined, anyStep: true },
      { ...rule, name: 'other', repositoryUuid: OTHER },
    ]);
    await given();
    for (const more of [
      { deploymentEnvironmentUuid: OTHER },
      { deploymentEnvironmentUuid: undefined },
      { repositoryUuid: OTHER },
    ]) {
      await refused(served.good(more));
    }
    const said = served.lines.find((line) => line.includes('role denied')) ?? '';
    expect(said).toContain('is not authorized to perform: sts:AssumeRole on resource');
    expect(said).toContain('trust policy of the role');
  });

  it('and the record says which others of the rule were taken before, as these live on (K7)', async () => {
    const names = { accessKeyId: 'B_ID', secretAccessKey: 'B_SECRET', sessionToken: 'B_TOKEN' };
    const none = 'arn:aws:iam::111122223333:role/none';
    await served.serve([{ ...rule, roles: [{ role: none, ...names }, { role: ROLE }] }]);
    const token = served.good();
    await refused(token, none);
    const { accessKeyId } = (taking()?.responseElements?.credentials ?? {}) as { readonly accessKeyId?: string };
    expect((await recordedOf(token))?.facts?.roles).toEqual([
      {
        role: ROLE,
        sessionName: expect.stringMatching(/^bitbucket-/),
        accessKeyId,
        expiresAt: expect.stringMatching(/^2027-/),
      },
    ]);
    await served.serve([rule]);
    await trust(trusting({}, 'sts:AssumeRole'));
    const other = served.good();
    await refused(other);
    expect((await recordedOf(other))?.facts).not.toHaveProperty('roles');
  });

  it('tags that it does not let come along', async () => {
    await trust(trusting({}, 'sts:AssumeRole'));
    await refused(served.good());
    expect(served.lines.join()).toContain('sts:TagSession on resource');
  });

  it.each(['fix#1', 'a,b', 'x{y}', 'a&Tags.member.9.Key=keyturn:step', 'emoji-🚀', 'x\ny'])(
    'the branch "%s", whose name STS does not take, where it asks for branches; and only there',
    async (branchName) => {
      await given(served.good({ branchName }));
      expect(Object.keys(tagsTaken()).sort()).toEqual([
        'keyturn:environment',
        'keyturn:pipeline',
        'keyturn:repository',
        'keyturn:step',
      ]);
      await trust(trusting({ StringLike: { 'aws:RequestTag/keyturn:branch': '*' } }));
      await refused(served.good({ branchName }));
    },
  );

  it.each(['main', 'feature/x=1:y@z+w.v-u_t', 'ветка', `b${'x'.repeat(254)}`])(
    'no other branch: "%s"',
    async (branchName) => {
      await trust(trusting({ StringEquals: { 'aws:RequestTag/keyturn:branch': branchName } }));
      await given(served.good({ branchName }));
      expect(tagsTaken()['keyturn:branch']).toBe(branchName);
      await refused(served.good({ branchName: `${branchName.slice(0, 200)}x` }));
    },
  );
});

describe('nobody can decide', () => {
  const undecided = async (code: string) => {
    const token = served.good();
    const begun = Date.now();
    const answers = await Promise.all(Array.from({ length: 10 }, () => served.ask(token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(Date.now() - begun).toBeLessThan(4_000);
    expect(served.lines.at(-1)).toContain(code);
    served.fault = undefined;
    served.now += 60_000;
    await given(token);
  };

  it.each([
    ['Throttling', 400, 'aws-throttled'],
    ['InternalFailure', 500, 'aws-uncertain'],
    ['PackedPolicyTooLarge', 400, 'PackedPolicyTooLarge'],
    ['ExpiredToken', 403, 'ExpiredToken'],
  ])('while STS answers %s, and says so within seconds', async (code, status, said) => {
    served.fault = ({ action }) => (action === 'AssumeRole' ? { kind: 'error', code, status } : undefined);
    await undecided(said);
  });

  it('while STS cuts connections', async () => {
    served.fault = ({ action }) => (action === 'AssumeRole' ? { kind: 'drop-before' } : undefined);
    await undecided('aws-uncertain');
  });

  it('where the record cannot be written: the session is given to nobody', async () => {
    served.fault = ({ action }) =>
      action === 'PutLogEvents' ? { kind: 'error', code: 'AccessDeniedException', status: 400 } : undefined;
    expect((await served.ask(served.good())).status).toBe(503);
  });
});

describe('what STS is asked for', () => {
  const step = {
    workspace: WORKSPACE,
    repository: REPOSITORY,
    environment: undefined,
    branch: undefined,
    pipeline: undefined,
    step: ENVIRONMENT,
    digest: '',
    endsAt: 0,
  };
  const source = roleSource.parse({ role: ROLE });

  it('is fifteen minutes unless the rule says more, with what is known of the step', () => {
    expect(sessionRequest(source, step)).toEqual({
      role: ROLE,
      sessionName: `bitbucket-${bare(ENVIRONMENT)}`,
      seconds: 900,
      policy: undefined,
      policyArns: [],
      tags: { 'keyturn:repository': bare(REPOSITORY), 'keyturn:step': bare(ENVIRONMENT) },
    });
  });

  it.each(['x', '{x}', `${ENVIRONMENT}x`, '{8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e1/}'])(
    'is nothing for a step that is called %s',
    (id) => {
      expect(() => sessionRequest(source, { ...step, step: id })).toThrow('no UUIDs');
    },
  );
});
