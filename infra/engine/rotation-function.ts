import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, type CfnFunction, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SnsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from '../../functions/core/config/settings';
import { bundleOf, type DeployedFunction, ENV } from '../../functions/core/names';
import { functionPermissions, needsOf } from '../access/function-permissions';
import { GrowingPolicy } from '../access/growing-policy';
import type { Need } from '../access/needs';
import { pathProperty } from '../access/role-path';
import type { TrailFiles } from '../access/trail-files-access';
import type { AuditArchive } from '../evidence/audit-archive';
import type { AuditLog } from '../evidence/audit-log';
import { functionCode } from './function-code';
import type { NotificationTopic } from './notification-topic';

export interface RotationFunctionProps {
  /** Which function; by it the bundle is known. */
  readonly name: DeployedFunction;
  /** Its name in AWS. @default - CloudFormation makes one */
  readonly functionName?: string;
  readonly description: string;
  readonly timeout: Duration;
  /** Megabytes. @default 256 */
  readonly memorySize?: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Is told when a run failed for good. @default - the queue's alarm has to do */
  readonly notifications?: NotificationTopic;
  /** The record of record. */
  readonly auditLog: AuditLog;
  /** ARN of the event bus that gets every audit event too. @default - there is none */
  readonly forwardTo?: string;
  /** ARNs of the KMS keys that sealed the record before. @default - none are known */
  readonly formerSealKeys?: readonly string[];
  /** Where the function writes reports or events. @default - it writes none */
  readonly archive?: AuditArchive;
  /** Where the account's trail keeps its files. @default - the function reads none */
  readonly trailFiles?: TrailFiles | undefined;
  /** Keeps the events whose runs failed for good. */
  readonly deadLetters: IQueue;
  /** The KMS key that encrypts that queue and the function's own log. @default - the services' own */
  readonly encryptionKey?: IKey;
  /** For how long Lambda tries to run an event that it could not run, because of throttles for example. @default 1 hour */
  readonly maxEventAge?: Duration;
  readonly logRetentionDays: number;
  /** IAM path of the function's role. */
  readonly rolePath: string;
  /** Where the signed code is, and whose signature is good. @default - the bundle, which nobody signed */
  readonly codeSigning?: Settings['deployment']['codeSigning'];
  /** Folder that holds the bundles. @default - `dist/functions` of this package */
  readonly bundles?: string;
}

/** One of the functions, with its own role and its own log. */
export class RotationFunction extends Construct {
  readonly name: DeployedFunction;
  readonly lambda: LambdaFunction;
  readonly role: Role;
  /** The statements of the role, from the start. */
  readonly needs: readonly Need[];
  /** What the role may do to the things that are many; can be added to until synthesis. */
  readonly rights: GrowingPolicy;

  /** Names and values of its environment, for the ones that have to fit. */
  get environment(): readonly unknown[] {
    const { environment } = this.lambda.node.defaultChild as CfnFunction;
    return Object.entries(Stack.of(this).resolve(environment).variables ?? {}).flat();
  }

  constructor(scope: Construct, id: string, props: RotationFunctionProps) {
    super(scope, id);
    this.name = props.name;

    const { bundles, codeSigning } = props;
    const { code, codeSigningConfig, release } = functionCode(this, {
      bundle: bundleOf(props.name),
      bundles,
      codeSigning,
    });

    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetentionDays,
      encryptionKey: props.encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const resources = {
      name: props.name,
      logGroupArn: logGroup.logGroupArn,
      auditLog: props.auditLog.logGroup,
      notifications: props.notifications,
      deadLettersArn: props.deadLetters.queueArn,
      deadLettersKey: props.encryptionKey?.keyArn,
      forwardTo: props.forwardTo,
      formerSealKeys: props.formerSealKeys,
      archive: props.archive,
      trailFiles: props.trailFiles,
    };
    this.needs = needsOf(this, resources);
    const policy = new PolicyDocument({ statements: [...functionPermissions(this, resources)] });
    this.role = new Role(this, 'Role', {
      path: pathProperty(props.rolePath),
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Keyturn: what ${props.name} may do`,
      // Part of the role itself, so that the function is never there before its rights are.
      inlinePolicies: { Keyturn: policy },
    });
    this.rights = new GrowingPolicy(this, 'Rights', { role: this.role, policy });
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code,
      codeSigningConfig,
      handler: 'index.handler',
      memorySize: props.memorySize ?? 256,
      timeout: props.timeout,
      environment: {
        ...props.environment,
        [ENV.release]: release,
        NODE_OPTIONS: '--enable-source-maps',
      },
      // The CDK would add statements of its own otherwise; every right is spelled out in access/rights.ts.
      role: this.role.withoutPolicyUpdates(),
      logGroup,
      // Everything converges on the next run, so a late retry does no harm and an abandoned one loses nothing but time.
      retryAttempts: 2,
      maxEventAge: props.maxEventAge ?? Duration.hours(1),
      // The queue keeps the event, to be sent again; the topic tells people, with the error.
      deadLetterQueue: props.deadLetters,
      onFailure: props.notifications && new SnsDestination(props.notifications.topic),
    });
  }
}
