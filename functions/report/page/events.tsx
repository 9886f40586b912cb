import type { AuditEvent } from '../../core/audit';
import { groupBy } from '../group-by';
import type { Anchors } from './anchors';
import { EventTable } from './event-rows';

interface EventsProps {
  readonly events: readonly AuditEvent[];
  readonly anchors: Anchors;
}

/** The events that belong to no managed key of the report, by month: bounds of runs, and findings about the account. */
export function Events({ events, anchors }: EventsProps) {
  const others = events.filter(({ key }) => !anchors.hasKey(key));
  const months = groupBy(others, ({ time }) => time.slice(0, 7));
  return (
    <section class="events" aria-labelledby="events">
      <h2 id="events">Events</h2>
      <p>
        {`The report has ${events.length.toLocaleString('en')} audit events. Those of a managed key stand with `}
        <a href="#managed-keys">their key</a>
        {`; the ${others.length.toLocaleString('en')} others are here.`}
      </p>
      <p class="only-print">
        What is told every day, the bounds of runs and the daily checks, is left out on paper; the file has it.
      </p>
      {[...months].map(([month, inMonth]) => (
        <details key={month}>
          <summary>
            <time>{month}</time>
            {`: ${inMonth.length} events`}
          </summary>
          <EventTable
            id={`events-${month}`}
            caption={`Events of no managed key, ${month}`}
            events={inMonth}
            anchors={anchors}
          />
        </details>
      ))}
    </section>
  );
}
