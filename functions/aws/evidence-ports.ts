import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Time } from '../account/ports';
import { AUDIT_LOG_GROUP, REGISTRY_PATH } from '../core/names';
import type { EvidencePorts, ReadingBounds } from '../report/evidence/ports';
import { createAccountKeys } from './account-keys';
import { createAuditRecordReader } from './audit-record-reader';
import { createAuditTerms } from './audit-terms';
import { createCaller } from './caller';
import { type AwsAccess, reviewConfig } from './client-config';
import { createDeployedFacts } from './deployed-facts';
import { createIam } from './iam';
import { createProvidedReader } from './provided-reader';
import { createRegistry } from './registry';
import { createSealKeys } from './seal-keys';
import { readPolicy } from './secret-reads';
import { createSecrets } from './secrets';
import { createTrailFiles } from './trail-files';
import { createTrailHistory } from './trail-history';

export interface ReviewOptions {
  readonly time: Time;
  /** @default - what the SDK's own chain finds */
  readonly access?: AwsAccess;
  /** @default AUDIT_LOG_GROUP */
  readonly logGroup?: string;
  /** @default REGISTRY_PATH */
  readonly registryPath?: string;
  /** ARN of the KMS key that seals the record. @default - the one with the alias that the stack gives it */
  readonly sealKey?: string;
  /** ARNs of the KMS keys that sealed it before. @default - none */
  readonly formerSealKeys?: readonly string[];
  /** How much of the trail's files is read. @default - for an hour, and more than a year of a busy account has */
  readonly trailFiles?: Partial<ReadingBounds>;
}

/** All that a report's evidence is read with, over the AWS SDK. */
export function createEvidencePorts(options: ReviewOptions): EvidencePorts {
  const { time, access, logGroup, registryPath, sealKey, formerSealKeys, trailFiles } = options;
  const config = reviewConfig(access);
  const secrets = new SecretsManagerClient(config);
  return {
    caller: createCaller(config),
    record: createAuditRecordReader(logGroup ?? AUDIT_LOG_GROUP, config),
    provided: createProvidedReader(config),
    sealKeys: createSealKeys(sealKey, formerSealKeys, config),
    trail: createTrailHistory(time, config),
    trailFiles: createTrailFiles(trailFiles, config),
    accountKeys: createAccountKeys(config),
    iam: createIam(config),
    registry: createRegistry(registryPath ?? REGISTRY_PATH, config),
    secrets: createSecrets(secrets),
    secretPolicies: { read: (secret) => readPolicy(secrets, secret) },
    terms: createAuditTerms(config),
    deployment: createDeployedFacts(config),
    time,
  };
}
