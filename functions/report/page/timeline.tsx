import type { ManagedKeyHistory, Report } from '../judge/model';
import type { Anchors } from './anchors';
import { draw } from './draw';
import { Legend } from './legend';
import { raw } from './raw';
import { Frame } from './table';
import { timelineChart } from './timeline-chart';

/** Keys in one picture. */
const CHUNK = 25;
/** Pictures that are seen without unfolding anything. */
const AT_FIRST = 2;

/** One drawn part of the timeline. */
export interface TimelinePart {
  readonly first: number;
  readonly last: number;
  readonly svg: string;
}

/** Draws the lives of all managed keys, in parts. */
export async function drawTimeline(report: Report, anchors: Anchors): Promise<readonly TimelinePart[]> {
  const { managedKeys, since, until } = report;
  const named = new Set(report.attention.flatMap(({ key, severity }) => (severity === 'high' ? (key ?? []) : [])));
  const urgencyOf = (history: ManagedKeyHistory) => (named.has(history.key) ? 5 : urgency(history));
  const sorted = [...managedKeys].sort((a, b) => urgencyOf(b) - urgencyOf(a));
  const parts: TimelinePart[] = [];
  for (let first = 0; first < sorted.length; first += CHUNK) {
    const keys = sorted.slice(first, first + CHUNK);
    const svg = await draw(timelineChart({ keys, since, until, anchors }));
    parts.push({ first: first + 1, last: first + keys.length, svg });
  }
  return parts;
}

/** The higher, the earlier a key is seen: what is wrong now, then what went wrong, then the rest. */
function urgency({ state, incidents, holds, lives }: ManagedKeyHistory): number {
  if (state === 'overdue' || state === 'undelivered') return 4;
  if (state !== 'on-time' && state !== 'replaced') return 3;
  if (incidents > 0 || lives.some(({ lateDays }) => lateDays !== undefined)) return 2;
  return holds > 0 ? 1 : 0;
}

/** The picture of every managed key's life. */
export function Timeline({ parts }: { parts: readonly TimelinePart[] }) {
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Lives of the managed keys</h2>
      {parts.length === 0 ? (
        <p>There is no managed key.</p>
      ) : (
        <>
          <p>
            One row for each managed key; each of its access keys has one lane from its begin to its end. Keys with
            trouble are first. <a href="#managed-keys">The tables of the managed keys</a> say the same in words.
          </p>
          <Legend />
        </>
      )}
      {parts.slice(0, AT_FIRST).map((part) => (
        <Part key={part.first} part={part} />
      ))}
      {parts.slice(AT_FIRST).map((part) => (
        <details key={part.first}>
          <summary>{`Keys ${part.first} to ${part.last}`}</summary>
          <Part part={part} />
        </details>
      ))}
    </section>
  );
}

function Part({ part: { first, last, svg } }: { part: TimelinePart }) {
  const id = `timeline-${first}`;
  return (
    <figure class="chart timeline">
      <figcaption id={id}>{`Timeline of managed keys ${first} to ${last}`}</figcaption>
      <Frame labelledBy={id}>
        <div {...raw(svg)} />
      </Frame>
    </figure>
  );
}
