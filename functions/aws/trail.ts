import { CloudTrailClient, type Event, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import { after, MINUTE } from '../core/duration';
import type { Trail } from '../core/ports';
import { clientConfig } from './client-config';
import { calling } from './failure';

/** CloudTrail's times are whole seconds, and a record's may differ from the key's by a moment. */
const AROUND = MINUTE;

/** What a record of CreateAccessKey tells; everything else in it is of no concern. */
const recordSchema = z.object({
  userIdentity: z.object({ arn: z.string() }),
  responseElements: z.object({ accessKey: z.object({ accessKeyId: z.string() }) }),
});

/** The Trail port over the AWS SDK. */
export function createTrail(region = process.env.AWS_REGION ?? ''): Trail {
  const trail = new CloudTrailClient({ ...clientConfig, region: homeOfIam(region) });
  const sts = new STSClient(clientConfig);

  return {
    async isOwn({ accessKeyId, createdAt }) {
      let token: string | undefined;
      do {
        const page = await calling('cloudtrail:LookupEvents of CreateAccessKey', {}, () =>
          trail.send(
            new LookupEventsCommand({
              LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateAccessKey' }],
              StartTime: after(createdAt, -AROUND),
              EndTime: after(createdAt, AROUND),
              NextToken: token,
            }),
          ),
        );
        const creator = (page.Events ?? []).map((event) => creatorOf(event, accessKeyId)).find(Boolean);
        if (creator !== undefined) {
          const { Arn } = await calling('sts:GetCallerIdentity', {}, () => sts.send(new GetCallerIdentityCommand({})));
          return Arn !== undefined && roleOf(Arn) === roleOf(creator);
        }
        token = page.NextToken;
      } while (token !== undefined);
      return undefined;
    },
  };
}

function creatorOf({ CloudTrailEvent = '' }: Event, accessKeyId: string): string | undefined {
  try {
    const record = recordSchema.safeParse(JSON.parse(CloudTrailEvent));
    if (!record.success || record.data.responseElements.accessKey.accessKeyId !== accessKeyId) return undefined;
    return record.data.userIdentity.arn;
  } catch {
    // A record that is no JSON tells nothing.
    return undefined;
  }
}

/** `arn:aws:sts::<account>:assumed-role/<role>/<session>` without the session; other principals as they are. */
function roleOf(arn: string): string {
  return /:assumed-role\//.test(arn) ? arn.slice(0, arn.lastIndexOf('/')) : arn;
}

/** IAM is a global service: its records are in one region of each partition. */
function homeOfIam(region: string): string {
  if (region.startsWith('cn-')) return 'cn-north-1';
  if (region.startsWith('us-gov-')) return 'us-gov-west-1';
  return 'us-east-1';
}
