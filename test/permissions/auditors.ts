import { CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateAccessKeyCommand, IAMClient, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  BatchGetSecretValueCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { doctorSchema } from '../../cli/documents/doctor';
import { createEvidencePorts } from '../../functions/aws/evidence-ports';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';
import { gatherEvidence } from '../../functions/report/evidence/gather-evidence';
import { makeReport } from '../../functions/report/judge/make-report';
import { type Typed, typed } from '../cli/typed';
import { AUDITING_ADMINISTRATOR, AUDITOR, type EvidenceLife } from './evidence-life';

/** What an auditor may for `keyturn doctor` alone. */
const DOCTORS = [
  'cloudformation:ListStackResources',
  'events:ListRules',
  'events:ListTargetsByRule',
  'lambda:ListFunctions',
  'sns:ListSubscriptionsByTopic',
  'cloudtrail:DescribeTrails',
  'cloudtrail:GetTrailStatus',
  'cloudtrail:GetEventSelectors',
];

/** What the deployed policies let auditors do, after a month. */
export function auditorsReadAndChangeNothing(life: () => EvidenceLife): void {
  beforeEach(() => {
    life().enforcement.denied.length = 0;
  });

  /** What an SDK client of a role is made with. */
  function as(roleName: string) {
    const { account, accountUrl: endpoint } = life().deployed.world;
    const { arn } = account.iam.roles.get(roleName);
    const { accessKeyId, secretAccessKey, sessionToken } = account.roleSession(arn, 'somebody');
    const credentials = { accessKeyId, secretAccessKey, sessionToken };
    return { endpoint, region: account.region, credentials };
  }

  const secrets = (roleName: string) => new SecretsManagerClient(as(roleName));
  const archive = () => new S3Client({ ...as(AUDITOR), forcePathStyle: true });
  const bucket = () => life().deployed.deployment.outputs.ArchiveBucketName;
  const MANAGED = 'keyturn/shop';
  const CONNECTION = 'keyturn/connections/acme';
  const denied = { name: expect.stringMatching(/^AccessDenied/) };

  describe('an auditor with the managed policy alone', () => {
    it('gathers everything that a report is made from, without one refusal', async () => {
      const { clock } = life().deployed.world;
      const time = { now: () => new Date(clock.now()), sleep: async (wait: number) => clock.advanceBy(wait) };
      const ports = createEvidencePorts({ time, access: as(AUDITOR) });
      const since = new Date('2026-01-01T00:00:00Z');
      const evidence = await gatherEvidence(ports, { since, until: new Date('2026-02-01T00:00:00Z') });

      expect(life().enforcement.denied).toEqual([]);
      expect(evidence.failures).toEqual([]);
      expect(evidence.gatheredBy).toMatch(/:assumed-role\/auditor\/somebody$/);
      const { summary, limits, attention } = makeReport(evidence);
      expect(summary).toMatchObject({ verdict: 'compliant', rotations: 2, deactivations: 2, deletions: 2 });
      expect([limits, attention]).toEqual([[], []]);
    });

    /** The command as somebody with the auditor's role types it, at the world's time. */
    async function type(args: readonly string[]): Promise<Typed> {
      const { endpoint, region, credentials } = as(AUDITOR);
      vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
      vi.stubEnv('AWS_REGION', region);
      vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
      vi.stubEnv('AWS_SESSION_TOKEN', credentials.sessionToken);
      const { clock } = life().deployed.world;
      const time = { now: () => new Date(clock.now()), sleep: async (wait: number) => clock.advanceBy(wait) };
      try {
        return await typed(args, { time, folder: '/nonexistent' });
      } finally {
        vi.unstubAllEnvs();
      }
    }

    it('sees where every key stands, what comes, and the life of a key', async () => {
      // Hours in which nothing happens are passed over here.
      await life().deployed.run('sync', { source: 'aws.events', 'detail-type': 'Scheduled Event' });
      const [key] = life().deployed.keys('ci-shop');
      for (const args of [['status'], ['status', 'shop'], ['plan'], ['why', key?.id ?? ''], ['exits', 'shop']]) {
        const { code, stdout } = await type(args);
        expect({ args, code, stdout }).toEqual({ args, code: 0, stdout: expect.stringContaining('shop') });
      }
      expect(life().enforcement.denied).toEqual([]);
    });

    it('K12: learns by doctor everything but what only a token shows, by every right that it has for that', async () => {
      const { account } = life().deployed.world;
      const trail = { Name: 'management', S3BucketName: 'trail-of-the-account' };
      account.invoke(life().deployed.admin, 'cloudtrail', 'CreateTrail', trail);
      account.invoke(life().deployed.admin, 'cloudtrail', 'StartLogging', trail);
      const { stdout, stderr } = await type(['doctor', '--json']);
      const { checks } = doctorSchema.parse(JSON.parse(stdout || `"${stderr}"`));
      const unknown = checks.filter(({ status }) => status === 'unknown');
      expect(unknown.map(({ id, saw }) => [id, saw])).toEqual([
        // No file is there to compare with, and no token may be read by whoever audits (K6).
        ['registry-as-configured', expect.anything()],
        ['places', 'The token of acme cannot be read here, as it should be.'],
        ['token-scopes', 'The token of acme cannot be read here, as it should be.'],
      ]);
      expect(life().enforcement.denied).toEqual([expect.stringContaining('secretsmanager:GetSecretValue')]);
      const used = [...life().enforcement.used];
      for (const right of DOCTORS) expect(used, right).toContainEqual(expect.stringContaining(right));
    });

    it('reads the archive, and can take nothing from it', async () => {
      const client = archive();
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket(), Prefix: 'reports/' }));
      const [Key = ''] = Contents.map((object) => object.Key ?? '');
      const { Body, VersionId } = await client.send(new GetObjectCommand({ Bucket: bucket(), Key }));

      expect(await Body?.transformToString()).toContain('ci-shop');
      expect(life().enforcement.denied).toEqual([]);
      await expect(client.send(new DeleteObjectCommand({ Bucket: bucket(), Key, VersionId }))).rejects.toMatchObject(
        denied,
      );
      expect(life().enforcement.denied).toEqual([expect.stringContaining('s3:DeleteObjectVersion')]);
    });

    it('writes nothing into the record, and changes no key and no secret', async () => {
      const [key] = life().deployed.keys('ci-shop');
      const UserName = 'ci-shop';
      const logs = new CloudWatchLogsClient(as(AUDITOR));
      const iam = new IAMClient(as(AUDITOR));
      const forged = {
        logGroupName: AUDIT_LOG_GROUP,
        logStreamName: 'rotate/2026-02',
        logEvents: [{ timestamp: life().deployed.world.clock.now(), message: '{}' }],
      };
      const attempts = [
        logs.send(new PutLogEventsCommand(forged)),
        iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId: key?.id, Status: 'Inactive' })),
        iam.send(new CreateAccessKeyCommand({ UserName })),
        secrets(AUDITOR).send(
          new TagResourceCommand({ SecretId: MANAGED, Tags: [{ Key: 'keyturn:paused', Value: 'x' }] }),
        ),
      ];
      for (const attempt of attempts) await expect(attempt).rejects.toMatchObject(denied);
      expect(life().enforcement.denied).toHaveLength(attempts.length);
      expect(life().deployed.keys('ci-shop')).toMatchObject([{ status: 'Active' }]);
    });
  });

  describe.each([AUDITOR, AUDITING_ADMINISTRATOR])('K6: the %s', (roleName) => {
    it.each([MANAGED, CONNECTION])('reads and writes no value of %s', async (SecretId) => {
      const client = secrets(roleName);

      await expect(client.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject(denied);
      await expect(client.send(new PutSecretValueCommand({ SecretId, SecretString: 'mine' }))).rejects.toMatchObject(
        denied,
      );
      expect(life().enforcement.denied).toEqual([
        expect.stringContaining(
          `secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:111122223333:secret:${SecretId}-`,
        ),
        expect.stringContaining('secretsmanager:PutSecretValue'),
      ]);
    });

    it('nor many at once', async () => {
      // The local account has no such operation; it asks for the right to it all the same.
      await expect(
        secrets(roleName).send(new BatchGetSecretValueCommand({ SecretIdList: [CONNECTION] })),
      ).rejects.toThrow();
      expect(life().enforcement.denied).toEqual([expect.stringContaining('secretsmanager:BatchGetSecretValue on *')]);
    });
  });

  it('the administrator is one all the same: it is the policy’s Deny that keeps the values', async () => {
    const Tags = [{ Key: 'owner', Value: 'audit' }];
    await secrets(AUDITING_ADMINISTRATOR).send(new TagResourceCommand({ SecretId: CONNECTION, Tags }));

    expect(life().enforcement.denied).toEqual([]);
  });
}
