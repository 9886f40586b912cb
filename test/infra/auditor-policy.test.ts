import { describe, expect, it } from 'vitest';
import { mayWith, type PolicyDocument, type Request, secretPolicyOf } from './access';
import { ACCOUNT, arnOfSecret, deployed, REGION } from './deployed';
import { type CfnTemplate, ONE_KEY, resourcesOf, synthesize } from './synthesized';

const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/5678abcd-56ab-78cd-90ef-567890abcdef`;
const template = synthesize({
  ...ONE_KEY,
  audit: { archive: { years: 7 }, encryptionKey: KEY, report: {} },
});

function auditorPolicy(of: CfnTemplate): PolicyDocument {
  const [policy] = resourcesOf(of, 'AWS::IAM::ManagedPolicy').filter(
    ({ Properties }) => Properties.ManagedPolicyName === 'KeyturnAuditor',
  );
  return deployed(of, policy?.Properties.PolicyDocument) as PolicyDocument;
}

const auditor = auditorPolicy(template);
const ADMINISTRATOR: PolicyDocument = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const DELEGATING: PolicyDocument = {
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const bucket = `arn:aws:s3:::${resourcesOf(template, 'AWS::S3::Bucket')[0]?.id.toLowerCase()}`;
const decrypt = (via: string): Request => ({
  action: 'kms:Decrypt',
  resource: KEY,
  context: { 'kms:ViaService': `${via}.${REGION}.amazonaws.com` },
  resourcePolicy: DELEGATING,
});

/** What `keyturn report` asks of AWS, and what an auditor does by hand. */
const EVIDENCE: readonly Request[] = [
  { action: 'logs:FilterLogEvents', resource: arn('logs', 'log-group:/keyturn/audit') },
  { action: 'logs:DescribeLogStreams', resource: arn('logs', 'log-group:/keyturn/audit') },
  { action: 'logs:GetLogEvents', resource: arn('logs', 'log-group:/keyturn/audit:log-stream:rotate/2026-04') },
  { action: 'logs:StartQuery', resource: arn('logs', 'log-group:/keyturn/audit') },
  { action: 'logs:GetQueryResults', resource: '*' },
  { action: 'logs:DescribeQueryDefinitions', resource: '*' },
  { action: 'logs:DescribeLogGroups', resource: '*' },
  { action: 'iam:GenerateCredentialReport', resource: '*' },
  { action: 'iam:GetCredentialReport', resource: '*' },
  { action: 'iam:ListAccessKeys', resource: `arn:aws:iam::${ACCOUNT}:user/bitbucket-web-shop` },
  { action: 'iam:ListAccessKeys', resource: `arn:aws:iam::${ACCOUNT}:user/people/nobody-manages-me` },
  { action: 'iam:GetAccessKeyLastUsed', resource: `arn:aws:iam::${ACCOUNT}:user/bitbucket-web-shop` },
  { action: 'cloudtrail:LookupEvents', resource: '*' },
  { action: 'ssm:GetParametersByPath', resource: arn('ssm', 'parameter/keyturn/keys') },
  { action: 'ssm:GetParametersByPath', resource: arn('ssm', 'parameter/keyturn/keys/') },
  { action: 'ssm:GetParameter', resource: arn('ssm', 'parameter/keyturn/keys/web-shop') },
  { action: 'ssm:GetParameter', resource: arn('ssm', 'parameter/keyturn/audit-terms') },
  { action: 'ssm:GetParameter', resource: arn('ssm', 'parameter/keyturn/deployment/rights') },
  {
    action: 'secretsmanager:GetResourcePolicy',
    resource: arnOfSecret('keyturn/web-shop'),
    resourcePolicy: secretPolicyOf(template, 'web-shop'),
  },
  { action: 'secretsmanager:GetResourcePolicy', resource: arnOfSecret('keyturn/connections/acme') },
  { action: 'secretsmanager:ListSecrets', resource: '*' },
  {
    action: 'secretsmanager:DescribeSecret',
    resource: arnOfSecret('keyturn/web-shop'),
    resourcePolicy: secretPolicyOf(template, 'web-shop'),
  },
  { action: 'cloudwatch:DescribeAlarms', resource: arn('cloudwatch', 'alarm:Keyturn-overdue') },
  { action: 'cloudwatch:GetDashboard', resource: `arn:aws:cloudwatch::${ACCOUNT}:dashboard/Keyturn` },
  { action: 'cloudwatch:GetMetricData', resource: '*' },
  { action: 's3:ListBucket', resource: bucket },
  { action: 's3:GetObject', resource: `${bucket}/events/2026/04/01/stream.jsonl` },
  { action: 's3:GetObjectRetention', resource: `${bucket}/reports/2026-04.html` },
  decrypt('logs'),
  decrypt('s3'),
];

const OPEN_SECRETS = [arnOfSecret('keyturn/connections/acme'), arnOfSecret('database')];
const VALUES = ['GetSecretValue', 'BatchGetSecretValue', 'PutSecretValue'];

describe('the auditor', () => {
  it.each(EVIDENCE)('may do $action to $resource', async (request) => {
    expect(await mayWith([auditor], request)).toBe(true);
  });

  it('reads no secret value, not even with every other right beside it', async () => {
    for (const policies of [[auditor], [auditor, ADMINISTRATOR]]) {
      for (const action of VALUES) {
        for (const resource of action === 'BatchGetSecretValue' ? ['*'] : OPEN_SECRETS) {
          expect(await mayWith(policies, { action: `secretsmanager:${action}`, resource }), action).toBe(false);
        }
        const managed = {
          resource: action === 'BatchGetSecretValue' ? '*' : arnOfSecret('keyturn/web-shop'),
          resourcePolicy: secretPolicyOf(template, 'web-shop'),
        };
        expect(await mayWith(policies, { action: `secretsmanager:${action}`, ...managed }), action).toBe(false);
      }
    }
    // The simulation would let an administrator without the policy do it: it is the Deny that holds.
    const [resource = ''] = OPEN_SECRETS;
    expect(await mayWith([ADMINISTRATOR], { action: 'secretsmanager:GetSecretValue', resource })).toBe(true);
  });

  it('asks the record alone, and learns of nobody else’s queries', async () => {
    const refused: readonly Request[] = [
      { action: 'logs:StartQuery', resource: arn('logs', 'log-group:/aws/lambda/payments') },
      { action: 'logs:StartQuery', resource: arn('logs', 'log-group:/keyturn/auditors') },
      { action: 'logs:FilterLogEvents', resource: arn('logs', 'log-group:/aws/lambda/payments') },
      { action: 'logs:DescribeQueries', resource: '*' },
      { action: 'logs:StopQuery', resource: '*' },
      { action: 'logs:PutQueryDefinition', resource: '*' },
    ];
    for (const request of refused) expect(await mayWith([auditor], request), request.action).toBe(false);
  });

  it('decrypts evidence and nothing else', async () => {
    expect(await mayWith([auditor], decrypt('secretsmanager'))).toBe(false);
    expect(await mayWith([auditor], decrypt('ebs'))).toBe(false);
  });

  it('changes nothing', async () => {
    const changes: readonly Request[] = [
      { action: 'iam:CreateAccessKey', resource: `arn:aws:iam::${ACCOUNT}:user/bitbucket-web-shop` },
      { action: 'iam:UpdateAccessKey', resource: `arn:aws:iam::${ACCOUNT}:user/bitbucket-web-shop` },
      { action: 'logs:PutLogEvents', resource: arn('logs', 'log-group:/keyturn/audit:log-stream:rotate/2026-04') },
      { action: 'logs:DeleteLogGroup', resource: arn('logs', 'log-group:/keyturn/audit') },
      { action: 's3:PutObject', resource: `${bucket}/events/forged.jsonl` },
      { action: 's3:BypassGovernanceRetention', resource: `${bucket}/events/2026/04/01/stream.jsonl` },
      { action: 'secretsmanager:TagResource', resource: arnOfSecret('keyturn/web-shop') },
    ];
    for (const request of changes) expect(await mayWith([auditor], request), request.action).toBe(false);

    const actions = auditor.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
    // StartQuery is about a query, GenerateCredentialReport about a list.
    expect(
      actions.filter(
        (action) => !/:(Get|List|Describe|Lookup|Filter|Decrypt|StartQuery|GenerateCredentialReport)/.test(action),
      ),
    ).toEqual([]);
  });

  it('has an everything-wildcard only where AWS has no resource level, or for results and lists', () => {
    const wild = auditor.Statement.filter(({ Effect, Resource }) => Effect === 'Allow' && Resource === '*');

    expect(wild.map(({ Sid }) => Sid)).toEqual(['FindRecord', 'ReadAccount']);
  });

  it('has a policy that fits into what IAM allows, whose ARN the stack tells', () => {
    expect(JSON.stringify(auditor).length).toBeLessThanOrEqual(6_144);
    expect(template.Outputs).toHaveProperty('AuditorPolicyArn');
  });

  it('looks at no stacks, rules and topics of others', async () => {
    const own: readonly (readonly [string, string])[] = [
      ['cloudformation:ListStackResources', arn('cloudformation', 'stack/Keyturn/1234')],
      ['events:ListTargetsByRule', arn('events', 'rule/Keyturn-KeyRotationTriggersRotate1234-ABC')],
      ['cloudtrail:GetTrailStatus', 'arn:aws:cloudtrail:us-east-1:444455556666:trail/organization'],
      ['cloudtrail:GetEventSelectors', arn('cloudtrail', 'trail/management')],
    ];
    const others: readonly (readonly [string, string])[] = [
      ['cloudformation:ListStackResources', arn('cloudformation', 'stack/Payroll/1234')],
      ['cloudformation:GetTemplate', arn('cloudformation', 'stack/Keyturn/1234')],
      ['events:ListTargetsByRule', arn('events', 'rule/payroll')],
      ['events:PutTargets', arn('events', 'rule/Keyturn-KeyRotationTriggersRotate1234-ABC')],
      ['sns:ListSubscriptionsByTopic', arn('sns', 'payroll')],
      ['lambda:InvokeFunction', arn('lambda', 'function:Keyturn-KeyRotationRotate')],
    ];
    for (const [action, resource] of own) expect(await mayWith([auditor], { action, resource }), action).toBe(true);
    for (const [action, resource] of others) expect(await mayWith([auditor], { action, resource }), action).toBe(false);
  });

  it('is not told of an archive or of a key that there is not', () => {
    expect(auditorPolicy(synthesize(ONE_KEY)).Statement.map(({ Sid }) => Sid)).toEqual([
      'ReadRecord',
      'FindRecord',
      'CheckSeals',
      'ReadAccount',
      'ListKeys',
      'ReadRegistry',
      'LookAtSecrets',
      'LookAtStack',
      'LookAtRules',
      'LookAtTopic',
      'LookAtTrails',
      'NoSecretValues',
    ]);
  });
});
