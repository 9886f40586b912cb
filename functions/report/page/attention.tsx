import type { Attention } from '../judge/model';
import type { Anchors } from './anchors';
import { Link } from './link';
import { Moment } from './moment';

/** So many are seen without unfolding anything. */
const AT_FIRST = 8;

interface AttentionProps {
  readonly items: readonly Attention[];
  readonly anchors: Anchors;
}

/** What has to be looked at first, in the report's order: the most serious first. */
export function AttentionList({ items, anchors }: AttentionProps) {
  const rest = items.slice(AT_FIRST);
  return (
    <section class="attention" aria-labelledby="attention" data-rows="attention" data-total={items.length}>
      <h2 id="attention">{items.length === 0 ? 'Nothing needs attention' : `Look at first (${items.length})`}</h2>
      {items.length > 0 && <Items items={items.slice(0, AT_FIRST)} anchors={anchors} />}
      {rest.length > 0 && (
        <details>
          <summary>{`${rest.length} more`}</summary>
          <Items items={rest} anchors={anchors} />
        </details>
      )}
    </section>
  );
}

function Items({ items, anchors }: AttentionProps) {
  return (
    <ul>
      {items.map((item) => (
        <li key={item.id} class={item.severity} data-key={item.key}>
          <span class="severity">{item.severity}</span>
          <div>
            <strong>
              <Link to={anchors.subject(item)}>{item.title}</Link>
            </strong>{' '}
            {item.detail} <Proof item={item} anchors={anchors} />
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Where and when it was, with links to what proves it. */
function Proof({ item, anchors }: { item: Attention; anchors: Anchors }) {
  const change = anchors.change(item.id);
  const key = anchors.key(item.key);
  const events = item.events.flatMap((id) => anchors.event(id) ?? []);
  return (
    <small>
      {item.at !== undefined && <Moment at={item.at} />}
      {change !== undefined && <a href={change}>{item.id}</a>}
      {key !== undefined && <a href={key}>{item.key}</a>}
      {item.accessKeyId !== undefined && <Link to={anchors.accessKey(item.accessKeyId)}>{item.accessKeyId}</Link>}
      {events.slice(0, 3).map((to, index) => (
        <a key={to} href={to}>{`event ${index + 1}`}</a>
      ))}
      {events.length > 3 && <span>{`and ${events.length - 3} events more`}</span>}
    </small>
  );
}
