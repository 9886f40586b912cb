import { randomUUID } from 'node:crypto';
import type { Log, Time } from '../../functions/account/ports';
import type { AwsAccess } from '../../functions/aws/client-config';
import { createProviderPorts } from '../../functions/aws/provider-ports';
import type { AuditOrigin } from '../../functions/core/audit';
import type { ProviderConfig } from '../../functions/core/config/provider-config';
import { KeyturnError, toKeyturnError } from '../../functions/core/errors';
import { PROVIDER, PROVIDER_LOG_GROUP } from '../../functions/core/names';
import { DecisionRecord } from '../../functions/provider/decision-record';
import { PATIENCE, provide } from '../../functions/provider/provide';
import type { CurrentSecret } from '../../functions/provider/rules/variables';
import { termsOf } from '../../functions/provider/terms';
import { Together } from '../../functions/provider/together';
import { RememberedTokens } from '../../functions/provider/token/remembered-tokens';
import { within } from '../../functions/runtime/within';
import { type ProviderServer, serveProvider } from './server';

export interface ProviderProcess {
  readonly config: ProviderConfig;
  readonly access: AwsAccess;
  readonly origin: AuditOrigin;
  /** 0 for a free one. */
  readonly port: number;
  readonly time: Time;
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
  const { append, ...ports } = createProviderPorts(region, access);
  const record = new DecisionRecord({ as: PROVIDER, run: randomUUID(), origin, time, append });
  const terms = termsOf({ config, startedAt: time.now().getTime(), time, log });
  const { issuer } = terms;
  const rules = config.rules.map(({ name }) => name);
  await record.write({ event: 'run-started', outcome: 'ok', facts: { issuer, rules } }).catch((thrown: unknown) => {
    const { code, message } = toKeyturnError(thrown);
    const cure = `aws logs create-log-group --region ${region} --log-group-name ${PROVIDER_LOG_GROUP}`;
    throw new KeyturnError(code, `${message} Where the log group is not there yet: ${cure}`);
  });
  const props = {
    ...ports,
    terms,
    rules: config.rules,
    used: new RememberedTokens(),
    together: new Together<CurrentSecret>(),
    record,
    inTime: <Result>(deciding: Promise<Result>) => within(PATIENCE, deciding),
    time,
    log,
  };
  return serveProvider(
    (authorization) => provide(authorization, props),
    port,
    (error) => log.error('not decided', { error }),
  );
}
