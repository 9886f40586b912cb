import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretStateOf } from '../../cli/rehearsal/witness/secret-state-of';
import type { AuditEvent } from '../../functions/core/audit';
import { readAuditLine } from '../../functions/core/audit';
import { datedTag } from '../../functions/core/key/dated-tag';
import { pauseOf } from '../../functions/core/key/pause';
import { currentKey } from '../../functions/core/key/secret-state';
import { AUDIT_LOG_GROUP, type Level, OUTPUT_OF_URL, TAG } from '../../functions/core/names';
import type { OperateAnswer } from '../../functions/core/request/answer';
import { Enforcement } from '../permissions/enforcement';
import { DeployedWorld, synthesized } from '../support/deployed-world';

const DAY = 86_400_000;
const KEY = 'shop';
const policy = (name: string): unknown => JSON.parse(readFileSync(`docs/examples/${name}-policy.json`, 'utf8'));

/** Who asks, and with which of the example policies. */
const PEOPLE = {
  alice: ['operator'],
  bob: ['operator'],
  carol: ['administrator'],
  mallory: [],
} as const satisfies Readonly<Record<string, readonly ('operator' | 'administrator')[]>>;
type Person = keyof typeof PEOPLE;

const CONFIG = {
  operators: true,
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  notify: ['security@example.com'],
  keys: [KEY, 'other', 'third'].map((id) => ({
    id,
    user: `ci-${id}`,
    deliverTo: [{ connection: 'acme', repository: `acme/${id}`, environment: 'Production' }],
    ...(id === 'third' ? { policy: { rotateAfter: 30, deactivateAfter: 35, deleteAfter: 42 } } : {}),
  })),
};

let deployed: DeployedWorld;
const enforcement = new Enforcement();

beforeAll(async () => {
  deployed = await DeployedWorld.open(synthesized(CONFIG), {
    onDeploy: (deployment, world) => enforcement.enforce(deployment, world),
    world: { accountServer: { authorize: enforcement.authorize } },
  });
  const { iam } = deployed.world.account;
  for (const [person, levels] of Object.entries(PEOPLE)) {
    iam.roles.create({ RoleName: person, AssumeRolePolicyDocument: '{}' });
    for (const level of levels) enforcement.allow(iam.roles.get(person).arn, withSecondFactor(policy(level)));
  }
  await deployed.until(0, 12);
}, 60_000);
afterAll(() => deployed.close());

/** The local account knows no second factors: that they are asked for is what people.test.ts tries. */
function withSecondFactor(document: unknown): unknown {
  return JSON.parse(
    JSON.stringify(document, (name, value) =>
      name === 'NumericLessThan' || (name === 'Bool' && 'aws:MultiFactorAuthPresent' in value) ? undefined : value,
    ),
  );
}

interface Sent {
  readonly by?: Person;
  readonly at?: Level;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** After it was signed. */
  readonly body?: string;
}

interface Signed {
  readonly url: string;
  readonly init: RequestInit;
}

function sessionOf(person: Person) {
  const { account } = deployed.world;
  const {
    accessKeyId,
    secretAccessKey,
    sessionToken = '',
  } = account.roleSession(account.iam.roles.get(person).arn, person);
  return { accessKeyId, secretAccessKey, sessionToken };
}

async function signed(
  document: unknown,
  { by = 'alice', at = 'operator', method = 'POST', ...sent }: Sent = {},
): Promise<Signed> {
  const { account, clock } = deployed.world;
  const url = deployed.deployment.outputs[OUTPUT_OF_URL[at]] ?? '';
  const { hostname, port, pathname: path, protocol, host } = new URL(url);
  const signer = await new LambdaClient({ region: account.region, credentials: sessionOf(by) }).config.signer();
  const body = typeof document === 'string' ? document : JSON.stringify(document);
  const { headers } = await signer.sign(
    {
      ...{ protocol, hostname, port: Number(port), method, path, query: {} },
      ...(method === 'GET' ? {} : { body }),
      headers: { host, 'content-type': 'application/json', ...sent.headers },
    },
    { signingDate: new Date(clock.now()) },
  );
  const { host: _host, ...others } = headers;
  return { url, init: { method, headers: others, ...(method === 'GET' ? {} : { body: sent.body ?? body }) } };
}

async function send({ url, init }: Signed) {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, answer: JSON.parse(text) as OperateAnswer };
}

const ask = async (document: unknown, sent?: Sent) => send(await signed(document, sent));

function request(more: Readonly<Record<string, unknown>> = {}) {
  const until = new Date(deployed.world.clock.now() + 30 * DAY).toISOString();
  const { do: does = 'pause' } = more;
  const base = { schema: 'keyturn.request/v1', id: randomUUID(), do: does, keys: [KEY], why: 'release freeze' };
  return does === 'pause' ? { ...base, until, ...more } : { ...base, ...more };
}

/** Shown, and then done. */
async function doIt(document: ReturnType<typeof request>, sent?: Sent) {
  const { answer } = await ask(document, sent);
  const planned = { ...document, plan: answer.plan?.digest };
  return { planned, ...(await ask(planned, sent)) };
}

function tagOf(key = KEY): string | undefined {
  const { Tags = [] } = deployed.world.account.secretsManager.describeSecret({ SecretId: `keyturn/${key}` });
  return Tags.find(({ Key }) => Key === TAG.paused)?.Value;
}

function recorded(): readonly AuditEvent[] {
  const { events } = deployed.world.account.logs.filterLogEvents({ logGroupName: AUDIT_LOG_GROUP });
  return events.flatMap(({ message }) => {
    const read = readAuditLine(message);
    return 'event' in read ? [read.event] : [];
  });
}

function taggings(): number {
  return deployed.world.account.trail.filter(
    ({ eventName, userIdentity }) =>
      (eventName === 'TagResource' || eventName === 'UntagResource') &&
      /Operator|Administrator/.test(JSON.stringify(userIdentity)),
  ).length;
}

async function clear(): Promise<void> {
  if (tagOf() !== undefined) await doIt(request({ do: 'resume' }));
  expect(tagOf()).toBeUndefined();
}

describe('whom the policy lets in', () => {
  it('is shown what will happen, and nothing is changed (K14)', async () => {
    const { status, answer } = await ask(request());
    expect([status, answer]).toMatchObject([
      200,
      {
        schema: 'keyturn.answer/v1',
        outcome: 'planned',
        level: 'operator',
        by: 'arn:aws:sts::111122223333:assumed-role/alice/alice',
        plan: {
          digest: expect.stringMatching(/^[0-9a-f]{64}$/),
          words: [expect.stringContaining('is held back until'), expect.stringContaining('AKIA')],
        },
      },
    ]);
    expect(tagOf()).toBeUndefined();
  });

  it('pauses a key and lets it go on; who, what and why is in the record before it is done (K7)', async () => {
    const from = recorded().length;
    const { status, answer, planned } = await doIt(request());
    expect([status, answer.outcome]).toEqual([200, 'done']);
    const secret = secretStateOf(deployed.world.account.secretsManager.describeSecret({ SecretId: `keyturn/${KEY}` }));
    expect(pauseOf(secret, new Date(deployed.world.clock.now()))).toMatchObject({
      by: 'alice/alice',
      why: 'release freeze',
      long: false,
    });
    const events = recorded().slice(from);
    const told = events.filter(({ run }) => run === answer.run).map(({ event }) => event);
    expect(told).toEqual(['run-started', 'requested', 'pause-written', 'run-finished']);
    expect(events.find(({ event }) => event === 'requested')).toMatchObject({
      function: 'operator',
      key: KEY,
      user: 'ci-shop',
      facts: {
        request: planned.id,
        by: 'arn:aws:sts::111122223333:assumed-role/alice/alice',
        byId: expect.stringMatching(/^AROA\w+:alice$/),
        why: 'release freeze',
        plan: planned.plan,
      },
      seal: expect.anything(),
    });
    const { answer: resumed } = await doIt(request({ do: 'resume', why: 'released' }), { by: 'bob' });
    expect(resumed).toMatchObject({ outcome: 'done', plan: { changes: [{ key: KEY, do: 'resume' }] } });
    expect(tagOf()).toBeUndefined();
  });

  it('pauses for longer than 90 days as an administrator only', async () => {
    const until = new Date(deployed.world.clock.now() + 91 * DAY).toISOString();
    const { status, answer } = await ask(request({ until }));
    expect([status, answer.refused?.reason]).toEqual([403, 'beyond-level']);
    const { answer: done } = await doIt(request({ until }), { by: 'carol', at: 'administrator' });
    expect(done.outcome).toBe('done');
    await clear();
  });

  it('does nothing else than write that one tag: the roles may not (K12)', async () => {
    expect(enforcement.denied.filter((one) => /^(operator|administrator):/.test(one))).toEqual([]);
  });
});

describe('nobody', () => {
  it('poses as somebody else with an event of his own: the direct way is closed to those who may ask', async () => {
    const { account, accountUrl: endpoint, clock } = deployed.world;
    const event = {
      version: '2.0',
      requestContext: {
        authorizer: {
          iam: {
            userArn: 'arn:aws:sts::111122223333:assumed-role/carol/carol',
            userId: 'AROAX:carol',
            accountId: '111122223333',
          },
        },
        http: { method: 'POST', path: '/' },
      },
      isBase64Encoded: false,
      body: JSON.stringify(request()),
    };
    for (const [by, name] of [
      ['alice', 'operator'],
      ['alice', 'administrator'],
      ['carol', 'administrator'],
      ['alice', 'rotate'],
      ['mallory', 'operator'],
    ] as const) {
      const client = new LambdaClient({
        endpoint,
        region: account.region,
        credentials: sessionOf(by),
        systemClockOffset: clock.now() - Date.now(),
      });
      const FunctionName = deployed.deployment.functions.find(({ logicalId }) =>
        logicalId.toLowerCase().includes(`rotation${name}function`),
      )?.functionName;
      const asked = client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
      await expect(asked, `${by} ${name}`).rejects.toMatchObject({ name: 'AccessDeniedException' });
    }
  });

  it('starts a front with an event in which AWS names nobody: it is refused, and people are told', async () => {
    const from = recorded().length;
    const forged = {
      version: '2.0',
      headers: { 'x-amzn-iam-user': 'alice' },
      requestContext: { http: { method: 'POST', path: '/' } },
      isBase64Encoded: false,
      body: JSON.stringify(request()),
    };
    const name =
      deployed.deployment.functions.find(({ logicalId }) => /RotationOperatorFunction/.test(logicalId))?.functionName ??
      '';
    const { functionError } = await deployed.world.invoke(name, forged);
    expect(functionError).toBe('Unhandled');
    const told = recorded().slice(from);
    expect(told.map(({ event, reason }) => `${event} ${reason}`)).toContain('finding request-refused');
    expect(told.map(({ event }) => event)).toContain('people-told');
    expect(tagOf()).toBeUndefined();
  });

  it('asks without a signature, with another secret, or after the request was changed', async () => {
    const { url, init } = await signed(request());
    const { authorization: _signature, ...unsigned } = init.headers as Record<string, string>;
    expect((await fetch(url, { ...init, headers: unsigned })).status).toBe(403);
    const changed = JSON.stringify(request({ keys: ['other'] }));
    expect((await ask(request(), { body: changed })).status).toBe(403);
    const wrong = {
      ...(init.headers as Record<string, string>),
      authorization: String((init.headers as Record<string, string>).authorization).replace(/.$/, (last) =>
        last === '0' ? '1' : '0',
      ),
    };
    expect((await fetch(url, { ...init, headers: wrong })).status).toBe(403);
  });

  it('accepts an exception as an operator, or one for longer than 366 days; and no tag says that there is one', async () => {
    const until = (days: number) => new Date(deployed.world.clock.now() + days * DAY).toISOString();
    const exempt = (days: number) => request({ do: 'exempt', until: until(days), approver: 'the CISO' });
    for (const document of [exempt(30), request({ do: 'end-exemption' })]) {
      const { status, answer } = await ask(document);
      expect([status, answer.refused?.reason]).toEqual([403, 'beyond-level']);
    }
    const carol = { by: 'carol', at: 'administrator' } as const;
    expect((await ask(exempt(367), carol)).answer.refused?.reason).toBe('invalid-request');
    const [before, from] = [taggings(), recorded().length];
    const { planned, answer } = await doIt(exempt(30), carol);
    expect([answer.outcome, taggings()]).toEqual(['done', before]);
    // Sent again, it is known; ended meanwhile, it does not come back.
    expect((await ask(planned, carol)).answer).toMatchObject({ outcome: 'done', repeated: true });
    expect((await doIt(request({ do: 'end-exemption' }), carol)).answer.outcome).toBe('done');
    expect((await ask(planned, carol)).answer).toMatchObject({ outcome: 'done', repeated: true });
    const told = recorded()
      .slice(from)
      .filter(({ event }) => event.startsWith('exception-'));
    expect(told.map(({ event, function: by, facts }) => [event, by, facts?.by])).toEqual(
      ['exception-accepted', 'exception-ended'].map((event) => [
        event,
        'administrator',
        'arn:aws:sts::111122223333:assumed-role/carol/carol',
      ]),
    );
  });

  it('asks at the URL of administrators as an operator, or at any without a policy', async () => {
    expect((await ask(request(), { by: 'alice', at: 'administrator' })).status).toBe(403);
    expect((await ask(request(), { by: 'carol', at: 'operator' })).status).toBe(403);
    expect((await ask(request(), { by: 'mallory' })).status).toBe(403);
  });

  it('is taken for whom headers or the body name', async () => {
    const headers = { 'x-amzn-iam-userarn': 'arn:aws:iam::111122223333:user/carol', 'x-forwarded-user': 'carol' };
    const { answer } = await ask(request(), { headers });
    expect(answer.by).toBe('arn:aws:sts::111122223333:assumed-role/alice/alice');
    for (const more of [{ by: 'carol' }, { level: 'administrator' }, { requestContext: {} }]) {
      expect((await ask({ ...request(), ...more })).answer.refused?.reason, JSON.stringify(more)).toBe(
        'invalid-request',
      );
    }
  });

  it('has a request done twice by sending it again: the signature is still good, the request is known', async () => {
    const document = request();
    const { answer } = await ask(document);
    const once = await signed({ ...document, plan: answer.plan?.digest });
    const before = taggings();
    expect((await send(once)).answer).toMatchObject({ outcome: 'done' });
    expect((await send(once)).answer).toMatchObject({ outcome: 'done', repeated: true });
    expect(taggings()).toBe(before + 1);
    // Not even when somebody has undone it meanwhile.
    await clear();
    expect((await send(once)).answer).toMatchObject({ outcome: 'done', repeated: true });
    expect(tagOf()).toBeUndefined();
    expect(taggings()).toBe(before + 2);
  });

  it('takes the ID of another one’s request, or for another plan', async () => {
    const { planned } = await doIt(request());
    await clear();
    const bobs = await ask({ ...planned, why: 'mine' }, { by: 'bob' });
    const { answer: shown } = await ask({ ...planned, plan: undefined, why: 'other' });
    const again = await ask({ ...planned, plan: shown.plan?.digest, why: 'other' });
    expect([bobs.answer.refused?.reason, again.answer.refused?.reason]).toEqual(['id-taken', 'id-taken']);
    expect(tagOf()).toBeUndefined();
  });

  it('has a plan done that somebody else was shown, or that is not the one any more', async () => {
    const document = request();
    const { answer } = await ask(document);
    const plan = answer.plan?.digest;
    expect((await ask({ ...document, plan }, { by: 'bob' })).answer.refused?.reason).toBe('plan-changed');
    expect((await ask({ ...document, plan, why: 'another reason' })).answer.refused?.reason).toBe('plan-changed');
    expect((await ask({ ...document, plan, keys: ['other'] })).answer.refused?.reason).toBe('plan-changed');
    await doIt(request({ why: 'sooner' }), { by: 'bob' });
    expect((await ask({ ...document, plan })).answer.refused?.reason).toBe('plan-changed');
    expect(tagOf()).toContain('sooner');
    await clear();
  });

  it('comes in between two who ask at once: one at most is done, and the record has both', async () => {
    const [alices, bobs] = [request({ why: 'a' }), request({ why: 'b' })];
    const plans = [(await ask(alices)).answer.plan?.digest, (await ask(bobs, { by: 'bob' })).answer.plan?.digest];
    const [before, from] = [taggings(), recorded().length];
    const both = await Promise.all([
      signed({ ...alices, plan: plans[0] }).then(send),
      signed({ ...bobs, plan: plans[1] }, { by: 'bob' }).then(send),
    ]);
    const outcomes = both.map(({ answer }) => answer.refused?.reason ?? answer.outcome);
    const done = outcomes.filter((outcome) => outcome === 'done').length;
    expect(done).toBeLessThanOrEqual(1);
    expect(outcomes.every((outcome) => ['done', 'in-progress', 'plan-changed'].includes(outcome))).toBe(true);
    expect(taggings()).toBe(before + done);
    const asked = recorded()
      .slice(from)
      .flatMap(({ event, facts }) => (event === 'requested' ? [facts?.request] : []));
    expect(asked).toEqual(expect.arrayContaining([alices.id, bobs.id]));
    await clear();
  });

  it('has the same request done twice by sending it twice at once', async () => {
    const document = request();
    const { answer } = await ask(document);
    const planned = { ...document, plan: answer.plan?.digest };
    const once = await signed(planned);
    const before = taggings();
    await Promise.all([send(once), send(once)]);
    expect(taggings()).toBeLessThanOrEqual(before + 1);
    await ask(planned);
    expect((await ask(planned)).answer).toMatchObject({ outcome: 'done', repeated: true });
    expect(taggings()).toBe(before + 1);
    await clear();
  });

  it.each([
    ['a reason that turns its direction', { why: 'freeze \u202Eyadot' }],
    ['a reason of two lines', { why: 'freeze\nby carol' }],
    ['a reason that is not seen', { why: 'free\u200Bze' }],
    ['no reason', { why: ' ' }],
    ['a reason of 201 characters', { why: 'x'.repeat(201) }],
    ['an end without a zone', { until: '2027-03-01T12:00:00' }],
    ['an end that has passed', { until: '2026-01-01T00:00:00Z' }],
    ['two keys', { keys: [KEY, 'other'] }],
    ['a key with a path', { keys: ['connections/acme'] }],
    ['something that there is not', { do: 'delete' }],
  ])('gets %s through', async (_what, more) => {
    const { status, answer } = await ask(request(more));
    expect([status, answer.refused?.reason]).toEqual([400, 'invalid-request']);
    expect(tagOf()).toBeUndefined();
  });

  it('gets a key paused that is not managed', async () => {
    const { status, answer } = await ask(request({ keys: ['nobody'] }));
    expect([status, answer.refused]).toEqual([
      404,
      { reason: 'unknown-key', message: 'There is no managed key "nobody".' },
    ]);
  });

  it.each([
    ['a body of a megabyte', JSON.stringify({ ...{ schema: 'keyturn.request/v1' }, why: 'x'.repeat(1_000_000) })],
    ['no JSON', '{"schema":'],
    ['nothing', ''],
  ])('is answered with an error of the machine to %s', async (_what, body) => {
    const { status, answer } = await ask(body);
    expect([status, answer.refused?.reason]).toEqual([400, 'invalid-request']);
  });

  it('is answered with a GET', async () => {
    expect((await ask('', { method: 'GET' })).status).toBe(400);
  });
});

describe('nobody, by rotate, deliver and verify,', () => {
  const OTHER = 'other';
  const keysOfOther = () => deployed.keys('ci-other').map(({ id }) => id);
  const rotation = (more: Readonly<Record<string, unknown>> = {}) =>
    request({ do: 'rotate', keys: [OTHER], why: 'a developer left', ...more });
  /** Until everything that was started has ended. */
  const settle = (minutes = 5) => deployed.world.runUntil(new Date(deployed.world.clock.now() + minutes * 60_000));
  const since = async (deed: () => Promise<unknown>) => {
    const [from, keys] = [deployed.audits.length, keysOfOther()];
    await deed();
    await settle();
    const made = keysOfOther().filter((id) => !keys.includes(id));
    return { made: made.length, history: deployed.history(from) };
  };
  const LOOKED = expect.arrayContaining(['rotate run-started', 'rotate run-finished']);
  /** Of what a run for this key would write when it did something. */
  const DEEDS =
    /(rotate|sync) (intent-written|key-created|key-stored|target-delivered|version-delivered|labels-cleaned)/;

  it('has anything done by an event of his own that looks like that of a front: no tag, no deed (K14)', async () => {
    // Whoever may invoke the functions themselves.
    const by = { by: 'arn:aws:sts::111122223333:assumed-role/carol/carol', why: 'release freeze' };
    const rotated = await since(() => deployed.run('rotate', { look: [OTHER], ...by }));
    expect(rotated).toEqual({ made: 0, history: LOOKED });
    const { history } = await since(() => deployed.run('sync', { look: [OTHER], ...by }));
    const compared = await since(() => deployed.run('sync', { look: [OTHER], only: 'check', ...by }));
    for (const deed of [...rotated.history, ...history, ...compared.history]) expect(deed).not.toMatch(DEEDS);
    for (const event of [{ look: [OTHER], only: 'repair' }, { look: [OTHER], rotate: true }, { look: ['*'] }]) {
      const refused = await since(() => deployed.run('sync', event));
      expect(refused.history, JSON.stringify(event)).toContain('sync finding request-refused');
    }
  });

  it('makes a second key by the same request again, by another’s, or by a plan that is not the one any more', async () => {
    const adopted = deployed.keys('ci-other')[0]?.id ?? '';
    deployed.world.account.invoke(deployed.admin, 'iam', 'DeleteAccessKey', {
      UserName: 'ci-other',
      AccessKeyId: adopted,
    });
    await deployed.until(0, 16);
    const document = rotation();
    const { answer: shown } = await ask(document);
    const { answer: bobsPlan } = await ask(rotation(), { by: 'bob' });
    const once = await signed({ ...document, plan: shown.plan?.digest });
    const first = await since(async () => {
      expect((await send(once)).answer).toMatchObject({
        outcome: 'done',
        started: [{ function: 'rotate', isStarted: true }],
      });
      // While it is being done.
      expect((await send(once)).answer).toMatchObject({ outcome: 'done', repeated: true });
      const bobs = await ask({ ...document, plan: shown.plan?.digest }, { by: 'bob' });
      expect(bobs.answer.refused?.reason).toBe('id-taken');
      const late = await ask({ ...rotation(), plan: bobsPlan.plan?.digest }, { by: 'bob' });
      expect(late.answer.refused?.reason).toBe('nothing-to-do');
    });
    expect(first.made).toBe(1);
    const again = await since(async () => {
      expect((await send(once)).answer).toMatchObject({ outcome: 'done', repeated: true });
      const late = await ask({ ...rotation(), plan: bobsPlan.plan?.digest }, { by: 'bob' });
      expect(late.answer.refused?.reason).toBe('plan-changed');
      await deployed.run('rotate', { look: [OTHER] });
    });
    expect(again.made).toBe(0);
  });

  it('has more than one delivery, or one that somebody else was shown', async () => {
    const delivery = rotation({ do: 'deliver' });
    const { answer } = await ask(delivery);
    const planned = { ...delivery, plan: answer.plan?.digest };
    expect((await ask(planned, { by: 'bob' })).answer.refused?.reason).toBe('plan-changed');
    // What was shown as a look is none of a delivery, and none of a rotation.
    for (const verb of ['verify', 'rotate']) {
      expect((await ask({ ...planned, do: verb })).answer.refused?.reason, verb).toBe('plan-changed');
    }
    const { history } = await since(async () => {
      await Promise.all([signed(planned).then(send), signed(planned).then(send)]);
      await ask(planned);
    });
    expect(history.filter((each) => each === 'sync version-delivered')).toHaveLength(1);
  });

  it('changes anything by a comparison', async () => {
    const taggingsBefore = taggings();
    const { history } = await since(() => doIt(rotation({ do: 'verify' })));
    expect(history).toContain('sync check-recorded');
    for (const deed of history) expect(deed).not.toMatch(DEEDS);
    expect(taggings()).toBe(taggingsBefore);
  });

  it('gets two rotations by asking twice at once: one at most is done', async () => {
    await deployed.until(1, 4);
    const [alices, bobs] = [rotation({ why: 'a' }), rotation({ why: 'b' })];
    const plans = [(await ask(alices)).answer.plan?.digest, (await ask(bobs, { by: 'bob' })).answer.plan?.digest];
    const before = taggings();
    const { made } = await since(async () => {
      const both = await Promise.all([
        signed({ ...alices, plan: plans[0] }).then(send),
        signed({ ...bobs, plan: plans[1] }, { by: 'bob' }).then(send),
      ]);
      const done = both.filter(({ answer }) => answer.outcome === 'done').length;
      expect(done).toBeLessThanOrEqual(1);
      expect(taggings()).toBe(before + done);
    });
    expect(made).toBeLessThanOrEqual(1);
  });

  it('has all keys rotated as an operator, whatever is called so', async () => {
    const { status, answer } = await ask(rotation({ all: true }));
    expect([status, answer.refused?.reason]).toEqual([403, 'beyond-level']);
    expect((await ask(rotation({ all: false }))).answer.refused?.reason).toBe('invalid-request');
    expect((await ask(rotation({ do: 'deliver', all: true }))).answer.refused?.reason).toBe('invalid-request');
    const carols = await ask(rotation({ all: true }), { by: 'carol', at: 'administrator' });
    expect(carols.answer.outcome).toBe('planned');
  });

  it('acts at the front of another level, or without a policy', async () => {
    for (const verb of ['rotate', 'deliver', 'verify']) {
      expect((await ask(rotation({ do: verb }), { by: 'mallory' })).status, verb).toBe(403);
      expect((await ask(rotation({ do: verb }), { by: 'alice', at: 'administrator' })).status, verb).toBe(403);
    }
  });
});

describe('a rollback, with all policies in force', () => {
  const ROLLBACK = { do: 'rollback', keys: ['third'], why: 'the new key lacks a policy' };
  const carol = { by: 'carol', at: 'administrator' } as const;
  const secretOf = () => {
    const described = deployed.world.account.secretsManager.describeSecret({ SecretId: 'keyturn/third' });
    return secretStateOf(described);
  };
  const current = () => currentKey(secretOf())?.accessKeyId;
  const withdrawn = () => secretOf().tags[TAG.withdrawn];
  const found = (from: number) =>
    recorded()
      .slice(from)
      .flatMap(({ event, reason, key }) => (event === 'finding' && key === 'third' ? [reason] : []));
  const day = () => Math.floor(deployed.day) + 1;
  let before: string | undefined;

  it('is asked for by no operator, at either URL, and where there is nothing to go back to by nobody', async () => {
    const { status, answer } = await ask(request(ROLLBACK));
    expect([status, answer.refused?.reason]).toEqual([403, 'beyond-level']);
    expect((await ask(request(ROLLBACK), { at: 'administrator' })).status).toBe(403);
    expect((await ask(request(ROLLBACK), { ...carol, by: 'mallory' })).status).toBe(403);
    expect((await ask(request(ROLLBACK), carol)).answer.refused?.reason).toBe('nothing-to-do');
    before = current();
    // The key that was adopted is gone by then.
    await deployed.until(14, 12);
    await doIt(request({ do: 'rotate', keys: ['third'] }));
    await deployed.until(15, 12);
    expect(current()).not.toBe(before);
  });

  it('is not done by a tag that somebody else writes: the sealed record does not have it, and it is told', async () => {
    const [from, fresh] = [recorded().length, current()];
    const Value = datedTag(fresh ?? '', new Date(deployed.world.clock.now()));
    const tags = { SecretId: 'keyturn/third', Tags: [{ Key: TAG.withdrawn, Value }] };
    deployed.world.account.invoke(deployed.admin, 'secretsmanager', 'TagResource', tags);
    await deployed.until(day(), 12);
    expect([current(), found(from).includes('not-rolled-back')]).toEqual([fresh, true]);
  });

  it('is not done by a plan that is not the one any more', async () => {
    const document = request(ROLLBACK);
    const { answer } = await ask(document, carol);
    expect(answer.outcome).toBe('planned');
    await doIt(request({ do: 'pause', keys: ['third'] }));
    await doIt(request({ do: 'resume', keys: ['third'] }));
    const late = await ask({ ...document, plan: answer.plan?.digest }, carol);
    expect(late.answer.refused?.reason).toBe('plan-changed');
  });

  it('is done for an administrator, once, of a key that is Inactive, and replayed after a rotation it does nothing (K9, K14)', async () => {
    const fresh = current();
    await deployed.until(28, 12);
    const { answer, planned } = await doIt(request(ROLLBACK), carol);
    expect(answer.plan?.words.join(' ')).toContain(`${before} has been Inactive since 2026-01-28`);
    expect([answer.outcome, answer.started]).toEqual(['done', [{ function: 'rotate', isStarted: true }]]);
    const said = withdrawn();
    await deployed.until(day(), 12);
    expect([current(), withdrawn()]).toEqual([before, said]);
    expect((await ask(request({ do: 'rotate', keys: ['third'] }))).answer.refused?.reason).toBe('no-room');
    // The withdrawn key is gone, and the next one is there.
    await deployed.until(43, 12);
    const next = current();
    expect([before, fresh]).not.toContain(next);
    expect(withdrawn()).toBeUndefined();
    const { answer: again } = await ask(planned, carol);
    expect(again.refused?.reason).toBe('plan-changed');
    // Not even when somebody writes the old tag again, whose word is in the record.
    const tags = { SecretId: 'keyturn/third', Tags: [{ Key: TAG.withdrawn, Value: said ?? '' }] };
    deployed.world.account.invoke(deployed.admin, 'secretsmanager', 'TagResource', tags);
    await deployed.until(day() + 1, 12);
    expect(current()).toBe(next);
    expect(enforcement.denied.filter((one) => /^(rotate|sync|deactivate|delete):/.test(one))).toEqual([]);
  });
});
