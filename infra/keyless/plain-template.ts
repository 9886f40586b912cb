import {
  App,
  BootstraplessSynthesizer,
  CfnCondition,
  CfnOutput,
  CfnParameter,
  CfnRule,
  Fn,
  type ICfnConditionExpression,
  RemovalPolicy,
  Stack,
  Token,
  Validations,
} from 'aws-cdk-lib';
import { CfnOIDCProvider, CfnRole } from 'aws-cdk-lib/aws-iam';
import {
  ADDRESS_PATTERNS,
  ADMINISTRATOR_WORDS,
  MOST_ADDRESSES,
  MOST_POLICIES,
} from '../../functions/core/config/roles-config';
import { AUDIENCE, bitbucketIssuer, pipelineStep, subjectsOf } from '../../functions/core/hosts/bitbucket-oidc';
import { providerName } from '../../functions/core/hosts/oidc';
import { oidcTrustPolicy } from './oidc-trust';

const UUID = '\\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\}';
const NO = 'no';
const ANY_STEP_WORDS = 'yes, any step of any branch may take the role';
/** Addresses and ranges; none that is larger than a network with eight bits. */
const RANGE =
  `(${ADDRESS_PATTERNS.ipv4}(/(8|9|[12][0-9]|3[0-2]))?` +
  `|${ADDRESS_PATTERNS.ipv6}(/(8|9|[1-9][0-9]|1[01][0-9]|12[0-8]))?)`;
/** CloudFormation's patterns have no flag for it. */
function inAnyCase(word: string): string {
  return [...word].map((letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`).join('');
}
/** ARNs of managed policies but those that allow everything: they have a parameter of their own. */
const POLICY =
  `(?!arn:aws[a-z-]*:iam::aws:policy/([^,]*/)?(${inAnyCase('AdministratorAccess')}(-[^,]*)?|${inAnyCase('IAMFullAccess')})(,|$))` +
  'arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/[a-zA-Z0-9+=.@/_-]{1,512}';

const PROVIDER_EXISTS =
  "Whether the account has the workspace's provider already; its ARN is made from the account and the workspace, " +
  'arn:aws:iam::ACCOUNT:oidc-provider/api.bitbucket.org/2.0/workspaces/WORKSPACE/pipelines-config/identity/oidc';
/** Path and name of a policy of the account that the role is made in: a stack set has one value for many accounts. */
const OWN_POLICY = '^(([a-zA-Z0-9+=.@_-]{1,128}/){0,8}[a-zA-Z0-9+=.@_-]{1,128})?$';

const OWN = 'Path and name, without an account, of a policy that each account has, such as team/pipelines';

const hint = (what: string) => `${what}: Repository settings, Pipelines, OpenID Connect at Bitbucket shows it.`;

/** A parameter. */
function text(
  scope: Stack,
  id: string,
  description: string,
  more: { pattern?: string; values?: string[]; default?: string } = {},
) {
  const { pattern, values, default: preset } = more;
  return new CfnParameter(scope, id, {
    description,
    default: preset,
    allowedPattern: pattern,
    allowedValues: values,
    constraintDescription: pattern === undefined ? undefined : description,
  });
}

/** Several with commas between: a text, whose pattern counts for all of it, and which is easily told to be empty. */
function list(scope: Stack, id: string, description: string, { item, most }: { item: string; most: number }) {
  return text(scope, id, description, { pattern: `^(${item}(,${item}){0,${most - 1}})?$`, default: '' });
}

function parametersOf(scope: Stack) {
  return {
    workspace: text(scope, 'Workspace', 'Slug of the workspace, in small letters', {
      pattern: '^(?!\\.+$)[a-z0-9_.-]{1,255}$',
    }),
    workspaceUuid: text(scope, 'WorkspaceUuid', hint('UUID of the workspace, in braces'), { pattern: `^${UUID}$` }),
    repositoryUuid: text(scope, 'RepositoryUuid', hint('UUID of the repository, in braces'), { pattern: `^${UUID}$` }),
    environmentUuid: text(scope, 'EnvironmentUuid', hint('UUID of the deployment environment, in braces'), {
      pattern: `^(${UUID})?$`,
      default: '',
    }),
    anyStep: text(scope, 'AnyStep', 'Whether any step of the repository may take the role, deployments too', {
      values: [NO, ANY_STEP_WORDS],
      default: NO,
    }),
    audience: text(scope, 'Audience', "Audience that the step asks for; without it the workspace's own", {
      pattern: `^(?!${AUDIENCE})[^\\s*?$"\\\\]{0,150}$`,
      default: '',
    }),
    thumbprint: text(scope, 'Thumbprint', "Thumbprint of the issuer's certificate; IAM needs none", {
      pattern: '^([0-9a-f]{40})?$',
      default: '',
    }),
    // Its ARN follows from account and workspace, and differs in each account of a stack set: nobody has to give it.
    providerExists: text(scope, 'ProviderExists', PROVIDER_EXISTS, { values: [NO, 'yes'], default: NO }),
    roleName: text(scope, 'RoleName', 'Name of the role', { pattern: '^[a-zA-Z0-9+=,.@_-]{1,64}$' }),
    sessionSeconds: new CfnParameter(scope, 'SessionSeconds', {
      type: 'Number',
      description: 'Seconds that a session lasts at most',
      default: 3600,
      minValue: 3600,
      maxValue: 43_200,
    }),
    addresses: list(scope, 'Addresses', 'Addresses and ranges that the steps come from, commas between; any without', {
      item: RANGE,
      most: MOST_ADDRESSES,
    }),
    policies: list(scope, 'ManagedPolicies', 'ARNs of the policies that say what the role may do, commas between', {
      item: POLICY,
      most: MOST_POLICIES,
    }),
    ownPolicy: text(scope, 'OwnPolicy', `${OWN}; beside ManagedPolicies, ten together`, {
      pattern: OWN_POLICY,
      default: '',
    }),
    boundary: text(scope, 'PermissionsBoundary', 'ARN of the policy that the role can never exceed', {
      pattern: '^(arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/[a-zA-Z0-9+=,.@/_-]{1,512})?$',
      default: '',
    }),
    ownBoundary: text(scope, 'OwnBoundary', `${OWN}; in place of PermissionsBoundary`, {
      pattern: OWN_POLICY,
      default: '',
    }),
    administrator: text(scope, 'AdministratorAccess', 'Whether the role may do everything, in words', {
      values: [NO, ADMINISTRATOR_WORDS],
      default: NO,
    }),
  };
}
type Parameters = ReturnType<typeof parametersOf>;

const isEmpty = (parameter: CfnParameter) => Fn.conditionEquals(parameter.valueAsString, '');
const itemsOf = (parameter: CfnParameter) => Fn.split(',', parameter.valueAsString);
const isYes = (parameter: CfnParameter) => Fn.conditionNot(Fn.conditionEquals(parameter.valueAsString, NO));

/** Conditions of the template, and what they choose. */
class Choices {
  constructor(private readonly scope: Stack) {}

  /** A condition by its name. */
  define(name: string, expression: ICfnConditionExpression) {
    const is = new CfnCondition(this.scope, name, { expression });
    const { logicalId } = is;
    return {
      name,
      /** For other conditions. */
      is,
      choose: (whenTrue: unknown, whenFalse: unknown): string =>
        Token.asString(Fn.conditionIf(logicalId, whenTrue, whenFalse)),
    };
  }
}

/** Stands for a list in a text of JSON. */
const LISTED = '<listed>';

/** The CDK would escape the quotes between the items, so they are put between the parts of what it has made. */
function listed(scope: Stack, json: string, items: string[]): string {
  const { 'Fn::Join': join } = scope.resolve(json) as { readonly 'Fn::Join': readonly [string, readonly unknown[]] };
  const parts = join[1].flatMap((part) => {
    const [before, after] = typeof part === 'string' ? part.split(LISTED) : [];
    return after === undefined ? [part] : [before, Fn.join('","', items), after];
  });
  return Fn.join('', parts as string[]);
}

function trustPolicy(scope: Stack, given: Parameters, choices: Choices, provider: string, audience: string) {
  const repository = given.repositoryUuid.valueAsString;
  const anyStep = choices.define('MayAnyStep', isYes(given.anyStep));
  const [any = ''] = subjectsOf(repository, undefined);
  const [deploying = ''] = subjectsOf(repository, [given.environmentUuid.valueAsString]);
  const issuer = bitbucketIssuer(given.workspace.valueAsString);
  const trust = { issuer, audience, subjects: [anyStep.choose(any, deploying)] };
  // A condition key with a parameter in it cannot be written as an object, so the whole policy is a text.
  const written = (addresses: readonly string[]) => scope.toJsonString(oidcTrustPolicy(provider, trust, addresses));
  const noAddresses = choices.define('FromAnywhere', isEmpty(given.addresses));
  const document = noAddresses.choose(written([]), listed(scope, written([LISTED]), itemsOf(given.addresses)));
  return { document, anyStep };
}

/** ARN of a policy in the account that the stack is in. */
function ownArn(scope: Stack, parameter: CfnParameter): string {
  return `arn:${scope.partition}:iam::${scope.account}:policy/${parameter.valueAsString}`;
}

/** A comma between what is given; CloudFormation can make no ARN of each item of a list, so there is one of the account's own. */
function managedPolicies(scope: Stack, given: Parameters, choices: Choices): string[] {
  const everything = `arn:${scope.partition}:iam::aws:policy/AdministratorAccess`;
  const hasSome = choices.define('HasPolicies', Fn.conditionNot(isEmpty(given.policies)));
  const hasOwn = choices.define('HasOwnPolicy', Fn.conditionNot(isEmpty(given.ownPolicy)));
  const mayAll = choices.define('MayDoEverything', isYes(given.administrator));
  const either = Fn.conditionOr(hasSome.is, hasOwn.is);
  const beforeOwn = choices.define('HasPoliciesBeforeOwn', Fn.conditionAnd(hasSome.is, hasOwn.is));
  const beforeAll = choices.define('HasPoliciesBeforeAll', Fn.conditionAnd(either, mayAll.is));
  const any = choices.define('HasAnyPolicy', Fn.conditionOr(either, mayAll.is));
  const together = Fn.join('', [
    given.policies.valueAsString,
    beforeOwn.choose(',', ''),
    hasOwn.choose(ownArn(scope, given.ownPolicy), ''),
    beforeAll.choose(',', ''),
    mayAll.choose(everything, ''),
  ]);
  return Token.asList(Token.asAny(any.choose(Fn.split(',', together), { Ref: 'AWS::NoValue' })));
}

function boundaryOf(scope: Stack, { boundary, ownBoundary }: Parameters, choices: Choices): string {
  const none = choices.define('HasNoBoundary', isEmpty(boundary));
  const own = choices.define('HasOwnBoundary', Fn.conditionNot(isEmpty(ownBoundary)));
  return own.choose(ownArn(scope, ownBoundary), none.choose({ Ref: 'AWS::NoValue' }, boundary.valueAsString));
}

class PlainTemplate extends Stack {
  constructor(scope: App, id: string) {
    super(scope, id, {
      description: 'A role that steps of Bitbucket Pipelines take by OpenID Connect, without any key (Keyturn)',
      synthesizer: new BootstraplessSynthesizer(),
      analyticsReporting: false,
    });
    const reason = 'what is empty is left out by a condition, and never stands where an ARN or a thumbprint has to';
    for (const rule of ['F3031', 'W1030'])
      Validations.of(this).acknowledge({ id: `CloudFormation-Validate::${rule}`, reason });
    const given = parametersOf(this);
    const choices = new Choices(this);
    const usual = choices.define('IsUsualAudience', isEmpty(given.audience));
    const bare = Fn.select(0, Fn.split('}', Fn.select(1, Fn.split('{', given.workspaceUuid.valueAsString))));
    const audience = usual.choose(`${AUDIENCE}${bare}`, given.audience.valueAsString);
    const provider = this.provider(given, choices, audience);
    const { document, anyStep } = trustPolicy(this, given, choices, provider, audience);
    const role = new CfnRole(this, 'Role', {
      roleName: given.roleName.valueAsString,
      description: 'Keyturn: taken by steps of Bitbucket Pipelines with a token of theirs',
      assumeRolePolicyDocument: document,
      maxSessionDuration: given.sessionSeconds.valueAsNumber,
      managedPolicyArns: managedPolicies(this, given, choices),
      permissionsBoundary: boundaryOf(this, given, choices),
    });
    this.requireEnvironment(given);
    this.requireOneBoundary(given);
    const step = (environmentUuids?: string[], asked?: string) =>
      pipelineStep(role.attrArn, { environmentUuids, audience: asked, workspaceUuid: '' });
    const steps = (asked?: string) =>
      anyStep.choose(step(undefined, asked), step([given.environmentUuid.valueAsString], asked));
    new CfnOutput(this, 'RoleArn', { value: role.attrArn, description: 'AWS_ROLE_ARN of the step' });
    new CfnOutput(this, 'PipelineStep', {
      value: usual.choose(steps(), steps(given.audience.valueAsString)),
      description: 'For bitbucket-pipelines.yml',
    });
  }

  /** ARN of the one that the account has, or of the one that is made. */
  private provider(given: Parameters, choices: Choices, audience: string): string {
    const issuer = bitbucketIssuer(given.workspace.valueAsString);
    const makes = choices.define('MakesProvider', Fn.conditionNot(isYes(given.providerExists)));
    const noThumbprint = choices.define('HasNoThumbprint', isEmpty(given.thumbprint));
    const provider = new CfnOIDCProvider(this, 'Provider', {
      url: issuer,
      clientIdList: [audience],
    });
    provider.addPropertyOverride('ThumbprintList', {
      'Fn::If': [noThumbprint.name, { Ref: 'AWS::NoValue' }, [given.thumbprint.valueAsString]],
    });
    provider.addOverride('Condition', makes.name);
    // Roles of other stacks trust it too.
    provider.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return makes.choose(
      provider.attrArn,
      `arn:${this.partition}:iam::${this.account}:oidc-provider/${providerName(issuer)}`,
    );
  }

  private requireOneBoundary({ boundary, ownBoundary }: Parameters): void {
    new CfnRule(this, 'OneBoundary', {
      assertions: [
        {
          assert: Fn.conditionOr(isEmpty(boundary), isEmpty(ownBoundary)),
          assertDescription: 'Give either PermissionsBoundary or OwnBoundary.',
        },
      ],
    });
  }

  private requireEnvironment({ environmentUuid, anyStep }: Parameters): void {
    const named = Fn.conditionAnd(Fn.conditionNot(isEmpty(environmentUuid)), Fn.conditionNot(isYes(anyStep)));
    const any = Fn.conditionAnd(isEmpty(environmentUuid), isYes(anyStep));
    new CfnRule(this, 'EnvironmentOrAnyStep', {
      assertions: [
        {
          assert: Fn.conditionOr(named, any),
          assertDescription: `Give either EnvironmentUuid, or AnyStep "${ANY_STEP_WORDS}".`,
        },
      ],
    });
  }
}

/** The plain template as it is shipped: no assets, no bootstrap, for the console, for `deploy` and for StackSets. */
export function plainTemplate(): string {
  const app = new App({ analyticsReporting: false });
  const stack = new PlainTemplate(app, 'bitbucket-oidc-role');
  const template: unknown = app.synth().getStackByName(stack.stackName).template;
  return `${JSON.stringify(template, undefined, 2)}\n`;
}
