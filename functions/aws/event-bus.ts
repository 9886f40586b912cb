import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventBus } from '../account/ports';
import type { AuditEvent } from '../core/audit';
import { KeyturnError, toKeyturnError } from '../core/errors';
import { EVENT_SOURCE } from '../core/names';
import { clientConfig } from './client-config';
import { calling } from './failure';

/** PutEvents: 10 entries a call at most, and so many bytes everywhere (1 MB where EventBridge has it since 2026). */
const BATCH = 10;
const BATCH_BYTES = 256 * 1_024;
/** What an entry's time counts as ("Calculating PutEvents event entry size" in EventBridge's user guide). */
const TIME_BYTES = 14;

/** The EventBus port over the account's default event bus. What is refused is sent once more, and stops nothing else. */
export function createEventBus(): EventBus {
  const client = new EventBridgeClient(clientConfig);

  /** @returns what was refused */
  const send = async (batch: readonly AuditEvent[]): Promise<readonly AuditEvent[]> => {
    const { Entries = [] } = await calling('events:PutEvents', {}, () =>
      client.send(
        new PutEventsCommand({
          Entries: batch.map(entryOf),
        }),
      ),
    );
    return batch.filter((_event, index) => Entries[index]?.ErrorCode !== undefined);
  };

  return {
    async publish(events) {
      let unpublished = 0;
      let error: KeyturnError | undefined;
      for (const batch of batchesOf(events)) {
        let left = batch;
        try {
          left = await send(left);
          if (left.length > 0) left = await send(left);
        } catch (thrown) {
          error ??= toKeyturnError(thrown);
        }
        unpublished += left.length;
      }
      if (unpublished === 0) return { unpublished };
      error ??= new KeyturnError('aws-rejected', 'events:PutEvents: events were refused.');
      return { unpublished, error };
    },
  };
}

function entryOf(event: AuditEvent) {
  return {
    Source: EVENT_SOURCE,
    DetailType: event.event,
    Time: new Date(event.time),
    Detail: JSON.stringify(event),
  };
}

/** In their order, as many a call as it takes. One that is too large by itself is refused alone. */
function batchesOf(events: readonly AuditEvent[]): readonly (readonly AuditEvent[])[] {
  const batches: AuditEvent[][] = [];
  let room = 0;
  for (const event of events) {
    const size = sizeOf(event);
    const last = batches.at(-1);
    if (last === undefined || last.length === BATCH || size > room) {
      batches.push([event]);
      room = BATCH_BYTES - size;
    } else {
      last.push(event);
      room -= size;
    }
  }
  return batches;
}

function sizeOf(event: AuditEvent): number {
  const { Source, DetailType, Detail } = entryOf(event);
  return TIME_BYTES + [Source, DetailType, Detail].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
