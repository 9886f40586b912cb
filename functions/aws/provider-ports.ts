import { PROVIDER_LOG_GROUP } from '../core/names';
import { createEventWriter } from './audit-record';
import { type AwsAccess, providerConfig } from './client-config';
import { createCurrentSecrets, createSecretStates } from './current-secrets';
import { createRoleSessions } from './role-sessions';
import { createSts, keepingConnections } from './sts';

/** What a provider of secrets does at AWS, in both of its forms. */
export function createProviderPorts(region: string, access: AwsAccess = {}) {
  const aws = { ...providerConfig, ...access };
  const place = access.endpoint === undefined ? {} : { endpoint: access.endpoint };
  return {
    append: createEventWriter(PROVIDER_LOG_GROUP, aws),
    read: createCurrentSecrets(aws),
    describe: createSecretStates(aws),
    takeRole: createRoleSessions(access),
    identify: createSts(region, keepingConnections({ ...providerConfig, ...place, region })).identify,
  };
}
