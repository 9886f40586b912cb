import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { auditTermsDigest, auditTermsDocument } from '../../functions/core/config/audit-terms';
import type { Settings } from '../../functions/core/config/settings';
import { ARCHIVE_FUNCTION, ENV, type FunctionName, REGISTRY_PATH, REPORT_FUNCTION } from '../../functions/core/names';
import type { TrailFiles } from '../access/trail-files-access';
import type { AuditArchive } from '../evidence/audit-archive';
import type { AuditLog } from '../evidence/audit-log';
import type { NotificationTopic } from './notification-topic';
import { RotationFunction, type RotationFunctionProps } from './rotation-function';

export interface RotationFunctionsProps {
  readonly settings: Settings;
  readonly notifications: NotificationTopic;
  readonly auditLog: AuditLog;
  readonly deadLetters: IQueue;
  /** The KMS key that encrypts the queues and the functions' logs. @default - the services' own */
  readonly encryptionKey?: IKey;
  /** Origins that sync may send tokens and keys to, separated by commas. */
  readonly origins: string;
  /** ARN of the KMS key that seals the record. */
  readonly sealKey: string;
  /** Names of the stacks that have keys, and of this one, separated by commas. */
  readonly stacks: string;
  /** IDs of the keys whose secret was there before, separated by commas. */
  readonly existing: string;
  /** Where the account's trail keeps its files. @default - nobody has said it */
  readonly trailFiles?: TrailFiles | undefined;
  /** Folder that holds the bundles. @default - `dist/functions` of this package */
  readonly bundles?: string;
}

type Shared =
  | 'environment'
  | 'notifications'
  | 'auditLog'
  | 'deadLetters'
  | 'encryptionKey'
  | 'logRetentionDays'
  | 'rolePath'
  | 'codeSigning'
  | 'bundles';

function shared({ settings, bundles, sealKey, ...props }: RotationFunctionsProps): Pick<RotationFunctionProps, Shared> {
  return {
    environment: {
      [ENV.registryPath]: REGISTRY_PATH,
      [ENV.topicArn]: props.notifications.topic.topicArn,
      [ENV.runbooks]: settings.alarms.runbooks,
      [ENV.sealKey]: sealKey,
    },
    notifications: props.notifications,
    auditLog: props.auditLog,
    deadLetters: props.deadLetters,
    encryptionKey: props.encryptionKey,
    logRetentionDays: settings.logRetentionDays,
    rolePath: settings.deployment.rolePath,
    codeSigning: settings.deployment.codeSigning,
    bundles,
  };
}

function former({ audit: { formerSealKeys = [] } }: Settings): Readonly<Record<string, string>> {
  return formerSealKeys.length === 0 ? {} : { [ENV.formerSealKeys]: formerSealKeys.join(',') };
}

/** A function that writes into the record, with what all of these know. */
export function recordingFunction(
  scope: Construct,
  id: string,
  props: RotationFunctionsProps,
  own: Pick<
    RotationFunctionProps,
    'name' | 'functionName' | 'timeout' | 'memorySize' | 'description' | 'environment'
  > & {
    /** What bounds its runs; not there where one run does one thing. */
    readonly limits?: Readonly<Record<string, string>>;
  },
): RotationFunction {
  const { environment, ...common } = shared(props);
  const { settings, stacks, existing } = props;
  const { limits, ...ofFunction } = own;
  const { forwardTo, formerSealKeys } = settings.audit;
  return new RotationFunction(scope, id, {
    ...common,
    ...ofFunction,
    forwardTo,
    formerSealKeys,
    description: `Keyturn: ${own.description}`,
    environment: {
      ...environment,
      ...limits,
      [ENV.stacks]: stacks,
      [ENV.auditTerms]: auditTermsDigest(auditTermsDocument(settings.audit)),
      [ENV.existingSecrets]: existing,
      ...(forwardTo === undefined ? {} : { [ENV.forwardTo]: forwardTo }),
      ...own.environment,
    },
  });
}

/** Whether something is done for a key that AWS says has leaked, and people are not only told. */
export function actsOnExposed({ exposed, onExposed }: Settings): boolean {
  return exposed && onExposed !== 'notify';
}

type Environment = Readonly<Record<string, string>>;

/** The four functions that rotate. */
export function rotationFunctions(
  scope: Construct,
  props: RotationFunctionsProps,
): Readonly<Record<FunctionName, RotationFunction>> {
  const { settings, origins } = props;
  const create = (id: string, name: FunctionName, minutes: number, description: string, more: Environment = {}) =>
    recordingFunction(scope, id, props, {
      name,
      description,
      timeout: Duration.minutes(minutes),
      limits: {
        [ENV.maxRotations]: String(settings.maxRotationsPerRun),
        [ENV.concurrency]: String(settings.concurrency),
      },
      environment: {
        [ENV.tokenExpiresInDays]: String(settings.alarms.tokenExpiresInDays),
        ...(name === 'rotate' && settings.users !== undefined ? { [ENV.usersPath]: settings.users.path } : {}),
        ...(name === 'delete' ? former(settings) : {}),
        ...(name === 'rotate' && settings.exposed ? { [ENV.onExposed]: settings.onExposed } : {}),
        ...(name === 'sync' ? { [ENV.allowedOrigins]: origins, [ENV.drift]: settings.drift } : {}),
        ...more,
      },
    });
  const rotate = create('Rotate', 'rotate', 5, 'makes fresh access keys');
  const starts: Environment = { [ENV.starts.rotate]: rotate.lambda.functionName };
  const deactivate = create('Deactivate', 'deactivate', 5, 'makes superseded access keys Inactive');
  if (actsOnExposed(settings)) rotate.lambda.addEnvironment(ENV.starts.deactivate, deactivate.lambda.functionName);
  return {
    rotate,
    deactivate,
    delete: create('Delete', 'delete', 5, 'deletes Inactive access keys'),
    sync: create('Sync', 'sync', 15, 'delivers access keys to their targets', starts),
  };
}

/** The function that writes the scheduled report into the archive. It draws charts, which takes memory. */
export function reportFunction(
  scope: Construct,
  props: RotationFunctionsProps,
  archive: AuditArchive,
): RotationFunction {
  const { environment, ...common } = shared(props);
  return new RotationFunction(scope, 'Report', {
    ...common,
    name: REPORT_FUNCTION,
    formerSealKeys: props.settings.audit.formerSealKeys,
    description: 'Keyturn: writes the report',
    timeout: Duration.minutes(15),
    memorySize: 1024,
    environment: {
      ...environment,
      [ENV.archiveBucket]: archive.bucket.bucketName,
      ...former(props.settings),
    },
    archive,
    trailFiles: props.trailFiles,
  });
}

/**
 * The function that copies the record into the archive. A batch of the record unpacks to many times its size, which takes
 * memory. It tells nobody itself: what it cannot write is kept whole, and the alarm on that queue tells people.
 */
export function archiveFunction(
  props: RotationFunctionsProps,
  archive: AuditArchive,
  deadLetters: IQueue,
): RotationFunction {
  const { auditLog, encryptionKey, logRetentionDays, rolePath, codeSigning, bundles } = shared(props);
  return new RotationFunction(archive, 'Archive', {
    auditLog,
    encryptionKey,
    logRetentionDays,
    rolePath,
    codeSigning,
    bundles,
    deadLetters,
    archive,
    name: ARCHIVE_FUNCTION,
    description: 'Keyturn: copies the audit record into the archive',
    timeout: Duration.minutes(5),
    memorySize: 1024,
    maxEventAge: Duration.hours(6),
    environment: { [ENV.archiveBucket]: archive.bucket.bucketName },
  });
}
