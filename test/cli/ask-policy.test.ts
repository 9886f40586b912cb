import { runSimulation } from '@cloud-copilot/iam-simulate';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { askPolicy, type PolicySays } from '../../cli/datacenter/ask-policy';
import { PROPERTY_RUNS } from '../core/property-runs';

const accountId = '111122223333';
const resource = `arn:aws:secretsmanager:eu-west-1:${accountId}:secret:bitbucket/db-AbCdEf`;
const action = 'secretsmanager:GetSecretValue';
const ROLE = `arn:aws:iam::${accountId}:role/Bitbucket`;
const FOREIGN = 'arn:aws:iam::999988887777:role/Bitbucket';
const account = (arn: string) => arn.split(':')[4] ?? '';
const session = (arn: string) => `arn:aws:sts::${account(arn)}:assumed-role/Bitbucket/i-0123`;
const variable = (name: string) => ['$', `{${name}}`].join('');

function ours(statement: object, role = ROLE): PolicySays {
  const context = { 'aws:principalarn': role, 'aws:principalaccount': account(role), 'aws:securetransport': 'true' };
  return askPolicy(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }), {
    role,
    action,
    resource,
    context,
  });
}

const read = (more: object) => ({ Effect: 'Allow', Principal: '*', Action: action, Resource: '*', ...more });
const byArn = (operator: string, arn: string) => ({ Condition: { [operator]: { 'aws:PrincipalArn': arn } } });

it.each([
  [
    'a variable in what it allows',
    byArn('StringEquals', `arn:aws:iam::${variable('aws:PrincipalAccount')}:role/Bitbucket`),
  ],
  [
    'a variable in what it denies',
    {
      Effect: 'Deny',
      Condition: { StringNotEquals: { 'aws:PrincipalAccount': variable('aws:ResourceAccount') } },
    },
  ],
  ['a variable in a resource', { Resource: resource.replace('bitbucket', variable('aws:PrincipalTag/team')) }],
  ['a session of the role', { Principal: { AWS: session(ROLE) } }],
  ['a session of the role that is denied', { Effect: 'Deny', Principal: { AWS: session(ROLE) } }],
  ['an ARN of fewer parts', byArn('ArnLike', 'arn:aws:iam:*')],
  ['a star over several parts of a resource', { Resource: 'arn:aws:secretsmanager:*AbCdEf' }],
])('does not judge %s', (_what, more) => {
  expect(ours(read(more))).toBe('unclear');
});

it('compares ARNs part by part', () => {
  expect(ours(read(byArn('ArnLike', 'arn:aws:iam::*Bitbucket')))).not.toBe('allows');
  expect(ours(read(byArn('ArnLike', 'arn:aws:iam::*:role/Bit*')))).toBe('allows');
  expect(ours(read(byArn('StringLike', 'arn:aws:iam::*Bitbucket')))).toBe('allows');
  expect(ours(read({ Principal: { AWS: session(ROLE).replace('Bitbucket', 'Bitbucket2') } }))).toBe('silent');
});

const PRINCIPALS = [
  '*',
  ...[ROLE, FOREIGN].flatMap((role) =>
    [role, session(role), `arn:aws:iam::${account(role)}:root`, account(role)].map((AWS) => ({ AWS })),
  ),
  { AWS: `${ROLE}2` },
];
const RESOURCES = [
  '*',
  resource,
  'arn:aws:secretsmanager:*:*:secret:bitbucket/*',
  'arn:aws:secretsmanager:*AbCdEf',
  resource.replace('db', 'other'),
];
const VALUES = [
  ROLE,
  '*',
  'arn:aws:iam::*Bitbucket',
  'arn:aws:iam::*:role/*',
  'arn:*:iam:*:111122223333:role/Bit?ucket',
  `arn:aws:iam::${variable('aws:PrincipalAccount')}:role/Bitbucket`,
];
const CONDITIONS = [
  {},
  ...['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'ArnEquals', 'ArnLike', 'ArnNotLike'].flatMap(
    (operator) => VALUES.map((value) => ({ [operator]: { 'aws:PrincipalArn': value } })),
  ),
  { Bool: { 'aws:SecureTransport': 'false' } },
  { StringNotEquals: { 'aws:PrincipalAccount': variable('aws:ResourceAccount') } },
  { StringNotEqualsIfExists: { 'aws:SourceVpce': 'vpce-1' } },
];

/** Their words for our answers; `unclear` says nothing, and so claims nothing. */
const WORDS: Readonly<Record<Exclude<PolicySays, 'unclear'>, readonly string[]>> = {
  denies: ['ExplicitlyDenied', 'DeniedForAccount'],
  allows: ['Allowed'],
  account: ['AllowedForAccount'],
  silent: ['ImplicitlyDenied', 'NotApplicable'],
};

async function theirs(statement: object, role: string): Promise<string> {
  const simulated = await runSimulation(
    {
      request: {
        principal: session(role),
        action,
        resource: { resource, accountId },
        contextVariables: {
          'aws:PrincipalArn': role,
          'aws:PrincipalAccount': account(role),
          'aws:SecureTransport': 'true',
        },
      },
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

const statements = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Principal: fc.constantFrom(...PRINCIPALS),
  Resource: fc.constantFrom(...RESOURCES),
  Condition: fc.constantFrom(...CONDITIONS),
});

it('says nothing that an evaluator of others does not say', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(ROLE, FOREIGN), statements, async (role, more) => {
      const says = ours(read(more), role);
      fc.pre(says !== 'unclear');
      expect(WORDS[says as Exclude<PolicySays, 'unclear'>]).toContain(await theirs(read(more), role));
    }),
    { ...PROPERTY_RUNS, numRuns: 600 },
  );
});
