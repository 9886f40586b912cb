import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeRuleCommand, ListRulesCommand, PutEventsCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, START, world } from './world';

const logGroupName = '/aws/lambda/acme-rotate';
const logStreamName = '2026/01/01/[$LATEST]abc';

async function logWorld() {
  const here = await world();
  await here.logs.send(new CreateLogGroupCommand({ logGroupName }));
  await here.logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const write = (...messages: string[]) =>
    here.logs.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName,
        logEvents: messages.map((message) => ({ timestamp: here.clock.now(), message })),
      }),
    );
  const find = async (filterPattern?: string, range: { startTime?: number; endTime?: number } = {}) => {
    const filter = filterPattern === undefined ? {} : { filterPattern };
    const { events } = await here.logs.send(new FilterLogEventsCommand({ logGroupName, ...filter, ...range }));
    return (events ?? []).map((event) => event.message);
  };
  return { ...here, write, find };
}

describe('CloudWatch Logs', () => {
  it('finds a text however JSON spells it', async () => {
    const { write, find } = await logWorld();
    await write(
      '{"word":"caf\\u0065"}',
      '{"word":"cafe"}',
      '{"word":"cafes","other":"cafe"}',
      '{"n":5.0}',
      '{"n":"5"}',
    );
    expect(await find('{ $.word = "cafe" }')).toEqual(['{"word":"caf\\u0065"}', '{"word":"cafe"}']);
    expect(await find('{ $.n = "5" }')).toEqual(['{"n":5.0}', '{"n":"5"}']);
  });

  it('keeps lines in streams and describes them', async () => {
    const { logs, write, clock } = await logWorld();
    await write('one', 'two');
    clock.advanceBy(HOUR);
    await write('three');
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/' }));
    expect(logGroups).toMatchObject([
      { logGroupName, creationTime: START, arn: `arn:aws:logs:eu-west-1:111122223333:log-group:${logGroupName}:*` },
    ]);
    const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
    expect(logStreams).toMatchObject([{ logStreamName, firstEventTimestamp: START, lastEventTimestamp: START + HOUR }]);
    await expect(logs.send(new CreateLogGroupCommand({ logGroupName }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    await expect(logs.send(new GetLogEventsCommand({ logGroupName, logStreamName: 'nobody' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('reads a stream from either end by tokens', async () => {
    const { logs, write } = await logWorld();
    await write('1', '2', '3', '4', '5');
    const read = async (more: { nextToken?: string; startFromHead?: boolean }) => {
      const answer = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: 2, ...more }));
      return { text: (answer.events ?? []).map((event) => event.message).join(''), ...answer };
    };
    const tail = await read({});
    expect(tail.text).toBe('45');
    expect((await read({ nextToken: tail.nextBackwardToken ?? '' })).text).toBe('23');
    const head = await read({ startFromHead: true });
    expect(head.text).toBe('12');
    const end = await read({
      nextToken: (await read({ nextToken: head.nextForwardToken ?? '' })).nextForwardToken ?? '',
    });
    expect(end.text).toBe('5');
    const past = await read({ nextToken: end.nextForwardToken ?? '' });
    expect([past.text, past.nextForwardToken]).toEqual(['', end.nextForwardToken]);
  });

  it.each([
    ['', ['plain words here', '{"level":"ERROR","run":{"id":"r1"},"took":12}', '{"level":"INFO","ok":true}']],
    ['plain here', ['plain words here']],
    ['"words here"', ['plain words here']],
    ['plain -words', []],
    ['?here ?ERROR', ['plain words here', '{"level":"ERROR","run":{"id":"r1"},"took":12}']],
    ['{ $.level = "ERROR" }', ['{"level":"ERROR","run":{"id":"r1"},"took":12}']],
    ['{ $.level = "ERR*" && $.took > 10 }', ['{"level":"ERROR","run":{"id":"r1"},"took":12}']],
    [
      '{ $.run.id = r1 || $.ok IS TRUE }',
      ['{"level":"ERROR","run":{"id":"r1"},"took":12}', '{"level":"INFO","ok":true}'],
    ],
    ['{ ($.level = "ERROR") && (($.took = 1) || $.took = 12) }', ['{"level":"ERROR","run":{"id":"r1"},"took":12}']],
    ['{ $.run NOT EXISTS }', ['{"level":"INFO","ok":true}']],
  ])('filters lines by the pattern %j', async (pattern, expected) => {
    const { write, find } = await logWorld();
    await write('plain words here', '{"level":"ERROR","run":{"id":"r1"},"took":12}', '{"level":"INFO","ok":true}');
    expect(await find(pattern)).toEqual(expected);
  });

  it('refuses a pattern that it does not understand rather than matching everything', async () => {
    const { find } = await logWorld();
    for (const pattern of ['{ $.a = 1 && $.b = 2 || $.c = 3 }', '?either both'])
      await expect(find(pattern)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('finds lines of a time, and forgets them after the retention', async () => {
    const { logs, write, find, clock } = await logWorld();
    await write('first');
    clock.advanceBy(HOUR);
    await write('second');
    expect(await find(undefined, { startTime: START + 1 })).toEqual(['second']);
    expect(await find(undefined, { endTime: START + HOUR })).toEqual(['first']);
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 }));
    clock.advanceTo(START + DAY + 1);
    expect(await find()).toEqual(['second']);
    await expect(logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

describe('EventBridge', () => {
  it('emits what is put, each bad entry failing alone', async () => {
    const { events, bus } = await world();
    const answer = await bus.send(
      new PutEventsCommand({
        Entries: [
          { Source: 'acme', DetailType: 'Key rotated', Detail: '{"id":"shop"}', Resources: ['arn:x'] },
          { Source: 'acme', DetailType: 'Key rotated', Detail: 'no json' },
          { Source: 'aws.iam', DetailType: 'Forged', Detail: '{}' },
          { Source: 'acme', Detail: '{}' },
        ],
      }),
    );
    expect(answer.FailedEntryCount).toBe(3);
    expect(answer.Entries?.map((entry) => entry.ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'NotAuthorizedForSource',
      'InvalidArgument',
    ]);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      id: answer.Entries?.[0]?.EventId,
      source: 'acme',
      'detail-type': 'Key rotated',
      detail: { id: 'shop' },
      resources: ['arn:x'],
      time: '2026-01-01T00:00:00Z',
    });
  });

  it('refuses a call whose entries have a MiB together, and takes none of them', async () => {
    const { events, bus } = await world();
    const put = (...lengths: readonly number[]) =>
      bus.send(
        new PutEventsCommand({
          Entries: lengths.map((length) => ({
            Source: 's',
            DetailType: 'd',
            Detail: `{"x":"${'x'.repeat(length - 8)}"}`,
          })),
        }),
      );
    await put(524_286, 524_285);
    expect(events).toHaveLength(2);
    await expect(put(524_286, 524_286)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Total size of the entries in the request is over the limit.',
    });
    expect(events).toHaveLength(2);
  });

  it('brings an entry to another account’s bus, as it admits it, at the endpoint of its region', async () => {
    const central = 'arn:aws:events:eu-west-1:444455556666:event-bus/security';
    const elsewhere = 'arn:aws:events:us-east-1:444455556666:event-bus/security';
    const { account, events, clients, userWithKey } = await world({
      admitsOnBus: ({ source, isForwarded }) => source === 'acme' && !isForwarded,
    });
    const { keys } = userWithKey('sender');
    const Entries = [
      { EventBusName: central, Source: 'acme', DetailType: 'Key rotated', Detail: '{"id":"shop"}' },
      { EventBusName: central, Source: 'other', DetailType: 'Key rotated', Detail: '{}' },
      { EventBusName: elsewhere, Source: 'acme', DetailType: 'Key rotated', Detail: '{}' },
      { EventBusName: 'security', Source: 'acme', DetailType: 'Key rotated', Detail: '{}' },
      { EventBusName: 'default', Source: 'mine', DetailType: 'Key rotated', Detail: '{}' },
    ];
    const codes = async (region: string) => {
      const answer = await clients(keys, { region }).bus.send(new PutEventsCommand({ Entries }));
      return answer.Entries?.map(({ ErrorCode }) => ErrorCode);
    };
    expect(await codes('eu-west-1')).toEqual([
      undefined,
      'AccessDeniedException',
      'InvalidArgument',
      'InvalidArgument',
      undefined,
    ]);
    expect(events.map(({ source }) => source)).toEqual(['mine']);
    expect((await codes('us-east-1'))?.[2]).toBeUndefined();
    expect(account.otherBuses.arrived).toMatchObject([
      {
        busArn: central,
        event: { source: 'acme', account: '111122223333', region: 'eu-west-1', detail: { id: 'shop' } },
      },
      { busArn: elsewhere, event: { source: 'acme', account: '111122223333', region: 'us-east-1' } },
    ]);
  });

  it('lists rules', async () => {
    const { bus } = await world();
    await bus.send(new PutRuleCommand({ Name: 'rotate', ScheduleExpression: 'rate(1 day)' }));
    expect((await bus.send(new ListRulesCommand({}))).Rules).toMatchObject([{ Name: 'rotate', State: 'ENABLED' }]);
    expect(await bus.send(new DescribeRuleCommand({ Name: 'rotate' }))).toMatchObject({
      ScheduleExpression: 'rate(1 day)',
      Arn: 'arn:aws:events:eu-west-1:111122223333:rule/rotate',
    });
    await expect(bus.send(new DescribeRuleCommand({ Name: 'nobody' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('SNS', () => {
  it('keeps every published message', async () => {
    const { sns, account, clock } = await world();
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'findings' }));
    expect((await sns.send(new CreateTopicCommand({ Name: 'findings' }))).TopicArn).toBe(TopicArn);
    clock.advanceBy(HOUR);
    const { MessageId } = await sns.send(
      new PublishCommand({ TopicArn, Subject: 'Acme', Message: 'a <key> & "more"\n' }),
    );
    expect(account.sns.messages).toEqual([
      {
        messageId: MessageId,
        topicArn: TopicArn,
        subject: 'Acme',
        message: 'a <key> & "more"\n',
        at: START + HOUR,
      },
    ]);
    await expect(sns.send(new PublishCommand({ TopicArn: `${TopicArn}-not`, Message: 'x' }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  it('takes a subject of less than 100 characters', async () => {
    const { sns } = await world();
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'findings' }));
    await sns.send(new PublishCommand({ TopicArn, Subject: 'x'.repeat(99), Message: 'x' }));
    await expect(
      sns.send(new PublishCommand({ TopicArn, Subject: 'x'.repeat(100), Message: 'x' })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('lists topics and subscriptions', async () => {
    const { sns } = await world();
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'findings' }));
    const subscribe = new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'security@example.com' });
    expect((await sns.send(subscribe)).SubscriptionArn).toBe('pending confirmation');
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'security@example.com' }));
    expect((await sns.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn }]);
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(Subscriptions).toMatchObject([
      { SubscriptionArn: 'PendingConfirmation', Protocol: 'email', Endpoint: 'security@example.com', TopicArn },
    ]);
  });
});

describe('the parameter store', () => {
  it('describes parameters without their values', async () => {
    const { ssm } = await world();
    for (const Name of ['/acme/keys/a', '/acme/keys/b', '/other/c']) {
      await ssm.send(new PutParameterCommand({ Name, Value: 'hush', Type: 'String' }));
    }
    const ParameterFilters = [{ Key: 'Name', Option: 'BeginsWith', Values: ['/acme/'] }];
    const { Parameters } = await ssm.send(new DescribeParametersCommand({ ParameterFilters }));
    expect(Parameters).toMatchObject([{ Name: '/acme/keys/a', Tier: 'Standard' }, { Name: '/acme/keys/b' }]);
    expect(JSON.stringify(Parameters)).not.toContain('hush');
  });

  it('keeps who wrote a parameter when, page by page, until it is deleted', async () => {
    const { ssm } = await world();
    const Name = '/acme/keys/a';
    for (const Value of ['1', '2', '3']) {
      await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
    }
    const first = await ssm.send(new GetParameterHistoryCommand({ Name, MaxResults: 2 }));
    expect(first.Parameters).toMatchObject([
      { Value: '1', Version: 1, LastModifiedUser: expect.stringContaining('arn:aws:iam::') },
      { Value: '2', Version: 2 },
    ]);
    const { Parameters } = await ssm.send(new GetParameterHistoryCommand({ Name, NextToken: first.NextToken }));
    expect(Parameters?.map(({ Version }) => Version)).toEqual([3]);
    await ssm.send(new DeleteParametersCommand({ Names: [Name] }));
    await expect(ssm.send(new GetParameterHistoryCommand({ Name }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
  });

  it('shows a secure string only when its decryption is asked for', async () => {
    const { ssm } = await world();
    const Name = '/acme/token';
    await ssm.send(new PutParameterCommand({ Name, Value: 'hush', Type: 'SecureString' }));
    const read = async (WithDecryption: boolean) =>
      (await ssm.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter?.Value;
    expect(await read(true)).toBe('hush');
    expect(await read(false)).not.toContain('hush');
  });

  it('finds a parameter by its ARN and by the version that it has', async () => {
    const { ssm } = await world();
    await ssm.send(new PutParameterCommand({ Name: '/acme/keys/a', Value: 'x', Type: 'String' }));
    const read = async (Name: string) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value;
    expect(await read('arn:aws:ssm:eu-west-1:111122223333:parameter/acme/keys/a')).toBe('x');
    expect(await read('/acme/keys/a:1')).toBe('x');
    await expect(read('/acme/keys/a:2')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
    const { DeletedParameters, InvalidParameters } = await ssm.send(
      new DeleteParametersCommand({ Names: ['/acme/keys/a', '/nobody'] }),
    );
    expect([DeletedParameters, InvalidParameters]).toEqual([['/acme/keys/a'], ['/nobody']]);
  });
});
