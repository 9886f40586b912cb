import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { parseThings } from '../../functions/core/deployed-facts';
import { DEPLOYMENT_PARAMETERS } from '../../functions/core/names';
import { mayFunction, mayWith, type PolicyDocument, type Request } from './access';
import { ACCOUNT, deployed, REGION } from './deployed';
import { type CfnTemplate, madeBefore, ONE_KEY, resourcesOf, synthesize } from './synthesized';

const TRAIL_KEY = 'arn:aws:kms:us-west-2:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const REPORTED = { archive: { years: 7 }, report: {} } as const;
const OWN: ConfigInput = { ...ONE_KEY, audit: { ...REPORTED, trailFiles: { bucket: 'trail-of-acme' } } };
const OF_ORGANIZATION: ConfigInput = {
  ...ONE_KEY,
  audit: {
    ...REPORTED,
    trailFiles: {
      bucket: 'trails-of-all',
      prefix: 'logs',
      organization: 'o-exampleorgid',
      encryptionKey: TRAIL_KEY,
    },
  },
};

const auditorIn = (of: CfnTemplate) => {
  const [policy] = resourcesOf(of, 'AWS::IAM::ManagedPolicy').filter(
    ({ Properties }) => Properties.ManagedPolicyName === 'KeyturnAuditor',
  );
  return deployed(of, policy?.Properties.PolicyDocument) as PolicyDocument;
};

/** Whether both of those who make reports may. */
async function readersMay(template: CfnTemplate, request: Request): Promise<readonly boolean[]> {
  return [await mayFunction(template, 'report', request), await mayWith([auditorIn(template)], request)];
}
const BOTH = [true, true];
const NONE = [false, false];

const get = (file: string): Request => ({ action: 's3:GetObject', resource: `arn:aws:s3:::${file}` });
const list = (bucket: string, prefix: string): Request => ({
  action: 's3:ListBucket',
  resource: `arn:aws:s3:::${bucket}`,
  context: { 's3:prefix': prefix },
});
const decrypt = (via: string): Request => ({
  action: 'kms:Decrypt',
  resource: TRAIL_KEY,
  context: { 'kms:ViaService': via },
  resourcePolicy: {
    Statement: [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
    ],
  },
});
const thingsIn = (of: CfnTemplate) => {
  const [parameter] = resourcesOf(of, 'AWS::SSM::Parameter').filter(
    ({ Properties }) => Properties.Name === DEPLOYMENT_PARAMETERS.things,
  );
  return parseThings('it', String(deployed(of, parameter?.Properties.Value)));
};

describe('the files of the account’s trail (K12)', () => {
  const own = synthesize(OWN);
  const ofAll = synthesize(OF_ORGANIZATION);

  it.each([
    ['a record', own, get(`trail-of-acme/AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/2026/01/31/x.json.gz`)],
    ['a digest', own, get(`trail-of-acme/AWSLogs/${ACCOUNT}/CloudTrail-Digest/eu-west-1/2026/01/31/x.json.gz`)],
    ['a list', own, list('trail-of-acme', `AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/2026/01/31/`)],
    [
      'a record of the organization’s',
      ofAll,
      get(`trails-of-all/logs/AWSLogs/o-exampleorgid/${ACCOUNT}/CloudTrail/us-east-1/2026/01/31/x.json.gz`),
    ],
    ['what its key encrypts', ofAll, decrypt('s3.us-west-2.amazonaws.com')],
    ['what CloudTrail’s signatures are checked with', own, { action: 'cloudtrail:ListPublicKeys', resource: '*' }],
    ['whether the trail validates its files', own, { action: 'cloudtrail:DescribeTrails', resource: '*' }],
  ])('%s may be read by the report function and by auditors', async (_what, template, request) => {
    expect(await readersMay(template, request)).toEqual(BOTH);
  });

  it.each([
    ['another account’s', ofAll, get('trails-of-all/logs/AWSLogs/o-exampleorgid/999988887777/CloudTrail/x.json.gz')],
    ['the same under no prefix', ofAll, get(`trails-of-all/AWSLogs/${ACCOUNT}/CloudTrail/x.json.gz`)],
    ['Config’s', own, get(`trail-of-acme/AWSLogs/${ACCOUNT}/Config/us-east-1/x.json.gz`)],
    ['another bucket’s', own, get(`another/AWSLogs/${ACCOUNT}/CloudTrail/x.json.gz`)],
    ['a list of everything', own, { action: 's3:ListBucket', resource: 'arn:aws:s3:::trail-of-acme' }],
    ['a list of another account', ofAll, list('trails-of-all', 'logs/AWSLogs/o-exampleorgid/999988887777/')],
    ['the key’s own use', ofAll, decrypt('secretsmanager.us-west-2.amazonaws.com')],
    [
      'an older version',
      own,
      { ...get(`trail-of-acme/AWSLogs/${ACCOUNT}/CloudTrail/x`), action: 's3:GetObjectVersion' },
    ],
    ['a file of their own', own, { ...get(`trail-of-acme/AWSLogs/${ACCOUNT}/CloudTrail/x`), action: 's3:PutObject' }],
    ['none at all', own, { ...get(`trail-of-acme/AWSLogs/${ACCOUNT}/CloudTrail/x`), action: 's3:DeleteObject' }],
    [
      'where nobody has named them, CloudTrail’s keys',
      synthesize({ ...ONE_KEY, audit: REPORTED }),
      { action: 'cloudtrail:ListPublicKeys', resource: '*' },
    ],
    [
      'where nobody has named them',
      synthesize({ ...ONE_KEY, audit: REPORTED }),
      get(`trail-of-acme/AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/2026/01/31/x.json.gz`),
    ],
  ] satisfies [string, CfnTemplate, Request][])('%s are not theirs', async (_what, template, request) => {
    expect(await readersMay(template, request)).toEqual(NONE);
  });

  it('no other function may read', async () => {
    for (const name of ['rotate', 'deactivate', 'delete', 'sync', 'archive'] as const) {
      const request = get(`trail-of-acme/AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/2026/01/31/x.json.gz`);
      expect(await mayFunction(own, name, request), name).toBe(false);
    }
  });

  it('are where the deployment says, for the function and for auditors alike', () => {
    expect(thingsIn(own).trail).toEqual({ bucket: 'trail-of-acme' });
    expect(thingsIn(ofAll).trail).toEqual({ bucket: 'trails-of-all', prefix: 'logs', organization: 'o-exampleorgid' });
    expect(thingsIn(synthesize({ ...ONE_KEY, audit: REPORTED })).trail).toBeUndefined();
  });

  it('are those of the stack’s own trail, where none is named, and nobody waits in a circle', async () => {
    const template = synthesize({ ...ONE_KEY, trail: 'create', audit: { ...REPORTED, trailFiles: {} } });
    const { bucket = '' } = thingsIn(template).trail ?? {};
    const [trail] = resourcesOf(template, 'AWS::CloudTrail::Trail');
    expect(deployed(template, trail?.Properties.S3BucketName)).toBe(bucket);
    const file = get(`${bucket}/AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/2026/01/31/x.json.gz`);
    expect(await readersMay(template, file)).toEqual(BOTH);
    for (const id of Object.keys(template.Resources)) expect([...madeBefore(template, id)], id).not.toContain(id);
    // It writes as soon as it is there, into a bucket that outlives a failed deployment.
    expect([...madeBefore(template, trail?.id ?? '')]).toContainEqual(expect.stringContaining('AuditorPolicy'));
  });
});
