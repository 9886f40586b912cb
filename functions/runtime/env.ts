import { ON_EXPOSED, type OnExposed } from '../core/config/exposed';
import type { DriftSetting } from '../core/config/settings';
import { KeyturnError } from '../core/errors';
import type { DeployedBy } from '../core/lifecycle/deployed-by';
import {
  DEFAULT_CONCURRENCY,
  DEFAULT_MAX_ROTATIONS,
  DEFAULT_RUNBOOKS,
  DEFAULT_TOKEN_EXPIRES_IN_DAYS,
  ENV,
  LEVELS,
  type Level,
  REGISTRY_PATH,
} from '../core/names';
import type { Startable } from '../core/verbs';

export interface Settings {
  readonly registryPath: string;
  readonly topicArn: string;
  /** ARN of the event bus that gets every audit event too. @default - there is none */
  readonly forwardTo: string | undefined;
  readonly maxRotations: number;
  readonly concurrency: number;
  /** Path that all managed users are under. @default - the functions know each user by its name */
  readonly usersPath: string | undefined;
  /** Version of the deployed code, for the audit events. */
  readonly release: string;
  readonly tokenExpiresInDays: number;
  readonly drift: DriftSetting;
  /** What is done for a managed key that AWS says has leaked. @default - its events are refused */
  readonly onExposed: OnExposed | undefined;
  /** Base URL or path of the runbooks; ends with a slash. */
  readonly runbooks: string;
  /** ARN of the KMS key that seals the record. */
  readonly sealKey: string;
  /** ARNs of the KMS keys that sealed it before; delete knows them alone. */
  readonly formerSealKeys: readonly string[];
  /** Where tokens and keys may be sent: nowhere unless the stack says so. */
  readonly allowedOrigins: ReadonlySet<string>;
  /** Digest of what reports judge by. @default - the deployment does not say it */
  readonly auditTerms: string | undefined;
  /** Whose secrets are acted on. */
  readonly deployedBy: DeployedBy;
}

/**
 * A function's settings from its environment.
 *
 * @throws KeyturnError `invalid-config`, naming the variable: the stack sets them all, so somebody edited the function.
 */
export function settingsFrom(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    registryPath: env[ENV.registryPath] ?? REGISTRY_PATH,
    topicArn: required(env, ENV.topicArn),
    forwardTo: env[ENV.forwardTo],
    maxRotations: whole(env, ENV.maxRotations, DEFAULT_MAX_ROTATIONS),
    concurrency: whole(env, ENV.concurrency, DEFAULT_CONCURRENCY),
    usersPath: env[ENV.usersPath],
    release: required(env, ENV.release),
    tokenExpiresInDays: whole(env, ENV.tokenExpiresInDays, DEFAULT_TOKEN_EXPIRES_IN_DAYS),
    drift: driftOf(env[ENV.drift] ?? 'repair'),
    onExposed: onExposedOf(env[ENV.onExposed]),
    runbooks: env[ENV.runbooks] ?? DEFAULT_RUNBOOKS,
    sealKey: required(env, ENV.sealKey),
    formerSealKeys: [...listed(env[ENV.formerSealKeys])],
    allowedOrigins: listed(env[ENV.allowedOrigins]),
    auditTerms: env[ENV.auditTerms],
    deployedBy: { stacks: listed(required(env, ENV.stacks)), existing: listed(env[ENV.existingSecrets]) },
  };
}

function listed(value = ''): ReadonlySet<string> {
  return new Set(value.split(',').filter((name) => name !== ''));
}

/** The functions that a front starts. @throws KeyturnError `invalid-config` */
export function startableFrom(env: Readonly<Record<string, string | undefined>>): Readonly<Record<Startable, string>> {
  const { rotate, deactivate, sync } = ENV.starts;
  return { rotate: required(env, rotate), deactivate: required(env, deactivate), sync: required(env, sync) };
}

/** The function that sync starts for what cannot wait for the daily run. @throws KeyturnError `invalid-config` */
export function rotationFrom(env: Readonly<Record<string, string | undefined>>): string {
  return required(env, ENV.starts.rotate);
}

/** The function that rotate starts for keys that AWS says have leaked; undefined where nothing is done for them. */
export function retirementFrom(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return env[ENV.starts.deactivate];
}

/** At which level those are who ask this function. @throws KeyturnError `invalid-config` */
export function levelFrom(env: Readonly<Record<string, string | undefined>>): Level {
  const value = required(env, ENV.level);
  const level = LEVELS.find((one) => one === value);
  if (level !== undefined) return level;
  throw new KeyturnError(
    'invalid-config',
    `Environment variable ${ENV.level} is "${value}", expected ${LEVELS.join(' or ')}. Deploy the stack again.`,
  );
}

/** What the scheduled report needs. */
export interface ReportSettings {
  readonly registryPath: string;
  readonly topicArn: string;
  readonly archiveBucket: string;
  /** ARN of the KMS key that seals the record. */
  readonly sealKey: string;
  /** ARNs of those that sealed it before. */
  readonly formerSealKeys: readonly string[];
}

/** The same for the report function. @throws KeyturnError `invalid-config` */
export function reportSettingsFrom(env: Readonly<Record<string, string | undefined>>): ReportSettings {
  return {
    registryPath: env[ENV.registryPath] ?? REGISTRY_PATH,
    topicArn: required(env, ENV.topicArn),
    archiveBucket: required(env, ENV.archiveBucket),
    sealKey: required(env, ENV.sealKey),
    formerSealKeys: [...listed(env[ENV.formerSealKeys])],
  };
}

/** The same for the archive function. @returns its bucket. @throws KeyturnError `invalid-config` */
export function archiveBucketFrom(env: Readonly<Record<string, string | undefined>>): string {
  return required(env, ENV.archiveBucket);
}

/** What the provider's endpoint needs. */
export interface ProviderSettings {
  /** SHA-256 of its configuration, in hexadecimal. */
  readonly digest: string;
  /** SSM parameters that hold it. */
  readonly parts: number;
  readonly usedTokens: string;
  /** ARN of the KMS key that seals what it decides. */
  readonly sealKey: string;
  readonly release: string;
}

/** The same for the provider's endpoint. @throws KeyturnError `invalid-config` */
export function providerSettingsFrom(env: Readonly<Record<string, string | undefined>>): ProviderSettings {
  return {
    digest: required(env, ENV.providerConfig),
    parts: whole(env, ENV.providerParts, 1),
    usedTokens: required(env, ENV.usedTokens),
    sealKey: required(env, ENV.sealKey),
    release: required(env, ENV.release),
  };
}

function required(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') {
    throw new KeyturnError('invalid-config', `Environment variable ${name} is not set. Deploy the stack again.`);
  }
  return value;
}

/** Whoever wants nothing to be written must not be misunderstood (K14). */
function driftOf(value: string): DriftSetting {
  if (value === 'repair' || value === 'report') return value;
  throw new KeyturnError(
    'invalid-config',
    `Environment variable ${ENV.drift} is "${value}", expected repair or report. Deploy the stack again.`,
  );
}

/** The same: who wants to be told only is not rotated. */
function onExposedOf(value: string | undefined): OnExposed | undefined {
  if (value === undefined) return undefined;
  const known = ON_EXPOSED.find((one) => one === value);
  if (known !== undefined) return known;
  throw new KeyturnError(
    'invalid-config',
    `Environment variable ${ENV.onExposed} is "${value}", expected ${ON_EXPOSED.join(', ')}. Deploy the stack again.`,
  );
}

function whole(env: Readonly<Record<string, string | undefined>>, name: string, fallback: number): number {
  const value = env[name];
  if (value === undefined) return fallback;
  if (!/^[1-9]\d{0,4}$/.test(value)) {
    throw new KeyturnError(
      'invalid-config',
      `Environment variable ${name} is "${value}", expected a whole number above zero. Deploy the stack again.`,
    );
  }
  return Number(value);
}
