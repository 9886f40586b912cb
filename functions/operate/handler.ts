import { createAuditRecord } from '../aws/audit-record';
import { createEventBuses } from '../aws/event-bus';
import { createFunctionStarter } from '../aws/function-starter';
import { createNotifier } from '../aws/notifier';
import { createRegistry } from '../aws/registry';
import { createSealKey } from '../aws/seal-key';
import { createSecrets } from '../aws/secrets';
import type { OperateAnswer } from '../core/request/answer';
import { levelFrom, settingsFrom, startableFrom } from '../runtime/env';
import { handle, type LambdaContext } from '../runtime/handle';
import { httpAnswer } from './http-answer';
import { operate } from './operate';
import { frontRequestOf } from './trigger';

const settings = settingsFrom(process.env);
const level = levelFrom(process.env);
const sealKey = createSealKey(settings.sealKey);
const record = createAuditRecord(sealKey);
const buses = createEventBuses(settings.forwardTo);
const notifier = createNotifier(settings.topicArn);
const ports = {
  secrets: createSecrets(),
  registry: createRegistry(settings.registryPath),
  starter: createFunctionStarter(startableFrom(process.env)),
};

/** Whoever asks through the URL is answered over HTTP; an event that nobody vouches for fails, as it does elsewhere. */
export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  let answer: OperateAnswer | undefined;
  const props = { name: level, settings, record, sealKey, buses, notifier, context, event, read: frontRequestOf };
  return httpAnswer(
    handle(props, async (run, { caller, document }) => {
      answer = await operate(ports, run, { caller, level }, document);
    }),
    () => answer,
    () => ({ caller: frontRequestOf(event).caller, level, run: context.awsRequestId }),
  );
}
