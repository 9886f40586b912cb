import { createHash } from 'node:crypto';
import * as z from 'zod';

/** Bitbucket: names match `[A-Za-z_][A-Za-z0-9_]*`. */
const variableName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected letters, digits and underscores, not starting with a digit');

/** A Bitbucket workspace: its slug, or its UUID in braces. */
const workspace = z.string().regex(/^(\{[0-9a-fA-F-]{36}\}|[\w.-]+)$/, 'expected a workspace slug, such as acme');
/** A Bitbucket repository: `workspace/repository`. */
const repository = z
  .string()
  .regex(
    /^(\{[0-9a-fA-F-]{36}\}|[\w.-]+)\/(\{[0-9a-fA-F-]{36}\}|[\w.-]+)$/,
    'expected workspace/repository, such as acme/web-shop',
  );

export const DEFAULT_VARIABLES = {
  accessKeyId: 'AWS_ACCESS_KEY_ID',
  secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
  region: 'AWS_DEFAULT_REGION',
} as const;

/** Names of the variables that hold a credential. */
export const variablesSchema = z.strictObject({
  accessKeyId: variableName.default(DEFAULT_VARIABLES.accessKeyId).describe('Variable that gets the access key ID.'),
  secretAccessKey: variableName
    .default(DEFAULT_VARIABLES.secretAccessKey)
    .describe('Variable that gets the secret access key; always secured.'),
  region: variableName.default(DEFAULT_VARIABLES.region).describe('Variable that gets the region, where one is given.'),
  bundle: variableName
    .optional()
    .describe(
      'One more, secured variable that gets the whole credential as JSON, which cannot be half old and half new.',
    ),
});
export type Variables = z.infer<typeof variablesSchema>;

const delivery = {
  connection: z.string().min(1).describe('Name of the connection to deliver through.'),
  variables: variablesSchema.prefault({}).describe('Names of the variables.'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected an AWS region, such as eu-west-1')
    .optional()
    .describe('Also deliver this AWS region. Without it no region is delivered.'),
  secureAccessKeyId: z
    .boolean()
    .default(false)
    .describe('Whether the access key ID is secured too. Unsecured it can be read back and checked.'),
};

/** Deployment variables of one environment of one repository. */
const deploymentTarget = z.strictObject({
  type: z.literal('bitbucket-deployment'),
  ...delivery,
  repository,
  environment: z.string().min(1).max(255).describe('Name or UUID of the deployment environment.'),
});
const repositoryTarget = z.strictObject({ type: z.literal('bitbucket-repository'), ...delivery, repository });
const workspaceTarget = z.strictObject({ type: z.literal('bitbucket-workspace'), ...delivery, workspace });

/** One place a credential is delivered to, as the registry holds it. */
export const targetSchema = z
  .discriminatedUnion('type', [deploymentTarget, repositoryTarget, workspaceTarget])
  .superRefine(refuseSharedNames);
export type TargetConfig = z.infer<typeof targetSchema>;

/**
 * One target as a person writes it under `deliverTo`: what is given decides its kind. `environment` makes it a
 * deployment target, `repository` alone a repository target, `workspace` alone a workspace target.
 */
export const deliverToSchema = z
  .strictObject({
    ...delivery,
    repository: repository.optional().describe('workspace/repository.'),
    environment: z.string().min(1).max(255).optional().describe('Name or UUID of the deployment environment.'),
    workspace: workspace.optional().describe('Workspace, for variables that all its repositories share.'),
  })
  .superRefine((given, context) => {
    if ((given.repository === undefined) === (given.workspace === undefined)) {
      context.addIssue('expected either repository (with environment for deployment variables) or workspace');
    } else if (given.environment !== undefined && given.repository === undefined) {
      context.addIssue({ code: 'custom', path: ['environment'], message: 'expected repository beside environment' });
    }
    refuseSharedNames(given, context);
  });
export type DeliverTo = z.input<typeof deliverToSchema>;

/** Two halves in one variable would overwrite each other. */
function refuseSharedNames(
  { variables, region }: { readonly variables: Variables; readonly region?: string | undefined },
  context: z.RefinementCtx,
): void {
  const names = namesWritten(variables, region);
  if (new Set(names).size < names.length) {
    context.addIssue({ code: 'custom', path: ['variables'], message: 'expected a different name for each variable' });
  }
}

/** The names that are written: the region's and the bundle's only where they are asked for. */
function namesWritten(variables: Variables, region: string | undefined): readonly string[] {
  const { accessKeyId, secretAccessKey, bundle } = variables;
  const names = [accessKeyId, secretAccessKey, region === undefined ? undefined : variables.region, bundle];
  return names.filter((name) => name !== undefined);
}

/** The registry's form of a `deliverTo` item. */
export function targetOf(given: z.output<typeof deliverToSchema>): TargetConfig {
  const { repository: repo, environment, workspace: space, ...rest } = given;
  if (repo !== undefined && environment !== undefined) {
    return { type: 'bitbucket-deployment', ...rest, repository: repo, environment };
  }
  if (repo !== undefined) return { type: 'bitbucket-repository', ...rest, repository: repo };
  return { type: 'bitbucket-workspace', ...rest, workspace: space ?? '' };
}

/** How people call a target: in logs, receipts and findings. Host first, so that it sorts. */
export function targetName(target: TargetConfig): string {
  switch (target.type) {
    case 'bitbucket-deployment':
      return `bitbucket ${target.repository} environment ${target.environment}`;
    case 'bitbucket-repository':
      return `bitbucket ${target.repository}`;
    case 'bitbucket-workspace':
      return `bitbucket workspace ${target.workspace}`;
  }
}

/** Every variable that a target writes, with its place: two targets that share one would overwrite each other. */
export function variablesWritten(target: TargetConfig): readonly string[] {
  return namesWritten(target.variables, target.region).map((name) => `${name} of ${targetName(target)}`);
}

export const connectionSchema = z.strictObject({
  host: z.literal('bitbucket'),
  url: z
    .url({ protocol: /^https?$/ })
    .refine(isEncryptedOrLoopback, 'expected https: a token must not travel in the clear')
    .describe('Base URL of the REST API.'),
  secret: z.string().min(1).describe('Name or ARN of the secret that holds the token.'),
});
/** How to reach a CI host. */
export type Connection = z.infer<typeof connectionSchema>;

export const BITBUCKET_API = 'https://api.bitbucket.org/2.0';

/** A text that is no URL at all is for the URL check before this one to refuse. */
export function isEncryptedOrLoopback(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
}

/**
 * Digest of a set of targets: the same set gives the same digest in any order, another set, another variable name or
 * another host gives another one, so that changed targets are delivered to again. A connection's token is not part of it.
 */
export function targetSetDigest(
  targets: readonly TargetConfig[],
  connections: Readonly<Record<string, Connection>>,
): string {
  const described = targets.map(({ connection, ...target }) =>
    canonicalJson({ ...target, url: connections[connection]?.url, host: connections[connection]?.host }),
  );
  return createHash('sha256').update(JSON.stringify(described.sort())).digest('hex').slice(0, 16);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
