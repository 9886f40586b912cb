import { CloudTrailClient, LookupEventsCommand, type LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import { CreateUserCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { LOOKUP_EVENTS_QUOTA, throttling } from '../../account/quotas';
import { DAY, HOUR, START, world } from './world';

async function trailWorld(options: Parameters<typeof world>[0] = {}) {
  const here = await world(options);
  const lookUp = (input: LookupEventsCommandInput = {}, region = 'us-east-1') => {
    const credentials = here.account.rootSession();
    const client = new CloudTrailClient({ endpoint: here.server.url, region, credentials, maxAttempts: 1 });
    return client.send(new LookupEventsCommand(input));
  };
  const makeUsers = async (...names: string[]) => {
    for (const UserName of names) {
      await here.iam.send(new CreateUserCommand({ UserName }));
      here.clock.advanceBy(HOUR);
    }
  };
  return { ...here, lookUp, makeUsers };
}

const names = ({ Events = [] }: { Events?: { CloudTrailEvent?: string | undefined }[] }) =>
  Events.map(({ CloudTrailEvent = '{}' }) => JSON.parse(CloudTrailEvent).requestParameters.userName);

describe('LookupEvents', () => {
  it('answers newest first, a page at a time', async () => {
    const { lookUp, makeUsers } = await trailWorld();
    await makeUsers('a', 'b', 'c');
    const first = await lookUp({ MaxResults: 2 });
    expect(names(first)).toEqual(['c', 'b']);
    const { NextToken } = first;
    const second = await lookUp({ MaxResults: 2, NextToken });
    expect([names(second), second.NextToken]).toEqual([['a'], undefined]);
    const other = { AttributeKey: 'EventName' as const, AttributeValue: 'CreateUser' };
    await expect(lookUp({ LookupAttributes: [other], NextToken })).rejects.toMatchObject({
      name: 'InvalidNextTokenException',
    });
  });

  it('knows IAM in us-east-1 only, and the account’s region for the rest', async () => {
    const { lookUp, makeUsers, secrets } = await trailWorld();
    await makeUsers('a');
    await secrets.send(new CreateSecretCommand({ Name: 'acme/shop' }));
    const seen = async (region: string) => (await lookUp({}, region)).Events?.map(({ EventName }) => EventName);
    expect(await seen('us-east-1')).toEqual(['CreateUser']);
    expect(await seen('eu-west-1')).toEqual(['CreateSecret']);
  });

  it('has what a user’s access key has read, in the region where it did, and no event of it', async () => {
    const { lookUp, clients, userWithKey, events } = await trailWorld();
    const { key, keys } = userWithKey('bob');
    const before = events.length;
    await clients(keys, { region: 'ap-southeast-2' }).sts.send(new GetCallerIdentityCommand({}));
    const LookupAttributes = [{ AttributeKey: 'AccessKeyId' as const, AttributeValue: key.id }];
    expect((await lookUp({ LookupAttributes }, 'us-east-1')).Events).toEqual([]);
    const { Events: [use] = [] } = await lookUp({ LookupAttributes }, 'ap-southeast-2');
    expect(JSON.parse(use?.CloudTrailEvent ?? '{}')).toMatchObject({
      eventName: 'GetCallerIdentity',
      eventSource: 'sts.amazonaws.com',
      readOnly: true,
      userIdentity: { accessKeyId: key.id },
      userAgent: expect.stringContaining('aws-sdk-js'),
    });
    expect(events).toHaveLength(before);
  });

  it('forgets after 90 days', async () => {
    const { lookUp, makeUsers, clock } = await trailWorld();
    await makeUsers('a', 'b');
    clock.advanceTo(START + 90 * DAY + 1);
    expect(names(await lookUp({ StartTime: new Date(START - DAY), EndTime: new Date(clock.now()) }))).toEqual(['b']);
  });

  it.each([
    [{ MaxResults: 51 }, 'InvalidMaxResultsException'],
    [{ MaxResults: 0 }, 'InvalidMaxResultsException'],
    [{ StartTime: new Date(START), EndTime: new Date(START - 1000) }, 'InvalidTimeRangeException'],
    [{ NextToken: 'made up' }, 'InvalidNextTokenException'],
  ])('refuses %o', async (input, name) => {
    const { lookUp } = await trailWorld();
    await expect(lookUp(input)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });

  it('takes two requests a second in each region, when its quota is on', async () => {
    const time = { now: 0 };
    const { lookUp } = await trailWorld({ fault: throttling([LOOKUP_EVENTS_QUOTA], () => time.now) });
    await lookUp();
    await lookUp();
    await expect(lookUp()).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
    await lookUp({}, 'eu-west-1');
    time.now += 500;
    await lookUp();
  });
});
