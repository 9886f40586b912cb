import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventBus } from '../account/ports';
import type { AuditEvent } from '../core/audit';
import { KeyturnError, toKeyturnError } from '../core/errors';
import { EVENT_SOURCE } from '../core/names';
import { cleaned } from '../core/outside-text';
import { clientConfig } from './client-config';
import { calling } from './failure';

/** PutEvents: 10 entries a call at most, and so many bytes everywhere (1 MB where EventBridge has it since 2026). */
const BATCH = 10;
const BATCH_BYTES = 256 * 1_024;
/** What an entry's time counts as ("Calculating PutEvents event entry size" in EventBridge's user guide). */
const TIME_BYTES = 14;

/** A part of the events that a call takes, and why they were refused the last time. */
interface Refused {
  readonly events: readonly AuditEvent[];
  readonly codes: readonly string[];
}

/**
 * The buses that audit events go to: the account's default one, and the one that is named.
 *
 * @param forwardTo ARN of an event bus, of another account for example
 */
export function createEventBuses(forwardTo: string | undefined): readonly EventBus[] {
  return [createEventBus(), ...(forwardTo === undefined ? [] : [createEventBus(forwardTo)])];
}

/**
 * The EventBus port over one event bus. What is refused is sent once more, and stops nothing else.
 *
 * @param arn @default the account's default one
 */
export function createEventBus(arn?: string): EventBus {
  // A bus is known where it is.
  const client = new EventBridgeClient(arn === undefined ? clientConfig : { ...clientConfig, region: regionOf(arn) });
  const doing = arn === undefined ? 'events:PutEvents' : `events:PutEvents on ${arn}`;

  /** @returns what was refused */
  const send = async (batch: readonly AuditEvent[]): Promise<Refused> => {
    const { Entries = [] } = await calling(doing, {}, () =>
      client.send(new PutEventsCommand({ Entries: batch.map((event) => entryOf(event, arn)) })),
    );
    const events = batch.filter((_event, index) => Entries[index]?.ErrorCode !== undefined);
    return { events, codes: Entries.flatMap(({ ErrorCode = [] }) => ErrorCode) };
  };

  return {
    name: arn === undefined ? 'default' : 'forwardTo',
    async publish(events) {
      let unpublished = 0;
      let error: KeyturnError | undefined;
      for (const batch of batchesOf(events)) {
        let left: Refused = { events: batch, codes: [] };
        try {
          left = await send(left.events);
          if (left.events.length > 0) left = await send(left.events);
        } catch (thrown) {
          error ??= toKeyturnError(thrown);
        }
        unpublished += left.events.length;
        if (left.events.length > 0) error ??= refusal(doing, left);
      }
      return error === undefined ? { unpublished } : { unpublished, error };
    },
  };
}

function refusal(doing: string, { codes: [code = 'no reason'] }: Refused): KeyturnError {
  return new KeyturnError('aws-rejected', `${doing}: events were refused (${cleaned(code, 100)}).`);
}

function regionOf(arn: string): string | undefined {
  return arn.split(':')[3];
}

function entryOf(event: AuditEvent, EventBusName: string | undefined) {
  return {
    EventBusName,
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
  const { Source, DetailType, Detail } = entryOf(event, undefined);
  return TIME_BYTES + [Source, DetailType, Detail].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
