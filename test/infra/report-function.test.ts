import { describe, expect, it } from 'vitest';
import { DEPLOYED_FUNCTIONS } from '../../functions/core/names';
import { mayFunction, type PolicyDocument, type Request, secretPolicyOf, statementsOf } from './access';
import { ACCOUNT, arnOfSecret, REGION } from './deployed';
import { ONE_KEY, resourcesOf, synthesize } from './synthesized';

const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/5678abcd-56ab-78cd-90ef-567890abcdef`;
const template = synthesize({ ...ONE_KEY, audit: { archive: { years: 7 }, report: {}, encryptionKey: KEY } });
const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const bucket = `arn:aws:s3:::${resourcesOf(template, 'AWS::S3::Bucket')[0]?.id.toLowerCase()}`;
const may = (request: Request) => mayFunction(template, 'report', request);

describe('the function that reports', () => {
  const isReport = ({ id }: { readonly id: string }) => id.startsWith('KeyRotationReport');

  it('is there only when it is asked for', () => {
    expect(
      Object.keys(synthesize({ ...ONE_KEY, audit: { archive: { years: 7 } } }).Resources).filter((id) =>
        isReport({ id }),
      ),
    ).toEqual([]);
  });

  it('has time, memory, and what it needs to know', () => {
    const [report] = resourcesOf(template, 'AWS::Lambda::Function').filter(isReport);

    expect(report?.Properties).toMatchObject({ Timeout: 900, MemorySize: 1024, Handler: 'index.handler' });
    expect(report?.Properties.Environment).toHaveProperty('Variables', {
      KEYTURN_ARCHIVE_BUCKET: { Ref: expect.stringContaining('ArchiveBucket') },
      KEYTURN_REGISTRY_PATH: '/keyturn/keys/',
      KEYTURN_RELEASE: expect.stringMatching(/^\d+\.\d+\.\d+\+[0-9a-f]{12}$/),
      KEYTURN_RUNBOOKS: 'docs/operate/runbooks/',
      KEYTURN_SEAL_KEY: { 'Fn::GetAtt': [expect.stringContaining('SealKey'), 'Arn'] },
      KEYTURN_TOPIC_ARN: { Ref: expect.stringContaining('Topic') },
      NODE_OPTIONS: '--enable-source-maps',
    });
  });

  it('has a log of its own, and its failed runs are kept and told', () => {
    expect(resourcesOf(template, 'AWS::Logs::LogGroup').filter(isReport)).toHaveLength(1);
    const [report] = resourcesOf(template, 'AWS::Lambda::Function').filter(isReport);
    const [invocation] = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig').filter(isReport);
    expect(JSON.stringify(report?.Properties.DeadLetterConfig)).toContain('FailedRuns');
    expect(JSON.stringify(invocation?.Properties.DestinationConfig)).toContain('Topic');
  });

  it('K12: may do this and nothing else', () => {
    expect(statementsOf(template, 'report').map(({ Sid, Action }) => [Sid, [Action].flat()])).toEqual([
      ['WriteOwnLog', ['logs:CreateLogStream', 'logs:PutLogEvents']],
      ['ListRegistry', ['ssm:GetParametersByPath']],
      ['ListSecrets', ['secretsmanager:ListSecrets']],
      ['TellPeople', ['sns:Publish']],
      ['EncryptMessages', ['kms:GenerateDataKey', 'kms:Decrypt']],
      ['KeepFailedRuns', ['sqs:SendMessage']],
      ['ReadRecord', ['logs:FilterLogEvents']],
      ['FindRecord', ['logs:DescribeLogGroups']],
      ['ReadTerms', ['ssm:GetParameter']],
      ['WriteReports', ['s3:PutObject']],
      ['EncryptInArchive', ['kms:GenerateDataKey', 'kms:Decrypt']],
      ['ReadCredentialReport', ['iam:GenerateCredentialReport', 'iam:GetCredentialReport']],
      ['TraceKeys', ['cloudtrail:LookupEvents']],
      ['ReadPins', ['secretsmanager:GetResourcePolicy']],
      ['ManagedUsersKeys', ['iam:ListAccessKeys']],
    ]);
  });

  it.each<Request>([
    { action: 'logs:FilterLogEvents', resource: arn('logs', 'log-group:/keyturn/audit:*') },
    { action: 'logs:DescribeLogGroups', resource: '*' },
    { action: 'iam:GetCredentialReport', resource: '*' },
    { action: 'iam:ListAccessKeys', resource: `arn:aws:iam::${ACCOUNT}:user/bitbucket-web-shop` },
    { action: 'cloudtrail:LookupEvents', resource: '*' },
    { action: 'ssm:GetParametersByPath', resource: arn('ssm', 'parameter/keyturn/keys/') },
    { action: 'ssm:GetParameter', resource: arn('ssm', 'parameter/keyturn/audit-terms') },
    { action: 'ssm:GetParameter', resource: arn('ssm', 'parameter/keyturn/deployment/things') },
    { action: 'secretsmanager:ListSecrets', resource: '*' },
    { action: 's3:PutObject', resource: `${bucket}/reports/2026-04.html` },
  ])('may do $action to $resource', async (request) => {
    expect(await may(request)).toBe(true);
  });

  it('K6: reads no secret value, and writes neither record nor events', async () => {
    const managed = {
      resource: arnOfSecret('keyturn/web-shop'),
      resourcePolicy: secretPolicyOf(template, 'web-shop'),
    };
    const denied: readonly Request[] = [
      { action: 'secretsmanager:GetSecretValue', ...managed },
      { action: 'secretsmanager:PutSecretValue', ...managed },
      { action: 'secretsmanager:GetSecretValue', resource: arnOfSecret('keyturn/connections/acme') },
      { action: 'logs:PutLogEvents', resource: arn('logs', 'log-group:/keyturn/audit:log-stream:report/2026-04') },
      { action: 'events:PutEvents', resource: arn('events', 'event-bus/default') },
      { action: 's3:PutObject', resource: `${bucket}/events/2026/04/01/forged.jsonl` },
      { action: 's3:GetObject', resource: `${bucket}/reports/2026-04.html` },
      { action: 'ssm:GetParameter', resource: arn('ssm', 'parameter/keyturn/keys/web-shop') },
      { action: 'ssm:PutParameter', resource: arn('ssm', 'parameter/keyturn/audit-terms') },
      { action: 'iam:ListAccessKeys', resource: `arn:aws:iam::${ACCOUNT}:user/administrator` },
      { action: 'iam:DeleteAccessKey', resource: `arn:aws:iam::${ACCOUNT}:user/bitbucket-web-shop` },
    ];
    for (const request of denied) expect(await may(request), request.action).toBe(false);
  });

  it('encrypts what it writes with the archive’s key, through S3 only', async () => {
    const encrypt = (via: string): Request => ({
      action: 'kms:GenerateDataKey',
      resource: KEY,
      context: { 'kms:ViaService': `${via}.${REGION}.amazonaws.com` },
      resourcePolicy: delegating,
    });

    expect(await may(encrypt('s3'))).toBe(true);
    expect(await may(encrypt('secretsmanager'))).toBe(false);
  });
});

const delegating: PolicyDocument = {
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

describe('the KMS keys that sealed the record before', () => {
  const FORMER = arn('kms', 'key/00000000-56ab-78cd-90ef-567890abcdef');
  const again = synthesize({
    ...ONE_KEY,
    operators: true,
    audit: { archive: { years: 7 }, report: {}, formerSealKeys: [FORMER] },
  });
  it('are checked by the report, and by delete, which sends again what a bus lacks; no other knows them (K12)', () => {
    const rights = DEPLOYED_FUNCTIONS.flatMap((name) =>
      statementsOf(again, name).flatMap(({ Action, Resource }) =>
        [Resource].flat().some((resource) => JSON.stringify(resource).includes(FORMER)) ? [[name, Action]] : [],
      ),
    );
    expect(rights).toEqual([
      ['delete', 'kms:GetPublicKey'],
      ['report', 'kms:GetPublicKey'],
    ]);
    const functions = resourcesOf(again, 'AWS::Lambda::Function').filter(({ Properties }) =>
      JSON.stringify(Properties).includes(FORMER),
    );
    expect(functions.map(({ id }) => /KeyRotation(\w+?)Function/.exec(id)?.[1]).sort()).toEqual(['Delete', 'Report']);
  });
});
