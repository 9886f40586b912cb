import {
  type AdvancedEventSelector,
  CloudTrailClient,
  DescribeTrailsCommand,
  type EventSelector,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  type Trail,
} from '@aws-sdk/client-cloudtrail';
import { type AwsAccess, reviewConfig } from './client-config';
import { calling } from './failure';

/** A trail that reaches into the account's region. */
export interface SeenTrail {
  readonly name: string;
  /** Whether it logs what is written to IAM and Secrets Manager, in this region too. */
  readonly logsManagementEvents: boolean;
}

/**
 * The trails that log in a region, the organization's and those of other regions included.
 *
 * @throws KeyturnError `aws-*`
 */
export async function readTrails(access: AwsAccess): Promise<readonly SeenTrail[]> {
  const client = new CloudTrailClient(reviewConfig(access));
  const { trailList = [] } = await calling('cloudtrail:DescribeTrails', {}, () =>
    client.send(new DescribeTrailsCommand({})),
  );
  return Promise.all(trailList.map((trail) => look(client, trail)));
}

async function look(client: CloudTrailClient, { Name = '', TrailARN = Name }: Trail): Promise<SeenTrail> {
  const { IsLogging = false } = await calling(`cloudtrail:GetTrailStatus of ${Name}`, {}, () =>
    client.send(new GetTrailStatusCommand({ Name: TrailARN })),
  );
  const { EventSelectors = [], AdvancedEventSelectors = [] } = await calling(
    `cloudtrail:GetEventSelectors of ${Name}`,
    {},
    () => client.send(new GetEventSelectorsCommand({ TrailName: TrailARN })),
  );
  const records = EventSelectors.some(recordsWrites) || AdvancedEventSelectors.some(recordsWritesToo);
  return { name: Name, logsManagementEvents: IsLogging && records };
}

function recordsWrites({ IncludeManagementEvents, ReadWriteType }: EventSelector): boolean {
  return IncludeManagementEvents === true && ReadWriteType !== 'ReadOnly';
}

function recordsWritesToo({ FieldSelectors = [] }: AdvancedEventSelector): boolean {
  const given = (field: string) => FieldSelectors.find(({ Field }) => Field === field)?.Equals;
  return given('eventCategory')?.includes('Management') === true && given('readOnly')?.includes('true') !== true;
}
