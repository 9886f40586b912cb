import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { CreateRoleCommand, IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AwsFault } from '../../local/account/wire/server';
import { OTHER, REPOSITORY } from './issuer';
import { DATABASE, RULES } from './served';
import { ServedEndpoint } from './served-endpoint';

const RUNNER = resolve(__dirname, 'runner.mjs');

let served: ServedEndpoint;
beforeAll(async () => {
  served = await new ServedEndpoint().start();
});
afterAll(() => served.close());
afterEach(() => {
  const said = served.everythingLogged();
  for (const value of served.values) expect(said).not.toContain(value);
  expect(said).not.toMatch(/eyJ[\w-]{20}/);
});

const NOTHING = '{"error":"refused"}';
const nothing = async (token: string, status: number) => {
  const answer = await served.ask(token);
  expect([answer.status, await answer.text()]).toEqual([status, NOTHING]);
  expect(answer.headers.get('cache-control')).toBe('no-store');
};

/** How many refused steps were counted for an alarm. */
async function refusedSteps(): Promise<number> {
  const dimensions = { service: 'keyturn', function: 'endpoint' };
  const metric = { namespace: 'Keyturn', name: 'StepsRefused', dimensions };
  return served.world.account.cloudWatch.metrics.between(metric, 0, served.now + 60_000)?.sum ?? 0;
}

/** What happens while calls of one action fail. */
async function while_(action: string, fault: AwsFault, work: () => Promise<void>): Promise<void> {
  served.fault = (call) => (call.action === action ? fault : undefined);
  try {
    await work();
  } finally {
    served.fault = undefined;
  }
}

describe('the endpoint gives a step its variables', () => {
  it.each(['Bearer ', 'bearer ', ''])('with "%s" before its token, by GET and by POST (K12)', async (scheme) => {
    for (const method of ['GET', 'POST']) {
      const answer = await served.ask('', { method, headers: { authorization: `${scheme}${served.good()}` } });
      const { AccessKeyId: AWS_ACCESS_KEY_ID, SecretAccessKey: AWS_SECRET_ACCESS_KEY } = served.first;
      const given = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, DB_PASSWORD: DATABASE };
      expect([answer.status, await answer.json()]).toEqual([200, given]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
    expect(served.enforcement.denied).toEqual([]);
  });

  it.each([
    ['GET', 'Bearer '],
    ['POST', ''],
  ])('that runs with them where a runner asks by %s with "%s"', async (method, scheme) => {
    const env = { PATH: process.env.PATH, SECRET_PROVIDER_URI: served.url, BITBUCKET_STEP_OIDC_TOKEN: served.good() };
    const command = ['sh', '-c', 'echo "$AWS_ACCESS_KEY_ID $DB_PASSWORD"'];
    const { stdout } = await promisify(execFile)(process.execPath, [RUNNER, method, scheme, ...command], { env });
    expect(stdout).toBe('$AWS_ACCESS_KEY_ID $DB_PASSWORD\n');
  });

  it('and the record has said so before (K6, K7)', async () => {
    const [started] = await served.recorded();
    expect(started).toMatchObject({
      event: 'run-started',
      function: 'endpoint',
      facts: { rules: ['shop-production'] },
    });
    expect(started?.functionVersion).toMatch(/\+[0-9a-f]{12}$/);
    await while_('PutLogEvents', { kind: 'error', code: 'ServiceUnavailableException', status: 503 }, () =>
      nothing(served.good(), 503),
    );
    await served.ask(served.good());
    expect((await served.recorded()).at(-1)).toMatchObject({
      event: 'secrets-given',
      outcome: 'ok',
      facts: { rules: ['shop-production'], sources: [{ secret: 'keyturn/web-shop' }, { secret: 'shop/db' }] },
    });
  });

  it('credentials of a role that trusts the one of the endpoint, for repositories that it names (K12)', async () => {
    const role = 'arn:aws:iam::111122223333:role/web-shop-deploy';
    const [rule] = RULES;
    await served.deploy([{ ...rule, keys: [], secrets: [], roles: [{ role }] }]);
    const trusting = (repository: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::111122223333:role/Keyturn-KeyRotationProvider' },
            Action: ['sts:AssumeRole', 'sts:TagSession'],
            Condition: { StringEquals: { 'aws:RequestTag/keyturn:repository': repository.slice(1, -1) } },
          },
        ],
      });
    const iam = new IAMClient(served.access);
    const RoleName = 'web-shop-deploy';
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trusting(REPOSITORY) }));
    const answer = await served.ask(served.good());
    expect([answer.status, Object.keys((await answer.json()) as object)]).toEqual([
      200,
      ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
    ]);
    expect(served.enforcement.denied).toEqual([]);
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trusting(OTHER) }));
    expect(await refusedSteps()).toBe(0);
    await nothing(served.good(), 403);
    // Which rings the alarm provider-refusing.
    expect(await refusedSteps()).toBe(1);
    await served.deploy();
  });

  it('a key, and people are told of one that has leaked and has no successor by then', async () => {
    const saidAgo = async (milliseconds: number) => {
      const at = new Date(served.now - milliseconds).toISOString();
      await served.tag('keyturn:compromised', `${served.first.AccessKeyId} ${at}`);
      const before = await refusedSteps();
      await nothing(served.good(), 403);
      expect(served.reason).toBe('leaked-key');
      return (await refusedSteps()) - before;
    };
    expect(await saidAgo(14 * 60_000)).toBe(0);
    expect(await saidAgo(16 * 60_000)).toBe(1);
    await served.tag('keyturn:compromised');
  });

  it('by the rules of the deployment that its function is of', async () => {
    const [rule] = RULES;
    await served.deploy([{ ...rule, repositoryUuid: OTHER, branches: ['m\u00fcll'] }]);
    expect((await served.ask(served.good())).status).toBe(403);
    expect((await served.ask(served.good({ repositoryUuid: OTHER, branchName: 'm\u00fcll' }))).status).toBe(200);
    await served.deploy();
    expect((await served.ask(served.good())).status).toBe(200);
    const { Parameters } = served.world.account.ssm.describeParameters({});
    expect(Parameters.filter(({ Name }) => Name.startsWith('/keyturn/provider/'))).toHaveLength(1);
  });
});

it('what comes over the throttle is refused, and counted for an alarm', async () => {
  const { account } = served.world;
  const throttled = () => account.cloudWatch.metrics.list().filter(({ name }) => name === 'RequestsThrottled');
  expect(throttled()).toEqual([]);
  served.api.throttles = true;
  const answers = await Promise.all(Array.from({ length: 25 }, () => served.ask('made-up')));
  served.api.throttles = false;
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
  // Which rings the alarm provider-throttled.
  expect(throttled()).toEqual([{ namespace: 'Keyturn', name: 'RequestsThrottled', dimensions: {} }]);
});

describe('a token is used for its step', () => {
  it('whichever instance of the function is asked', async () => {
    const token = served.good();
    expect((await served.ask(token)).status).toBe(200);
    await served.restart();
    expect((await served.ask(token)).status).toBe(200);
    await served.restart();
    served.now += 31_000;
    const reused = () => served.world.account.cloudWatch.metrics.list().filter(({ name }) => name === 'TokensReused');
    expect(reused()).toEqual([]);
    await nothing(token, 403);
    expect(served.reason).toBe('used');
    // Which rings the alarm token-reused.
    expect(reused()).toMatchObject([
      { namespace: 'Keyturn', dimensions: { service: 'keyturn', function: 'endpoint' } },
    ]);
  });

  it('and from where it was used first: within seconds from elsewhere is told too', async () => {
    const token = served.good();
    const { metrics } = served.world.account.cloudWatch;
    const metric = {
      namespace: 'Keyturn',
      name: 'TokensReused',
      dimensions: { service: 'keyturn', function: 'endpoint' },
    };
    const told = () => metrics.between(metric, 0, served.now + 60_000)?.sum ?? 0;
    const before = told();
    const from = (sourceIp: string) =>
      served.world.invoke(served.functionName, {
        ...{ version: '2.0', rawPath: '/', rawQueryString: '', headers: { authorization: token } },
        requestContext: { requestId: 'one', http: { method: 'GET', sourceIp } },
      });
    for (const address of ['192.0.2.1', '192.0.2.1']) await from(address);
    expect(told()).toBe(before);
    const { payload } = await from('198.51.100.7');
    expect(payload).toContain('"statusCode":200');
    // Which rings the alarm token-reused.
    expect(told()).toBe(before + 1);
  });

  it.each<[string, AwsFault]>([
    ['is throttled', { kind: 'error', code: 'ProvisionedThroughputExceededException', status: 400 }],
    ['is down', { kind: 'error', code: 'InternalServerError', status: 500 }],
    ['is gone', { kind: 'error', code: 'ResourceNotFoundException', status: 400 }],
    ['answers, and the answer is lost', { kind: 'drop-after' }],
  ])('and gets nothing while the table %s, within seconds', async (_name, fault) => {
    const begun = Date.now();
    const token = served.good();
    await while_('UpdateItem', fault, () => nothing(token, 503));
    expect(Date.now() - begun).toBeLessThan(3_000);
    served.now += 60_000;
    expect((await served.ask(token)).status).toBe(200);
  });

  it('and may be used later where nothing could be decided', async () => {
    const token = served.good();
    await while_('GetSecretValue', { kind: 'error', code: 'ThrottlingException', status: 400 }, () =>
      nothing(token, 503),
    );
    served.now += 60_000;
    expect((await served.ask(token)).status).toBe(200);
  });
});

describe('nothing is given', () => {
  it('by rules that somebody has written into the parameters', async () => {
    const { Parameters } = served.world.account.ssm.describeParameters({});
    const Name = Parameters.map((one) => one.Name).find((name) => name.startsWith('/keyturn/provider/')) ?? '';
    const { Value } = served.world.account.ssm.getParameter({ Name }).Parameter;
    const ssm = new SSMClient(served.access);
    const put = (text: string) => ssm.send(new PutParameterCommand({ Name, Value: text, Overwrite: true }));
    await put(Value.replace('"main"', '"evil"'));
    await served.restart();
    await nothing(served.good({ branchName: 'evil' }), 503);
    expect(served.lines.at(-1)).toContain('invalid-config');
    await put(Value);
    // The next trial.
    served.now += 2_000;
    expect((await served.ask(served.good())).status).toBe(200);
  });

  it('to whoever sends no token, and none of it opens anything or calls AWS (K12)', async () => {
    await served.restart();
    let calls = 0;
    served.fault = () => {
      calls += 1;
      return undefined;
    };
    for (const garbage of ['', 'x', 'a.b.c', `${'x'.repeat(9_000)}`]) await nothing(garbage, 401);
    served.fault = undefined;
    expect(calls).toBe(0);
    expect((await served.ask(served.good())).status).toBe(200);
  });

  it('while nothing can be recorded, and AWS is asked ever more seldom, whoever asks', async () => {
    await served.restart();
    let calls = 0;
    served.fault = ({ action }) => {
      if (action === 'GetParameters') calls += 1;
      return action === 'PutLogEvents' ? { kind: 'error', code: 'AccessDeniedException', status: 400 } : undefined;
    };
    for (let at = 0; at < 10; at++) await nothing(served.good(), 503);
    served.fault = undefined;
    expect(calls).toBe(1);
    served.now += 2_000;
    expect((await served.ask(served.good())).status).toBe(200);
  });

  it('to a request with two tokens, whichever is the good one, or with one in its query', async () => {
    for (const tokens of [
      [served.good(), 'x'],
      ['x', served.good()],
      ['', served.good()],
    ]) {
      // As API Gateway joins two headers of one name; test/provider/hostile-endpoint.test.ts sends two.
      const answer = await served.ask('', { headers: { authorization: tokens.join(',') } });
      expect([answer.status, served.reason]).toEqual([401, 'two-tokens']);
    }
    const headers = { authorization: served.good() };
    expect((await fetch(`${served.url}/?token=${served.good()}`, { headers })).status).toBe(404);
  });

  it('to whoever calls the function with an event of another form', async () => {
    const form = { headers: { authorization: served.good() }, requestContext: { http: { method: 'GET' } } };
    for (const event of [undefined, {}, { ...form, version: '1.0', path: '/' }, { ...form, rawPath: '/' }]) {
      const { payload } = await served.world.invoke(served.functionName, event);
      expect(JSON.parse(payload)).toMatchObject({ statusCode: 404, body: NOTHING });
    }
  });

  it('to more than the throttle lets in, and no function is asked', async () => {
    const { api } = served;
    api.throttles = true;
    const before = served.lines.length;
    const statuses: number[] = [];
    for (let at = 0; at < 25; at++) statuses.push((await fetch(`${served.url}/`)).status);
    api.throttles = false;
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect(served.lines.length - before).toBe(20);
  });
});

it('answers as many at a time as it reserves, and no more of the account runs for it', async () => {
  await served.deploy(RULES, { concurrency: 2 });
  served.fault = ({ action }) => (action === 'UpdateItem' ? { kind: 'delay', milliseconds: 400 } : undefined);
  const statuses = await Promise.all(
    Array.from({ length: 5 }, () => served.ask(served.good()).then((one) => one.status)),
  );
  served.fault = undefined;
  expect(statuses.sort()).toEqual([200, 200, 503, 503, 503]);
  expect((await served.ask(served.good())).status).toBe(200);
  await served.deploy();
});

describe('the access log', () => {
  const lines = () => {
    const { logs } = served.world.account;
    return logs
      .describeLogGroups({})
      .logGroups.filter(({ logGroupName }) => /AccessLog/.test(logGroupName))
      .flatMap(({ logGroupName }) => logs.filterLogEvents({ logGroupName }).events)
      .map(({ message }) => JSON.parse(message) as Record<string, string>);
  };

  it('has who asked when and what came of it, and nothing of the request', async () => {
    await fetch(`${served.url}/${served.good()}`, { headers: { 'user-agent': 'somebody', cookie: 'a=b' } });
    expect(lines().at(-1)).toEqual({
      requestId: expect.stringMatching(/^request-/),
      time: String(served.now),
      address: '127.0.0.1',
      route: '-',
      status: '404',
      milliseconds: expect.stringMatching(/^\d+$/),
    });
    await served.ask(served.good());
    expect(lines().at(-1)).toMatchObject({ route: 'GET /', status: '200' });
  });

  it('and the record name a request alike, so that two of one step can be told apart (K7)', async () => {
    const token = served.good();
    for (const [status, event] of [
      [200, 'secrets-given'],
      [200, 'secrets-given'],
      [403, 'secrets-refused'],
    ] as const) {
      expect((await served.ask(token)).status).toBe(status);
      const { requestId: request, address } = lines().at(-1) ?? {};
      const last = (await served.recorded()).toSorted((a, b) => a.time.localeCompare(b.time)).at(-1);
      expect(last).toMatchObject({ event, facts: { request, address } });
      served.now += status === 200 ? 16_000 : 0;
    }
  });
});
