import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Trail } from '../account/ports';
import { after, MINUTE } from '../core/duration';
import { KeyturnError } from '../core/errors';
import { creatorOf, isSamePrincipal } from '../core/key/creation-record';
import { keyUseOf } from '../core/key/key-use';
import { iamRecordsRegion, PARTITION_NAMES } from '../core/partitions';
import { type ClientConfig, clientConfig } from './client-config';
import { calling } from './failure';

/** CloudTrail's times are whole seconds, and a record's may differ from the key's by a moment. */
const AROUND = MINUTE;

/** Two requests a second are allowed: who is refused does without. */
const LOOKING = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;

/** The Trail port over the AWS SDK. */
export function createTrail(region = process.env.AWS_REGION ?? '', config: ClientConfig = clientConfig): Trail {
  const trail = new CloudTrailClient({ ...config, region: homeOfIam(region) });
  const sts = new STSClient(config);

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
        const creator = (page.Events ?? [])
          .map(({ CloudTrailEvent = '' }) => creatorOf(CloudTrailEvent, accessKeyId))
          .find((arn) => arn !== undefined);
        if (creator !== undefined) {
          const { Arn } = await calling('sts:GetCallerIdentity', {}, () => sts.send(new GetCallerIdentityCommand({})));
          return Arn !== undefined && isSamePrincipal(Arn, creator);
        }
        token = page.NextToken;
      } while (token !== undefined);
      return undefined;
    },
    async usesOf(accessKeyId, since, where = region) {
      const client = new CloudTrailClient({ ...config, ...LOOKING, region: where });
      try {
        const { Events = [] } = await calling(`cloudtrail:LookupEvents of ${accessKeyId} in ${where}`, {}, () =>
          client.send(
            new LookupEventsCommand({
              LookupAttributes: [{ AttributeKey: 'AccessKeyId', AttributeValue: accessKeyId }],
              StartTime: since,
            }),
          ),
        );
        return Events.flatMap(({ CloudTrailEvent = '' }) => keyUseOf(CloudTrailEvent) ?? []);
      } finally {
        client.destroy();
      }
    },
  };
}

/** IAM is a global service: its records are in one region of each partition. @throws KeyturnError `invalid-config` */
export function homeOfIam(region: string): string {
  const home = iamRecordsRegion(region);
  if (home !== undefined) return home;
  throw new KeyturnError(
    'invalid-config',
    `The region "${region}" is in no partition that Keyturn knows (${PARTITION_NAMES.join(', ')}), so it cannot tell ` +
      "where CloudTrail records what is done in IAM. Name another region, or add the partition to Keyturn's table.",
  );
}
