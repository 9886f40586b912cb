import { type AuditEvent, attemptOfEvent } from '../../core/audit';
import type { Anchors } from './anchors';
import { Moment } from './moment';
import { type Column, Table } from './table';
import { whoAsked } from './who-asked';

const COLUMNS: readonly Column[] = [
  { label: 'Time', means: 'Coordinated Universal Time' },
  { label: 'Event' },
  { label: 'Access key' },
  { label: 'Why, where, outcome' },
  { label: 'Event ID', means: 'The attempt of a run that wrote it, and its number there' },
];

interface EventTableProps {
  readonly id: string;
  readonly caption: string;
  readonly events: readonly AuditEvent[];
  readonly anchors: Anchors;
}

/** Audit events, each a row that can be linked to. There may be fifty thousand, so a row says only what is new in it. */
export function EventTable({ id, caption, events, anchors }: EventTableProps) {
  return (
    <Table id={id} caption={caption} columns={COLUMNS} counts="events">
      {events.map((event, index) => (
        <tr key={`${event.id} ${event.time}`} id={anchors.placeOf(event)} class={classOf(event)}>
          <td>
            <Moment at={event.time} />
          </td>
          <td>{event.event}</td>
          <td>{event.accessKeyId}</td>
          <td>{about(event, anchors)}</td>
          <td class="event-id">{idBelow(event, events[index - 1])}</td>
        </tr>
      ))}
    </Table>
  );
}

/** What happens every day whether anything changes or not is left out on paper. */
function classOf(event: AuditEvent): string | undefined {
  if (event.outcome !== 'ok') return event.outcome;
  return isBound(event) || event.event === 'check-recorded' ? 'routine' : undefined;
}

function isBound({ event }: AuditEvent): boolean {
  return event === 'run-started' || event === 'run-finished';
}

function about(event: AuditEvent, anchors: Anchors): string {
  const parts = [
    isBound(event) ? event.function : undefined,
    anchors.hasKey(event.key) ? undefined : event.key,
    event.outcome === 'ok' ? undefined : event.outcome,
    event.code,
    event.reason,
    event.target,
    event.message,
    whoAsked(event),
    event.shortened === undefined ? undefined : `shortened: it had ${event.shortened.toLocaleString('en')} bytes`,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** The whole ID in the first row of an attempt, and its number alone in those that follow. */
function idBelow(event: AuditEvent, above: AuditEvent | undefined): string {
  const attempt = attemptOfEvent(event);
  return above !== undefined && attemptOfEvent(above) === attempt ? `…-${event.sequence}` : event.id;
}
