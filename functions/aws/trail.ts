import { setTimeout as pause } from 'node:timers/promises';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Trail } from '../account/ports';
import { after, MINUTE, SECOND } from '../core/duration';
import { KeyturnError } from '../core/errors';
import { creatorOf, isSamePrincipal } from '../core/key/creation-record';
import { type KeyUse, keyUseOf } from '../core/key/key-use';
import type { RegionUses } from '../core/key/uses-since';
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

/** Of 50 calls each. */
const MOST_PAGES = 6;
/** Two requests a second are allowed in a region. */
const BETWEEN_PAGES = SECOND / 2;
/** Nothing waits for it, and a run has its own end. */
const READS_FOR = 30 * SECOND;

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
        return (await pageOfUses(client, { accessKeyId, since, where })).uses;
      } finally {
        client.destroy();
      }
    },
    usesSince(accessKeyId, since, where) {
      const regions = new Set([region, iamRecordsRegion(region), where].filter((one) => one !== undefined));
      return Promise.all([...regions].map((one) => usesInRegion(config, { accessKeyId, since, where: one })));
    },
  };
}

interface Asked {
  readonly accessKeyId: string;
  readonly since: Date;
  readonly where: string;
}

/** What was read before a page was refused is told, as not all. */
async function usesInRegion(config: ClientConfig, asked: Asked, readsFor = READS_FOR): Promise<RegionUses> {
  const { where: region } = asked;
  const client = new CloudTrailClient({ ...config, ...LOOKING, region });
  const signal = AbortSignal.timeout(readsFor);
  const uses: KeyUse[] = [];
  let unread = 0;
  let token: string | undefined;
  try {
    for (let page = 0; page < MOST_PAGES; page += 1) {
      if (page > 0) await pause(BETWEEN_PAGES);
      const found = await pageOfUses(client, asked, token, signal);
      uses.push(...found.uses);
      unread += found.unread;
      token = found.token;
      if (token === undefined) return { is: 'seen', region, uses, unread, isWhole: true };
    }
  } catch {
    if (token === undefined) return { is: 'unknown', region };
  } finally {
    client.destroy();
  }
  return { is: 'seen', region, uses, unread, isWhole: false };
}

async function pageOfUses(
  client: CloudTrailClient,
  { accessKeyId, since, where }: Asked,
  NextToken?: string,
  abortSignal?: AbortSignal,
): Promise<{ readonly uses: readonly KeyUse[]; readonly unread: number; readonly token: string | undefined }> {
  const { Events = [], NextToken: token } = await calling(
    `cloudtrail:LookupEvents of ${accessKeyId} in ${where}`,
    {},
    () =>
      client.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'AccessKeyId', AttributeValue: accessKeyId }],
          StartTime: since,
          NextToken,
        }),
        { abortSignal },
      ),
  );
  const uses = Events.flatMap(({ CloudTrailEvent = '' }) => keyUseOf(CloudTrailEvent) ?? []);
  return { uses, unread: Events.length - uses.length, token };
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
