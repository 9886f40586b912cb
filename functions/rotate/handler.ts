import { createAuditRecord } from '../aws/audit-record';
import { createEventBuses } from '../aws/event-bus';
import { createFunctionStarter } from '../aws/function-starter';
import { createIam } from '../aws/iam';
import { createNotifier } from '../aws/notifier';
import { createRegistry } from '../aws/registry';
import { createSealKey } from '../aws/seal-key';
import { createSecrets } from '../aws/secrets';
import { createSts } from '../aws/sts';
import { createTrail } from '../aws/trail';
import { retirementFrom, settingsFrom } from '../runtime/env';
import { handle, type LambdaContext } from '../runtime/handle';
import { rotate } from './rotate';
import { rotateRequestOf } from './trigger';

const settings = settingsFrom(process.env);
const sealKey = createSealKey(settings.sealKey);
const record = createAuditRecord(sealKey);
const buses = createEventBuses(settings.forwardTo);
const notifier = createNotifier(settings.topicArn);
const deactivate = retirementFrom(process.env);
const ports = {
  iam: createIam(),
  sts: createSts(),
  trail: createTrail(),
  secrets: createSecrets(),
  registry: createRegistry(settings.registryPath),
  starter: deactivate === undefined ? undefined : createFunctionStarter({ deactivate }),
};

export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  const { maxRotations, usersPath, onExposed } = settings;
  return handle(
    { name: 'rotate', settings, record, sealKey, buses, notifier, context, event, read: rotateRequestOf },
    (run, request) => rotate(ports, run, { maxRotations, usersPath, onExposed, ...request }),
  );
}
