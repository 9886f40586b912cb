import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { StandingPorts } from '../functions/account/standing';
import { type AwsAccess, reviewConfig } from '../functions/aws/client-config';
import { createExemptionReader, type ExemptionReader } from '../functions/aws/exemptions';
import { createIam } from '../functions/aws/iam';
import { createProviderRecord, type ProviderRecord } from '../functions/aws/provider-record';
import { createRecordEvents, type RecordEvents } from '../functions/aws/record-events';
import { createRegistry } from '../functions/aws/registry';
import { createSecrets } from '../functions/aws/secrets';
import { AUDIT_LOG_GROUP, REGISTRY_PATH } from '../functions/core/names';

/** What the commands that look at an account read it with. */
export interface AccountPorts extends StandingPorts {
  readonly record: RecordEvents;
  readonly provided: ProviderRecord;
  readonly exemptions: ExemptionReader;
}

export function openAccount(access: AwsAccess): AccountPorts {
  const config = reviewConfig(access);
  return {
    iam: createIam(config),
    secrets: createSecrets(new SecretsManagerClient(config)),
    registry: createRegistry(REGISTRY_PATH, config),
    record: createRecordEvents(AUDIT_LOG_GROUP, config),
    provided: createProviderRecord(config),
    exemptions: createExemptionReader(AUDIT_LOG_GROUP, config),
  };
}
