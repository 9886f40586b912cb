import { renderToString } from 'preact-render-to-string';
import { DAY } from '../../functions/core/duration';
import type { ForeseenDocument } from '../documents/foreseen';
import type { PlanDocument } from '../documents/plan';
import { day, deed } from './words';
import { counted } from './wrapped';

/** A plan as a picture: one row a key, one column a day. One HTML file, without a script and without anything from elsewhere. */
export function renderCalendar(plan: PlanDocument): string {
  return `<!doctype html>\n${renderToString(<Page plan={plan} />)}\n`;
}

const ROW = 26;
const TOP = 44;
const WIDTH = 900;
const NAMES = 230;

/** Each has a shape of its own: colours alone tell nothing to many. */
const SHAPES: Readonly<Record<ForeseenDocument['does'], string>> = {
  rotate: 'M-6 0L0-6L6 0L0 6Z',
  promote: 'M-6 6L0-6L6 6Z',
  deliver: 'M-2 0H2',
  deactivate: 'M-5-5H5V5H-5Z',
  delete: 'M-5-5L5 5M5-5L-5 5',
};

const WORDS: Readonly<Record<ForeseenDocument['does'], string>> = {
  rotate: 'rotate and deliver',
  promote: 'make current',
  deliver: 'deliver',
  deactivate: 'make the old key Inactive',
  delete: 'delete the old key',
};

const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--faint:#6a737d;--line:#d8dee4;--rotate:#0b62c4;--deactivate:#9a6700;--delete:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--faint:#9198a1;--line:#30363d;--rotate:#6cb0ff;--deactivate:#e3b341;--delete:#ff8a80}}
body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);margin:24px;max-width:1200px}
h1{font-size:22px;margin:0 0 4px}p{margin:0 0 16px;color:var(--faint)}
figure{margin:0;overflow-x:auto}svg text{font:12px system-ui,sans-serif;fill:var(--ink)}svg .faint{fill:var(--faint)}
.grid{stroke:var(--line)}.rotate,.promote{fill:var(--rotate);stroke:var(--rotate)}.deliver{stroke:var(--rotate);stroke-width:3}
.deactivate{fill:none;stroke:var(--deactivate);stroke-width:2}.delete{fill:none;stroke:var(--delete);stroke-width:2}
.held{stroke:var(--deactivate);stroke-dasharray:3 3}
table{border-collapse:collapse;margin-top:20px}th,td{text-align:left;padding:4px 16px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}
@media print{body{margin:0}figure{overflow:visible}svg{width:100%;height:auto}}`;

function Page({ plan }: { readonly plan: PlanDocument }) {
  const { account, region, from, days, configuration, keys, foreseen, obstacles } = plan;
  const title = `${counted(days, 'day')} from ${day(from)}`;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>{`Keyturn: ${title}`}</title>
        <style>{STYLE}</style>
      </head>
      <body>
        <h1>{title}</h1>
        <p>
          {`${counted(keys.length, 'managed key')} of ${account} in ${region}, `}
          {configuration === 'deployed' ? 'as deployed.' : `as in ${configuration}.`}
        </p>
        <figure>
          <Chart plan={plan} />
        </figure>
        {obstacles.length === 0 ? null : (
          <>
            <h2>What stands in the way</h2>
            <table>
              <tbody>
                {obstacles.map(({ code, message, from: since, until }) => (
                  <tr>
                    <td>{`${day(since)} to ${day(until)}`}</td>
                    <td>{code}</td>
                    <td>{message}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Key</th>
              <th scope="col">What happens</th>
            </tr>
          </thead>
          <tbody>
            {foreseen.map((seen) => (
              <tr>
                <td>{day(seen.at)}</td>
                <td>{seen.key}</td>
                <td>{`${deed(seen)}${seen.latest === undefined ? '' : `; if it is in use, by ${day(seen.latest)}`}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </body>
    </html>
  );
}

function Chart({ plan: { from, days, keys, foreseen } }: { readonly plan: PlanDocument }) {
  const start = Date.parse(from);
  const x = (instant: string) => NAMES + ((Date.parse(instant) - start) / (days * DAY)) * WIDTH;
  const rows = new Map(keys.map(({ id }, index) => [id, TOP + index * ROW + ROW / 2]));
  const height = TOP + keys.length * ROW + 34;
  return (
    <svg
      role="img"
      aria-label="Calendar of the managed keys; the table below says the same"
      viewBox={`0 0 ${NAMES + WIDTH + 20} ${height}`}
      width={NAMES + WIDTH + 20}
      height={height}
    >
      {firstsOfMonths(start, days).map((month) => (
        <g>
          <line class="grid" x1={x(month)} x2={x(month)} y1={TOP - 8} y2={height - 30} />
          <text class="faint" x={x(month) + 4} y={TOP - 14}>
            {month.slice(0, 7)}
          </text>
        </g>
      ))}
      {keys.map(({ id }) => (
        <g>
          <text x={0} y={(rows.get(id) ?? 0) + 4}>
            {id.length > 32 ? `${id.slice(0, 31)}…` : id}
            <title>{id}</title>
          </text>
          <line class="grid" x1={NAMES} x2={NAMES + WIDTH} y1={rows.get(id)} y2={rows.get(id)} />
        </g>
      ))}
      {foreseen.map((seen) => (
        <g
          opacity={seen.observed ? 0.5 : 1}
          transform={`translate(${x(seen.at).toFixed(1)} ${rows.get(seen.key) ?? 0})`}
        >
          {seen.latest === undefined ? null : (
            <line class="held" x1={6} x2={Math.min(x(seen.latest), NAMES + WIDTH) - x(seen.at)} y1={0} y2={0} />
          )}
          <path class={seen.does} d={SHAPES[seen.does]}>
            <title>{`${day(seen.at)} ${seen.key}: ${deed(seen)}`}</title>
          </path>
        </g>
      ))}
      {(['rotate', 'deactivate', 'delete'] as const).map((does, index) => (
        <g transform={`translate(${NAMES + 10 + index * 230} ${height - 12})`}>
          <path class={does} d={SHAPES[does]} />
          <text x={14} y={4}>
            {WORDS[does]}
          </text>
        </g>
      ))}
    </svg>
  );
}

function firstsOfMonths(start: number, days: number): readonly string[] {
  const firsts: string[] = [];
  const month = new Date(start);
  for (;;) {
    month.setUTCMonth(month.getUTCMonth() + 1, 1);
    month.setUTCHours(0, 0, 0, 0);
    if (month.getTime() >= start + days * DAY) return firsts;
    firsts.push(month.toISOString());
  }
}
