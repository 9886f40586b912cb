import { randomUUID } from 'node:crypto';
import type { Log, Time } from '../../functions/account/ports';
import { createEventWriter } from '../../functions/aws/audit-record';
import { type AwsAccess, recordConfig } from '../../functions/aws/client-config';
import { createCurrentSecrets, createSecretStates } from '../../functions/aws/current-secrets';
import { createRoleSessions } from '../../functions/aws/role-sessions';
import { createSts } from '../../functions/aws/sts';
import type { AuditOrigin } from '../../functions/core/audit';
import { type ProviderConfig, providerTrust } from '../../functions/core/config/provider-config';
import { KeyturnError, toKeyturnError } from '../../functions/core/errors';
import { PROVIDER_LOG_GROUP } from '../../functions/core/names';
import { DecisionRecord } from '../../functions/provider/decision-record';
import { IssuerKeys } from '../../functions/provider/keys/issuer-keys';
import { readKeys } from '../../functions/provider/keys/read-keys';
import { provide } from '../../functions/provider/provide';
import { UsedTokens } from '../../functions/provider/token/used-tokens';
import { type ProviderServer, serveProvider } from './server';

export interface ProviderProcess {
  readonly config: ProviderConfig;
  readonly access: AwsAccess;
  readonly origin: AuditOrigin;
  /** 0 for a free one. */
  readonly port: number;
  readonly time: Pick<Time, 'now'>;
  readonly log: Log;
}

/**
 * Serves what the rules give, as soon as the record has taken that it does.
 *
 * @throws KeyturnError `aws-*` where there is no record to write into
 */
export async function openProvider({
  config,
  access,
  origin,
  port,
  time,
  log,
}: ProviderProcess): Promise<ProviderServer> {
  const { region } = origin;
  const place = access.endpoint === undefined ? {} : { endpoint: access.endpoint };
  const aws = { ...recordConfig, ...access };
  const { keysUrl, ...trust } = providerTrust(config);
  const record = new DecisionRecord({
    run: randomUUID(),
    origin,
    time,
    append: createEventWriter(PROVIDER_LOG_GROUP, aws),
  });
  const startedAt = time.now().getTime();
  const { issuer } = trust;
  const rules = config.rules.map(({ name }) => name);
  await record.write({ event: 'run-started', outcome: 'ok', facts: { issuer, rules } }).catch((thrown: unknown) => {
    const { code, message } = toKeyturnError(thrown);
    const cure = `aws logs create-log-group --region ${region} --log-group-name ${PROVIDER_LOG_GROUP}`;
    throw new KeyturnError(code, `${message} Where the log group is not there yet: ${cure}`);
  });
  const keys = new IssuerKeys(
    () => readKeys(keysUrl),
    time,
    (reason) => log.warn("the issuer's keys could not be read", { from: keysUrl, reason }),
  );
  const terms = { ...trust, longestAge: config.tokenMinutes * 60, startedAt, key: (keyId: string) => keys.find(keyId) };
  const props = {
    terms,
    rules: config.rules,
    used: new UsedTokens(),
    read: createCurrentSecrets(aws),
    describe: createSecretStates(aws),
    // A step waits for it.
    identify: createSts(region, { ...recordConfig, ...place, region }).identify,
    takeRole: createRoleSessions(access),
    record,
    time,
    log,
  };
  return serveProvider(
    (authorization) => provide(authorization, props),
    port,
    (error) => log.error('not decided', { error }),
  );
}
