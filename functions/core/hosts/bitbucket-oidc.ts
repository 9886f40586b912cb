import * as z from 'zod';
import { type OidcTrust, providerName, providerNameIn } from './oidc';

/** Atlassian: the audience that every step's token has, unless the step asks for others. */
export const AUDIENCE = 'ari:cloud:bitbucket::workspace/';
/** Atlassian: characters of an audience that a step asks for. */
const LONGEST_AUDIENCE = 150;
/** Environments of one role: with all of them its trust policy stays under IAM's 2,048 characters. */
export const MOST_ENVIRONMENTS = 10;

const SLUG = /^[a-z0-9_.-]+$/i;
const BARE_UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A UUID as Bitbucket's tokens have it, in braces and lower case; people copy it with and without. */
export const stepUuid = (whose: string) =>
  z
    .string()
    .transform((text) => bare(text))
    .refine((text) => BARE_UUID.test(text), `expected the UUID of ${whose}, which has no wildcard and no name in it`)
    .transform((text) => `{${text}}`);

/** Whose tokens are trusted, whatever they open. */
export const BITBUCKET_TRUST = {
  workspace: z
    .string()
    .max(255)
    .regex(SLUG, 'expected the slug of the workspace, such as acme')
    .refine((slug) => !/^\.+$/.test(slug), 'expected the slug of the workspace, such as acme')
    .transform((slug) => slug.toLowerCase())
    .describe("Slug of the workspace: the issuer's URL has it."),
  workspaceUuid: stepUuid('the workspace').describe('UUID of the workspace: the usual audience has it.'),
  audience: z
    .string()
    .min(1)
    .max(LONGEST_AUDIENCE)
    .regex(/^[^\s*?$]+$/, 'expected an audience without spaces, wildcards and variables')
    .optional()
    .describe("Audience that the step asks for; without it the workspace's own."),
};

/** What is wrong with an audience: one of another workspace is nobody's own. */
export function audienceMistake(audience: string | undefined, workspaceUuid: string): string | undefined {
  if (audience?.startsWith(AUDIENCE) !== true || audience === usualAudience(workspaceUuid)) return undefined;
  return `expected ${usualAudience(workspaceUuid)}, which is this workspace's, or an audience of your own`;
}

/** What is under `bitbucket` in an item of `roles`: whose tokens the role trusts. */
export const bitbucketOidcSchema = z
  .strictObject({
    workspace: BITBUCKET_TRUST.workspace,
    workspaceUuid: BITBUCKET_TRUST.workspaceUuid,
    repositoryUuid: stepUuid('the repository').describe('UUID of the repository whose steps may take the role.'),
    environmentUuids: z
      .array(stepUuid('a deployment environment'))
      .min(1)
      .max(MOST_ENVIRONMENTS)
      .optional()
      .describe('UUIDs of the deployment environments whose steps may take the role.'),
    anyStep: z
      .literal(true)
      .optional()
      .describe('Any step of the repository may take the role, of every branch, deployments too.'),
    audience: BITBUCKET_TRUST.audience,
  })
  .superRefine((given, context) => {
    const { environmentUuids, anyStep, audience, workspaceUuid } = given;
    if ((environmentUuids === undefined) === (anyStep === undefined)) {
      const found = anyStep === undefined ? 'neither' : 'both';
      const message = `expected either environmentUuids or anyStep: true, found ${found}`;
      context.addIssue({ code: 'custom', path: ['environmentUuids'], message });
    }
    const message = audienceMistake(audience, workspaceUuid);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['audience'], message });
  });
/** Whose tokens of Bitbucket Pipelines a role trusts. */
export type BitbucketOidc = z.output<typeof bitbucketOidcSchema>;

/** Whose tokens a role trusts, in the terms of IAM. */
export function bitbucketTrust({
  workspace,
  workspaceUuid,
  repositoryUuid,
  environmentUuids,
  audience = usualAudience(workspaceUuid),
}: BitbucketOidc): OidcTrust {
  return { issuer: bitbucketIssuer(workspace), audience, subjects: subjectsOf(repositoryUuid, environmentUuids) };
}

/** Who issues the tokens of a workspace's steps. */
export function bitbucketIssuer(workspace: string): string {
  return `https://api.bitbucket.org/2.0/workspaces/${workspace}/pipelines-config/identity/oidc`;
}

/** @param workspaceUuid with or without braces */
export function usualAudience(workspaceUuid: string): string {
  return `${AUDIENCE}${bare(workspaceUuid)}`;
}

/**
 * A step's `sub` is `{repository}:{step}`, and `{repository}:{environment}:{step}` where it deploys, so that without an
 * environment every step of the repository is meant.
 */
export function subjectsOf(repository: string, environments: readonly string[] | undefined): readonly string[] {
  return environments?.map((environment) => `${repository}:${environment}:*`) ?? [`${repository}:*`];
}

/** Whether a provider that an account has already is the one of a workspace. */
export function isProviderOf(arn: string, workspace: string): boolean {
  return providerNameIn(arn) === providerName(bitbucketIssuer(workspace));
}

function bare(text: string): string {
  const [, inside] = /^\{(.*)\}$/.exec(text) ?? [];
  return (inside ?? text).toLowerCase();
}

/** The step of `bitbucket-pipelines.yml` that takes a role, ready to paste. */
export function pipelineStep(
  roleArn: string,
  {
    environmentUuids,
    audience,
    workspaceUuid,
    deployment,
    sessionHours = 1,
  }: Partial<Pick<BitbucketOidc, 'environmentUuids' | 'audience' | 'workspaceUuid'>> & {
    /** Name of the environment, where it is known. */
    readonly deployment?: string | undefined;
    /** What the role lets a session last, which the step asks for. @default 1 */
    readonly sessionHours?: number | undefined;
  },
): string {
  const isUsual = audience === undefined || audience === usualAudience(workspaceUuid ?? '');
  return [
    '- step:',
    '    name: Deploy',
    ...deploymentLines(deployment, environmentUuids?.[0]),
    ...(isUsual ? ['    oidc: true'] : ['    oidc:', '      audiences:', `        - ${JSON.stringify(audience)}`]),
    '    script:',
    '      - unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY # SDKs take a key first',
    `      - export AWS_ROLE_ARN=${roleArn}`,
    // All that later events of the session say of it. STS takes 64 characters of `[\w+=,.@-]`; a build has ten at most.
    '      - SLUG=$(printf %.50s "$BITBUCKET_REPO_SLUG" | tr -c A-Za-z0-9_.- _)',
    '      - export AWS_ROLE_SESSION_NAME=$SLUG-$BITBUCKET_BUILD_NUMBER',
    '      - export AWS_WEB_IDENTITY_TOKEN_FILE=$(mktemp)',
    '      - printf %s "$BITBUCKET_STEP_OIDC_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"',
    ...(sessionHours > 1 ? sessionLines(sessionHours) : []),
    '      - aws sts get-caller-identity',
    '# When it works so, "keyturn migrate" retires the key; delete both variables of',
    '# deployment, repository and workspace when it is gone.',
  ].join('\n');
}

/** The AWS CLI and the SDKs take the role by themselves for an hour, whatever it lets a session last. */
function sessionLines(hours: number): readonly string[] {
  const part = (at: number) => `$(printf %s "$SESSION" | cut -f${at})`;
  return [
    '      - >- # more than an hour has to be asked for',
    '        SESSION=$(aws sts assume-role-with-web-identity --output text',
    `        --duration-seconds ${hours * 3_600} --role-arn "$AWS_ROLE_ARN"`,
    '        --role-session-name "$AWS_ROLE_SESSION_NAME"',
    '        --web-identity-token "file://$AWS_WEB_IDENTITY_TOKEN_FILE"',
    "        --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]')",
    `      - export AWS_ACCESS_KEY_ID="${part(1)}"`,
    `      - export AWS_SECRET_ACCESS_KEY="${part(2)}"`,
    `      - export AWS_SESSION_TOKEN="${part(3)}"`,
    '      - unset SESSION',
  ];
}

function deploymentLines(name: string | undefined, environment: string | undefined): readonly string[] {
  if (name !== undefined) return [`    deployment: ${/^[A-Za-z][\w-]*$/.test(name) ? name : JSON.stringify(name)}`];
  return environment === undefined ? [] : [`    deployment: Production # the name of the environment ${environment}`];
}

/** What a token's `sub` names. UUIDs in braces. */
export interface BitbucketSubject {
  readonly repository: string;
  /** Not there: the step deployed nowhere. */
  readonly environment?: string | undefined;
  readonly step: string;
}

/** Reads a `sub`; undefined where it is none of Bitbucket's. */
export function subjectOf(text: string): BitbucketSubject | undefined {
  const parts = text.split(':');
  if (!parts.every((part) => /^\{.*\}$/.test(part) && BARE_UUID.test(part.slice(1, -1)))) return undefined;
  const [repository = '', second = '', third] = parts;
  if (parts.length === 3) return { repository, environment: second, step: third ?? '' };
  return parts.length === 2 ? { repository, step: second } : undefined;
}
