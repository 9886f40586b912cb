import { describe, expect, it } from 'vitest';
import { mayAdministrator, mayFunction, type PolicyDocument } from '../infra/access';
import { ACCOUNT, deployed } from '../infra/deployed';
import { ONE_KEY, resourcesOf, synthesize } from '../infra/synthesized';

const template = synthesize({ ...ONE_KEY, audit: { archive: { years: 7 }, report: {} } });
const [bucket] = resourcesOf(template, 'AWS::S3::Bucket').filter(({ id }) => id.includes('Archive'));
const [policy] = resourcesOf(template, 'AWS::S3::BucketPolicy').filter(({ id }) => id.includes('Archive'));
const ARN = String(deployed(template, { 'Fn::GetAtt': [bucket?.id ?? '', 'Arn'] }));

/** An object that is put into the archive; `once`: only where there is none of its key. */
function put(key: string, once: boolean) {
  return {
    action: 's3:PutObject',
    resource: `${ARN}/${key}`,
    context: { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3', ...(once ? { 's3:if-none-match': '*' } : {}) },
    resourcePolicy: deployed(template, policy?.Properties.PolicyDocument) as PolicyDocument,
  };
}

const EVENTS = 'events/2026/01/01/000000Z-0123456789abcdef0123.jsonl';
const REPORT = `reports/${ACCOUNT}/2026-01/keyturn-report.html`;

describe('K7: the archive takes objects', () => {
  it.each([EVENTS, REPORT, 'manifests/2026-01-01.json'])('from nobody else: %s', async (key) => {
    for (const once of [true, false]) {
      const names = ['deployer', 'Admin', 'KeyRotationArchiveRole', 'KeyRotationArchiveRoleX/KeyRotationReportRole'];
      for (const name of names) {
        expect(await mayAdministrator(`arn:aws:iam::${ACCOUNT}:role/${name}`, put(key, once)), name).toBe(false);
      }
      expect(await mayAdministrator(`arn:aws:iam::${ACCOUNT}:user/root-like`, put(key, once))).toBe(false);
      for (const name of ['rotate', 'deactivate', 'delete', 'sync'] as const) {
        expect(await mayFunction(template, name, put(key, once)), name).toBe(false);
      }
    }
  });

  it('from its two functions, each in its own part', async () => {
    expect(await mayFunction(template, 'archive', put(EVENTS, true))).toBe(true);
    expect(await mayFunction(template, 'report', put(REPORT, true))).toBe(true);
    expect(await mayFunction(template, 'archive', put(REPORT, true))).toBe(false);
    expect(await mayFunction(template, 'report', put(EVENTS, true))).toBe(false);
  });

  it('and from a stolen role of theirs none over one that is there', async () => {
    expect(await mayFunction(template, 'archive', put(EVENTS, false))).toBe(false);
    expect(await mayFunction(template, 'report', put(REPORT, false))).toBe(false);
  });
});
