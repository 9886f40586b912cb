import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENVIRONMENT, REPOSITORY } from '../provider/issuer';
import { PROVIDER_ROLE, RULES, ServedProvider } from '../provider/served';
import { ServedEndpoint } from '../provider/served-endpoint';
import { fuzzed, shareOf } from './fuzz-time';
import { anyJson, anyText, damaged, isPrototypeClean, mutated } from './hostile';
import { isMeant, near, shownTokens } from './shown-tokens';

const NOTHING = '{"error":"refused"}';

let served: ServedProvider;
beforeAll(async () => {
  served = await new ServedProvider().start();
});
afterAll(() => served.close());

/** undefined: what no header can hold, or is too much for one, is refused before anybody reads it. */
async function answerTo(
  authorization: string,
): Promise<{ readonly status: number; readonly text: string } | undefined> {
  served.lines.length = 0;
  const answer = await fetch(`${served.url}/`, { headers: { authorization } }).catch(() => undefined);
  return answer && { status: answer.status, text: await answer.text() };
}

/** Each answer is one of few, and only one of them tells anything. */
function expectKnown(status: number, text: string): void {
  expect([200, 401, 403]).toContain(status);
  if (status !== 200) expect(text).toBe(NOTHING);
}

/** Something was given and something was not: what was tried means something. */
const expectBoth = (statuses: ReadonlySet<number>) => expect(statuses).toEqual(new Set([200, 401, 403]));

describe('the process', () => {
  const { time, limit } = shareOf(0.3);
  it('gives nothing for a token that no rule means, whoever has signed it, and goes on', {
    timeout: limit,
  }, async () => {
    const statuses = new Set<number>();
    await fuzzed(
      shownTokens(served.issuer, () => served.now),
      async (shown) => {
        const answer = await answerTo(`Bearer ${shown.text}`);
        if (answer === undefined || answer.status === 431) return;
        expectKnown(answer.status, answer.text);
        expect(answer.status === 200 && !isMeant(shown, served.now)).toBe(false);
        statuses.add(answer.status);
      },
      time,
    );
    expectBoth(statuses);
    expect(isPrototypeClean()).toBe(true);
    expect((await served.ask(served.good())).status).toBe(200);
  });
});

describe('the function of the endpoint', () => {
  let endpoint: ServedEndpoint;
  beforeAll(async () => {
    endpoint = await new ServedEndpoint().start();
  });
  afterAll(() => endpoint.close());

  /** As API Gateway asks, payload format 2.0. */
  const eventOf = (authorization: string) => ({
    version: '2.0',
    routeKey: 'GET /',
    rawPath: '/',
    rawQueryString: '',
    headers: { authorization, host: 'x', 'content-type': 'text/plain' },
    requestContext: { requestId: 'JKJaXmPLvHcESHA=', http: { method: 'GET', path: '/', sourceIp: '203.0.113.7' } },
    isBase64Encoded: false,
  });
  const answerTo = async (event: unknown) => {
    const { payload, functionError } = await endpoint.world.invoke(endpoint.functionName, event);
    expect([functionError, payload]).toEqual([undefined, expect.any(String)]);
    const { statusCode, body, headers } = JSON.parse(payload);
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    if (statusCode !== 200) expect(body).toBe(NOTHING);
    return statusCode as number;
  };

  const tokens = shareOf(0.2);
  it('gives nothing for a token that no rule means', { timeout: tokens.limit }, async () => {
    const statuses = new Set<number>();
    await fuzzed(
      shownTokens(endpoint.issuer, () => endpoint.now),
      async (shown) => {
        const status = await answerTo(eventOf(`Bearer ${shown.text}`));
        expect([200, 401, 403]).toContain(status);
        expect(status === 200 && !isMeant(shown, endpoint.now)).toBe(false);
        statuses.add(status);
      },
      tokens.time,
    );
    expectBoth(statuses);
  });

  const events = shareOf(0.15);
  it('gives nothing for an event of another form, and has an answer to each', { timeout: events.limit }, async () => {
    const statuses = new Set<number>();
    await fuzzed(
      fc.constant(undefined).chain(() => {
        const event = eventOf(endpoint.good());
        const { authorization } = event.headers;
        // As API Gateway writes what stood in two headers of one name.
        const joined = fc
          .constantFrom([authorization, 'x'], ['x', authorization], [authorization, authorization], [authorization, ''])
          .map((both) => ({ ...event, headers: { authorization: both.join(',') } }));
        const events = fc.oneof({ weight: 8, arbitrary: mutated(event) }, joined, anyJson);
        return fc.tuple(fc.constant(authorization), events);
      }),
      async ([good, event]) => {
        const status = await answerTo(event);
        expect([200, 401, 404, 405]).toContain(status);
        statuses.add(status);
        if (status !== 200) return;
        const { method } = Object(event).requestContext.http;
        expect(['GET', 'POST']).toContain(method);
        expect(event).toMatchObject({ version: '2.0', rawPath: '/', rawQueryString: '' });
        expect(String(Object(event).headers.authorization).replace(/^Bearer /i, '')).toBe(good);
      },
      events.time,
    );
    for (const status of [200, 401, 404]) expect(statuses).toContain(status);
    expect((await endpoint.ask(endpoint.good())).status).toBe(200);
  });
});

describe("the issuer's list of keys", () => {
  afterAll(() => {
    served.issuer.answer = (_request, response) => served.issuer.list(response);
  });

  const { time, limit } = shareOf(0.2);
  it('opens what the keys in it have signed, whatever else is in it', { timeout: limit }, async () => {
    const { issuer } = served;
    const [own, strange] = [issuer.jwk('one', issuer.key), issuer.jwk('one', issuer.other)];
    const beside = fc.array(fc.oneof(anyJson, mutated(own), fc.constantFrom(own, { ...strange, kid: 'two' })), {
      maxLength: 3,
    });
    const lists = fc.oneof(
      mutated({ keys: [own] }).map((list) => JSON.stringify(list) ?? ''),
      fc
        .tuple(beside, fc.boolean(), beside)
        .map(([before, has, after]) => JSON.stringify({ keys: [...before, ...(has ? [own] : []), ...after] })),
      damaged(JSON.stringify({ keys: [own] })),
      anyText,
    );
    const statuses = new Set<number>();
    const signedBy = async (kid: string, key = issuer.key) => {
      const claims = issuer.claims(served.now);
      const text = issuer.token({ header: { alg: 'RS256', kid }, claims, sign: issuer.rs256(key) });
      return (await served.ask(text)).status;
    };
    const began = served.now;
    await fuzzed(
      lists,
      async (list) => {
        // What was read before is not believed while the issuer fails; each new process is a minute older when it is asked.
        served.rewind(began);
        await served.restart();
        served.lines.length = 0;
        issuer.answer = (_request, response) => response.end(list);
        const status = await signedBy('one');
        expect([200, 401, 503]).toContain(status);
        expect(status === 200 && listed(list, 'one', own) !== 1).toBe(false);
        statuses.add(status);
        const other = await signedBy('two', issuer.other);
        expect(other === 200 && listed(list, 'two', strange) !== 1).toBe(false);
        expect(await signedBy('one', issuer.other)).not.toBe(200);
      },
      time,
    );
    expect(statuses).toEqual(new Set([200, 401, 503]));
  });

  /** How many times a text lists a key under an ID; where it lists another one under that ID, no number. */
  function listed(text: string, kid: string, key: object): number {
    const { keys = [] } = Object(JSON.parse(text)) as { keys?: readonly unknown[] };
    const usable = keys
      .map((one) => Object(one) as Record<string, unknown>)
      .filter(({ kty, use = 'sig', alg = 'RS256' }) => kty === 'RSA' && use === 'sig' && alg === 'RS256')
      .filter((one) => one.kid === kid && typeof one.n === 'string' && typeof one.e === 'string');
    return usable.every(({ n }) => n === (key as { n?: string }).n) ? usable.length : Number.NaN;
  }
});

describe('the session of a role', () => {
  const role = 'arn:aws:iam::111122223333:role/web-shop-deploy';
  beforeAll(async () => {
    const bare = (uuid: string) => uuid.slice(1, -1);
    const Condition = {
      StringEquals: {
        'aws:RequestTag/keyturn:repository': bare(REPOSITORY),
        'aws:RequestTag/keyturn:environment': bare(ENVIRONMENT),
        'aws:RequestTag/keyturn:branch': 'main',
      },
    };
    const Action = ['sts:AssumeRole', 'sts:TagSession'];
    const Statement = [{ Effect: 'Allow', Principal: { AWS: PROVIDER_ROLE }, Action, Condition }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await new IAMClient(served.access).send(
      new CreateRoleCommand({ RoleName: 'web-shop-deploy', AssumeRolePolicyDocument }),
    );
    await served.serve([{ ...RULES[0], branches: undefined, keys: [], secrets: [], roles: [{ role }] }]);
  });

  const { time, limit } = shareOf(0.15);
  it('has the tags that the token says, letter by letter, so that its branch opens the role', {
    timeout: limit,
  }, async () => {
    const branches = fc.oneof(
      fc.constant('main'),
      near('main'),
      fc.constantFrom('x&Tags.member.1.Value=main', 'main&Tags.member.3.Key=keyturn:branch', 'keyturn:branch=main'),
    );
    const statuses = new Set<number>();
    const longest = (branch: string) => branch.length <= 255;
    await fuzzed(
      branches,
      async (branchName) => {
        served.lines.length = 0;
        const { status } = await served.ask(served.good({ branchName }));
        if (status === 431) return;
        const expected = branchName === 'main' ? 200 : longest(branchName) ? 403 : 401;
        expect(status, served.lines.at(-1)).toBe(expected);
        statuses.add(status);
        if (status !== 200) return;
        const taking = served.world.account.reads.findLast(({ eventName }) => eventName === 'AssumeRole');
        const tags = (taking?.requestParameters?.tags ?? []) as readonly { readonly key: string }[];
        expect(tags.map(({ key }) => key).sort()).toEqual(
          ['branch', 'environment', 'pipeline', 'repository', 'step'].map((name) => `keyturn:${name}`),
        );
      },
      time,
    );
    expectBoth(statuses);
  });
});
