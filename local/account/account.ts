import type { Clock } from '../clock';
import { CloudWatch } from '../evidence/cloudwatch/cloudwatch';
import { cloudWatchOperations } from '../evidence/cloudwatch/operations';
import { s3Operations } from '../evidence/s3/operations';
import { S3 } from '../evidence/s3/s3';
import { seededRandom } from '../random';
import { AwsError } from './aws-error';
import { CloudFormation } from './cloud-formation';
import { CloudTrail } from './cloud-trail';
import type { ReportRefusal, RootKey } from './credential-report';
import { type KnownCredential, Sessions } from './credentials';
import { DigestKeys } from './digest-keys';
import { DynamoDb } from './dynamodb';
import { type AccountEvent, type EventDraft, isoSeconds } from './event';
import { EventBridge } from './event-bridge';
import { Iam } from './iam';
import { Identifiers } from './identifiers';
import type { KeySpread } from './key-spread';
import { Kms } from './kms';
import { Lambda } from './lambda';
import { Logs } from './logs';
import { cloudFormationOperations } from './operations/cloud-formation';
import { cloudTrailOperations } from './operations/cloud-trail';
import { dynamoDbOperations } from './operations/dynamodb';
import { eventBridgeOperations } from './operations/event-bridge';
import { iamOperations } from './operations/iam';
import { kmsOperations } from './operations/kms';
import { lambdaOperations } from './operations/lambda';
import { logsOperations } from './operations/logs';
import type { Operation, OperationTable } from './operations/operation';
import { secretsManagerOperations } from './operations/secrets-manager';
import { snsOperations } from './operations/sns';
import { sqsOperations } from './operations/sqs';
import { ssmOperations } from './operations/ssm';
import { stsOperations } from './operations/sts';
import { type Arrival, OtherBuses } from './other-buses';
import { sessionRefusal } from './policy/session-policies';
import type { Authorization, AwsCall, Principal, ServiceName, SessionCredentials } from './principal';
import { RunCommand } from './run-command';
import { SecretsManager } from './secrets-manager';
import { Sns } from './sns';
import { Sqs } from './sqs';
import { Ssm } from './ssm';
import { Sts } from './sts';
import {
  accessDenied,
  publishRecord,
  type RecordedOperation,
  type TrailOutcome,
  type TrailRecord,
  trailRecord,
} from './trail';
import { Trails } from './trails';
import { WebIdentities } from './web-identity';

export type { AccountEvent } from './event';

export interface AccountOptions {
  /** Twelve digits. @default '111122223333' */
  readonly accountId?: string;
  /** The one region that is here; IAM answers for us-east-1 too, STS, CloudTrail and EventBridge for every region. @default 'eu-west-1' */
  readonly region?: string;
  readonly clock: Clock;
  /** Numbers in [0, 1) for keys and suffixes. @default a generator with a fixed seed */
  readonly random?: () => number;
  /** ms until a new access key authenticates: IAM is eventually consistent. @default 0 */
  readonly newKeyDelay?: number;
  /** The same by region: uneven, and not once and for all. @default - everywhere at once, after `newKeyDelay` */
  readonly newKeySpread?: (region: string, accessKeyId: string) => KeySpread;
  /** ms until ListAccessKeys shows what was changed. @default 0 */
  readonly keyListDelay?: number;
  /** ms until a use shows in GetAccessKeyLastUsed and in the credential report. @default 0 */
  readonly lastUsedDelay?: number;
  /** ms until a record shows in CloudTrail's event history. @default 0 */
  readonly trailDelay?: number;
  /** ms from GenerateCredentialReport until the report can be read; a function is asked for each report. @default 0 */
  readonly credentialReportTime?: number | (() => number);
  /** How the first calls of GenerateCredentialReport are refused, one after the other. @default none is */
  readonly credentialReportRefusals?: readonly ReportRefusal[];
  /** Root's access keys, two at most: only the credential report shows them. @default none */
  readonly rootKeys?: readonly RootKey[];
  /** What the resource policies of other event buses say. @default - they take everything */
  readonly admitsOnBus?: (arrival: Arrival) => boolean;
}

/** Every operation of the account, by service and action. */
export type Operations = ReturnType<typeof operationsOf>;
/** What a typed caller passes to an operation. */
export type InputOf<T> = T extends Operation<infer I, unknown> ? I : never;
/** What an operation answers. Dates are `Date`s, bytes are `Uint8Array`s. */
export type OutputOf<T> =
  T extends Operation<never, infer O> ? O : T extends { run: (...args: never) => infer O } ? O : never;

/**
 * An AWS account as one state machine: services that hold AWS's rules, who may sign as whom, a record of every write,
 * and the events that writes cause. It has no idea of HTTP; `wire/server.ts` puts it on a port.
 */
export class Account {
  readonly accountId: string;
  readonly region: string;
  readonly clock: Clock;
  readonly iam: Iam;
  readonly sts: Sts;
  /** Whose tokens of OpenID Connect are good, and where their issuers are reached. */
  readonly webIdentities: WebIdentities;
  readonly secretsManager: SecretsManager;
  readonly ssm: Ssm;
  /** Systems Manager's commands, and the machines that take them. */
  readonly runCommand: RunCommand;
  readonly eventBridge: EventBridge;
  /** Event buses of other accounts and regions. */
  readonly otherBuses: OtherBuses;
  readonly logs: Logs;
  readonly sns: Sns;
  readonly sqs: Sqs;
  readonly cloudTrail: CloudTrail;
  readonly trails: Trails;
  readonly digestKeys = new DigestKeys();
  readonly cloudWatch: CloudWatch;
  readonly s3: S3;
  readonly lambda: Lambda;
  readonly kms: Kms;
  readonly cloudFormation: CloudFormation;
  readonly dynamoDb: DynamoDb;
  /** CloudTrail's records of all management writes, oldest first, refused ones included. */
  readonly trail: TrailRecord[] = [];
  /**
   * The same of what users' access keys have read, and of what KMS did without a change, whoever asked: in the event
   * history too, but never an event on the bus.
   */
  readonly reads: TrailRecord[] = [];
  readonly operations: Operations;
  readonly #identifiers: Identifiers;
  readonly #sessions: Sessions;
  readonly #listeners: ((event: AccountEvent) => void)[] = [];

  constructor(options: AccountOptions) {
    const { accountId = '111122223333', region = 'eu-west-1', clock, newKeyDelay = 0 } = options;
    const atOnce = { first: newKeyDelay, steady: newKeyDelay };
    const identifiers = new Identifiers(options.random ?? seededRandom(1));
    const emit = (draft: EventDraft) => this.#emit(draft);
    this.accountId = accountId;
    this.region = region;
    this.clock = clock;
    this.#identifiers = identifiers;
    this.#sessions = new Sessions(clock, identifiers);
    this.iam = new Iam({
      accountId,
      clock,
      identifiers,
      delays: {
        newKey: options.newKeySpread ?? (() => atOnce),
        list: options.keyListDelay ?? 0,
        lastUsed: options.lastUsedDelay ?? 0,
      },
      reportMaking: { time: options.credentialReportTime ?? 0, refusals: options.credentialReportRefusals },
      rootKeys: options.rootKeys ?? [],
    });
    this.webIdentities = new WebIdentities(this.iam.oidcProviders, clock);
    this.sts = new Sts(accountId, this.iam, this.#sessions, this.webIdentities);
    this.secretsManager = new SecretsManager(accountId, region, clock, identifiers, emit);
    this.ssm = new Ssm(accountId, region, clock);
    this.runCommand = new RunCommand(clock, identifiers);
    this.otherBuses = new OtherBuses(clock, options.admitsOnBus ?? (() => true));
    this.eventBridge = new EventBridge({
      accountId,
      region,
      emit,
      eventOf: (draft) => this.#eventOf(draft),
      otherBuses: this.otherBuses,
    });
    this.logs = new Logs(accountId, region, clock);
    this.sns = new Sns(accountId, region, clock, identifiers);
    this.sqs = new Sqs(accountId, region, clock, identifiers);
    this.cloudTrail = new CloudTrail(clock, () => [...this.trail, ...this.reads], options.trailDelay ?? 0);
    this.trails = new Trails(accountId, region, clock);
    this.cloudWatch = new CloudWatch({ accountId, region, clock, sns: this.sns, emit });
    this.s3 = new S3(clock, identifiers);
    this.lambda = new Lambda(accountId, region, clock);
    this.kms = new Kms(accountId, region, clock, identifiers);
    this.cloudFormation = new CloudFormation(clock, identifiers);
    this.dynamoDb = new DynamoDb(accountId, region, clock);
    this.operations = operationsOf(this);
  }

  /**
   * Hears every event on the default bus of the account's region, in the same instant; whoever listens adds the delays
   * that AWS has. IAM's CloudTrail events go to us-east-1 and are heard only when that is the account's region.
   */
  onEvent(listener: (event: AccountEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** Credentials of an assumed role that never expire, as a function or a service holds them. */
  roleSession(roleArn: string, sessionName: string): SessionCredentials {
    return this.sts.serviceSession(roleArn, sessionName);
  }

  /** Credentials of the account's administrator. */
  rootSession(): SessionCredentials {
    return this.sts.rootSession();
  }

  /**
   * What signs requests under an access key ID.
   * @throws AwsError InvalidClientTokenId (unknown, inactive, not yet spread, wrong session token), ExpiredToken.
   */
  credential(accessKeyId: string, sessionToken?: string, region: string = this.region): KnownCredential {
    return accessKeyId.startsWith('ASIA')
      ? this.#sessions.find(accessKeyId, sessionToken)
      : this.iam.accessKeys.credential(accessKeyId, region);
  }

  /**
   * Who holds these credentials; counts as a use of the key, as a signed request does.
   * @throws AwsError as `credential` does, and SignatureDoesNotMatch for a wrong secret.
   */
  authenticate(credentials: SessionCredentials, service: ServiceName, region: string = this.region): Principal {
    const known = this.credential(credentials.accessKeyId, credentials.sessionToken, region);
    if (known.secretAccessKey !== credentials.secretAccessKey) throw signatureDoesNotMatch();
    this.recordUse(known.principal, service, region);
    return known.principal;
  }

  /** Notes a signed request for the "last used" of the key, or of the role. */
  recordUse(principal: Principal, service: ServiceName, region: string): void {
    if (principal.kind === 'user') this.iam.accessKeys.recordUse(principal.accessKeyId, service, region);
    if (principal.kind === 'role') this.iam.roles.recordUse(principal.roleName ?? '', region);
  }

  /**
   * Runs one call, records it when it is a write, and tells the listeners.
   * @param authorize asked before anything happens; everything is allowed without it.
   * @throws AwsError what the service answers, AccessDenied, or UnknownOperationException.
   */
  perform(call: AwsCall, authorize?: (call: AwsCall) => Authorization): unknown {
    const table: OperationTable = this.operations[call.service];
    const operation = Object.hasOwn(table, call.action) ? table[call.action] : undefined;
    if (operation === undefined) {
      throw new AwsError('UnknownOperationException', 400, `${call.service} has no operation ${call.action} here.`);
    }
    try {
      const narrowed = sessionRefusal(call, this);
      if (narrowed !== undefined) throw accessDenied(call, narrowed);
      const decision = authorize?.(call) ?? { allowed: true };
      if (!decision.allowed) throw accessDenied(call, decision.message);
      const output = operation.run(call.input, call.principal, call.region ?? this.region);
      this.#record(call, operation, { output });
      return output;
    } catch (error) {
      if (error instanceof AwsError) this.#record(call, operation, { error });
      throw error;
    }
  }

  /** A call without HTTP and without a signature, typed: `account.invoke(me, 'iam', 'ListUsers', {})`. */
  invoke<S extends ServiceName, A extends keyof Operations[S] & string>(
    principal: Principal,
    service: S,
    action: A,
    input: InputOf<Operations[S][A]>,
  ): OutputOf<Operations[S][A]> {
    const call = { service, action, principal, input: input as Record<string, unknown>, at: this.clock.now() };
    return this.perform(call) as OutputOf<Operations[S][A]>;
  }

  /** Keeps what CloudTrail's event history shows of a call. */
  #record(call: AwsCall, operation: RecordedOperation, outcome: TrailOutcome): void {
    const { mode } = operation;
    if (mode === 'write') this.#recordWrite(call, operation, outcome);
    const isReadOfUser = mode === 'read' && call.principal.kind === 'user' && !('error' in outcome);
    if (mode === 'logged-read' || isReadOfUser) this.#recordRead(call, operation, outcome);
  }

  #recordWrite(call: AwsCall, operation: RecordedOperation, outcome: TrailOutcome): void {
    const record = trailRecord(call, operation, outcome, {
      accountId: this.accountId,
      region: this.region,
      requestId: this.#identifiers.requestId(),
      eventId: this.#identifiers.requestId(),
    });
    this.trail.push(record);
    publishRecord(record, call.service, (draft) => this.#emit(draft));
  }

  #recordRead(call: AwsCall, operation: RecordedOperation, outcome: TrailOutcome): void {
    const { accountId, region } = this;
    const number = (this.reads.length + 1).toString(16).padStart(12, '0');
    const id = `00000000-0000-4000-8001-${number}`;
    const context = { accountId, region: call.region ?? region, requestId: id, eventId: id };
    this.reads.push(trailRecord(call, operation, outcome, context));
  }

  #emit(draft: EventDraft): string {
    const event = this.#eventOf(draft);
    if (event.region === this.region) for (const listener of this.#listeners) listener(event);
    return event.id;
  }

  #eventOf({ source, detailType, detail, resources = [], region = this.region, time }: EventDraft): AccountEvent {
    return {
      version: '0',
      id: this.#identifiers.requestId(),
      'detail-type': detailType,
      source,
      account: this.accountId,
      time: isoSeconds(time ?? this.clock.now()),
      region,
      resources,
      detail,
    };
  }
}

/** The answer to a signature made with another secret. */
export function signatureDoesNotMatch(): AwsError {
  const message =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
  return new AwsError('SignatureDoesNotMatch', 403, message);
}

function operationsOf(account: Account) {
  return {
    iam: iamOperations(account.iam),
    sts: stsOperations(account.sts, () => account.clock.now()),
    secretsmanager: secretsManagerOperations(account.secretsManager),
    ssm: ssmOperations(account.ssm, account.runCommand),
    events: eventBridgeOperations(account.eventBridge),
    logs: logsOperations(account.logs),
    s3: s3Operations(account.s3),
    sns: snsOperations(account.sns),
    sqs: sqsOperations(account.sqs),
    lambda: lambdaOperations(account.lambda),
    cloudtrail: cloudTrailOperations(account.cloudTrail, account.trails, account.digestKeys),
    kms: kmsOperations(account.kms),
    cloudformation: cloudFormationOperations(account.cloudFormation),
    monitoring: cloudWatchOperations(account.cloudWatch),
    dynamodb: dynamoDbOperations(account.dynamoDb),
  };
}
