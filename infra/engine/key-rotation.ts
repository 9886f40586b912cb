import { Annotations, Duration, Fn, Lazy, Stack } from 'aws-cdk-lib';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import { KeysTogether } from '../../functions/core/config/keys-together';
import type { PolicyOverrides } from '../../functions/core/config/policy';
import type { Settings } from '../../functions/core/config/settings';
import { type DeployedRight, rightsDocument } from '../../functions/core/deployed-facts';
import { type FunctionName, type Level, SEAL_KEY_ALIAS } from '../../functions/core/names';
import type { OwnProvider } from '../../functions/core/own-things';
import { stackArns } from '../access/arns';
import { AuditorPolicy } from '../access/auditor-policy';
import { BreakGlass } from '../access/break-glass';
import { ConnectionAccess } from '../access/connection-access';
import { Guardrails } from '../access/guardrails';
import { checkProvider } from '../access/provider-permissions';
import { rightsInWords } from '../access/right-words';
import { rightsOf } from '../access/rights';
import { RoleUsesAccess } from '../access/role-uses-access';
import { SecretEncryption } from '../access/secret-encryption';
import { allowGoingOn, allowStarts, GO_ON } from '../access/starts';
import type { TrailFiles } from '../access/trail-files-access';
import { UserAccess } from '../access/user-access';
import { alarmDefinitions, providerAlarms } from '../alarms/alarm-definitions';
import { KeyturnAlarms } from '../alarms/keyturn-alarms';
import { KeyturnDashboard } from '../alarms/keyturn-dashboard';
import { OwnChanges, ownNamesPrefix } from '../alarms/own-changes';
import { ArchiveFeed } from '../evidence/archive-feed';
import { AuditArchive } from '../evidence/audit-archive';
import { AuditLog } from '../evidence/audit-log';
import { DeploymentFacts } from '../evidence/deployment-facts';
import { JudgingTerms } from '../evidence/judging-terms';
import { SavedQueries } from '../evidence/saved-queries';
import { SealKey } from '../evidence/seal-key';
import { DeployedBy } from './deployed-by';
import { Encryption } from './encryption';
import { type FrontFunction, frontFunctions } from './front-functions';
import type { IKeyRotation, KeyNeeds } from './key-engine';
import type { KeyRotationProps } from './key-rotation-props';
import { ManagedKey } from './managed-key';
import type { ManagedKeyOptions } from './managed-key-props';
import { ManagementTrail } from './management-trail';
import { NotificationTopic } from './notification-topic';
import { checkAlone, checkForwardTo, checkKeyRegions, checkPartition } from './rotation-checks';
import type { RotationFunction } from './rotation-function';
import { actsOnExposed, archiveFunction, reportFunction, rotationFunctions } from './rotation-functions';
import { rotationSettings } from './rotation-settings';
import { RotationTriggers } from './rotation-triggers';
import { Trail } from './trail';
import { watchValueSizes } from './value-sizes';

/** What an endpoint of a provider has. */
export interface EndpointParts {
  readonly own: OwnProvider;
  /** Name of its function. */
  readonly lambda: string;
  readonly sealKeyArn: string;
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
export class KeyRotation extends Construct implements IKeyRotation {
  /** Is told about findings and failures. */
  readonly topic: Topic;
  /** The record of record. */
  readonly auditLog: AuditLog;
  /** Proves that Keyturn wrote the record. */
  readonly sealKey: IKey;
  /** What nobody can change before its time; undefined without `audit.archive`. */
  readonly archive: AuditArchive | undefined;
  /** Reads the evidence and no secret value. */
  readonly auditorPolicy: ManagedPolicy;
  /** Keeps events that no function could be started with. */
  readonly undeliveredEvents: Queue;
  /** Keeps events whose runs failed for good. */
  readonly failedRuns: Queue;
  /** Keeps audit events that could not be written into the archive; undefined without it. */
  readonly unarchivedEvents: Queue | undefined;
  /** @internal */
  readonly _functions: Readonly<Record<FunctionName, RotationFunction>>;
  /** @internal */
  readonly _report: RotationFunction | undefined;
  /** @internal */
  readonly _archive: RotationFunction | undefined;
  /** @internal */
  readonly _fronts: Readonly<Record<Level, FrontFunction>> | undefined;
  /** @internal */
  readonly _breakGlass: BreakGlass | undefined;
  /** @internal */
  readonly _encryption: SecretEncryption | undefined;
  /** @internal */
  readonly _policy: PolicyOverrides | undefined;
  /** @internal */
  readonly _mode: Settings['mode'];
  /** @internal */
  readonly _usersPath: string | undefined;
  /** @internal */
  readonly _keys: KeysTogether;
  /** @internal */
  readonly _settings: Settings;
  /** @internal */
  readonly _bundles: string | undefined;

  private goesOn = false;
  private providerMay: readonly string[] = [];
  private provider: OwnProvider | undefined;
  private readonly providerSealKeys: string[] = [];
  private reportMay: readonly string[] = [];
  private readonly trailFiles: TrailFiles | undefined;
  /** Of the queues and the functions' logs, where it is not the services' own. */
  private readonly encryptionKey: IKey | undefined;
  private readonly dashboard: KeyturnDashboard;
  private readonly guardrails: Guardrails;
  private readonly triggers: RotationTriggers;
  private readonly userAccess: readonly UserAccess[];
  private readonly connectionAccess: ConnectionAccess;
  private readonly roleUsesAccess: RoleUsesAccess;
  private readonly ownChanges: OwnChanges;
  private readonly deployedBy = new DeployedBy();

  constructor(scope: Construct, id: string, props: KeyRotationProps = {}) {
    super(scope, id);
    checkAlone(
      this,
      this.node.root.node.findAll().filter((other) => other instanceof KeyRotation),
    );
    checkPartition(this);
    const settings = this.check(props);
    checkForwardTo(this, settings.audit.forwardTo);
    checkKeyRegions(this, settings);
    this._policy = settings.policy;
    this._mode = settings.mode;
    this._settings = settings;
    this._bundles = props.bundles;
    this._usersPath = settings.users?.path;
    this._keys = new KeysTogether(settings.policy);
    this.deployedBy.addStackOf(this);

    const { encryptionKey } = settings.deployment;
    this.encryptionKey =
      encryptionKey === undefined ? undefined : Key.fromKeyArn(this, 'QueuesAndLogsKey', encryptionKey);
    this.undeliveredEvents = this.createQueue('UndeliveredEvents');
    this.failedRuns = this.createQueue('FailedRuns');
    this.unarchivedEvents = settings.audit.archive ? this.createQueue('UnarchivedEvents') : undefined;
    const notifications = new NotificationTopic(this, 'Notifications', { notify: settings.notify });
    this.topic = notifications.topic;
    this.auditLog = new AuditLog(this, 'AuditLog', settings.audit);
    this.archive = this.createArchive(settings);
    new JudgingTerms(this, 'JudgingTerms', settings.audit);
    const trail =
      settings.trail === Trail.CREATE
        ? new ManagementTrail(this, 'Trail', { reads: settings.breakGlass !== undefined })
        : undefined;
    this.trailFiles = trailFilesOf(settings, trail);

    const { functions, fronts, report, archive } = this.createFunctions(settings, notifications, props.bundles);
    this._functions = functions;
    this._fronts = fronts;
    this._report = report;
    this._archive = archive;
    this.archive?.admitOnly([archive, report].flatMap((writer) => writer?.role ?? []));
    this.sealKey = this.createSealKey();
    this.guardrails = new Guardrails(this, 'Guardrails', { functions: this.allFunctions, settings });
    this.triggers = this.createTriggers(settings);
    this.userAccess = this.createUserAccess(settings);
    this.connectionAccess = new ConnectionAccess(functions.sync.rights);
    this.roleUsesAccess = new RoleUsesAccess(functions.deactivate.rights);
    this._encryption = this.createEncryption(settings);
    this.dashboard = this.createAlarms(settings);
    this.ownChanges = this.watchChanges(settings, notifications);
    this._breakGlass = this.createBreakGlass(settings);
    this.auditorPolicy = this.createAuditor(settings, notifications);
    // Its name is one for the account, and another stack may have it.
    this.auditLog._makeAfter(this.auditorPolicy);
    // What the policy names has to be there before it.
    const isNamed = this.trailFiles?.bucket === trail?.bucket.bucketName;
    (isNamed ? trail?.trail : trail)?.node.addDependency(this.auditorPolicy);
  }

  /** @internal */
  get _deployment(): Settings['deployment'] {
    return this._settings.deployment;
  }

  private get allFunctions(): readonly RotationFunction[] {
    const others = [this._report, this._archive].filter((one) => one !== undefined);
    return [...Object.values(this._functions), ...others, ...this.fronts];
  }

  private get fronts(): readonly RotationFunction[] {
    return Object.values(this._fronts ?? {}).map(({ front }) => front);
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

  /** @internal */
  _admit(key: IConstruct, { user, createUser, secret, replacedBy, deliveries, readers }: KeyNeeds): IDependable {
    for (const reader of readers) this._encryption?.addReader(reader);
    this.deployedBy.addStackOf(key);
    if (secret === 'existing') this.deployedBy.addExisting(key);
    this.triggers.afterDeploymentOf(Stack.of(key));
    if (deliveries.some(({ takesRuns }) => takesRuns)) this.goOn();
    this.guardrails.node.addDependency(
      ...this.userAccess.map((access) => access.add(user, createUser ? 'root' : 'any')),
      ...deliveries.flatMap((delivery) => this.connectionAccess.add(delivery)),
      ...(replacedBy?.roles ?? []).map((role) => this.roleUsesAccess.add(role)),
    );
    this.ownChanges.watchKeys(keyIds(this.connectionAccess.keys));
    // All rights by one name: in a template of very many keys there is no room to name five policies in each.
    return this.guardrails;
  }

  private goOn(): void {
    if (!this.goesOn) allowGoingOn(this, this._functions.sync);
    this.goesOn = true;
  }

  /** Told what the endpoint of a provider may do, in words. @internal */
  _provides(may: readonly string[]): void {
    this.providerMay = may;
  }

  /** Told what an endpoint of a provider has of its own. @internal */
  _watch(endpoint: IConstruct, { own, lambda, sealKeyArn }: EndpointParts): void {
    this.provider = own;
    this.providerSealKeys.push(sealKeyArn);
    this.deployedBy.addStackOf(endpoint);
    this.ownChanges.watchProvider(own);
    if (this._report !== undefined) this.reportMay = checkProvider(this._report.rights, sealKeyArn);
    const { alarms } = new KeyturnAlarms(this, 'ProviderAlarms', {
      settings: this._settings.alarms,
      topic: this.topic,
      definitions: providerAlarms({ lambda, api: own.api }),
    });
    this.dashboard.showProvider(alarms);
  }

  /** The secret of each connection that is used so far, by its name. @internal */
  get _connections(): ReadonlyMap<string, string> {
    return this.connectionAccess.secrets;
  }

  /** @internal */
  _made(entry: IConstruct): void {
    if (Stack.of(entry) === Stack.of(this)) this.auditLog._makeAfter(entry);
  }

  private check({ bundles: _bundles, _checked, ...props }: KeyRotationProps): Settings {
    if (_checked !== undefined) return _checked;
    const { settings, problems } = rotationSettings(props);
    for (const problem of problems) Annotations.of(this).addError(problem);
    return settings;
  }

  private createQueue(id: string): Queue {
    return new Queue(this, id, {
      encryption: this.encryptionKey === undefined ? QueueEncryption.SQS_MANAGED : QueueEncryption.KMS,
      encryptionMasterKey: this.encryptionKey,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
  }

  private createArchive({ audit: { archive, encryptionKey } }: Settings): AuditArchive | undefined {
    if (archive === undefined) return undefined;
    return new AuditArchive(this, 'Archive', { ...archive, encryptionKey });
  }

  private createFunctions(settings: Settings, notifications: NotificationTopic, bundles: string | undefined) {
    const props = {
      settings,
      notifications,
      auditLog: this.auditLog,
      deadLetters: this.failedRuns,
      encryptionKey: this.encryptionKey,
      // Its policy names the functions' roles.
      sealKey: Lazy.string({ produce: () => this.sealKey.keyArn }),
      // The connections come with the keys.
      origins: Lazy.string({ produce: () => this.connectionAccess.origins }),
      stacks: Lazy.string({ produce: () => [...this.deployedBy.stacks].join(',') }),
      existing: Lazy.string({ produce: () => this.deployedBy.existing }),
      trailFiles: this.trailFiles,
      bundles,
    };
    const functions = rotationFunctions(this, props);
    const { archive, unarchivedEvents } = this;
    const fronts = settings.operators ? frontFunctions(this, props, functions) : undefined;
    allowStarts(this, {
      functions,
      fronts: Object.values(fronts ?? {}).map(({ front }) => front),
      actsOnExposed: actsOnExposed(settings),
    });
    return {
      functions,
      fronts,
      report: settings.audit.report && archive && reportFunction(this, props, archive),
      archive: archive && unarchivedEvents && archiveFunction(props, archive, unarchivedEvents),
    };
  }

  private createTriggers({ schedule, operators, exposed, onExposed, audit: { report } }: Settings): RotationTriggers {
    const { rotate, deactivate, delete: del, sync } = this._functions;
    return new RotationTriggers(this, 'Triggers', {
      functions: { rotate: rotate.lambda, deactivate: deactivate.lambda, delete: del.lambda, sync: sync.lambda },
      schedule,
      deadLetters: this.undeliveredEvents,
      leaks: operators || exposed,
      exposed: exposed ? onExposed : undefined,
      report: report && this._report && { lambda: this._report.lambda, schedule: report.schedule },
    });
  }

  private createSealKey(): IKey {
    const writers = [...Object.values(this._functions), ...this.fronts].map(({ role }) => role);
    const readers = [...writers, ...(this._report ? [this._report.role] : [])];
    return new SealKey(this, 'SealKey', { alias: SEAL_KEY_ALIAS, of: 'the audit record', writers, readers }).key;
  }

  private createEncryption({ encryption }: Settings): SecretEncryption | undefined {
    if (encryption !== Encryption.CUSTOMER_MANAGED) return undefined;
    const { rotate, sync } = this._roles;
    return new SecretEncryption(this, 'Encryption', { writer: rotate, reader: sync });
  }

  private createBreakGlass({ breakGlass, deployment, alarms }: Settings): BreakGlass | undefined {
    const front = this._fronts?.administrator.front.lambda;
    if (breakGlass === undefined || front === undefined) return undefined;
    return new BreakGlass(this, 'BreakGlass', {
      ...breakGlass,
      front,
      rolePath: deployment.rolePath,
      topic: this.topic,
      deadLetters: this.undeliveredEvents,
      runbooks: alarms.runbooks,
    });
  }

  private feedArchive() {
    const { _archive, unarchivedEvents } = this;
    if (_archive === undefined || unarchivedEvents === undefined) return undefined;
    const { lambda: writer } = _archive;
    // The construct's ID is from before: another one would make a second filter of the same name.
    const { watched } = new ArchiveFeed(this, 'ArchiveStream', { auditLog: this.auditLog, writer });
    return { ...watched, writer: writer.functionName, queue: unarchivedEvents.queueName };
  }

  private createUserAccess(settings: Settings): readonly UserAccess[] {
    const { rotate, deactivate, delete: del } = this._functions;
    const actsOnUsers = [rotate, deactivate, del, ...(this._report ? [this._report] : [])];
    return actsOnUsers.map(
      ({ name, rights }) => new UserAccess(rights, rightsOf(name, settings).managedUsers, settings.users?.path),
    );
  }

  private createAlarms({ alarms: settings, audit }: Settings): KeyturnDashboard {
    const { logGroup: auditLog } = this.auditLog;
    const { rotate, deactivate, delete: del, sync } = this._functions;
    const nameOf = ({ lambda }: RotationFunction) => lambda.functionName;
    const { alarms } = new KeyturnAlarms(this, 'Alarms', {
      settings,
      topic: this.topic,
      definitions: alarmDefinitions(settings, {
        rotation: { rotate: nameOf(rotate), deactivate: nameOf(deactivate), delete: nameOf(del), sync: nameOf(sync) },
        report: this._report && nameOf(this._report),
        queues: [this.undeliveredEvents.queueName, this.failedRuns.queueName],
        forwards: audit.forwardTo !== undefined,
        archive: this.feedArchive(),
      }),
    });
    const dashboard = new KeyturnDashboard(this, 'Dashboard', { alarms, auditLog });
    new SavedQueries(this, 'Queries', { auditLog });
    return dashboard;
  }

  private watchChanges(settings: Settings, { topic, key }: NotificationTopic): OwnChanges {
    const { alarms, audit, deployment } = settings;
    const { runbooks } = alarms;
    const keys = [this.sealKey, key, this._encryption?.key].flatMap((one) => (one === undefined ? [] : [one.keyId]));
    const namedKeys = keyIds([audit.encryptionKey, deployment.encryptionKey, this.trailFiles?.encryptionKey]);
    const { bucket, prefix, organization } = this.trailFiles ?? {};
    const own = {
      names: ownNamesPrefix(this),
      topic: topic.topicArn,
      archive: this.archive?.bucket.bucketName,
      signing: deployment.codeSigning?.config,
      trail: bucket === undefined ? undefined : { bucket, prefix, organization },
    };
    const deadLetters = this.undeliveredEvents;
    const changes = new OwnChanges(this, 'OwnChanges', {
      topic,
      deadLetters,
      own: { ...own, keys, namedKeys },
      runbooks,
    });
    const facts = new DeploymentFacts(this, 'Facts', {
      things: {
        stacks: Lazy.list({ produce: () => [...this.deployedBy.stacks] }),
        ...own,
        keys,
        namedKeys: Lazy.list({ produce: () => [...changes.namedKeys] }, { omitEmpty: true }),
        provider: Lazy.any({ produce: () => this.provider }) as unknown as OwnProvider | undefined,
      },
      rights: Lazy.string({ produce: () => JSON.stringify(rightsDocument(this.rightsInWords(settings))) }),
    });
    // Their names are one for the account.
    this.auditLog._makeAfter(facts);
    const ofFunctions = () =>
      this.allFunctions.map(({ name, environment }) => [`the environment of ${name}`, environment]);
    const ofFacts = Object.entries(facts.values).map(([name, value]) => [`the SSM parameter ${name}`, [value]]);
    watchValueSizes(this, () => Object.fromEntries([...ofFunctions(), ...ofFacts]), this.deployedBy.stacks);
    return changes;
  }

  private rightsInWords(settings: Settings): readonly DeployedRight[] {
    const added = new Map<string, readonly string[]>([
      ['sync', [...this.connectionAccess.words, ...(this.goesOn ? [GO_ON.may] : [])]],
      ['deactivate', this.roleUsesAccess.words],
      ['report', this.reportMay],
    ]);
    const granting = this.allFunctions.map(({ name, needs }) => ({ name, needs, added: added.get(name) }));
    return rightsInWords(granting, settings, this.providerMay);
  }

  private createAuditor({ audit: { encryptionKey } }: Settings, { topic }: NotificationTopic): ManagedPolicy {
    return new AuditorPolicy(this, 'Auditor', {
      auditLog: this.auditLog.logGroup,
      sealKeys: Lazy.list({ produce: () => [this.sealKey.keyArn, ...this.providerSealKeys] }),
      archive: this.archive,
      encryptionKey,
      trailFiles: this.trailFiles,
      topic,
      names: ownNamesPrefix(this),
      stacks: Lazy.list({ produce: () => stackArns([...this.deployedBy.stacks]) }),
    }).policy;
  }
}

/** IDs of KMS keys, each once, by which calls name them as well as by their ARNs. */
function keyIds(arns: readonly (string | undefined)[]): readonly string[] {
  const ids = arns.flatMap((arn) => (arn === undefined ? [] : [Fn.select(1, Fn.split('/', arn))]));
  return [...new Set(ids)];
}

/** The files that reports may read: of the trail that is named, and otherwise of the stack's own. */
function trailFilesOf({ audit: { trailFiles } }: Settings, own: ManagementTrail | undefined): TrailFiles | undefined {
  const bucket = trailFiles?.bucket ?? own?.bucket.bucketName;
  return trailFiles === undefined || bucket === undefined ? undefined : { ...trailFiles, bucket };
}
