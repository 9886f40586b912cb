import { describe, expect, test } from 'vitest';
import type { AccountEvent } from '../../account/event';
import { Clock } from '../../clock';
import { EventBus, type EventBusOptions } from '../../events/event-bus';
import { DeliveryError, type Rule } from '../../events/rule';
import { Scheduler } from '../../scheduler';

const START = Date.parse('2026-01-01T00:00:00Z');
const event: AccountEvent = {
  version: '0',
  id: '1',
  'detail-type': 'T',
  source: 'aws.test',
  account: '1',
  time: '2026-01-01T00:00:00Z',
  region: 'r',
  resources: [],
  detail: { n: 1 },
};
const rule: Rule = {
  name: 'r',
  arn: 'arn:rule',
  pattern: { source: ['aws.test'] },
  targets: [{ id: 't', arn: 'arn:t', deadLetterArn: 'arn:dlq' }],
};

function setUp(options: Partial<EventBusOptions> = {}) {
  const clock = new Clock(START);
  const scheduler = new Scheduler(clock);
  const delivered: { readonly after: number; readonly arn: string; readonly payload: unknown }[] = [];
  const dead: { readonly arn: string; readonly attributes: Readonly<Record<string, string>> }[] = [];
  const bus = new EventBus({
    clock,
    scheduler,
    accountId: '1',
    region: 'r',
    newId: () => 'id',
    deliver: async (arn, payload) =>
      void delivered.push({ after: clock.now() - START, arn, payload: JSON.parse(payload) }),
    deadLetter: (arn, _body, attributes) => void dead.push({ arn, attributes }),
    ...options,
  });
  return { clock, scheduler, bus, delivered, dead };
}

describe('events', () => {
  test('go to every rule that they fit, after their delay', async () => {
    const { scheduler, bus, delivered } = setUp({ delayOf: () => 2_000 });
    bus.putRule(rule);
    bus.putRule({ ...rule, name: 'other', pattern: { source: ['aws.other'] } });
    bus.putRule({ ...rule, name: 'off', enabled: false });
    bus.publish(event);
    await scheduler.runUntil(START + 1_999);
    expect(delivered).toEqual([]);
    await scheduler.runUntil(START + 5_000);
    expect(delivered).toEqual([{ after: 2_000, arn: 'arn:t', payload: event }]);
  });

  test('can be lost, doubled, delayed and forged', async () => {
    const forged = { ...event, detail: { n: 2 } };
    const { scheduler, bus, delivered } = setUp({
      tamper: ({ id, ...rest }, delay) =>
        id === 'lost'
          ? []
          : [
              { event: { id, ...rest }, delay },
              { event: { id, ...rest }, delay: delay + 10 },
              { event: forged, delay: 20 },
            ],
    });
    bus.putRule(rule);
    bus.publish({ ...event, id: 'lost' });
    bus.publish(event);
    await scheduler.runUntil(START + 100);
    expect(delivered.map(({ after, payload }) => [after, payload])).toEqual([
      [0, event],
      [10, event],
      [20, forged],
    ]);
  });
});

describe('schedules', () => {
  test('send a scheduled event at each of their instants, counted from the rule’s creation', async () => {
    const { scheduler, bus, delivered } = setUp();
    bus.putRule({ name: 's', arn: 'arn:s', schedule: 'rate(1 day)', targets: [{ id: 't', arn: 'arn:t' }] });
    await scheduler.runUntil(START + 2 * 86_400_000);
    expect(delivered.map(({ after }) => after)).toEqual([86_400_000, 2 * 86_400_000]);
    expect(delivered[0]?.payload).toEqual({
      version: '0',
      id: 'id',
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '1',
      time: '2026-01-02T00:00:00Z',
      region: 'r',
      resources: ['arn:s'],
      detail: {},
    });
  });

  test('end with their rule', async () => {
    const { scheduler, bus, delivered } = setUp();
    bus.putRule({ ...rule, schedule: 'rate(1 day)' });
    bus.removeRule('r');
    await scheduler.runUntil(START + 86_400_000);
    expect(delivered).toEqual([]);
    expect(bus.rules).toEqual([]);
  });
});

describe('a target that refuses', () => {
  test('is tried again, longer and longer, until it takes the event', async () => {
    const attempts: number[] = [];
    const { clock, scheduler, bus, dead } = setUp({
      deliver: async () => {
        attempts.push(clock.now() - START);
        if (attempts.length < 4) throw new DeliveryError('THROTTLED', true, 'slow down');
      },
    });
    bus.putRule(rule);
    bus.publish(event);
    await scheduler.runUntil(START + 86_400_000);
    expect(attempts).toEqual([0, 1_000, 3_000, 7_000]);
    expect(dead).toEqual([]);
  });

  test.each([
    [{ maximumRetryAttempts: 2 }, 'MaximumRetryAttempts', '2'],
    [{ maximumEventAgeInSeconds: 60 }, 'MaximumEventAgeInSeconds', '5'],
  ])('loses the event to the dead-letter queue past %j', async (retryPolicy, condition, retries) => {
    const { scheduler, bus, dead } = setUp({
      deliver: async () => {
        throw new DeliveryError('THROTTLED', true, 'slow down');
      },
    });
    bus.putRule({ ...rule, targets: [{ id: 't', arn: 'arn:t', deadLetterArn: 'arn:dlq', retryPolicy }] });
    bus.publish(event);
    await scheduler.runUntil(START + 86_400_000);
    expect(dead).toEqual([
      {
        arn: 'arn:dlq',
        attributes: {
          RULE_ARN: 'arn:rule',
          TARGET_ARN: 'arn:t',
          ERROR_CODE: 'THROTTLED',
          ERROR_MESSAGE: 'slow down',
          RETRY_ATTEMPTS: retries,
          EXHAUSTED_RETRY_CONDITION: condition,
        },
      },
    ]);
  });

  test('for good is not tried again', async () => {
    const { scheduler, bus, dead } = setUp({
      deliver: async () => {
        throw new DeliveryError('NO_PERMISSIONS', false, 'not allowed');
      },
    });
    bus.putRule(rule);
    bus.publish(event);
    await scheduler.runUntil(START);
    expect(dead).toHaveLength(1);
    expect(dead[0]?.attributes).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
  });

  test('with a bug of its own is not hidden', async () => {
    const { scheduler, bus } = setUp({
      deliver: async () => {
        throw new TypeError('bug');
      },
    });
    bus.putRule(rule);
    bus.publish(event);
    await expect(scheduler.runUntil(START)).rejects.toThrow('bug');
  });
});

test('a rule that is not valid is refused and changes nothing', () => {
  const { bus } = setUp();
  bus.putRule(rule);
  expect(() => bus.putRule({ ...rule, pattern: { source: 'x' } })).toThrow('Event pattern is not valid at source');
  expect(() => bus.putRule({ ...rule, schedule: 'rate(1 days)' })).toThrow('Schedule rate(1 days)');
  expect(bus.rules).toEqual([rule]);
});
