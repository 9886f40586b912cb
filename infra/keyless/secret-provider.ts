import { CfnOutput, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Architecture, type IFunction, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type ConfigIssue, describeIssue, type Mistake } from '../../functions/core/config/config-issue';
import { pathText, valueAt } from '../../functions/core/config/config-path';
import {
  type ProviderConfig,
  providerMistakes,
  providerSchema,
  providerSecretMistakes,
} from '../../functions/core/config/provider-config';
import { KeyturnError } from '../../functions/core/errors';
import { ENV, PROVIDER, PROVIDER_LOG_GROUP, PROVIDER_SEAL_KEY_ALIAS, USED_TOKENS } from '../../functions/core/names';
import { providerRoleName } from '../../functions/core/provider-role-name';
import { providerMay, providerPermissions, roleArnByName } from '../access/provider-permissions';
import { pathProperty } from '../access/role-path';
import { ownNamesPrefix } from '../alarms/own-changes';
import { functionCode } from '../engine/function-code';
import type { KeyRotation } from '../engine/key-rotation';
import type { ManagedKey } from '../engine/managed-key';
import { unresolved } from '../engine/unresolved';
import { AuditLog } from '../evidence/audit-log';
import { SealKey } from '../evidence/seal-key';
import { ProviderFront } from './provider-front';
import { ProviderRules } from './provider-rules';

/** A managed key that steps get; under both of AWS's names, or under none of them. */
export interface ProvidedKey {
  readonly key: ManagedKey;
  /** Variable that gets the access key ID. @default AWS_ACCESS_KEY_ID */
  readonly accessKeyId?: string;
  /** Variable that gets the secret access key. @default AWS_SECRET_ACCESS_KEY */
  readonly secretAccessKey?: string;
}

/** Another secret that steps get. */
export interface ProvidedSecret {
  /** Name or ARN of the secret. */
  readonly secret: string;
  /** Variable that gets it. */
  readonly variable: string;
  /** JSON pointer to a text in it. @default - the whole value */
  readonly pointer?: string;
  /** ARN of the KMS key that encrypts it. @default - Secrets Manager's own */
  readonly encryptionKey?: string;
}

/** An IAM role of which steps get credentials that end by themselves; its trust policy has to name the provider's role. */
export interface ProvidedRole {
  /** ARN of the role. */
  readonly roleArn: string;
  /** Minutes after which the credentials end, 15 to 60. @default 15 */
  readonly sessionMinutes?: number;
  /** The step may do what both this and the role allow. @default - what the role allows */
  readonly sessionPolicy?: PolicyDocument;
  /** ARNs of managed policies; the step may do what one of these, or `sessionPolicy`, and the role allow. @default - none */
  readonly policyArns?: string[];
  /** Variable that gets the access key ID. @default AWS_ACCESS_KEY_ID */
  readonly accessKeyId?: string;
  /** Variable that gets the secret access key. @default AWS_SECRET_ACCESS_KEY */
  readonly secretAccessKey?: string;
  /** Variable that gets the session token. @default AWS_SESSION_TOKEN */
  readonly sessionToken?: string;
}

/** Which steps get which variables. */
export interface SecretProviderRule {
  /** Name of the rule; the record has it. */
  readonly name: string;
  /** UUID of the repository, with or without braces. */
  readonly repositoryUuid: string;
  /** UUIDs of the deployment environments whose steps get them. @default - none: `anyStep` has to say so */
  readonly environmentUuids?: string[];
  /** Whether any step of the repository gets them, deployments too. @default false */
  readonly anyStep?: boolean;
  /** Names of the branches, exactly. @default - any */
  readonly branches?: string[];
  /** Managed keys whose current version is given. @default - none */
  readonly keys?: ProvidedKey[];
  /** Roles of which short-lived credentials are given. @default - none */
  readonly roles?: ProvidedRole[];
  /** Other secrets that are given. @default - none */
  readonly secrets?: ProvidedSecret[];
}

export interface SecretProviderProps {
  /** The rotation of the managed keys: the settings of its functions are the provider's too. */
  readonly rotation: KeyRotation;
  /** Slug of the workspace: the issuer's URL has it. */
  readonly workspace: string;
  /** UUID of the workspace, with or without braces. */
  readonly workspaceUuid: string;
  /** Audience that the steps ask for. @default - the workspace's own */
  readonly audience?: string;
  /** Minutes after its issue for which a token is taken. @default 15 */
  readonly tokenMinutes?: number;
  /** Requests that are answered at a time, and let in a second, 1 to 900. @default 20 */
  readonly concurrency?: number;
  /**
   * Whether Lambda keeps as much of the account's concurrency for the function, and gives it no more. An account whose
   * quota has no room for it, as that of a new one, needs `false`: then a flood takes what others have.
   *
   * @default true
   */
  readonly reserveConcurrency?: boolean;
  /** Who is not named here gets nothing. */
  readonly rules: SecretProviderRule[];
  /** Whether the log group of its record is there already, as the process form needs it. @default false */
  readonly existingLogGroup?: boolean;
  /** What `keyturn.yaml` says, where it was checked already. @internal */
  readonly _checked?: ProviderConfig;
}

/**
 * An HTTPS endpoint that gives steps of Bitbucket Pipelines their secrets when they start: Bitbucket's third-party secrets.
 * One for an account and region.
 */
export class SecretProvider extends Construct {
  /** What `keyturn.yaml` describes. @internal */
  static _of(rotation: KeyRotation, config: ProviderConfig, keys: ReadonlyMap<string, ManagedKey>): SecretProvider {
    const { workspace, workspaceUuid } = config.bitbucket;
    const provider = new SecretProvider(rotation, 'Provider', {
      rotation,
      workspace,
      workspaceUuid,
      rules: [],
      _checked: config,
    });
    provider.admit(config.rules.flatMap((rule) => rule.keys.flatMap(({ id }) => keys.get(id) ?? [])));
    return provider;
  }

  /** Where steps ask: `https://<id>.execute-api.<region>.amazonaws.com/`. */
  readonly url: string;
  /** How runners are told of it, ready to paste. */
  readonly runnerSettings: string;
  /** The role of its function. */
  readonly role: Role;
  private readonly rolePath: string;
  private readonly roleName: string;
  private readonly lambda: IFunction;

  /** @throws KeyturnError `invalid-config`, naming every mistake with its cure. */
  constructor(scope: Construct, id: string, props: SecretProviderProps) {
    super(scope, id);
    const { rotation } = props;
    checkHome(this, rotation);
    this.refuseSecond();
    const config = props._checked ?? this.check(props);
    checkRegions(config, Stack.of(this).region);
    this.watchConnections(rotation, config);
    const { rolePath } = rotation._deployment;
    this.rolePath = rolePath;
    // A name of its own: policies of secrets in other stacks name it, and must not keep this stack from being updated.
    this.roleName = providerRoleName(ownNamesPrefix(rotation), rolePath);
    const rules = new ProviderRules(this, 'Rules', config);
    const encryptionKey = keyOf(this, 'LogKey', rotation._deployment.encryptionKey);
    const ownLog = new LogGroup(this, 'Logs', {
      retention: rotation._settings.logRetentionDays,
      encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const usedTokens = this.createTable();
    const record = this.record(config, rotation);
    this.role = this.createRole(rotation, config, { ownLog, record: record.logGroup, usedTokens });
    const sealKey = this.createSealKey();
    const lambda = this.createFunction(rotation, config, { ownLog, rules, usedTokens, sealKey });
    this.lambda = lambda;
    // It has other rules when they can be read, and after that the ones before are deleted.
    lambda.node.addDependency(rules);
    const { logRetentionDays } = rotation._settings;
    const front = new ProviderFront(this, 'Front', {
      ...{ function: lambda, concurrency: config.concurrency, logRetentionDays, encryptionKey },
    });
    record._makeAfter(front, lambda);
    if (Stack.of(rotation) === Stack.of(this)) record._makeAfter(rotation.auditLog);
    const logs = [ownLog, front.accessLog].map(({ logGroupName }) => logGroupName);
    const { keyArn: sealKeyArn, keyId: key } = sealKey;
    const own = { api: front.apiId, table: usedTokens.tableName, logs, key };
    rotation._watch(this, { own, lambda: lambda.functionName, sealKeyArn });
    this.url = front.url;
    this.runnerSettings =
      `cloud runners: Secret provider endpoint ${this.url} | Docker: -e SECRET_PROVIDER_URI=${this.url} | ` +
      `shell: --secretProviderUri ${this.url} | PowerShell: -secretProviderUri ${this.url} | Tell one runner first: every ` +
      'step with oidc asks, and one that a rule does not name is refused, which may fail it (docs/start/provider.md)';
    new CfnOutput(this, 'Url', { value: this.url, description: 'Secret provider endpoint' });
    new CfnOutput(this, 'RoleArn', { value: this.role.roleArn, description: 'Whom roles of the rules have to trust' });
    new CfnOutput(this, 'Runners', { value: this.runnerSettings, description: 'How each kind of runner is told' });
    this.admit(props.rules.flatMap(({ keys = [] }) => keys.map(({ key }) => key)));
  }

  /** Nothing of worth is in it: digests of tokens that end within the hour. It goes with the stack. */
  private createTable(): Table {
    return new Table(this, 'UsedTokens', {
      partitionKey: { name: USED_TOKENS.key, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: USED_TOKENS.ends,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** As the record of record is kept: nobody deletes it by the way. */
  private record({ logGroup }: ProviderConfig, { _settings: { audit } }: KeyRotation): AuditLog {
    const { retentionDays, encryptionKey } = audit;
    return new AuditLog(this, 'Record', { name: PROVIDER_LOG_GROUP, logGroup, retentionDays, encryptionKey });
  }

  /**
   * A key of its own: KMS signs any text, and whoever got the endpoint, which the internet can ask, to sign with the key of
   * the record of record could make up what the other functions say.
   */
  private createSealKey(): IKey {
    const of = "the record of a provider's endpoint";
    return new SealKey(this, 'SealKey', { alias: PROVIDER_SEAL_KEY_ALIAS, of, writers: [this.role], readers: [] }).key;
  }

  private createRole(
    rotation: KeyRotation,
    { rules: all }: ProviderConfig,
    { ownLog, record, usedTokens }: Omit<Parts, 'rules' | 'sealKey'>,
  ): Role {
    const secrets = all.flatMap((rule) => rule.secrets);
    const resources = {
      ownLog,
      record,
      usedTokensArn: usedTokens.tableArn,
      secrets: once(secrets.map(({ secret }) => secret)),
      secretKeys: once(secrets.flatMap(({ encryptionKey }) => encryptionKey ?? [])),
      roles: once(all.flatMap(({ roles }) => roles.map(({ role }) => role))),
    };
    rotation._provides(providerMay(resources));
    const statements = providerPermissions(this, resources);
    return new Role(this, 'Role', {
      roleName: this.roleName,
      path: pathProperty(this.rolePath),
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'Keyturn: what the secret provider may do',
      inlinePolicies: { Keyturn: new PolicyDocument({ statements: [...statements] }) },
    });
  }

  private createFunction(
    rotation: KeyRotation,
    { concurrency, reserveConcurrency }: ProviderConfig,
    { ownLog, rules, usedTokens, sealKey }: Omit<Parts, 'record'>,
  ): IFunction {
    const { codeSigning } = rotation._deployment;
    const built = functionCode(this, { bundle: PROVIDER, bundles: rotation._bundles, codeSigning });
    return new LambdaFunction(this, 'Function', {
      functionName: `${ownNamesPrefix(rotation)}Provider`,
      description: 'Keyturn: gives steps of pipelines their secrets',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: built.code,
      codeSigningConfig: built.codeSigningConfig,
      handler: 'index.handler',
      // A step waits, and a signature is checked.
      memorySize: 512,
      // What it has not decided by then it has refused; API Gateway waits for 30 seconds.
      timeout: Duration.seconds(25),
      reservedConcurrentExecutions: reserveConcurrency ? concurrency : undefined,
      environment: {
        [ENV.providerConfig]: rules.digest,
        [ENV.providerParts]: String(rules.names.length),
        [ENV.usedTokens]: usedTokens.tableName,
        [ENV.sealKey]: sealKey.keyArn,
        [ENV.release]: built.release,
        NODE_OPTIONS: '--enable-source-maps',
      },
      role: this.role.withoutPolicyUpdates(),
      logGroup: ownLog,
    });
  }

  /** The secrets' own policies name the role. */
  private admit(keys: readonly ManagedKey[]): void {
    for (const key of new Set(keys)) {
      const isHere = Stack.of(key) === Stack.of(this);
      const admitting = key._admitReader(isHere ? this.role.roleArn : roleArnByName(key, this.rolePath, this.roleName));
      // A key that the rules name from now on is read when its policy lets it.
      if (isHere && admitting !== undefined) this.lambda.node.addDependency(admitting);
    }
  }

  /** @throws KeyturnError `invalid-config` */
  private refuseSecond(): void {
    const others = Stack.of(this).node.findAll();
    const other = others.find((one): one is SecretProvider => one instanceof SecretProvider && one !== this);
    if (other === undefined) return;
    const message = `${this.node.path}: expected one SecretProvider in a stack, found ${other.node.path} beside it`;
    throw new KeyturnError('invalid-config', `${message}; give the rules of both to one of them`);
  }

  /** Connections come with the targets of keys, which may be added later. */
  private watchConnections(rotation: KeyRotation, config: ProviderConfig): void {
    this.node.addValidation({
      validate: () =>
        providerSecretMistakes(config, rotation._connections).map((mistake) => told(issueOf(mistake), config)),
    });
  }

  private check(props: SecretProviderProps): ProviderConfig {
    const input = inputOf(props);
    const tokens = unresolved(input, this.node.path);
    const { data, error } = providerSchema.safeParse(input);
    const ids = new Set(data?.rules.flatMap(({ keys }) => keys.map(({ id }) => id)));
    const between = [...providerMistakes(data, ids), ...providerSecretMistakes(data, new Map())].map(issueOf);
    const mistakes = [...(error?.issues ?? []), ...between].map((issue) => `${this.node.path}: ${told(issue, input)}`);
    if (data === undefined || tokens.length > 0 || between.length > 0) {
      throw new KeyturnError('invalid-config', [...tokens, ...mistakes].join('\n'));
    }
    return data;
  }
}

interface Parts {
  readonly ownLog: ILogGroup;
  readonly record: ILogGroup;
  readonly rules: ProviderRules;
  readonly usedTokens: Table;
  readonly sealKey: IKey;
}

/** Whoever changes it is told of by the rotation's stack: by events of its account and region. */
function checkHome(provider: SecretProvider, rotation: KeyRotation): void {
  const [own, other] = [Stack.of(provider), Stack.of(rotation)];
  if (own.account === other.account && own.region === other.region) return;
  throw new KeyturnError(
    'invalid-config',
    `${provider.node.path}: expected a stack of the rotation's account and region; put it into the stack of the rotation`,
  );
}

/** Secrets Manager gives those of its own region alone: each step would get 503. */
function checkRegions({ rules }: ProviderConfig, of: string): void {
  const region = Token.isUnresolved(of) ? process.env.CDK_DEFAULT_REGION : of;
  if (region === undefined) return;
  const mistakes = rules.flatMap(({ secrets }, at) =>
    secrets.flatMap(({ secret }, which) => {
      const found = secret.startsWith('arn:') ? secret.split(':')[3] : region;
      const place = `provider.rules.${at}.secrets.${which}.secret`;
      return found === region
        ? []
        : [`${place}: expected a secret of ${region}, where the stack is, found one of ${found}`];
    }),
  );
  if (mistakes.length > 0) throw new KeyturnError('invalid-config', mistakes.join('\n'));
}

function keyOf(scope: Construct, id: string, arn: string | undefined): IKey | undefined {
  return arn === undefined ? undefined : Key.fromKeyArn(scope, id, arn);
}

/** A mistake between rules, as it stands in the props of the construct. */
function issueOf({ path: [_provider, ...path], message }: Mistake): ConfigIssue {
  return { code: 'custom', path, message };
}

function told(issue: ConfigIssue, input: unknown): string {
  return `${pathText(issue.path)}: ${describeIssue(issue, valueAt(input, issue.path))}`;
}

function once(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** As `keyturn.yaml` would say it. */
function inputOf({ workspace, workspaceUuid, audience, rules, existingLogGroup, ...props }: SecretProviderProps) {
  const { tokenMinutes, concurrency, reserveConcurrency } = props;
  return {
    bitbucket: { workspace, workspaceUuid, audience },
    tokenMinutes,
    concurrency,
    reserveConcurrency,
    endpoint: true,
    logGroup: existingLogGroup === true ? 'existing' : undefined,
    rules: rules.map(({ anyStep, keys = [], roles = [], ...rule }) => ({
      ...rule,
      anyStep: anyStep === false ? undefined : anyStep,
      keys: keys.map(({ key, ...variables }) => ({ id: key.keyId, ...variables })),
      roles: roles.map(({ roleArn: role, sessionPolicy, ...others }) => ({
        role,
        ...others,
        sessionPolicy: sessionPolicy?.toJSON(),
      })),
    })),
  };
}
