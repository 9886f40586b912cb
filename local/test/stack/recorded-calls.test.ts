import { expect, test } from 'vitest';
import type { AccountEvent } from '../../account/event';
import { World } from '../../world';
import { assembly } from './assembly';

const GROUP = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/audit', RetentionInDays: 30 } };

test('the event bus hears of a deployment’s calls minutes later, as CloudFormation’s', async () => {
  const heard: AccountEvent[] = [];
  const world = await World.start({
    start: new Date('2026-01-01T00:00:00Z'),
    tamper: (event, delay) => {
      heard.push(event);
      return [{ event, delay }];
    },
  });
  try {
    await world.deploy(await assembly({ Resources: { Group: GROUP } }));
    await world.deploy(await assembly({ Resources: { Group: GROUP } }));
    const calls = heard.filter(({ source }) => source === 'aws.logs');
    expect(calls.map(({ detail }) => detail.eventName)).toEqual([
      'CreateLogGroup',
      'PutRetentionPolicy',
      'PutRetentionPolicy',
    ]);
    for (const { detail } of calls) {
      expect(detail).toMatchObject({
        eventSource: 'logs.amazonaws.com',
        sourceIPAddress: 'cloudformation.amazonaws.com',
        userIdentity: { type: 'AssumedRole', invokedBy: 'cloudformation.amazonaws.com' },
        requestParameters: { logGroupName: '/audit' },
        readOnly: false,
        managementEvent: true,
      });
    }
    expect(new Set(calls.map(({ id }) => id)).size).toBe(3);
  } finally {
    await world.close();
  }
});
