import { Annotations, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Alias } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IDependable } from 'constructs';
import type { Config, ConfigInput } from '../functions/core/config';
import { ENV, type FunctionName, REGISTRY_PATH } from '../functions/core/names';
import type { AlarmSettings } from './alarm-settings';
import { AuditLog } from './audit-log';
import type { AuditSettings } from './audit-settings';
import { ConnectionAccess } from './connection-access';
import type { Encryption } from './encryption';
import { keyInput } from './key-validation';
import { ManagedKey, type ManagedKeyOptions } from './managed-key';
import { ManagementTrail } from './management-trail';
import { RotationFunction } from './rotation-function';
import type { RotationPolicy } from './rotation-policy';
import type { RotationSchedule } from './rotation-schedule';
import { checkSettings } from './rotation-settings';
import { RotationTriggers } from './rotation-triggers';
import { SecretEncryption } from './secret-encryption';
import type { Trail } from './trail';
import { UserAccess } from './user-access';

export interface KeyRotationProps {
  /** When each step happens, for all keys. @default - 90, 100 and 110 days */
  readonly policy?: RotationPolicy;
  /** E-mail addresses that are told about findings and failures. Each has to confirm once. @default - nobody */
  readonly notify?: string[];
  /** When the functions run. @default - daily from 3:00 UTC on, and a reconciliation every hour */
  readonly schedule?: RotationSchedule;
  /** Which CloudTrail trail brings PutSecretValue to the event bus. @default Trail.EXISTING */
  readonly trail?: Trail;
  /** Which KMS key encrypts the secrets. @default Encryption.AWS_MANAGED */
  readonly encryption?: Encryption;
  /** The audit record, and where else it goes. @default - a log group that keeps it for 400 days */
  readonly audit?: AuditSettings;
  /** When people are told that something needs them. @default - see the fields */
  readonly alarms?: AlarmSettings;
  /** How long the functions keep their logs: a number of days that CloudWatch Logs offers. @default 400 */
  readonly logRetentionDays?: number;
  /** Rotations in one run at most. @default 25 */
  readonly maxRotationsPerRun?: number;
  /** Keys that a run works on at the same time. @default 4 */
  readonly concurrency?: number;
  /** Folder that holds the functions' bundles. @default - `dist/functions` of this package */
  readonly bundles?: string;
}

/**
 * The engine, once per account: four functions, what starts them, and whom they tell.
 *
 * @example
 * const acme = Connection.bitbucket('acme', { secret: 'keyturn/connections/acme' });
 * const rotation = new KeyRotation(this, 'KeyRotation', { notify: ['security@example.com'] });
 * rotation.manage('web-shop-production', {
 *   user: 'bitbucket-web-shop',
 *   deliverTo: [
 *     DeliveryTarget.bitbucketDeployment({ connection: acme, repository: 'acme/web-shop', environment: 'Production' }),
 *   ],
 * });
 */
export class KeyRotation extends Construct {
  /** Is told about findings and failures. */
  readonly topic: Topic;
  /** The record of record. */
  readonly auditLog: AuditLog;
  /** Keeps events that no function could be started with. */
  readonly undeliveredEvents: Queue;
  /** Keeps events whose runs failed for good. */
  readonly failedRuns: Queue;
  /** @internal */
  readonly _functions: Readonly<Record<FunctionName, RotationFunction>>;
  /** @internal */
  readonly _encryption: SecretEncryption | undefined;
  /** @internal */
  readonly _policy: RotationPolicy | undefined;

  private readonly triggers: RotationTriggers;
  private readonly userAccess: readonly UserAccess[];
  private readonly connectionAccess: ConnectionAccess;
  private readonly keys: ConfigInput['keys'] = [];

  constructor(scope: Construct, id: string, props: KeyRotationProps = {}) {
    super(scope, id);
    this._policy = props.policy;

    this.checkAlone();
    const { settings, problems } = checkSettings(props);
    for (const problem of problems) Annotations.of(this).addError(problem);

    this.undeliveredEvents = this.createQueue('UndeliveredEvents');
    this.failedRuns = this.createQueue('FailedRuns');
    this.topic = new Topic(this, 'Topic', {
      displayName: 'Keyturn',
      enforceSSL: true,
      masterKey: Alias.fromAliasName(this, 'TopicKey', 'alias/aws/sns'),
    });
    for (const address of new Set(settings.notify)) this.topic.addSubscription(new EmailSubscription(address));

    this.auditLog = new AuditLog(this, 'AuditLog', settings.audit);
    this._functions = this.createFunctions(settings, props.bundles);
    const { rotate, deactivate, delete: del, sync } = this._functions;
    this.triggers = new RotationTriggers(this, 'Triggers', {
      functions: { rotate: rotate.lambda, deactivate: deactivate.lambda, delete: del.lambda, sync: sync.lambda },
      schedule: settings.schedule,
      deadLetters: this.undeliveredEvents,
    });
    const list = 'iam:ListAccessKeys';
    const look = [list, 'iam:GetAccessKeyLastUsed'];
    this.userAccess = [
      new UserAccess(rotate.rights, [list, 'iam:CreateAccessKey', 'iam:DeleteAccessKey']),
      new UserAccess(deactivate.rights, [...look, 'iam:UpdateAccessKey']),
      new UserAccess(del.rights, [...look, 'iam:DeleteAccessKey']),
    ];
    this.connectionAccess = new ConnectionAccess(sync.rights);
    if (settings.encryption === 'customer-managed') {
      this._encryption = new SecretEncryption(this, 'Encryption', { writer: rotate.role, reader: sync.role });
    }
    if (settings.trail === 'create') new ManagementTrail(this, 'Trail');
  }

  /** Adds a managed key to the rotation's own stack. Mistakes are reported at synthesis, all at once. */
  manage(id: string, options: ManagedKeyOptions): ManagedKey {
    const existing = this.node.tryFindChild(id);
    if (existing instanceof ManagedKey) {
      Annotations.of(existing).addError(`id: expected an id of its own; "${id}" is taken by another key; rename it`);
      return existing;
    }
    return new ManagedKey(this, id, { ...options, rotation: this });
  }

  /** @internal */
  get _roles() {
    const { rotate, deactivate, delete: del, sync } = this._functions;
    return { rotate: rotate.role, deactivate: deactivate.role, delete: del.role, sync: sync.role };
  }

  /** Keys that an additional one would collide with. @internal */
  _keysLike(id: string, user: string): ConfigInput['keys'] {
    return this.keys.filter((key) => key.id === id || key.user === user);
  }

  /** Gives the functions what they need for one more key. @returns what holds their rights. @internal */
  _register(key: ManagedKey, options: ManagedKeyOptions): readonly IDependable[] {
    this.keys.push(keyInput(key.keyId, options));
    for (const reader of options.readers ?? []) this._encryption?.addReader(reader);
    this.triggers.afterDeploymentOf(Stack.of(key));
    const path = options.createUser === true ? 'root' : 'any';
    return [
      ...this.userAccess.map((access) => access.add(options.user, path)),
      ...(options.deliverTo ?? []).flatMap(({ connection }) => this.connectionAccess.add(connection)),
    ];
  }

  private checkAlone(): void {
    const others = this.node.root.node.findAll().filter((other) => other instanceof KeyRotation && other !== this);
    const other = others.find((candidate) => sharesAccount(Stack.of(candidate), Stack.of(this)));
    if (other === undefined) return;
    Annotations.of(this).addError(
      `${other.node.path} rotates the keys of this account already, and two of them would act on the same registry. ` +
        'Use one KeyRotation per account, and manage() all keys with it.',
    );
  }

  private createQueue(id: string): Queue {
    return new Queue(this, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
  }

  private createFunctions(settings: Config, bundles: string | undefined) {
    // The connections come with the keys.
    const origins = Lazy.string({ produce: () => this.connectionAccess.origins });
    const create = (id: string, name: FunctionName, minutes: number, description: string) =>
      new RotationFunction(this, id, {
        name,
        description: `Keyturn: ${description}`,
        timeout: Duration.minutes(minutes),
        environment: {
          [ENV.registryPath]: REGISTRY_PATH,
          [ENV.topicArn]: this.topic.topicArn,
          [ENV.maxRotations]: String(settings.maxRotationsPerRun),
          [ENV.concurrency]: String(settings.concurrency),
          [ENV.tokenExpiresInDays]: String(settings.alarms.tokenExpiresInDays),
          ...(name === 'sync' ? { [ENV.allowedOrigins]: origins } : {}),
        },
        topic: this.topic,
        auditLog: this.auditLog,
        deadLetters: this.failedRuns,
        logRetentionDays: settings.logRetentionDays,
        ...(bundles === undefined ? {} : { bundles }),
      });
    return {
      rotate: create('Rotate', 'rotate', 5, 'makes fresh access keys'),
      deactivate: create('Deactivate', 'deactivate', 5, 'makes superseded access keys Inactive'),
      delete: create('Delete', 'delete', 5, 'deletes Inactive access keys'),
      sync: create('Sync', 'sync', 15, 'delivers access keys to their targets'),
    };
  }
}

function sharesAccount(a: Stack, b: Stack): boolean {
  return a === b || (a.environment === b.environment && !a.environment.includes('unknown'));
}
