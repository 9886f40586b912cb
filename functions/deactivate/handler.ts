import { createAuditRecord } from '../aws/audit-record';
import { createEventBuses } from '../aws/event-bus';
import { createIam } from '../aws/iam';
import { createNotifier } from '../aws/notifier';
import { createRegistry } from '../aws/registry';
import { createSealKey } from '../aws/seal-key';
import { createSecrets } from '../aws/secrets';
import { createTrail } from '../aws/trail';
import { settingsFrom } from '../runtime/env';
import { handle, type LambdaContext } from '../runtime/handle';
import { deactivate } from './deactivate';
import { deactivateRequestOf } from './trigger';

const settings = settingsFrom(process.env);
const sealKey = createSealKey(settings.sealKey);
const record = createAuditRecord(sealKey);
const buses = createEventBuses(settings.forwardTo);
const notifier = createNotifier(settings.topicArn);
const ports = {
  iam: createIam(),
  secrets: createSecrets(),
  registry: createRegistry(settings.registryPath),
  trail: createTrail(),
};

export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  return handle(
    { name: 'deactivate', settings, record, sealKey, buses, notifier, context, event, read: deactivateRequestOf },
    (run, request) => deactivate(ports, run, request),
  );
}
