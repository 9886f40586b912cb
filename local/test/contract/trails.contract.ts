import {
  CreateTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { awsError, type ContractTarget, fresh, REGION } from './target';

/** CloudTrail's trails, as whoever asks whether they log sees them. */
export function trailsContract(target: ContractTarget): void {
  describe(`CloudTrail of ${target.name}`, () => {
    const { trails, s3 } = target.makeClients();
    const newTrail = async () => {
      const [Name, Bucket] = [fresh('management'), fresh('trail-files')];
      const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
      await trails.send(new CreateTrailCommand({ Name, S3BucketName: Bucket, IsMultiRegionTrail: true }));
      return { Name, Bucket };
    };

    it('describes a trail', async () => {
      const { Name, Bucket } = await newTrail();
      const { trailList } = await trails.send(new DescribeTrailsCommand({ trailNameList: [Name] }));
      expect(trailList).toMatchObject([
        {
          Name,
          S3BucketName: Bucket,
          IsMultiRegionTrail: true,
          IncludeGlobalServiceEvents: true,
          HomeRegion: REGION,
          TrailARN: expect.stringMatching(new RegExp(`^arn:aws:cloudtrail:eu-west-1:\\d{12}:trail/${Name}$`)),
        },
      ]);
    });

    it('says whether it logs, which it does not before it is told to', async () => {
      const { Name } = await newTrail();
      const isLogging = async () => (await trails.send(new GetTrailStatusCommand({ Name }))).IsLogging;
      expect(await isLogging()).toBe(false);
      await trails.send(new StartLoggingCommand({ Name }));
      expect(await isLogging()).toBe(true);
      await trails.send(new StopLoggingCommand({ Name }));
      expect(await isLogging()).toBe(false);
      expect((await trails.send(new GetTrailStatusCommand({ Name }))).StopLoggingTime).toBeInstanceOf(Date);
    });

    it('keeps which events it takes', async () => {
      const { Name: TrailName } = await newTrail();
      const EventSelectors = [{ ReadWriteType: 'WriteOnly' as const, IncludeManagementEvents: true }];
      await trails.send(new PutEventSelectorsCommand({ TrailName, EventSelectors }));
      const kept = await trails.send(new GetEventSelectorsCommand({ TrailName }));
      expect(kept.EventSelectors).toMatchObject(EventSelectors);
    });

    it('knows no trail that is not there', async () => {
      await expect(trails.send(new GetTrailStatusCommand({ Name: 'nobody' }))).rejects.toMatchObject(
        awsError('TrailNotFoundException', 400, /^Unknown trail: .*nobody for the user: \d{12}$/),
      );
    });
  });
}
