import { afterEach, describe, expect, test } from 'vitest';
import { Sandbox, START } from './sandbox';

let sandbox = new Sandbox();
afterEach(() => sandbox.lambda.close());

async function deployed(source: string, ...rest: unknown[]): Promise<Sandbox> {
  sandbox = new Sandbox(...(rest as []));
  await sandbox.deploy(source);
  return sandbox;
}

describe('what a function sees', () => {
  test('its environment is Lambda’s and its configuration’s, and nothing of the host', async () => {
    process.env.ACME_HOST_SECRET = 'visible';
    sandbox = new Sandbox();
    await sandbox.deploy('export const handler = async () => process.env', { environment: { ACME_TOPIC_ARN: 'a' } });
    const env = await sandbox.invoke();
    delete process.env.ACME_HOST_SECRET;
    expect(env).toEqual({
      ACME_TOPIC_ARN: 'a',
      _HANDLER: 'index.handler',
      AWS_REGION: 'eu-central-1',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: 'test',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/test',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^2026\/03\/01\/\[\$LATEST\][0-9a-f]{32}$/),
      AWS_LAMBDA_LOG_FORMAT: 'Text',
      AWS_ACCESS_KEY_ID: 'ASIATEST',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      LAMBDA_TASK_ROOT: expect.stringContaining('local-function-'),
      LAMBDA_RUNTIME_DIR: '/var/runtime',
      LANG: 'en_US.UTF-8',
      PATH: expect.not.stringContaining('node_modules'),
      TZ: ':UTC',
    });
  });

  test('its dates are the simulated ones, and stay dates', async () => {
    await deployed(`
      const loadedAt = Date.now();
      export const handler = async () => ({
        loadedAt, now: Date.now(), fresh: new Date().toISOString(), text: typeof Date(),
        given: new Date(0).toISOString(), utc: Date.UTC(2026, 0, 1),
        isDate: new Date() instanceof Date, same: new Date(5).constructor === Date, tag: Object.prototype.toString.call(new Date()),
      });`);
    expect(await sandbox.invoke()).toMatchObject({ loadedAt: START, now: START });
    sandbox.clock.advanceBy(86_400_000);
    expect(await sandbox.invoke()).toEqual({
      loadedAt: START,
      now: START + 86_400_000,
      fresh: '2026-03-02T00:00:00.000Z',
      text: 'string',
      given: '1970-01-01T00:00:00.000Z',
      utc: Date.UTC(2026, 0, 1),
      isDate: true,
      same: true,
      tag: '[object Date]',
    });
  });

  test('its context tells who it is and how much time is left', async () => {
    await deployed(`
      import { setTimeout as sleep } from 'node:timers/promises';
      export const handler = async (event, context) => {
        const before = context.getRemainingTimeInMillis();
        await sleep(20_000);
        return { ...context, before, after: context.getRemainingTimeInMillis(), event };
      };`);
    expect(await sandbox.invoke({ hello: 'there' })).toEqual({
      functionName: 'test',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:test',
      memoryLimitInMB: '256',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      logGroupName: '/aws/lambda/test',
      logStreamName: expect.any(String),
      before: 60_000,
      after: 40_000,
      event: { hello: 'there' },
    });
  });
});

describe('sleeping', () => {
  test('moves the clock and takes no real time', async () => {
    await deployed(`
      import { setTimeout as sleep } from 'node:timers/promises';
      export const handler = async () => { const from = Date.now(); const v = await sleep(45_000, 'value'); return [Date.now() - from, v]; };`);
    const begin = performance.now();
    expect(await sandbox.invoke()).toEqual([45_000, 'value']);
    expect(sandbox.clock.now()).toBe(START + 45_000);
    expect(performance.now() - begin).toBeLessThan(5_000);
  });

  test('wakes sleepers in the order of their instants, at their instants', async () => {
    await deployed(`
      import timers from 'timers/promises';
      export const handler = async () => {
        const from = Date.now();
        const order = [];
        const nap = async (ms) => { await timers.setTimeout(ms); order.push([ms, Date.now() - from]); };
        await Promise.all([nap(3000), nap(1000), nap(2000).then(() => nap(500))]);
        return order;
      };`);
    expect(await sandbox.invoke()).toEqual([
      [1000, 1000],
      [2000, 2000],
      [500, 2500],
      [3000, 3000],
    ]);
  });

  test('ends early when its signal aborts', async () => {
    await deployed(`
      import { setTimeout as sleep } from 'node:timers/promises';
      export const handler = async () => {
        const from = Date.now();
        const stop = new AbortController();
        const long = sleep(50_000, undefined, { signal: stop.signal }).catch((error) => error.code);
        await sleep(1000);
        stop.abort();
        return [await long, Date.now() - from];
      };`);
    expect(await sandbox.invoke()).toEqual(['ABORT_ERR', 1000]);
  });

  test('a sleeper that nobody waits for any more does not move the clock between invocations', async () => {
    await deployed(`
      import { setTimeout as sleep } from 'node:timers/promises';
      export const handler = async () => { await Promise.race([sleep(30_000), sleep(10)]); return Date.now(); };`);
    expect(await sandbox.invoke()).toBe(START + 10);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sandbox.clock.now()).toBe(START + 10);
  });

  test('takes real time once the clock does', async () => {
    await deployed(`
      import { setTimeout as sleep } from 'node:timers/promises';
      export const handler = async () => { await Promise.all([sleep(120), sleep(40)]); };`);
    sandbox.clock.run();
    sandbox.lambda.followRealTime(true);
    await sandbox.invoke();
    const begin = performance.now();
    await sandbox.invoke();
    expect(performance.now() - begin).toBeGreaterThanOrEqual(115);
  });
});

describe('how an invocation can end', () => {
  test('an error comes back in Lambda’s form and is logged, and the environment stays warm', async () => {
    await deployed(`
      let count = 0;
      class Broken extends Error { name = 'Broken'; }
      export const handler = async () => { count += 1; throw new Broken('number ' + count); };`);
    await sandbox.invoke();
    const result = await sandbox.lambda.invoke('test', '{}');
    expect(result).toMatchObject({ functionError: 'Unhandled', coldStart: false });
    expect(JSON.parse(result.payload)).toEqual({
      errorType: 'Broken',
      errorMessage: 'number 2',
      trace: expect.arrayContaining([expect.stringContaining('number 2')]),
    });
    expect(sandbox.lines.at(-1)).toMatch(/^2026-03-01T00:00:00.000Z\t[0-9a-f-]{36}\tERROR\tInvoke Error\t? ?\{/);
  });

  test('past its timeout on the simulated clock it does nothing any more, and the next one starts cold', async () => {
    await deployed(`
      import { setTimeout as sleep } from 'node:timers/promises';
      let count = 0;
      export const handler = async (event) => { count += 1; await sleep(event.ms); console.log('woke up'); return count; };`);
    expect(await sandbox.invoke({ ms: 1 })).toBe(1);
    expect(await sandbox.invoke({ ms: 61_000 })).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: .* Error: Task timed out after 60.00 seconds$/),
    });
    expect(sandbox.clock.now()).toBe(START + 1 + 60_000);
    expect(sandbox.lines.filter((line) => line.includes('woke up'))).toHaveLength(1);
    expect(await sandbox.invoke({ ms: 1 })).toBe(1);
  });

  test('a thread that hangs is ended by the watchdog, as a timeout', async () => {
    await deployed('export const handler = async () => { for (;;); };', { watchdog: 300 });
    expect(await sandbox.invoke()).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(sandbox.clock.now()).toBe(START + 60_000);
  });

  test('it can be killed in the middle', async () => {
    await deployed(`
      let count = 0;
      export const handler = async (event) => { count += 1; console.log('begun'); if (event.hang) await new Promise(() => {}); return count; };`);
    const running = sandbox.invoke({ hang: true });
    while (!sandbox.lines.some((line) => line.endsWith('begun')))
      await new Promise((resolve) => setTimeout(resolve, 5));
    await sandbox.lambda.kill('test');
    expect(await running).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('Runtime exited with error: signal: killed'),
    });
    expect(await sandbox.invoke({})).toBe(1);
  });

  test.each([
    ['process.exit(3)', 'Runtime.ExitError', 'exit status 3'],
    ["setTimeout(() => { throw new TypeError('late') }, 1); await new Promise(() => {})", 'TypeError', 'late'],
    [
      "Promise.reject(new Error('lost')); await new Promise(() => {})",
      'Runtime.UnhandledPromiseRejection',
      'Error: lost',
    ],
    ['const all = []; for (;;) all.push(new Array(1e6).fill(1.5))', 'Runtime.ExitError', 'signal: killed'],
  ])('%s ends its environment', async (code, errorType, message) => {
    await deployed(`export const handler = async () => { ${code} };`);
    expect(await sandbox.invoke()).toMatchObject({ errorType, errorMessage: expect.stringContaining(message) });
    expect((await sandbox.lambda.invoke('test', '{}')).coldStart).toBe(true);
  });

  test.each([
    ['other.handler', 'Runtime.ImportModuleError'],
    ['index.nothing', 'Runtime.HandlerNotFound'],
    ['index', 'Runtime.MalformedHandlerName'],
    ['index.callback', 'Runtime.CallbackHandlerDeprecated'],
  ])('the handler %s is refused with %s', async (handler, errorType) => {
    sandbox = new Sandbox();
    await sandbox.deploy('export const callback = (event, context, done) => done(null, 1);', { handler });
    expect(await sandbox.invoke()).toMatchObject({ errorType });
  });

  test('a busy environment makes a second one start, and both stay warm', async () => {
    await deployed(`
      import { setTimeout as sleep } from 'node:timers/promises';
      export const handler = async () => { await sleep(1000); };`);
    const both = await Promise.all([sandbox.lambda.invoke('test', '{}'), sandbox.lambda.invoke('test', '{}')]);
    expect(both.map(({ coldStart }) => coldStart)).toEqual([true, true]);
    const again = await Promise.all([sandbox.lambda.invoke('test', '{}'), sandbox.lambda.invoke('test', '{}')]);
    expect(again.map(({ coldStart }) => coldStart)).toEqual([false, false]);
  });
});

describe('chance and timers', () => {
  test('are drawn from the world’s seed, and go by the clock where they are told to', async () => {
    const source = `
      export const handler = async () => {
        const begin = Date.now();
        const called = setTimeout(() => { throw new Error('was called off'); }, 3_600_000);
        await new Promise((resolve) => setTimeout(resolve, 20_000.5));
        clearTimeout(called);
        return { chance: Math.random(), waited: Date.now() - begin };
      };`;
    const begin = performance.now();
    const first = await (await deployed(source, { timersOnClock: true })).invoke();
    await sandbox.lambda.close();
    const again = await (await deployed(source, { timersOnClock: true })).invoke();
    expect(first).toEqual({ chance: expect.any(Number), waited: 20_000 });
    expect(again).toEqual(first);
    expect(performance.now() - begin).toBeLessThan(15_000);
  });
});

describe('what a function writes', () => {
  const source = `
    import { Console } from 'node:console';
    export const handler = async () => {
      console.log('one %s', 'line'); console.warn({ a: 1 });
      process.stdout.write('raw '); process.stdout.write('text\\nnext\\n');
      new Console({ stdout: process.stdout, stderr: process.stderr }).info('{"json":true}');
    };`;

  test('is captured line by line, in order, before the result', async () => {
    await deployed(source);
    await sandbox.invoke();
    expect(sandbox.lines).toEqual([
      expect.stringMatching(/^2026-03-01T00:00:00.000Z\t[0-9a-f-]{36}\tINFO\tone line$/),
      expect.stringMatching(/\tWARN\t\{ a: 1 \}$/),
      'raw text',
      'next',
      '{"json":true}',
    ]);
  });

  test('is JSON where the configuration says so', async () => {
    sandbox = new Sandbox();
    await sandbox.deploy(source, { logFormat: 'JSON' });
    await sandbox.invoke();
    expect(JSON.parse(sandbox.lines[1] ?? '')).toEqual({
      timestamp: '2026-03-01T00:00:00.000Z',
      level: 'WARN',
      requestId: expect.any(String),
      message: { a: 1 },
    });
  });
});

test('a warm invocation costs less than a millisecond', async () => {
  await deployed('export const handler = async (event) => event;');
  for (let index = 0; index < 200; index++) await sandbox.invoke();
  const begin = performance.now();
  for (let index = 0; index < 1000; index++) await sandbox.invoke();
  const each = performance.now() - begin;
  // A shared machine may be busy: ten times the usual is still a sign that nothing is started anew.
  expect(each / 1000).toBeLessThan(2);
});
