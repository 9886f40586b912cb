import type { ComponentChildren } from 'preact';
import { Fragment } from 'preact';

export interface Column {
  readonly label: string;
  /** What an abbreviation stands for. */
  readonly means?: string;
  readonly isNumber?: boolean;
}

export interface TableProps {
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  /** Rows that the report counts by this name; tests and readers find them by it. */
  readonly counts?: string;
  readonly children: ComponentChildren;
}

/** A table that scrolls inside its own frame, so that the page never does sideways. */
export function Table({ id, caption, columns, counts, children }: TableProps) {
  const names = `${id}-caption`;
  return (
    <Frame labelledBy={names}>
      <table id={id} data-rows={counts}>
        <caption id={names}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ label, means, isNumber }) => (
              <th key={label} scope="col" class={isNumber ? 'n' : undefined}>
                {means === undefined ? label : <abbr title={means}>{label}</abbr>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Frame>
  );
}

/** What may be wider than the page. It can be reached and scrolled by keyboard. */
export function Frame({ labelledBy, children }: { labelledBy: string; children: ComponentChildren }) {
  const group = { role: 'group', tabIndex: 0, 'aria-labelledby': labelledBy } as const;
  return (
    <div class="frame" {...group}>
      {children}
    </div>
  );
}

/** Parts in a row with a comma between. */
export function List({ parts }: { parts: readonly ComponentChildren[] }) {
  return (
    <>
      {parts.map((part, index) => (
        <Fragment key={String(index)}>
          {index === 0 ? '' : ', '}
          {part}
        </Fragment>
      ))}
    </>
  );
}
