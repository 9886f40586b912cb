import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import { expect, it } from 'vitest';
import { world } from './world';

it('trails of the account tell whether they log, and which events they have', async () => {
  const { account, server } = await world();
  const credentials = account.rootSession();
  const client = new CloudTrailClient({ endpoint: server.url, region: 'eu-west-1', credentials, maxAttempts: 1 });
  expect((await client.send(new DescribeTrailsCommand())).trailList).toEqual([]);
  const { trails } = account;
  for (const Name of ['main', 'data', 'new']) trails.createTrail({ Name, S3BucketName: 'trails' });
  for (const Name of ['main', 'new']) trails.startLogging({ Name });
  const none = [{ ReadWriteType: 'All' as const, IncludeManagementEvents: false }];
  trails.putEventSelectors({ TrailName: 'data', EventSelectors: none });
  const writes = [
    { Field: 'eventCategory', Equals: ['Management'] },
    { Field: 'readOnly', Equals: ['false'] },
  ];
  trails.putEventSelectors({ TrailName: 'new', AdvancedEventSelectors: [{ FieldSelectors: writes }] });
  const { trailList = [] } = await client.send(new DescribeTrailsCommand());
  const arns = trailList.map(({ TrailARN = '' }) => TrailARN);
  expect(arns[0]).toBe(`arn:aws:cloudtrail:eu-west-1:${account.accountId}:trail/main`);
  const status = await Promise.all(arns.map((Name) => client.send(new GetTrailStatusCommand({ Name }))));
  expect(status.map(({ IsLogging }) => IsLogging)).toEqual([true, false, true]);
  const selectors = await Promise.all(
    arns.map((TrailName) => client.send(new GetEventSelectorsCommand({ TrailName }))),
  );
  expect(selectors.map(({ EventSelectors }) => EventSelectors?.[0]?.IncludeManagementEvents)).toEqual([
    true,
    false,
    undefined,
  ]);
  expect(selectors[2]?.AdvancedEventSelectors?.[0]?.FieldSelectors).toEqual(writes);
  await expect(client.send(new GetTrailStatusCommand({ Name: 'nope' }))).rejects.toMatchObject({
    name: 'TrailNotFoundException',
  });
});
