import { Annotations, Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IDependable } from 'constructs';
import type { Config, ConfigInput } from '../../functions/core/config/config';
import type { FunctionName } from '../../functions/core/names';
import { AuditorPolicy } from '../access/auditor-policy';
import { ConnectionAccess } from '../access/connection-access';
import { SecretEncryption } from '../access/secret-encryption';
import { UserAccess } from '../access/user-access';
import type { AlarmSettings } from '../alarms/alarm-settings';
import { KeyturnAlarms } from '../alarms/keyturn-alarms';
import { KeyturnDashboard } from '../alarms/keyturn-dashboard';
import { ArchiveStream } from '../evidence/archive-stream';
import { AuditArchive } from '../evidence/audit-archive';
import { AuditForwarding } from '../evidence/audit-forwarding';
import { AuditLog } from '../evidence/audit-log';
import type { AuditSettings } from '../evidence/audit-settings';
import { SavedQueries } from '../evidence/saved-queries';
import type { Encryption } from './encryption';
import { keyInput } from './key-validation';
import { ManagedKey, type ManagedKeyOptions } from './managed-key';
import { ManagementTrail } from './management-trail';
import { NotificationTopic } from './notification-topic';
import type { RotationFunction } from './rotation-function';
import { reportFunction, rotationFunctions } from './rotation-functions';
import type { RotationPolicy } from './rotation-policy';
import type { RotationSchedule } from './rotation-schedule';
import { checkSettings } from './rotation-settings';
import { RotationTriggers } from './rotation-triggers';
import type { Trail } from './trail';

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
 * The engine, once per account: four functions, what starts them, whom they tell, and the evidence of what they did.
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
  /** What nobody can change before its time; undefined without `audit.archive`. */
  readonly archive: AuditArchive | undefined;
  /** Reads the evidence and no secret value. */
  readonly auditorPolicy: ManagedPolicy;
  /** Keeps events that no function could be started with. */
  readonly undeliveredEvents: Queue;
  /** Keeps events whose runs failed for good. */
  readonly failedRuns: Queue;
  /** Keeps audit events that the bus of `audit.forwardTo` did not take; undefined without it. */
  readonly unforwardedEvents: Queue | undefined;
  /** @internal */
  readonly _functions: Readonly<Record<FunctionName, RotationFunction>>;
  /** @internal */
  readonly _report: RotationFunction | undefined;
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
    const { forwardTo } = settings.audit;
    this.unforwardedEvents = forwardTo === undefined ? undefined : this.createQueue('UnforwardedEvents');
    const notifications = new NotificationTopic(this, 'Notifications', { notify: settings.notify });
    this.topic = notifications.topic;
    this.auditLog = new AuditLog(this, 'AuditLog', settings.audit);
    this.archive = this.createArchive(settings);
    const archiveStream = this.archive && this.feedArchive(this.archive, settings);

    const functions = {
      settings,
      notifications,
      auditLog: this.auditLog,
      deadLetters: this.failedRuns,
      // The connections come with the keys.
      origins: Lazy.string({ produce: () => this.connectionAccess.origins }),
      bundles: props.bundles,
    };
    this._functions = rotationFunctions(this, functions);
    const { report } = settings.audit;
    this._report =
      report === undefined || this.archive === undefined ? undefined : reportFunction(this, functions, this.archive);
    const { rotate, deactivate, delete: del, sync } = this._functions;
    this.triggers = new RotationTriggers(this, 'Triggers', {
      functions: { rotate: rotate.lambda, deactivate: deactivate.lambda, delete: del.lambda, sync: sync.lambda },
      schedule: settings.schedule,
      deadLetters: this.undeliveredEvents,
      ...(report === undefined || this._report === undefined
        ? {}
        : { report: { lambda: this._report.lambda, schedule: report.schedule } }),
    });
    const list = 'iam:ListAccessKeys';
    const look = [list, 'iam:GetAccessKeyLastUsed'];
    this.userAccess = [
      new UserAccess(rotate.rights, [list, 'iam:CreateAccessKey', 'iam:DeleteAccessKey']),
      new UserAccess(deactivate.rights, [...look, 'iam:UpdateAccessKey']),
      new UserAccess(del.rights, [...look, 'iam:DeleteAccessKey']),
      ...(this._report === undefined ? [] : [new UserAccess(this._report.rights, [list])]),
    ];
    this.connectionAccess = new ConnectionAccess(sync.rights);
    if (settings.encryption === 'customer-managed') {
      this._encryption = new SecretEncryption(this, 'Encryption', { writer: rotate.role, reader: sync.role });
    }
    if (settings.trail === 'create') new ManagementTrail(this, 'Trail');
    if (forwardTo !== undefined && this.unforwardedEvents !== undefined) {
      new AuditForwarding(this, 'Forwarding', { forwardTo, deadLetters: this.unforwardedEvents });
    }
    this.createAlarms(settings, archiveStream);
    this.auditorPolicy = this.createAuditor(settings);
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
      ...(options.deliverTo ?? []).flatMap(({ _delivery }) => this.connectionAccess.add(_delivery)),
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

  private createArchive({ audit: { archive, encryptionKey } }: Config): AuditArchive | undefined {
    if (archive === undefined) return undefined;
    return new AuditArchive(this, 'Archive', { ...archive, encryptionKey });
  }

  private feedArchive(archive: AuditArchive, { logRetentionDays }: Config): ArchiveStream {
    const { logGroup: auditLog } = this.auditLog;
    return new ArchiveStream(this, 'ArchiveStream', { auditLog, archive, logRetentionDays });
  }

  private createAlarms({ alarms: settings }: Config, archiveStream: ArchiveStream | undefined): void {
    const { logGroup: auditLog } = this.auditLog;
    const functions = [...Object.values(this._functions), ...(this._report === undefined ? [] : [this._report])];
    const { alarms } = new KeyturnAlarms(this, 'Alarms', {
      settings,
      topic: this.topic,
      watched: {
        functions: functions.map(({ lambda }) => lambda.functionName),
        queues: [this.undeliveredEvents.queueName, this.failedRuns.queueName],
        unforwarded: this.unforwardedEvents?.queueName,
        archive: archiveStream?.watched,
      },
    });
    new KeyturnDashboard(this, 'Dashboard', { alarms, auditLog });
    new SavedQueries(this, 'Queries', { auditLog });
  }

  private createAuditor({ audit: { encryptionKey } }: Config): ManagedPolicy {
    return new AuditorPolicy(this, 'Auditor', {
      auditLog: this.auditLog.logGroup,
      archive: this.archive,
      encryptionKey,
    }).policy;
  }
}

function sharesAccount(a: Stack, b: Stack): boolean {
  return a === b || (a.environment === b.environment && !a.environment.includes('unknown'));
}
