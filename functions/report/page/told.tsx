import type { Report } from '../judge/model';
import type { Anchors } from './anchors';
import { Link } from './link';
import { Moment } from './moment';
import { Table } from './table';

const COLUMNS = [
  { label: 'Finding' },
  { label: 'Managed key' },
  { label: 'Access key' },
  { label: 'Messages', means: 'About one thing one a day at most', isNumber: true },
  { label: 'Not sent', isNumber: true },
  { label: 'First', means: 'Coordinated Universal Time' },
  { label: 'Last', means: 'Coordinated Universal Time' },
];

interface ToldProps {
  readonly told: Report['told'];
  readonly anchors: Anchors;
}

/** What people were told and when, in one place. */
export function Told({ told, anchors }: ToldProps) {
  return (
    <section aria-labelledby="told">
      <h2 id="told">Who was told what</h2>
      <p>
        {'Messages go to everybody who has confirmed the topic of Keyturn. '}
        {told.length === 0 ? 'In the period there was nothing to tell.' : 'Of each finding the message is an event.'}
      </p>
      {told.length > 0 && (
        <Table id="told-table" caption={`Told (${told.length})`} columns={COLUMNS} counts="told">
          {told.map(({ finding, key, accessKeyId, times, notSent, first, last, event }) => (
            <tr key={event} data-key={key}>
              <td>{finding}</td>
              <td class="name">
                <Link to={anchors.key(key)}>{key}</Link>
              </td>
              <td>{accessKeyId && <Link to={anchors.accessKey(accessKeyId)}>{accessKeyId}</Link>}</td>
              <td class="n">{times}</td>
              <td class={notSent > 0 ? 'n bad' : 'n'}>{notSent}</td>
              <td>
                <Moment at={first} />
              </td>
              <td>
                <Link to={anchors.event(event)}>
                  <Moment at={last} />
                </Link>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
