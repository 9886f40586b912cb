import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlarmName } from '../../functions/core/config/alarm-names';
import type { ConfigInput } from '../../functions/core/config/config';
import { METRIC, METRICS_NAMESPACE, METRICS_SERVICE } from '../../functions/core/names';
import type { AwsFault } from '../../local/account/wire/server';
import type { MetricId } from '../../local/evidence/cloudwatch/metrics';
import { DeployedWorld, synthesized } from '../support/deployed-world';

const BUS = 'arn:aws:events:eu-west-1:444455556666:event-bus/security';
const CONFIG: ConfigInput = {
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  keys: [{ id: 'shop', user: 'ci-shop', deliverTo: [{ connection: 'acme', repository: 'acme/shop' }] }],
  notify: ['security@example.com'],
  audit: { forwardTo: BUS, archive: { years: 1 } },
};
const HOUR = 3_600_000;
const DENIED: AwsFault = { kind: 'error', status: 403, code: 'AccessDenied', message: 'denied by a policy' };

/** Two days in which no key can be made, nobody can be told, and the other bus does not admit this account. */
let life: DeployedWorld;

beforeAll(async () => {
  life = await DeployedWorld.open(synthesized(CONFIG), {
    world: {
      accountServer: {
        fault: ({ action, principal }) =>
          principal.kind === 'role' && ['CreateAccessKey', 'Publish'].includes(action) ? DENIED : undefined,
      },
      admitsForwarded: (busArn) => busArn !== BUS,
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

  test('forwarding: what the other bus refuses lies in a queue of its own, whole', () => {
    const held = life.world.queues.list().filter(({ messages }) => messages.length > 0);

    expect(held.map(({ name }) => name)).toEqual([expect.stringContaining('UnforwardedEvents')]);
    expect(held[0]?.messages[0]?.attributes).toMatchObject({ ERROR_CODE: 'NO_PERMISSIONS', TARGET_ARN: BUS });
    expect(JSON.parse(held[0]?.messages[0]?.body ?? '')).toMatchObject({
      source: 'keyturn',
      detail: { schema: 'keyturn.audit/v1' },
    });
    expect(stateOf('forwarding')).toBe('ALARM');
    expect(toldOf('forwarding')).toHaveLength(1);
    expect(stateOf('dead-letters')).toBe('OK');
  });

  test('untold: the topic refuses what a function has for people', async () => {
    const { metrics } = life.world.account.cloudWatch;
    const untold: MetricId = {
      namespace: METRICS_NAMESPACE,
      name: METRIC.untold,
      dimensions: { service: METRICS_SERVICE, function: 'rotate' },
    };
    // A bundle that does not send the metric: what it would send.
    if (!metrics.list().some(({ name }) => name === METRIC.untold)) put(untold, 1);
    await life.until(0, 22);

    expect(stateOf('untold')).toBe('ALARM');
  });

  test('archive: a stream that is three hours behind, and not one that is one hour behind', async () => {
    const stream = nameIn('AWS/Firehose', 'DeliveryStreamName');
    expect(life.world.deliveryStreams.has(streamArn(stream))).toBe(true);
    const age = {
      namespace: 'AWS/Firehose',
      name: 'DeliveryToS3.DataFreshness',
      dimensions: { DeliveryStreamName: stream },
    };
    put(age, HOUR / 1000);
    await life.until(1, 0);
    expect(stateOf('archive')).toBe('OK');

    put(age, (3 * HOUR) / 1000);
    await life.until(1, 2);
    expect(stateOf('archive')).toBe('ALARM');
  });

  test('archive: a log event that the subscription could not hand over', async () => {
    await life.until(2, 8);
    expect(stateOf('archive')).toBe('OK');

    put(
      {
        namespace: 'AWS/Logs',
        name: 'DeliveryErrors',
        dimensions: { LogGroupName: '/keyturn/audit', DestinationType: 'Firehose', FilterName: 'keyturn-archive' },
      },
      1,
    );
    await life.until(2, 10);
    expect(stateOf('archive')).toBe('ALARM');
  });
});

/** A dimension of what the alarm `archive` watches, by its namespace. */
function nameIn(namespace: string, dimension: string): string {
  const { Metrics = [] } = life.world.account.cloudWatch.alarms.get('Keyturn-archive').definition;
  const found = Metrics.find(({ MetricStat }) => MetricStat?.Metric.Namespace === namespace);
  return found?.MetricStat?.Metric.Dimensions.find(({ Name }) => Name === dimension)?.Value ?? '';
}

function streamArn(name: string): string {
  const { region, accountId } = life.world.account;
  return `arn:aws:firehose:${region}:${accountId}:deliverystream/${name}`;
}
