import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvidencePorts } from '../../functions/aws/evidence-ports';
import type { ConfigInput } from '../../functions/core/config/config';
import { gatherEvidence } from '../../functions/report/evidence/gather-evidence';
import { makeReport } from '../../functions/report/judge/make-report';
import { type Report, reportSchema } from '../../functions/report/judge/model';
import { TrailFiles } from '../../local/account/trail-files';
import { functionNameOf } from '../../local/stack/deployment';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { Enforcement } from './enforcement';
import { AUDITOR, addAuditors, EVIDENCE_KEY } from './evidence-life';

const DAY = 86_400_000;
const BUCKET = 'trails-of-all';
const PLACE = { bucket: BUCKET, prefix: 'logs', organization: 'o-exampleorgid' };
const CONFIG: ConfigInput = {
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  keys: [
    {
      id: 'shop',
      user: 'ci-shop',
      deliverTo: [{ connection: 'acme', repository: 'acme/shop', environment: 'Production' }],
    },
  ],
  audit: { archive: { years: 1 }, report: {}, trailFiles: { ...PLACE, encryptionKey: EVIDENCE_KEY } },
};

/** Two days of January, and then nobody looks until April: the event history has forgotten them. */
describe('with the deployed policies in force, what the event history has forgotten (K12)', () => {
  const enforcement = new Enforcement();
  let deployed: DeployedWorld;
  beforeAll(async () => {
    deployed = await DeployedWorld.open(synthesized(CONFIG, addAuditors), {
      onDeploy: (deployment, world) => enforcement.enforce(deployment, world),
      world: { accountServer: { authorize: enforcement.authorize, allowedSkew: Number.POSITIVE_INFINITY } },
    });
    const { account, clock } = deployed.world;
    const settings = { versioned: false, objectLock: false, retention: undefined, kmsKeyId: EVIDENCE_KEY };
    account.s3.createBucket(BUCKET, settings);
    const files = new TrailFiles(account, { ...PLACE, digests: true });
    await deployed.until(2);
    clock.advanceBy(91 * DAY);
    files.deliver();
  }, 120_000);
  afterAll(() => deployed.close());

  function asAuditor() {
    const { account, accountUrl: endpoint } = deployed.world;
    const { accessKeyId, secretAccessKey, sessionToken } = account.roleSession(
      account.iam.roles.get(AUDITOR).arn,
      'me',
    );
    return { endpoint, region: account.region, credentials: { accessKeyId, secretAccessKey, sessionToken } };
  }

  const expectWhole = ({ trailSpans, changes, limits }: Report) => {
    expect(trailSpans?.map(({ source }) => source)).toContain('trail-files');
    expect(changes.map(({ action, result }) => `${action} ${result}`)).toEqual(
      expect.arrayContaining(['CreateAccessKey matched', 'PutSecretValue matched']),
    );
    expect(limits.map(({ source }) => source)).not.toContain('cloudtrail');
  };

  it('is in the report that the function makes again of that month', async () => {
    enforcement.denied.length = 0;
    const { world, deployment } = deployed;
    const result = await world.invoke(functionNameOf(deployment, 'ReportFunction'), { month: '2026-01' });

    expect([result.functionError, enforcement.denied]).toEqual([undefined, []]);
    const Key = 'reports/111122223333/2026-01/keyturn-report.json';
    const { Body } = world.account.s3.getObject({ Bucket: deployment.outputs.ArchiveBucketName ?? '', Key });
    expectWhole(reportSchema.parse(JSON.parse(Body.toString())));
  });

  it('is in the report that an auditor makes', async () => {
    enforcement.denied.length = 0;
    const { clock } = deployed.world;
    const time = { now: () => new Date(clock.now()), sleep: async (wait: number) => clock.advanceBy(wait) };
    const ports = createEvidencePorts({ time, access: asAuditor() });
    const period = { since: new Date('2026-01-01T00:00:00Z'), until: new Date('2026-04-01T00:00:00Z') };
    const evidence = await gatherEvidence(ports, period);

    expect([evidence.failures, enforcement.denied]).toEqual([[], []]);
    expectWhole(makeReport(evidence));
  });

  it('an auditor reads no other account’s files', async () => {
    const client = new S3Client({ ...asAuditor(), forcePathStyle: true });
    const others = 'logs/AWSLogs/o-exampleorgid/444455556666/CloudTrail/us-east-1/';
    const list = (Prefix?: string) => client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
    const get = client.send(new GetObjectCommand({ Bucket: BUCKET, Key: `${others}2026/01/01/x.json.gz` }));
    for (const attempt of [list(), list(others), list('logs/'), get]) {
      await expect(attempt).rejects.toMatchObject({ name: expect.stringMatching(/^AccessDenied/) });
    }
  });
});
