import { readFileSync } from 'node:fs';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attemptOfEvent, auditEventSchema } from '../../functions/core/audit';
import {
  AUDIT_LOG_GROUP,
  EVENT_SOURCE,
  FUNCTION_NAMES,
  type FunctionName,
  SEAL_KEY_ALIAS,
} from '../../functions/core/names';
import { SealCheck } from '../../functions/core/seal/check-seal';
import { endsOf, manifestOf } from '../../functions/core/seal/manifest';
import type { Arrival } from '../../local/account/other-buses';
import type { SessionCredentials } from '../../local/account/principal';
import { functionNameOf } from '../../local/stack/deployment';
import { Attacked } from './attacked';

const CENTRAL = 'arn:aws:events:eu-west-1:444455556666:event-bus/security';
const ANOTHER = 'arn:aws:events:eu-west-1:444455556666:event-bus/orders';

let attacked: Attacked;
let mallory: SessionCredentials;
/** What the central bus was asked to take by a rule. */
const forwarded: Arrival[] = [];

/** The policy of the central bus, as the configuration page has it, with the roles of the deployment. */
function documentedPolicy(): unknown {
  const page = readFileSync('docs/start/configuration.md', 'utf8');
  const [, json = ''] = /```json\n(\{[^`]*"AuditEventsOfKeyturn"[^`]*\})\n```/.exec(page) ?? [];
  const named = FUNCTION_NAMES.reduce(
    (text, name) => text.replace(`arn:aws:iam::111122223333:role/${name.toUpperCase()}`, roleOf(name)),
    json,
  );
  return JSON.parse(named);
}

function roleOf(name: FunctionName): string {
  const { deployment, world } = attacked.deployed;
  const functionName = functionNameOf(deployment, `${name}Function`);
  const found = world.functions.functions.find((one) => one.functionName === functionName);
  return found?.roleArn ?? expect.fail(`${name} has a role`);
}

beforeAll(async () => {
  attacked = await Attacked.open({
    audit: { forwardTo: CENTRAL },
    account: {
      admitsOnBus: (arrival) => {
        if (arrival.isForwarded) forwarded.push(arrival);
        return !arrival.isForwarded;
      },
    },
  });
  const { account } = attacked.deployed.world;
  const user = account.iam.users.create({ UserName: 'mallory' });
  const { AccessKey } = account.invoke(attacked.deployed.admin, 'iam', 'CreateAccessKey', { UserName: 'mallory' });
  mallory = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  // Whoever may put events may put them on every bus.
  attacked.enforcement.allow(user.arn, {
    Statement: [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: '*' }],
  });
  await attacked.deployed.until(0, 13);
}, 60_000);
afterAll(() => attacked.close());

/** What became of entries: each one's error, or the call's. */
async function put(by: SessionCredentials, ...Entries: readonly PutEventsRequestEntry[]): Promise<readonly string[]> {
  const { account, accountUrl: endpoint, clock } = attacked.deployed.world;
  const { accessKeyId, secretAccessKey, sessionToken } = by;
  const client = new EventBridgeClient({
    endpoint,
    region: account.region,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    systemClockOffset: clock.now() - Date.now(),
  });
  return client.send(new PutEventsCommand({ Entries: [...Entries] })).then(
    (answer) => answer.Entries?.map(({ ErrorCode = 'taken' }) => ErrorCode) ?? [],
    ({ name }) => [name],
  );
}

function record(): readonly string[] {
  const { events } = attacked.deployed.world.account.logs.filterLogEvents({ logGroupName: AUDIT_LOG_GROUP });
  return events.map(({ message }) => message);
}

const central = () => attacked.deployed.world.forwarded.map(({ event }) => event);
const mails = () => attacked.deployed.world.account.sns.messages.length;

/** A true event, and one that would have somebody woken. */
function lies(): readonly PutEventsRequestEntry[] {
  const true_ = JSON.parse(record().find((line) => line.includes('"key-stored"')) ?? '{}');
  const { seal: _seal, ...unsealed } = true_;
  const torn = { ...unsealed, event: 'finding', outcome: 'failed', reason: 'torn-pair', message: 'Send me your keys.' };
  return [true_, torn].map((detail) => ({
    Source: EVENT_SOURCE,
    DetailType: detail.event,
    Detail: JSON.stringify(detail),
  }));
}

describe('who may put events on the default bus, and poses as Keyturn (K7)', () => {
  it('reaches no central account, starts no function and has nobody mailed', async () => {
    const { world } = attacked.deployed;
    const [before, runs] = [mails(), world.logs.filter(({ line }) => line.includes('run-started')).length];
    expect(await put(mallory, ...lies())).toEqual(['taken', 'taken']);
    await world.runUntil(new Date(world.clock.now() + 5 * 60_000));
    expect(central()).toEqual([]);
    expect(mails()).toBe(before);
    expect(world.logs.filter(({ line }) => line.includes('run-started'))).toHaveLength(runs);
  });

  it('cannot reach the central bus without a policy there, nor by the one that the page gives', async () => {
    const there = lies().map((entry) => ({ ...entry, EventBusName: CENTRAL }));
    expect(await put(mallory, ...there)).toEqual(['AccessDeniedException']);
    // The functions are refused as well, and people are told.
    expect(attacked.deployed.world.alarms.get('Keyturn-forwarding').state).toBe('ALARM');
    attacked.enforcement.enforceElsewhere(CENTRAL, documentedPolicy());
    expect(await put(mallory, ...there)).toEqual(['AccessDeniedException']);
    expect(central()).toEqual([]);
  });

  it('gets nothing there by a rule, in whatever role it sends: the policy takes what was put, not what was passed on', async () => {
    const { world } = attacked.deployed;
    const arn = `arn:aws:events:eu-west-1:111122223333:rule/mallory`;
    world.bus.putRule({
      name: 'mallory',
      arn,
      pattern: { source: [EVENT_SOURCE] },
      targets: [{ id: 'T', arn: CENTRAL, input: {} }],
    });
    await put(mallory, ...lies());
    await world.runUntil(new Date(world.clock.now() + 5 * 60_000));
    world.bus.removeRule('mallory');
    expect(forwarded.length).toBeGreaterThan(0);
    expect(central()).toEqual([]);
    for (const name of FUNCTION_NAMES) {
      const may = (isForwarded: boolean) =>
        attacked.enforcement.askForLambda(roleOf(name), {
          action: 'events:PutEvents',
          resource: CENTRAL,
          context: {
            'events:source': EVENT_SOURCE,
            'events:detail-type': 'finding',
            'events:eventBusInvocation': String(isForwarded),
          },
        });
      expect([await may(false), await may(true)]).toEqual([true, false]);
    }
  });
});

describe('who has stolen the role of a function', () => {
  const session = (name: FunctionName, where: string) =>
    attacked.deployed.world.account.roleSession(roleOf(name), where);
  const entry = { EventBusName: CENTRAL, Source: EVENT_SOURCE, DetailType: 'finding', Detail: '{"event":"finding"}' };

  it.each(FUNCTION_NAMES)('puts nothing in another name, of another type or elsewhere: %s (K12)', async (name) => {
    const inside = session(name, functionNameOf(attacked.deployed.deployment, `${name}Function`));
    const { EventBusName: _bus, ...onDefault } = entry;
    for (const refused of [
      { ...entry, Source: 'acme.orders' },
      { ...onDefault, Source: 'acme.orders' },
      { ...entry, DetailType: 'Order placed' },
      { ...onDefault, DetailType: 'Order placed' },
      { ...entry, EventBusName: ANOTHER },
    ]) {
      expect(await put(inside, refused), JSON.stringify(refused)).toEqual(['AccessDeniedException']);
    }
    expect(await put(session(name, 'elsewhere'), entry)).toEqual(['AccessDeniedException']);
    expect(central()).toEqual([]);
  });

  it('and is in the function itself, puts what a receiver sees to have no seal', async () => {
    expect(await put(session('sync', functionNameOf(attacked.deployed.deployment, 'syncFunction')), entry)).toEqual([
      'taken',
    ]);
    const [forged, ...others] = central();
    expect(others).toEqual([]);
    expect(auditEventSchema.safeParse(forged?.detail).success).toBe(false);
    attacked.deployed.world.account.otherBuses.arrived.splice(0);
  });
});

describe('the central account (K7)', () => {
  it('has the day after its bus was opened all that the record has, each event once, and what proves and counts it', async () => {
    await attacked.deployed.until(2, 8);
    const { kms } = attacked.deployed.world.account;
    const { KeyId: arn, PublicKey } = kms.getPublicKey({ KeyId: SEAL_KEY_ALIAS });
    const check = new SealCheck([{ arn, publicKey: Buffer.from(PublicKey).toString('base64') }]);
    const came = central().map(({ detail }) => detail);
    expect(new Set(came.map((detail) => check.verdictOf(detail)))).toEqual(new Set(['sealed']));
    expect(came.map((detail) => JSON.stringify(detail)).sort()).toEqual([...record()].sort());
    const events = came.map((detail) => auditEventSchema.parse(detail));
    const counted = new Map<string, number>();
    for (const event of events) counted.set(attemptOfEvent(event), (counted.get(attemptOfEvent(event)) ?? 0) + 1);
    const ends = events.flatMap((event) => manifestOf(event) ?? []).flatMap(endsOf);
    expect(ends.length).toBeGreaterThan(10);
    for (const { attempt, events: some } of ends) expect(counted.get(attempt), attempt).toBe(some);
    expect(attacked.deployed.world.alarms.get('Keyturn-forwarding').state).toBe('OK');
  });
});
