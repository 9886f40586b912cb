import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { KeyturnError } from '../core/errors';
import { EVENT_SOURCE } from '../core/names';
import type { EventBus } from '../core/ports';
import { clientConfig } from './client-config';
import { calling } from './failure';

/** PutEvents: 10 entries a call at most. */
const BATCH = 10;

/** The EventBus port over the account's default event bus. */
export function createEventBus(): EventBus {
  const client = new EventBridgeClient(clientConfig);
  return {
    async publish(events) {
      for (let start = 0; start < events.length; start += BATCH) {
        const batch = events.slice(start, start + BATCH);
        const { FailedEntryCount = 0 } = await calling('events:PutEvents', {}, () =>
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
        if (FailedEntryCount > 0) {
          throw new KeyturnError(
            'aws-rejected',
            `events:PutEvents: ${FailedEntryCount} of ${batch.length} were refused.`,
          );
        }
      }
    },
  };
}
