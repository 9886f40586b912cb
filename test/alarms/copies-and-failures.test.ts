import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlarmName } from '../../functions/core/config/alarm-names';
import type { ConfigInput } from '../../functions/core/config/config';
import { MINUTE } from '../../functions/core/duration';
import { METRIC, METRICS_NAMESPACE, METRICS_SERVICE } from '../../functions/core/names';
import type { AwsFault } from '../../local/account/wire/server';
import type { MetricId } from '../../local/evidence/cloudwatch/metrics';
import { endpointThatGives } from '../infra/synthesized';
import { DeployedWorld, synthesized } from '../support/deployed-world';

const BUS = 'arn:aws:events:eu-west-1:444455556666:event-bus/security';
const CONFIG: ConfigInput = {
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  keys: [{ id: 'shop', user: 'ci-shop', deliverTo: [{ connection: 'acme', repository: 'acme/shop' }] }],
  notify: ['security@example.com'],
  audit: { forwardTo: BUS, archive: { years: 1 } },
  provider: endpointThatGives({ keys: [{ id: 'shop' }] }),
};
const DENIED: AwsFault = { kind: 'error', status: 403, code: 'AccessDenied', message: 'denied by a policy' };

/** What AWS refuses the functions. */
const refused = new Set(['CreateAccessKey', 'Publish']);

/** Whether the other bus takes events. */
let isAdmitted = false;

/** Days in which no key can be made, nobody can be told, and the other bus does not admit this account. */
let life: DeployedWorld;

beforeAll(async () => {
  life = await DeployedWorld.open(synthesized(CONFIG), {
    world: {
      accountServer: {
        fault: ({ action, principal }) => (principal.kind === 'role' && refused.has(action) ? DENIED : undefined),
      },
      account: { admitsOnBus: () => isAdmitted },
    },
  });
  await life.until(0, 20);
}, 180_000);
afterAll(() => life.close());

function stateOf(name: AlarmName): string {
  return life.world.account.cloudWatch.alarms.get(`Keyturn-${name}`).state;
}

/** What the topic has got about an alarm that is on. */
function toldOf(name: AlarmName): readonly string[] {
  return life.world.account.sns.messages
    .map(({ message }) => message)
    .filter(
      (message) => message.includes(`"AlarmName":"Keyturn-${name}"`) && message.includes('"NewStateValue":"ALARM"'),
    );
}

function put(metric: MetricId, value: number): void {
  const { cloudWatch } = life.world.account;
  cloudWatch.metrics.put({ ...metric, value, at: life.world.clock.now() });
}

describe('K8: what fails without a sound has an alarm', () => {
  test('failing: a step that fails in the run after the deployment and in the daily one, while no run fails', () => {
    expect(life.audits.filter(({ event, outcome }) => event === 'finding' && outcome === 'failed')).not.toEqual([]);
    expect(stateOf('failing')).toBe('ALARM');
    expect(toldOf('failing')).toHaveLength(1);
    expect(stateOf('errors')).toBe('OK');
  });

  test('forwarding: what the other bus refuses is named in the record, and no run fails of it', () => {
    const unsent = life.audits.filter(({ event }) => event === 'events-unsent');
    expect(new Set(unsent.map(({ reason, function: by }) => `${by} ${reason}`))).toEqual(
      new Set(['rotate', 'deactivate', 'delete', 'sync'].map((by) => `${by} forwardTo`)),
    );
    expect(life.world.forwarded).toEqual([]);
    expect(stateOf('forwarding')).toBe('ALARM');
    expect(toldOf('forwarding')).toHaveLength(1);
    expect([stateOf('dead-letters'), stateOf('errors')]).toEqual(['OK', 'OK']);
  });

  test('untold: the topic refuses what a function has for people', async () => {
    const { metrics } = life.world.account.cloudWatch;
    const untold: MetricId = {
      namespace: METRICS_NAMESPACE,
      name: METRIC.untold,
      dimensions: { service: METRICS_SERVICE },
    };
    // A bundle that does not send the metric: what it would send.
    if (!metrics.list().some(({ name }) => name === METRIC.untold)) put(untold, 1);
    await life.until(0, 22);

    expect(stateOf('untold')).toBe('ALARM');
  });

  test('archive: what could not be written three times is kept whole, and told', async () => {
    refused.add('PutObject');
    await life.until(1, 4);

    const [unarchived] = life.world.queues.list().filter(({ name }) => name.includes('UnarchivedEvents'));
    expect(unarchived?.messages.map(({ attributes }) => attributes)).toContainEqual(
      expect.objectContaining({ ErrorMessage: expect.stringContaining('s3:PutObject') }),
    );
    expect(stateOf('archive')).toBe('ALARM');
    expect(toldOf('archive')).toHaveLength(1);
    expect([stateOf('dead-letters'), stateOf('silent-archive')]).toEqual(['OK', 'OK']);

    // As the runbook says: each one to the function again, and then out of the queue.
    refused.delete('PutObject');
    const before = archived();
    for (const { body } of unarchived?.messages ?? []) {
      expect(await life.world.invoke(archiveFunction(), JSON.parse(body))).not.toHaveProperty('functionError');
    }
    unarchived?.messages.splice(0);
    expect(archived().length).toBeGreaterThan(before.length);
    const recorded = life.world.account.logs.filterLogEvents({ logGroupName: '/keyturn/audit' }).events;
    const copied = archived().join('');
    expect(recorded.filter(({ message }) => !copied.includes(message))).toEqual([]);
  });

  test('archive: a log event that the subscription could not hand over; silent-archive: nothing comes for a day', async () => {
    await life.until(2, 8);
    expect(stateOf('archive')).toBe('OK');

    life.world.functions.removePermission(archiveFunction(), idOf('AWS::Lambda::Permission', 'ArchiveStream'));
    await life.until(3, 4);
    expect([stateOf('archive'), stateOf('silent-archive')]).toEqual(['ALARM', 'OK']);

    await life.until(3, 12);
    expect(stateOf('silent-archive')).toBe('ALARM');
  });

  test('forwarding: the day after the bus takes events again it has all that the record has, and the alarm ends', async () => {
    isAdmitted = true;
    await life.until(6, 8);
    const { events } = life.world.account.logs.filterLogEvents({ logGroupName: '/keyturn/audit' });
    const arrived = life.world.forwarded.map(({ event }) => JSON.stringify(event.detail));
    expect(events.map(({ message }) => message).filter((line) => !arrived.includes(line))).toEqual([]);
    expect(new Set(arrived).size).toBe(arrived.length);
    expect(stateOf('forwarding')).toBe('OK');
  });
});

describe('K8: a provider that gives nothing', () => {
  test('provider-failing: what its endpoint answers with 500 or more is told, once, and so is its end', async () => {
    expect(stateOf('provider-failing')).toBe('OK');
    put({ namespace: 'AWS/ApiGateway', name: '5xx', dimensions: { ApiId: 'api1' } }, 1);
    await life.until(6, 10);
    expect(toldOf('provider-failing')).toEqual([expect.stringMatching(/A step that asks it then fails now/)]);
    await life.until(6, 20);
    expect(stateOf('provider-failing')).toBe('OK');
  });

  test('token-reused: is told within two minutes, and each time that it comes again after ten quiet ones', async () => {
    const id = { namespace: 'Keyturn', name: 'TokensReused', dimensions: { service: 'keyturn', function: 'endpoint' } };
    const { clock, scheduler } = life.world;
    const begun = clock.now();
    for (const minutes of [0, 5, 20]) {
      await scheduler.runUntil(begun + minutes * MINUTE);
      put(id, 1);
      await scheduler.runUntil(clock.now() + 2 * MINUTE);
      expect(stateOf('token-reused')).toBe('ALARM');
    }
    expect(toldOf('token-reused')).toHaveLength(2);
  });

  test('provider-refusing: is told within two minutes, and no end of it, as perhaps nobody asks', async () => {
    await life.until(6, 21);
    const dimensions = { service: 'keyturn', function: 'endpoint' };
    put({ namespace: 'Keyturn', name: 'StepsRefused', dimensions }, 1);
    await life.world.scheduler.runUntil(life.world.clock.now() + 2 * MINUTE);
    const told = [expect.stringMatching(/A step of that rule that asks fails now/)];
    expect(toldOf('provider-refusing')).toEqual(told);
    await life.until(6, 23);
    expect(stateOf('provider-refusing')).toBe('OK');
    expect(toldOf('provider-refusing')).toEqual(told);
  });

  test('provider-throttled: is told within two minutes, and its end when nothing was refused for an hour', async () => {
    await life.until(6, 23);
    put({ namespace: 'Keyturn', name: 'RequestsThrottled', dimensions: {} }, 1);
    await life.world.scheduler.runUntil(life.world.clock.now() + 2 * MINUTE);
    expect(toldOf('provider-throttled')).toEqual([expect.stringMatching(/A step among them fails now/)]);
    await life.until(7, 1);
    expect(stateOf('provider-throttled')).toBe('OK');
  });
});

function archiveFunction(): string {
  return life.deployment.outputs.ArchiveFunctionName ?? '';
}

/** Logical ID of a resource of the stack. */
function idOf(type: string, part: string): string {
  const { Resources } = JSON.parse(readFileSync(join(life.cdkOut, 'Keyturn.template.json'), 'utf8'));
  return Object.keys(Resources).find((id) => Resources[id].Type === type && id.includes(part)) ?? '';
}

/** What the archive holds of the record. */
function archived(): readonly string[] {
  const { s3 } = life.world.account;
  const Bucket = life.deployment.outputs.ArchiveBucketName ?? '';
  return s3
    .listObjectsV2({ Bucket, Prefix: 'events/' })
    .Contents.map(({ Key }) => s3.getObject({ Bucket, Key }).Body.toString());
}
