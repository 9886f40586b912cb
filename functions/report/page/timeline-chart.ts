import type { TopLevelSpec } from 'vega-lite';
import type { ManagedKeyHistory } from '../judge/model';
import type { Anchors } from './anchors';
import { CHART_CONFIG } from './draw';
import { timeTicks } from './time-ticks';
import { labelsOf, markPoints, phaseBars, rowsOf, type Span } from './timeline-shapes';

const WIDTH = 836;
const LABELS = 230;
/** Room for the half of a label at the very end. */
const RIGHT = 40;
/** Without a screen Vega takes every letter for a broad one, so a label may be this much longer than the room it has. */
const LABEL_LIMIT = 1.4 * (LABELS - 20);

export interface TimelineProps extends Span {
  readonly keys: readonly ManagedKeyHistory[];
  readonly anchors: Anchors;
}

/** The lives of some managed keys, one row each. */
export function timelineChart({ keys, since, until, anchors }: TimelineProps): TopLevelSpec {
  const span = { since, until };
  const rows = rowsOf(keys);
  const height = rows.at(-1)?.bottom ?? 0;
  const axes = axesOf(span, height);
  const lanes = rows.flatMap((row) => row.lanes);
  // What is shorter than half a pixel would look longer than it was.
  const phases = phaseBars(lanes, span, (Date.parse(until) - Date.parse(since)) / WIDTH / 2);
  return {
    width: WIDTH,
    height,
    autosize: { type: 'none' },
    padding: { left: LABELS, right: RIGHT, top: 26, bottom: 4 },
    config: CHART_CONFIG,
    layer: [
      endsLayer(span, axes),
      ...rowLayers(labelsOf(rows, anchors), axes),
      phaseLayer(phases, axes),
      ...markLayers(markPoints(lanes, span, anchors), axes),
    ],
  };
}

type Axes = ReturnType<typeof axesOf>;

function axesOf({ since, until }: Span, height: number) {
  return {
    x: {
      type: 'temporal' as const,
      scale: { type: 'utc' as const, nice: false },
      axis: { title: null, orient: 'top' as const, labelFlush: false, ...timeTicks(since, until) },
    },
    y: { type: 'quantitative' as const, axis: null, scale: { domain: [0, height], reverse: true, nice: false } },
  };
}

/** Both ends of the period; nothing else is outside of them, so they are the ends of the axis. */
function endsLayer({ since, until }: Span, { x }: Axes) {
  return {
    data: { values: [{ at: since }, { at: until }] },
    mark: { type: 'rule' as const, stroke: 'var(--line)' },
    encoding: { x: { field: 'at', ...x } },
  };
}

/** A line above each row, and the name of its key beside it. */
function rowLayers(rows: ReturnType<typeof labelsOf>, { y }: Axes) {
  return [
    {
      data: { values: rows },
      mark: { type: 'rule' as const, stroke: 'var(--line)' },
      encoding: { y: { field: 'top', ...y } },
    },
    {
      data: { values: rows },
      mark: {
        type: 'text' as const,
        align: 'right' as const,
        baseline: 'middle' as const,
        fontSize: 12,
        limit: LABEL_LIMIT,
        fill: 'var(--link)',
      },
      encoding: { x: { value: -10 }, y: { field: 'middle', ...y }, text: asIs('key'), href: asIs('href') },
    },
  ];
}

function phaseLayer(phases: ReturnType<typeof phaseBars>, { x, y }: Axes) {
  return {
    data: { values: phases },
    mark: { type: 'rect' as const, strokeWidth: 1 },
    encoding: {
      x: { field: 'from', ...x },
      x2: { field: 'to' },
      y: { field: 'top', ...y },
      y2: { field: 'bottom' },
      fill: asIs('fill'),
      stroke: asIs('stroke'),
    },
  };
}

/** Marks that lead nowhere, and above them those that lead to their event and say what they are. */
function markLayers(marks: ReturnType<typeof markPoints>, { x, y }: Axes) {
  const mark = { type: 'point' as const, filled: false, strokeWidth: 1.5, opacity: 1 };
  const encoding = {
    x: { field: 'at', ...x },
    y: { field: 'middle', ...y },
    shape: asIs('shape'),
    size: { field: 'size', type: 'quantitative' as const, scale: null, legend: null },
    stroke: asIs('colour'),
    fill: asIs('colour'),
  };
  return [
    { data: { values: marks.filter(({ href }) => href === undefined) }, mark, encoding },
    {
      data: { values: marks.filter(({ href }) => href !== undefined) },
      mark,
      encoding: { ...encoding, href: asIs('href'), description: asIs('label') },
    },
  ];
}

/** A field whose values are what is drawn. */
function asIs(field: string) {
  return { field, type: 'nominal', scale: null, legend: null } as const;
}
