import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretStateOf } from '../../cli/rehearsal/witness/secret-state-of';
import { type AuditEvent, readAuditLine } from '../../functions/core/audit';
import { datedTag } from '../../functions/core/key/dated-tag';
import { currentKey } from '../../functions/core/key/secret-state';
import { AUDIT_LOG_GROUP, type Level, OUTPUT_OF_URL, secretName, TAG } from '../../functions/core/names';
import type { OperateAnswer } from '../../functions/core/request/answer';
import { Enforcement } from '../permissions/enforcement';
import { DeployedWorld, synthesized } from '../support/deployed-world';

const MINUTE = 60_000;
const IDS = ['shop', 'blog', 'docs', 'other'] as const;
type Id = (typeof IDS)[number];
const PEOPLE = { alice: 'operator', carol: 'administrator' } as const;
type Person = keyof typeof PEOPLE;

let deployed: DeployedWorld;
const enforcement = new Enforcement();

beforeAll(async () => {
  const config = {
    operators: true,
    exposed: true,
    connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
    notify: ['security@example.com'],
    keys: IDS.map((id) => ({
      id,
      user: `ci-${id}`,
      deliverTo: [{ connection: 'acme', repository: `acme/${id}`, environment: 'Production' }],
    })),
  };
  deployed = await DeployedWorld.open(synthesized(config), {
    onDeploy: (deployment, world) => enforcement.enforce(deployment, world),
    world: { accountServer: { authorize: enforcement.authorize } },
  });
  const { iam } = deployed.world.account;
  for (const [person, level] of Object.entries(PEOPLE)) {
    iam.roles.create({ RoleName: person, AssumeRolePolicyDocument: '{}' });
    const policy = readFileSync(`docs/examples/${level}-policy.json`, 'utf8');
    enforcement.allow(iam.roles.get(person).arn, withSecondFactor(JSON.parse(policy)));
  }
  // The keys from before are gone by then: each user has room.
  await deployed.until(23);
}, 120_000);
afterAll(() => deployed.close());

/** The local account knows no second factors. */
function withSecondFactor(document: unknown): unknown {
  return JSON.parse(
    JSON.stringify(document, (name, value) =>
      name === 'NumericLessThan' || (name === 'Bool' && 'aws:MultiFactorAuthPresent' in value) ? undefined : value,
    ),
  );
}

async function ask(document: object, by: Person, at: Level = PEOPLE[by]) {
  const { account, clock } = deployed.world;
  const {
    protocol,
    hostname,
    port,
    pathname: path,
    host,
    href,
  } = new URL(deployed.deployment.outputs[OUTPUT_OF_URL[at]] ?? '');
  const { accessKeyId, secretAccessKey, sessionToken = '' } = account.roleSession(account.iam.roles.get(by).arn, by);
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  const signer = await new LambdaClient({ region: account.region, credentials }).config.signer();
  const body = JSON.stringify(document);
  const { headers } = await signer.sign(
    {
      ...{ protocol, hostname, port: Number(port), method: 'POST', path, query: {}, body },
      headers: { host, 'content-type': 'application/json' },
    },
    { signingDate: new Date(clock.now()) },
  );
  const { host: _host, ...others } = headers;
  const response = await fetch(href, { method: 'POST', headers: others, body });
  return { status: response.status, answer: JSON.parse(await response.text()) as OperateAnswer };
}

async function declare(id: Id, does: 'compromised' | 'disable-first') {
  const document = {
    schema: 'keyturn.request/v1',
    id: randomUUID(),
    do: does,
    keys: [id],
    why: 'it is in a build log',
  };
  const { answer } = await ask(document, 'carol');
  return ask({ ...document, plan: answer.plan?.digest }, 'carol');
}

function currentOf(id: Id): string {
  const described = deployed.world.account.secretsManager.describeSecret({ SecretId: secretName(id) });
  return currentKey(secretStateOf(described))?.accessKeyId ?? '';
}

function statusOf(id: Id, accessKeyId: string): string | undefined {
  return deployed.keys(`ci-${id}`).find((key) => key.id === accessKeyId)?.status;
}

function recorded(): readonly AuditEvent[] {
  const { events } = deployed.world.account.logs.filterLogEvents({ logGroupName: AUDIT_LOG_GROUP });
  return events.flatMap(({ message }) => {
    const read = readAuditLine(message);
    return 'event' in read ? [read.event] : [];
  });
}

/** Lives on until the key is Inactive. @returns the minutes that it took */
async function minutesUntilInactive(id: Id, accessKeyId: string, most = 15): Promise<number> {
  const { world } = deployed;
  const from = world.clock.now();
  for (let minute = 1; minute <= most; minute += 1) {
    await world.runUntil(new Date(from + minute * MINUTE));
    if (statusOf(id, accessKeyId) === 'Inactive') return minute;
  }
  return Number.POSITIVE_INFINITY;
}

const deactivation = (accessKeyId: string) =>
  recorded().find((event) => event.event === 'key-deactivated' && event.accessKeyId === accessKeyId);

describe('a key that has leaked, in a deployed stack with all policies in force', () => {
  it('is Inactive within minutes of an administrator’s word, and its successor is delivered (K1)', async () => {
    const old = currentOf('shop');
    expect((await declare('shop', 'compromised')).answer).toMatchObject({
      outcome: 'done',
      started: [
        { function: 'rotate', isStarted: true },
        { function: 'deactivate', isStarted: true },
      ],
    });
    const minutes = await minutesUntilInactive('shop', old);
    console.info(`declared, new key first: Inactive after ${minutes} minutes`);
    expect(minutes).toBeLessThanOrEqual(5);
    expect(currentOf('shop')).not.toBe(old);
    expect(deactivation(old)).toMatchObject({ reason: 'compromised', facts: { wasCurrent: false } });
  });

  it('is Inactive within a minute where that comes first, and the new one is delivered within minutes', async () => {
    const old = currentOf('blog');
    await declare('blog', 'disable-first');
    const minutes = await minutesUntilInactive('blog', old);
    console.info(`declared, leaked key first: Inactive after ${minutes} minute`);
    expect(minutes).toBeLessThanOrEqual(2);
    await deployed.world.runUntil(new Date(deployed.world.clock.now() + 5 * MINUTE));
    const delivered = recorded().findLast(({ event, key }) => event === 'version-delivered' && key === 'blog');
    expect([currentOf('blog') === old, delivered?.accessKeyId]).toEqual([false, currentOf('blog')]);
  });

  it('is Inactive within minutes of AWS’s own event, without a person', async () => {
    const { account } = deployed.world;
    const old = currentOf('docs');
    deployed.world.bus.publish({
      version: '0',
      id: randomUUID(),
      account: account.accountId,
      time: new Date(deployed.world.clock.now()).toISOString(),
      region: account.region,
      source: 'aws.health',
      'detail-type': 'AWS Health Event',
      resources: [],
      detail: {
        service: 'RISK',
        eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
        eventTypeCategory: 'issue',
        affectedEntities: [{ entityValue: old }],
      },
    });
    const minutes = await minutesUntilInactive('docs', old);
    console.info(`AWS Health’s event: Inactive after ${minutes} minutes`);
    expect(minutes).toBeLessThanOrEqual(5);
    expect(deactivation(old)).toMatchObject({ reason: 'compromised' });
  });

  it('is not what an operator may say, nor what a tag says that anybody has written', async () => {
    const old = currentOf('other');
    const document = { schema: 'keyturn.request/v1', do: 'compromised', keys: ['other'], why: 'to break it' };
    const { answer } = await ask({ ...document, id: randomUUID() }, 'alice');
    expect(answer.refused?.reason).toBe('beyond-level');
    expect((await ask({ ...document, id: randomUUID() }, 'alice', 'administrator')).status).toBe(403);
    for (const tag of [TAG.compromised, TAG.disableFirst]) {
      const Value = datedTag(old, new Date(deployed.world.clock.now()));
      deployed.world.account.secretsManager.tagResource({ SecretId: secretName('other'), Tags: [{ Key: tag, Value }] });
    }
    await deployed.world.runUntil(new Date(deployed.world.clock.now() + 2 * 24 * 60 * MINUTE));
    expect([currentOf('other'), statusOf('other', old)]).toEqual([old, 'Active']);
    expect(recorded().some(({ reason, key }) => reason === 'compromised-unproved' && key === 'other')).toBe(true);
  });

  it('took no right that a function has not (K12)', () => {
    // Alice's attempt at the administrators' URL is hers.
    expect(enforcement.denied.filter((one) => !one.startsWith('reader: lambda:InvokeFunctionUrl'))).toEqual([]);
  });
});
