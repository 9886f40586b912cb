import type { StepsOfTarget } from '../../functions/core/hosts/host';
import { type Change, plain, UUID, uuid } from '../exits/change';
import type { Place } from '../exits/resources';

/** What the pipelines of a key take in its place. */
export const WAYS = ['role', 'provider'] as const;
export type Way = (typeof WAYS)[number];

/** Something to write, and where it goes. */
export interface Writing {
  readonly into: 'keyturn.yaml' | 'the CDK app' | 'bitbucket-pipelines.yml' | "the role's trust policy";
  readonly text: string;
}

/** What to write for one repository, so that its steps get credentials of a role. */
export function writingsFor(
  change: Change,
  { way, cdk, hasPolicy, place }: { way: Way; cdk: boolean; hasPolicy: boolean; place: Place },
): readonly Writing[] {
  if (way === 'provider') return providerWritings(change, cdk, place);
  const definition: Writing = cdk
    ? { into: 'the CDK app', text: roleConstruct(change, hasPolicy) }
    : { into: 'keyturn.yaml', text: change.yaml };
  return [definition, ...change.steps.map((text) => ({ into: 'bitbucket-pipelines.yml' as const, text }))];
}

/** What says in the key's entry that roles replace it. */
export function replacedByText(roles: readonly string[], idleFor: number, cdk: boolean): Writing {
  if (cdk) {
    const named = roles.map((role) => `'${role}'`).join(', ');
    return { into: 'the CDK app', text: `replacedBy: { roles: [${named}], idleFor: ${idleFor} },` };
  }
  const lines = ['    replacedBy:', '      roles:', ...roles.map((role) => `        - ${role}`)];
  return { into: 'keyturn.yaml', text: [...lines, `      idleFor: ${idleFor}`].join('\n') };
}

const quotedUuid = (name: string, of: string) => (UUID.test(name) ? `'${name}'` : `'UUID OF ${of}'`);

function roleConstruct({ name, policyArn, held }: Change, hasPolicy: boolean): string {
  return [
    `new BitbucketOidcRole(this, '${name}', {`,
    `  roleName: '${name}',`,
    ...scopeOf(held).map((line) => `  ${line}`),
    ...(hasPolicy
      ? [
          '  managedPolicies: [',
          `    ManagedPolicy.fromManagedPolicyArn(this, '${name} policy',`,
          `      '${policyArn}'),`,
          '  ],',
        ]
      : []),
    '});',
  ].join('\n');
}

/** Whose steps, in the terms of the constructs. */
function scopeOf(held: readonly StepsOfTarget[]): readonly string[] {
  const [{ workspace = '' } = {}] = held;
  const slug = UUID.test(workspace) ? 'SLUG-OF-THE-WORKSPACE' : workspace;
  return [`workspace: '${slug}',`, `workspaceUuid: ${quotedUuid(workspace, 'THE WORKSPACE')},`, ...stepsOf(held)];
}

function stepsOf(held: readonly StepsOfTarget[]): readonly string[] {
  const [{ repository = '' } = {}] = held;
  const environments = held.flatMap(({ environment }) => environment ?? []);
  const named = environments.map((one) => quotedUuid(one, 'THE ENVIRONMENT')).join(', ');
  return [
    `repositoryUuid: ${quotedUuid(repository, 'THE REPOSITORY')},`,
    environments.length < held.length ? 'anyStep: true,' : `environmentUuids: [${named}],`,
  ];
}

/**
 * Variables of its own: which of two of one name a step gets, the stored one or the provider's, Bitbucket does not say, and
 * two of three of the one and one of the other are no credentials.
 */
const NAMES = ['ROLE_ACCESS_KEY_ID', 'ROLE_SECRET_ACCESS_KEY', 'ROLE_SESSION_TOKEN'] as const;

function providerWritings(change: Change, cdk: boolean, { partition, account }: Place): readonly Writing[] {
  const { name, roleArn, held } = change;
  const rule = cdk
    ? [
        '// of the rules of the SecretProvider:',
        '{',
        `  name: '${name}',`,
        ...stepsOf(held).map((line) => `  ${line}`),
        '  roles: [',
        '    {',
        `      roleArn: '${roleArn}',`,
        ...['accessKeyId', 'secretAccessKey', 'sessionToken'].map((of, at) => `      ${of}: '${NAMES[at]}',`),
        '    },',
        '  ],',
        '},',
      ]
    : ruleLines(change);
  return [
    { into: cdk ? 'the CDK app' : 'keyturn.yaml', text: rule.join('\n') },
    // IAM refuses one that names a role which is not there: the provider's comes with the deployment of the rule.
    {
      into: "the role's trust policy",
      text: trustPolicy(held, `arn:${partition}:iam::${account}:role/${PROVIDERS_ROLE}`),
    },
    ...held.map((steps): Writing => ({ into: 'bitbucket-pipelines.yml', text: providerStep(steps) })),
  ];
}

/** That of the stack's endpoint, as it is named without `deployment.rolePath`. */
const PROVIDERS_ROLE = 'Keyturn-KeyRotationProvider';

function ruleLines({ name, roleArn, held }: Change): readonly string[] {
  const [{ workspace = '', repository = '' } = {}] = held;
  const environments = held.flatMap(({ environment }) => environment ?? []);
  return [
    'provider:',
    '  endpoint: true # or keyturn serve-provider beside runners of your own',
    '  bitbucket:',
    `    workspace: ${UUID.test(workspace) ? 'SLUG-OF-THE-WORKSPACE' : plain(workspace)}`,
    `    workspaceUuid: ${uuid(workspace, 'THE WORKSPACE')}`,
    '  rules:',
    `    - name: ${name}`,
    `      repositoryUuid: ${uuid(repository, 'THE REPOSITORY')}`,
    ...(environments.length < held.length
      ? ['      anyStep: true # every step of the repository, deployments too']
      : ['      environmentUuids:', ...environments.map((one) => `        - ${uuid(one, 'THE ENVIRONMENT')}`)]),
    '      roles:',
    `        - role: ${roleArn}`,
    `          accessKeyId: ${NAMES[0]}`,
    `          secretAccessKey: ${NAMES[1]}`,
    `          sessionToken: ${NAMES[2]}`,
  ];
}

/** The role checks the repository itself, by the tags of the session: a mistake in a rule gives nothing away. */
function trustPolicy(held: readonly StepsOfTarget[], provider: string): string {
  const [{ repository = '' } = {}] = held;
  const bare = (name: string, of: string) =>
    UUID.test(name) ? name.slice(1, -1).toLowerCase() : `UUID OF ${of}, WITHOUT BRACES`;
  const environments = held.flatMap(({ environment }) => environment ?? []);
  const isAny = environments.length < held.length;
  const tags = {
    'aws:RequestTag/keyturn:repository': bare(repository, 'THE REPOSITORY'),
    ...(isAny ? {} : { 'aws:RequestTag/keyturn:environment': environments.map((one) => bare(one, 'THE ENVIRONMENT')) }),
  };
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: provider },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: { StringEquals: tags },
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, undefined, 2);
}

function providerStep({ environment }: StepsOfTarget): string {
  const isUuid = environment !== undefined && UUID.test(environment);
  return [
    '- step:',
    '    name: Deploy',
    ...(environment === undefined
      ? []
      : [`    deployment: ${isUuid ? `'NAME OF THE ENVIRONMENT' # ${environment}` : plain(environment)}`]),
    '    oidc: true # { audiences: [ITS OWN] } where the provider has its own',
    '    script:',
    `      - export AWS_ACCESS_KEY_ID=$${NAMES[0]}`,
    `      - export AWS_SECRET_ACCESS_KEY=$${NAMES[1]}`,
    `      - export AWS_SESSION_TOKEN=$${NAMES[2]}`,
    '      - aws sts get-caller-identity',
  ].join('\n');
}
