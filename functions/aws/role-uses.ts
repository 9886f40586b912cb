import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { Time } from '../account/ports';
import { SECOND } from '../core/duration';
import { type RoleUse, roleUseOf } from '../core/hosts/role-use';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';

/** LookupEvents: two requests a second, for an account and region together. */
const PACE = SECOND / 2;

/**
 * Who took a role with a token, from CloudTrail's event history of the region, newest first. The history can be asked by
 * one attribute, and the role is none that a refused call has, so all such calls are read.
 */
export async function roleUses(
  roleArn: string,
  { since, until }: { readonly since: Date; readonly until: Date },
  time: Time,
  config: ClientConfig = reviewConfig(),
): Promise<readonly RoleUse[]> {
  const client = new CloudTrailClient(config);
  const uses: RoleUse[] = [];
  let NextToken: string | undefined;
  do {
    const page = await calling('cloudtrail:LookupEvents of AssumeRoleWithWebIdentity', {}, () =>
      client.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRoleWithWebIdentity' }],
          StartTime: since,
          EndTime: until,
          NextToken,
        }),
      ),
    );
    uses.push(...(page.Events ?? []).flatMap(({ CloudTrailEvent = '' }) => roleUseOf(CloudTrailEvent, roleArn) ?? []));
    NextToken = page.NextToken;
    if (NextToken !== undefined) await time.sleep(PACE);
  } while (NextToken !== undefined);
  return uses;
}
