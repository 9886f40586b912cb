import type { KeyLife } from '../judge/model';
import type { Anchors } from './anchors';
import { Link } from './link';
import { Day } from './moment';
import type { Column } from './table';
import { askedBy } from './who-asked';

export const LIFE_COLUMNS: readonly Column[] = [
  { label: 'Access key' },
  { label: 'Made by', means: 'Who or what made it, and why' },
  { label: 'Created' },
  { label: 'Delivered' },
  { label: 'Superseded', means: 'Its successor was there; both work' },
  { label: 'Inactive' },
  { label: 'Deleted' },
  { label: 'Holds, incidents, delays' },
];

type LifeMark = KeyLife['marks'][number];

interface LifeProps {
  readonly life: KeyLife;
  readonly anchors: Anchors;
}

/** The lives of a managed key's access keys, in words what the picture shows; each date leads to its event. */
export function LifeRow({ life, anchors }: LifeProps) {
  const overlap = life.phases.find(({ phase }) => phase === 'overlap');
  const ofKind = (...kinds: LifeMark['kind'][]) => life.marks.filter(({ kind }) => kinds.includes(kind));
  const days = (...kinds: LifeMark['kind'][]) =>
    ofKind(...kinds).map((mark) => <LifeMark key={mark.at} mark={mark} anchors={anchors} />);
  return (
    <tr>
      <th scope="row">
        <Link to={anchors.accessKey(life.accessKeyId)}>{life.accessKeyId}</Link>
      </th>
      <td class={life.requested === undefined ? undefined : 'text'}>
        {[life.origin, life.rotationReason].filter((part) => part !== undefined).join(': ')}
        {life.requested !== undefined && (
          <p>
            <Link to={anchors.event(life.requested.event)}>{askedBy(life.requested)}</Link>
          </p>
        )}
      </td>
      <td>{days('created')}</td>
      <td>{days('delivered')}</td>
      <td>{overlap !== undefined && <Day at={overlap.from} />}</td>
      <td>{days('deactivated')}</td>
      <td>{days('deleted', 'discarded')}</td>
      <td class="text">
        {life.lateDays !== undefined && <p class="held">{`Its successor came ${life.lateDays} days late.`}</p>}
        {ofKind('hold', 'incident').map((mark) => (
          <p key={mark.at} class={mark.kind === 'hold' ? 'held' : 'failed'}>
            <LifeMark mark={mark} anchors={anchors} />
            {` ${mark.label}`}
          </p>
        ))}
      </td>
    </tr>
  );
}

function LifeMark({ mark, anchors }: { mark: LifeMark; anchors: Anchors }) {
  const day = <Day at={mark.at} />;
  const to = mark.event === undefined ? undefined : anchors.event(mark.event);
  return (
    <>
      <Link to={to}>{day}</Link>{' '}
    </>
  );
}
