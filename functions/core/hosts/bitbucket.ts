import * as z from 'zod';
import { cleaned } from '../outside-text';
import { isEnvironmentName, isSlugOrUuid, mayBeOnePlace, placeOf, uuidIn } from './bitbucket-place';
import { BITBUCKET_API, BITBUCKET_USUAL, OTHER_PAGE } from './bitbucket-usual';
import { tokenConnection } from './connection';
import type { ConnectionSettings, Host, HostConnection, StepsOfTarget, Written } from './host';
import { placeUrl } from './place-url';
import { region } from './region';

/** Characters of a target's name: more than its parts may have. */
const LONGEST_NAME = 1_000;

/** Bitbucket: names match `[A-Za-z_][A-Za-z0-9_]*`. */
const variableName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected letters, digits and underscores, not starting with a digit');

/** A Bitbucket workspace: its slug, or its UUID in braces. */
const workspace = z.string().max(255).refine(isSlugOrUuid, 'expected a workspace slug, such as acme');
/** A Bitbucket repository: `workspace/repository`. */
const repository = z
  .string()
  .max(511)
  .refine(
    (text) => text.split('/').length === 2 && text.split('/').every(isSlugOrUuid),
    'expected workspace/repository, such as acme/web-shop',
  );
const environment = z
  .string()
  .min(1)
  .max(255)
  .refine(isEnvironmentName, 'expected the name or UUID of a deployment environment, such as Production')
  .describe('Name or UUID of the deployment environment.');

const DEFAULT_VARIABLES = {
  accessKeyId: 'AWS_ACCESS_KEY_ID',
  secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
  region: 'AWS_DEFAULT_REGION',
} as const;

/** Names of the variables that hold a credential. */
const variablesSchema = z.strictObject({
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
type Variables = z.infer<typeof variablesSchema>;

const delivery = {
  connection: z.string().min(1).describe('Name of the connection to deliver through.'),
  variables: variablesSchema.prefault({}).describe('Names of the variables.'),
  region: region.optional().describe('Also deliver this AWS region. Without it no region is delivered.'),
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
  environment,
});
const repositoryTarget = z.strictObject({ type: z.literal('bitbucket-repository'), ...delivery, repository });
const workspaceTarget = z.strictObject({ type: z.literal('bitbucket-workspace'), ...delivery, workspace });

const targetSchema = z
  .discriminatedUnion('type', [deploymentTarget, repositoryTarget, workspaceTarget])
  .superRefine(refuseSharedNames);
/** One place at Bitbucket, as the registry holds it. */
export type BitbucketTarget = z.output<typeof targetSchema>;

/**
 * One target as a person writes it under `deliverTo`: what is given decides its kind. `environment` makes it a
 * deployment target, `repository` alone a repository target, `workspace` alone a workspace target.
 */
const itemSchema = z
  .strictObject({
    ...delivery,
    repository: repository.optional().describe('workspace/repository.'),
    environment: environment.optional(),
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
type BitbucketItem = z.output<typeof itemSchema>;

/** Bitbucket Cloud: variables of a deployment environment, a repository or a workspace. */
export const bitbucketHost = {
  name: 'bitbucket',
  types: ['bitbucket-deployment', 'bitbucket-repository', 'bitbucket-workspace'],
  target: targetSchema,
  deliverTo: itemSchema,
  marks: [],
  connection: tokenConnection(
    BITBUCKET_API,
    '{"accessToken"}, {"email","apiToken"} or {"clientId","clientSecret"}',
    (url) => !OTHER_PAGE.test(url),
  ),
  usual: BITBUCKET_USUAL,
  tokenForms: [
    { kind: 'access token', secret: 'accessToken' },
    { kind: 'API token', secret: 'apiToken', name: 'email' },
    { kind: 'OAuth consumer', secret: 'clientSecret', name: 'clientId' },
  ],

  targetOf({ repository: repo, environment: name, workspace: space, ...rest }: BitbucketItem): BitbucketTarget {
    if (repo !== undefined && name !== undefined) {
      return { type: 'bitbucket-deployment', ...rest, repository: repo, environment: name };
    }
    if (repo !== undefined) return { type: 'bitbucket-repository', ...rest, repository: repo };
    return { type: 'bitbucket-workspace', ...rest, workspace: space ?? '' };
  },

  short({ variables, secureAccessKeyId, ...rest }: BitbucketTarget): Readonly<Record<string, unknown>> {
    const own = Object.entries(variables).filter(
      ([name, value]) => (DEFAULT_VARIABLES as Readonly<Record<string, string>>)[name] !== value,
    );
    return {
      ...rest,
      ...(own.length > 0 ? { variables: Object.fromEntries(own) } : {}),
      ...(secureAccessKeyId ? { secureAccessKeyId } : {}),
    };
  },

  nameOf(target: BitbucketTarget): string {
    switch (target.type) {
      case 'bitbucket-deployment':
        return cleaned(`bitbucket ${target.repository} environment ${target.environment}`, LONGEST_NAME);
      case 'bitbucket-repository':
        return `bitbucket ${target.repository}`;
      case 'bitbucket-workspace':
        return `bitbucket workspace ${target.workspace}`;
    }
  },

  writes(target: BitbucketTarget, connection: ConnectionSettings | undefined): readonly Written[] {
    const at = placeOf(target).join(' ');
    const url = connection === undefined ? '' : placeUrl(connection.url);
    return variablesOf(target).map((name) => ({
      what: `${name} of ${bitbucketHost.nameOf(target)}`,
      place: `${url} ${target.type} ${at} ${name.toLowerCase()}`,
    }));
  },

  /** Two that write no variable of the same name share nothing, wherever they are. */
  mayShare(one: BitbucketTarget, other: BitbucketTarget): boolean {
    const names = new Set(variablesOf(one).map((name) => name.toLowerCase()));
    return mayBeOnePlace(one, other) && variablesOf(other).some((name) => names.has(name.toLowerCase()));
  },

  /** A slug can be deleted or changed, and then anybody may take it. A UUID finds a repository whatever its workspace is called. */
  nameThatMayPass(target: BitbucketTarget, connection: HostConnection | undefined): string | undefined {
    const { type, ...at } = target;
    const written = 'repository' in at ? at.repository.split('/')[1] : at.workspace;
    if (written?.startsWith('{')) return undefined;
    return `${placeUrl(connection?.url ?? '')} ${placeOf({ type, ...at, environment: undefined }).join('/')}`;
  },

  rightToIdentify: 'the scope "repository" (of an API token "read:repository:bitbucket")',

  stepsOf(target: BitbucketTarget): StepsOfTarget {
    const [home = '', repo] = placeOf(target);
    // A name stays as it is written: bitbucket-pipelines.yml has it so.
    const deploysTo =
      target.type === 'bitbucket-deployment' ? (uuidIn(target.environment) ?? target.environment) : undefined;
    return { workspace: home, repository: repo, environment: deploysTo };
  },

  systemOf: (_target: BitbucketTarget, connection: HostConnection | undefined): string =>
    `${connection?.host} ${connection?.url} ${connection?.secret}`,
} as const satisfies Host<BitbucketTarget, BitbucketItem>;

/** The names of the variables that a delivery writes. */
export function variablesOf({ variables, region }: BitbucketTarget): readonly string[] {
  return namesWritten(variables, region);
}

/** Whether a target is a place at Bitbucket. */
export function isBitbucketTarget(target: { readonly type: string }): target is BitbucketTarget {
  return bitbucketHost.types.some((type) => type === target.type);
}

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
