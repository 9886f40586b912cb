import { createAuditRecord } from '../aws/audit-record';
import { createEventBuses } from '../aws/event-bus';
import { createIam } from '../aws/iam';
import { createNotifier } from '../aws/notifier';
import { createRegistry } from '../aws/registry';
import { createSealKey } from '../aws/seal-key';
import { createSecrets } from '../aws/secrets';
import { dailyRunOf } from '../core/config/asked';
import { settingsFrom } from '../runtime/env';
import { handle, type LambdaContext } from '../runtime/handle';
import { deleteKeys } from './delete';
import { sealDays } from './seal-days';

const settings = settingsFrom(process.env);
const sealKey = createSealKey(settings.sealKey);
const former = settings.formerSealKeys.map((key) => createSealKey(key));
const record = createAuditRecord(sealKey, former);
const buses = createEventBuses(settings.forwardTo);
const notifier = createNotifier(settings.topicArn);
const ports = { iam: createIam(), secrets: createSecrets(), registry: createRegistry(settings.registryPath) };

export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  const props = {
    name: 'delete',
    settings,
    record,
    sealKey,
    buses,
    notifier,
    context,
    event,
    read: dailyRunOf,
  } as const;
  return handle(props, async (run) => {
    await deleteKeys(ports, run);
    await sealDays(run);
  });
}
