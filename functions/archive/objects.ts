import { createHash } from 'node:crypto';
import { ARCHIVE_PREFIX } from '../core/names';
import type { RecordedEvent } from './batch';

/** An object of the archive. */
export interface ArchivedObject {
  /** `events/<yyyy>/<mm>/<dd>/<hhmmss>Z-<digest>.jsonl`: the first event's time, and a digest of all events and their IDs. */
  readonly key: string;
  /** One JSON line an event. */
  readonly content: string;
}

/** Characters of a digest: among the objects of one second, as good as unique. */
const DIGEST = 20;

/** Events of one object at most: some ten megabytes, which are written within a request's time. */
const MOST_EVENTS = 10_000;

/** The objects of a batch, each of one day (UTC). The same events make the same objects. */
export function objectsOf(events: readonly RecordedEvent[]): readonly ArchivedObject[] {
  return [...new Set(events.map(dayOf))].flatMap((day) => {
    const ofDay = events.filter((event) => dayOf(event) === day);
    return Array.from({ length: Math.ceil(ofDay.length / MOST_EVENTS) }, (_, at) =>
      objectOf(day, ofDay.slice(at * MOST_EVENTS, (at + 1) * MOST_EVENTS)),
    );
  });
}

function objectOf(day: string, events: readonly RecordedEvent[]): ArchivedObject {
  return {
    key: `${ARCHIVE_PREFIX.events}${day.replaceAll('-', '/')}/${nameOf(events)}.jsonl`,
    content: events.map(({ message }) => `${message.trimEnd()}\n`).join(''),
  };
}

function dayOf({ timestamp }: RecordedEvent): string {
  return new Date(timestamp).toISOString().slice(0, 10);
}

function nameOf(events: readonly RecordedEvent[]): string {
  const first = Math.min(...events.map(({ timestamp }) => timestamp));
  const time = new Date(first).toISOString().slice(11, 19).replaceAll(':', '');
  const all = JSON.stringify(events.map(({ id, message }) => [id, message]));
  return `${time}Z-${createHash('sha256').update(all).digest('hex').slice(0, DIGEST)}`;
}
