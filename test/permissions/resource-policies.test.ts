import { runSimulation } from '@cloud-copilot/iam-simulate';
import { expect, it } from 'vitest';
import { askPolicy, type PolicyAnswer } from '../../local/account/policy/policy-document';

const accountId = '111122223333';
const resource = `arn:aws:secretsmanager:eu-west-1:${accountId}:secret:keyturn/shop-AbCdEf`;
const ROLE = `arn:aws:iam::${accountId}:role/keyturn/SyncRole`;
const SESSION = `arn:aws:sts::${accountId}:assumed-role/SyncRole/sync`;
const USER = `arn:aws:iam::${accountId}:user/bob`;
const ROOT = `arn:aws:iam::${accountId}:root`;

/** Who asks: the name of the session, and the one that policies name. */
const CALLERS = [
  [SESSION, ROLE],
  [USER, USER],
  [ROOT, ROOT],
] as const;

const ACTIONS = ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:DescribeSecret'];

const PRINCIPALS = [
  { Principal: '*' },
  { Principal: { AWS: '*' } },
  { Principal: { AWS: ROLE } },
  { Principal: { AWS: [USER, ROLE] } },
  { Principal: { AWS: ROOT } },
  { Principal: { AWS: accountId } },
  { Principal: { Service: 'events.amazonaws.com' } },
];
const WHATS = [
  { Action: 'secretsmanager:GetSecretValue' },
  { Action: ['secretsmanager:Put*', 'SECRETSMANAGER:describesecret'] },
  { NotAction: 'secretsmanager:*SecretValue' },
];
const CONDITIONS = [
  {},
  { StringNotEquals: { 'aws:PrincipalArn': [ROLE] } },
  { ArnNotEquals: { 'aws:PrincipalArn': `arn:aws:iam::${accountId}:role/keyturn/*` } },
  { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/keyturn/*Role` }, Bool: { 'aws:SecureTransport': 'true' } },
  { StringEqualsIfExists: { 'secretsmanager:VersionStage': ['AWSPREVIOUS'] } },
  { StringLike: { 'secretsmanager:VersionStage': 'AWSC*' } },
  { Null: { 'secretsmanager:VersionStage': 'true' } },
  { StringNotEqualsIgnoreCase: { 'secretsmanager:VersionStage': 'awscurrent' } },
  { DateGreaterThan: { 'aws:CurrentTime': '2026-06-01T00:00:00Z' } },
  { NumericLessThanEquals: { 'aws:EpochTime': '1767225600' } },
];

const CONTEXT = {
  'aws:SecureTransport': 'true',
  'aws:CurrentTime': '2026-01-01T00:00:00Z',
  'aws:EpochTime': '1767225600',
};

/** What another implementation says of one statement. */
async function theirs(statement: object, action: string, principal: string, contextVariables: Record<string, string>) {
  const simulated = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId }, contextVariables },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: { Version: '2012-10-17', Statement: [statement] },
    },
    {},
  );
  if (simulated.resultType !== 'single') throw new Error(JSON.stringify(simulated));
  return simulated.result.analysis.resourceAnalysis?.result ?? 'NotApplicable';
}

/** Their words for our answers; what the account is allowed is left to the principal's own policies. */
const WORDS: Readonly<Record<PolicyAnswer, readonly string[]>> = {
  denied: ['ExplicitlyDenied', 'DeniedForAccount'],
  allowed: ['Allowed'],
  account: ['AllowedForAccount'],
  silent: ['ImplicitlyDenied', 'NotApplicable'],
};

const STATEMENTS = ['Allow', 'Deny'].flatMap((Effect) =>
  PRINCIPALS.flatMap((principal) =>
    WHATS.flatMap((what) =>
      CONDITIONS.map((Condition) => ({ Effect, ...principal, ...what, Resource: '*', Condition })),
    ),
  ),
);
const QUESTIONS = STATEMENTS.flatMap((statement) =>
  ACTIONS.flatMap((action) => CALLERS.map((caller) => ({ statement, action, caller }))),
);

it('a local account reads the policy of a resource as another implementation does (K12)', async () => {
  const different: string[] = [];
  for (const { statement, action, caller } of QUESTIONS) {
    const stage: Record<string, string> = action.endsWith(':GetSecretValue')
      ? { 'secretsmanager:VersionStage': 'AWSCURRENT' }
      : {};
    const context = { ...CONTEXT, ...stage, 'aws:PrincipalArn': caller[1] };
    const policy = JSON.stringify({ Statement: [statement] });
    const ours = askPolicy(policy, { action, resource, principalArns: [...caller], accountId, context });
    const they = await theirs(statement, action, caller[0], context);
    if (!WORDS[ours].includes(they)) different.push(`${policy} ${action} by ${caller[1]}: ${ours}, not ${they}`);
  }
  expect(different).toEqual([]);
  expect(QUESTIONS.length).toBeGreaterThan(3_000);
}, 60_000);
