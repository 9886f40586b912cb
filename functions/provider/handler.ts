import { providerConfig } from '../aws/client-config';
import { readProviderConfig } from '../aws/provider-config';
import { createProviderPorts } from '../aws/provider-ports';
import { createSealKey } from '../aws/seal-key';
import { createUsedTokens } from '../aws/used-tokens';
import type { AuditEvent } from '../core/audit';
import { toKeyturnError } from '../core/errors';
import { ENDPOINT, METRIC, PROVIDER } from '../core/names';
import { AttemptSeal } from '../runtime/attempt-seal';
import { providerSettingsFrom } from '../runtime/env';
import type { LambdaContext } from '../runtime/handle';
import { createLog } from '../runtime/log';
import { emit } from '../runtime/metrics';
import { systemTime } from '../runtime/time';
import { within } from '../runtime/within';
import { DecisionRecord } from './decision-record';
import { gatewayRequest } from './gateway-request';
import { type HttpAnswer, httpAnswer, refusal } from './http-answer';
import { Opening } from './opening';
import { type ProviderProps, patienceWithin, provide } from './provide';
import { termsOf } from './terms';
import { formless } from './token/read-token';

const settings = providerSettingsFrom(process.env);
const { append, ...ports } = createProviderPorts(process.env.AWS_REGION ?? '');
const used = createUsedTokens(settings.usedTokens);
const sealKey = createSealKey(settings.sealKey, providerConfig);
/** Of this container. */
const opening = new Opening<Opened>(systemTime);

type Opened = Omit<ProviderProps, 'log' | 'asked' | 'inTime'>;

/**
 * What a container of this function keeps: its configuration, the issuer's keys, and one run in the record, which the KMS
 * key certifies once, however many requests it answers.
 */
async function open({ awsRequestId: run, invokedFunctionArn }: LambdaContext): Promise<Opened> {
  const [region = '', account = ''] = invokedFunctionArn.split(':').slice(3);
  const origin = { account, region, functionVersion: settings.release };
  const sealing = (attempt: string) => {
    const seal = new AttemptSeal(sealKey, { account, region, function: ENDPOINT, attempt });
    return (events: readonly AuditEvent[]) => seal.seal(events);
  };
  const record = new DecisionRecord({ as: ENDPOINT, run, origin, time: systemTime, append, sealing });
  const [config] = await Promise.all([readProviderConfig(settings.digest, settings.parts), record.begin()]);
  // The table knows which tokens were used before this container began.
  const terms = termsOf({ config, startedAt: 0, time: systemTime, log: createLog(PROVIDER, run) });
  const { issuer } = terms;
  const rules = config.rules.map(({ name }) => name);
  await record.write({ event: 'run-started', outcome: 'ok', facts: { issuer, rules } });
  return { ...ports, terms, rules: config.rules, used, record, ...told, time: systemTime };
}

const counted = (metric: string) => () => emit({ dimensions: { function: ENDPOINT }, counts: { [metric]: 1 } });
/** By alarms. */
const told = { reused: counted(METRIC.reused), refused: counted(METRIC.refused) };

/** The provider as the function of an HTTP API. It is told nothing but what API Gateway says of a request. */
export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  const { status: statusCode, headers, body } = await answerTo(event, context);
  return { statusCode, headers, body, isBase64Encoded: false };
}

async function answerTo(event: unknown, context: LambdaContext): Promise<HttpAnswer> {
  const log = createLog(PROVIDER, context.awsRequestId);
  const request = gatewayRequest(event);
  if (request === undefined) return refusal(404);
  try {
    return await httpAnswer(request, async (authorization) => {
      // Anybody can ask: what has nothing of a token opens nothing.
      const reason = formless(authorization);
      if (reason !== undefined) {
        log.warn('refused', { reason });
        return { status: 401 };
      }
      const inTime = <Result>(work: Promise<Result>) =>
        within(patienceWithin(context.getRemainingTimeInMillis()), work);
      const opened = await inTime(opening.get(() => open(context)));
      return provide(authorization, { ...opened, inTime, log, asked: request.asked });
    });
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    log.error('not decided', { code, reason: message });
    return refusal(503);
  }
}
