import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
  PutLogGroupDeletionProtectionCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, START, world } from './world';

const logGroupName = '/acme/audit';
const logStreamName = 'rotate/2026-01';

async function logWorld() {
  const here = await world();
  await here.logs.send(new CreateLogGroupCommand({ logGroupName }));
  await here.logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const put = (...events: readonly (readonly [timestamp: number, message: string])[]) =>
    here.logs.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName,
        logEvents: events.map(([timestamp, message]) => ({ timestamp, message })),
      }),
    );
  const messages = async () => {
    const { events } = await here.logs.send(new FilterLogEventsCommand({ logGroupName }));
    return (events ?? []).map(({ message }) => message);
  };
  return { ...here, put, messages };
}

describe('PutLogEvents', () => {
  it('leaves out what is too old or too new, says which, and takes the rest', async () => {
    const { put, messages, clock } = await logWorld();
    expect((await put([START, 'now'])).rejectedLogEventsInfo).toBeUndefined();
    const old = await put([START - 14 * DAY - 1, 'too old'], [START - 14 * DAY, 'just']);
    expect(old.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    const ahead = await put([START + 2 * HOUR, 'soon'], [START + 2 * HOUR + 1, 'too new']);
    expect(ahead.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 });
    clock.advanceBy(HOUR);
    expect(await messages()).toEqual(['just', 'now', 'soon']);
  });

  it('leaves out what the group does not keep', async () => {
    const { logs, put, messages } = await logWorld();
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 3 }));
    const { rejectedLogEventsInfo } = await put([START - 3 * DAY - 1, 'expired'], [START - 3 * DAY, 'kept']);
    expect(rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 });
    expect(await messages()).toEqual(['kept']);
  });

  it('refuses a batch out of order, over a day, or over a MiB', async () => {
    const { put, messages } = await logWorld();
    const refused = (message: RegExp) => ({
      name: 'InvalidParameterException',
      message: expect.stringMatching(message),
      $metadata: { httpStatusCode: 400 },
    });
    await expect(put([START, 'a'], [START - 1, 'b'])).rejects.toMatchObject(refused(/chronological order/));
    await expect(put([START - DAY - 1, 'a'], [START, 'b'])).rejects.toMatchObject(refused(/span more than 24 hours/));
    const half = 'ü'.repeat(262_144 - 13);
    await expect(put([START, half], [START, half], [START, ''.padEnd(1, 'x')])).rejects.toMatchObject(
      refused(/Upload too large: 1048603 bytes exceeds limit of 1048576/),
    );
    expect(await messages()).toEqual([]);
    await put([START, half], [START, half]);
    expect(await messages()).toHaveLength(2);
  });
});

describe('FilterLogEvents', () => {
  it('answers a MiB at most, and goes on with a token', async () => {
    const { logs, put } = await logWorld();
    for (const name of ['a', 'b', 'c']) await put([START, name.repeat(600_000)]);
    const seen: string[] = [];
    let nextToken: string | undefined;
    let pages = 0;
    do {
      const page = await logs.send(new FilterLogEventsCommand({ logGroupName, nextToken }));
      seen.push(...(page.events ?? []).map(({ message = '' }) => message.charAt(0)));
      nextToken = page.nextToken;
      pages += 1;
    } while (nextToken !== undefined);
    expect([seen, pages]).toEqual([['a', 'b', 'c'], 3]);
  });
});

describe('a protected log group', () => {
  it('is not deleted until its protection is off', async () => {
    const { logs } = await world();
    const kmsKeyId = 'arn:aws:kms:eu-west-1:111122223333:key/1';
    await logs.send(new CreateLogGroupCommand({ logGroupName, kmsKeyId, deletionProtectionEnabled: true }));
    const describeGroups = async () => (await logs.send(new DescribeLogGroupsCommand({}))).logGroups;
    expect(await describeGroups()).toMatchObject([{ kmsKeyId, deletionProtectionEnabled: true }]);
    const remove = () => logs.send(new DeleteLogGroupCommand({ logGroupName }));
    await expect(remove()).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Cannot delete log group with deletion protection enabled. Disable deletion protection first.',
    });
    const logGroupIdentifier = `arn:aws:logs:eu-west-1:111122223333:log-group:${logGroupName}`;
    await logs.send(new PutLogGroupDeletionProtectionCommand({ logGroupIdentifier, deletionProtectionEnabled: false }));
    await remove();
    expect(await describeGroups()).toEqual([]);
  });
});
