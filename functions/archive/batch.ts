import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { KeyturnError } from '../core/errors';
import { AUDIT_LOG_GROUP } from '../core/names';

/** One line of the record. */
export interface RecordedEvent {
  /** CloudWatch Logs' own ID of it, the same whenever it is handed over. */
  readonly id: string;
  /** ms since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** What a subscription hands to Lambda: gzip in Base64 ("Subscription filters with Lambda", CloudWatch Logs' guide). */
const eventSchema = z.object({ awslogs: z.object({ data: z.string() }) });
const batchSchema = z.discriminatedUnion('messageType', [
  // Whether anybody is there; it holds no event of the record.
  z.object({ messageType: z.literal('CONTROL_MESSAGE') }),
  z.object({
    messageType: z.literal('DATA_MESSAGE'),
    logGroup: z.literal(AUDIT_LOG_GROUP),
    logEvents: z.array(z.object({ id: z.string().min(1), timestamp: z.int().min(0), message: z.string() })),
  }),
]);
/** Lambda takes 6 MB, of which gzip made at most a hundredth; more than this is no batch. */
const MOST_BYTES = 128 * 1024 * 1024;

/** The events of the record that were handed over. @throws KeyturnError `unexpected` for whatever is no batch of it */
export function batchOf(event: unknown): readonly RecordedEvent[] {
  const { awslogs } = eventSchema.safeParse(event).data ?? {};
  const batch = batchSchema.safeParse(awslogs === undefined ? undefined : unpacked(awslogs.data)).data;
  if (batch === undefined) {
    throw new KeyturnError(
      'unexpected',
      `The event is no batch of the log group ${AUDIT_LOG_GROUP}. Only its subscription filter may start this function.`,
    );
  }
  return batch.messageType === 'DATA_MESSAGE' ? batch.logEvents : [];
}

function unpacked(data: string): unknown {
  try {
    return JSON.parse(gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: MOST_BYTES }).toString('utf8'));
  } catch {
    return undefined;
  }
}
