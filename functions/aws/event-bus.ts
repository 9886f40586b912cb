import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventBus } from '../account/ports';
import type { AuditEvent } from '../core/audit';
import { KeyturnError, toKeyturnError } from '../core/errors';
import { EVENT_SOURCE } from '../core/names';
import { clientConfig } from './client-config';
import { calling } from './failure';

/** PutEvents: 10 entries a call at most. */
const BATCH = 10;

/** The EventBus port over the account's default event bus. What is refused is sent once more, and stops nothing else. */
export function createEventBus(): EventBus {
  const client = new EventBridgeClient(clientConfig);

  /** @returns what was refused */
  const send = async (batch: readonly AuditEvent[]): Promise<readonly AuditEvent[]> => {
    const { Entries = [] } = await calling('events:PutEvents', {}, () =>
      client.send(
        new PutEventsCommand({
          Entries: batch.map((event) => ({
            Source: EVENT_SOURCE,
            DetailType: event.event,
            Time: new Date(event.time),
            Detail: JSON.stringify(event),
          })),
        }),
      ),
    );
    return batch.filter((_event, index) => Entries[index]?.ErrorCode !== undefined);
  };

  return {
    async publish(events) {
      let unpublished = 0;
      let error: KeyturnError | undefined;
      for (let start = 0; start < events.length; start += BATCH) {
        let left: readonly AuditEvent[] = events.slice(start, start + BATCH);
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
