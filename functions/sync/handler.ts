import { createAuditRecord } from '../aws/audit-record';
import { createEventBuses } from '../aws/event-bus';
import { createFunctionStarter } from '../aws/function-starter';
import { createHostPorts } from '../aws/host-ports';
import { createNotifier } from '../aws/notifier';
import { createRegistry } from '../aws/registry';
import { createSealKey } from '../aws/seal-key';
import { createSecrets } from '../aws/secrets';
import { createSts } from '../aws/sts';
import { MINUTE } from '../core/duration';
import { openTargets } from '../hosts/register';
import { rotationFrom, settingsFrom } from '../runtime/env';
import { handle, type LambdaContext } from '../runtime/handle';
import { systemTime } from '../runtime/time';
import { sync } from './sync';
import { syncRequestOf } from './trigger';

/** A host that is slow and fails in the worst way takes ten minutes of retries. */
const DELIVERY_TAKES = 10 * MINUTE;

const settings = settingsFrom(process.env);
const sealKey = createSealKey(settings.sealKey);
const record = createAuditRecord(sealKey);
const buses = createEventBuses(settings.forwardTo);
const notifier = createNotifier(settings.topicArn);
const hostPorts = createHostPorts();
/** Lambda says it. */
const { AWS_LAMBDA_FUNCTION_NAME: itself } = process.env;
const ports = {
  sts: createSts(),
  secrets: createSecrets(),
  registry: createRegistry(settings.registryPath),
  starter: createFunctionStarter({ rotate: rotationFrom(process.env) }),
  itself: itself === undefined ? undefined : createFunctionStarter({ sync: itself }),
};

export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  const targets = openTargets({
    ...hostPorts,
    time: systemTime,
    random: Math.random,
    allowedOrigins: settings.allowedOrigins,
  });
  return handle(
    {
      name: 'sync',
      settings,
      record,
      sealKey,
      buses,
      notifier,
      context,
      event,
      read: syncRequestOf,
      keyTakes: DELIVERY_TAKES,
    },
    (run, request) => sync({ ...ports, targets }, run, request, settings),
  );
}
