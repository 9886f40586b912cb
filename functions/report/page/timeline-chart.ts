import type { TopLevelSpec } from 'vega-lite';
import type { KeyLife, ManagedKeyHistory, PHASES } from '../judge/model';
import type { Anchors } from './anchors';
import { CHART_CONFIG } from './draw';
import { timeTicks } from './time-ticks';

const WIDTH = 836;
const LABELS = 230;
/** Room for the half of a label at the very end. */
const RIGHT = 40;
const ROW = 38;
/** Without a screen Vega takes every letter for a broad one, so a label may be this much longer than the room it has. */
const LABEL_LIMIT = 1.4 * (LABELS - 20);

type Phase = (typeof PHASES)[number];

/** Each phase differs by height and pattern as well as by colour. */
const PHASE_LOOKS: Record<Phase, { readonly height: number; readonly fill: string; readonly stroke: string }> = {
  undelivered: { height: 12, fill: 'url(#p-undelivered)', stroke: 'var(--undelivered)' },
  current: { height: 12, fill: 'var(--current)', stroke: 'var(--current)' },
  overlap: { height: 12, fill: 'url(#p-overlap)', stroke: 'var(--overlap)' },
  inactive: { height: 6, fill: 'var(--page)', stroke: 'var(--inactive)' },
};

type Kind = KeyLife['marks'][number]['kind'];

/** Marks that the ends of phases do not show already. */
const MARK_LOOKS: Partial<Record<Kind, { readonly shape: string; readonly colour: string; readonly size: number }>> = {
  created: { shape: 'M0,-1V1', colour: 'var(--ink)', size: 120 },
  delivered: { shape: 'triangle-up', colour: 'var(--ink)', size: 22 },
  deleted: { shape: 'M-.5,-.5L.5,.5M.5,-.5L-.5,.5', colour: 'var(--inactive)', size: 90 },
  discarded: { shape: 'M-.5,-.5L.5,.5M.5,-.5L-.5,.5', colour: 'var(--fail)', size: 90 },
  hold: { shape: 'diamond', colour: 'var(--warn)', size: 110 },
  incident: { shape: 'circle', colour: 'var(--fail)', size: 110 },
};

/** Marks that lead to their event; the others have their link in the table of the key. */
const LINKED: ReadonlySet<Kind> = new Set(['created', 'hold', 'incident']);

export interface TimelineProps {
  readonly keys: readonly ManagedKeyHistory[];
  readonly since: string;
  readonly until: string;
  readonly anchors: Anchors;
}

/** The lives of some managed keys, one row each. A user has at most two keys at a time, so two lanes are enough. */
export function timelineChart({ keys, since, until, anchors }: TimelineProps): TopLevelSpec {
  const height = keys.length * ROW;
  // What is shorter than half a pixel would look longer than it was.
  const seen = (Date.parse(until) - Date.parse(since)) / WIDTH / 2;
  const begins = (at: string) => (at < since ? since : at);
  const ends = (at: string | undefined) => (at === undefined || at > until ? until : at);
  const lanes = keys.flatMap(({ lives }, row) =>
    lives.map((life, index) => ({ life, middle: row * ROW + (index % 2 === 0 ? 12 : 27) })),
  );
  const phases = lanes.flatMap(({ life, middle }) =>
    life.phases
      .map(({ phase, from, to }) => ({ phase, from: begins(from), to: ends(to) }))
      .filter(({ from, to }) => Date.parse(to) - Date.parse(from) > seen)
      .map(({ phase, from, to }) => {
        const { height: tall, fill, stroke } = PHASE_LOOKS[phase];
        return { from, to, top: middle - tall / 2, bottom: middle + tall / 2, fill, stroke };
      }),
  );
  const marks = lanes.flatMap(({ life, middle }) =>
    life.marks.flatMap(({ kind, at, label, event }) => {
      const look = MARK_LOOKS[kind];
      if (look === undefined || at < since || at > until) return [];
      const href = LINKED.has(kind) && event !== undefined ? anchors.event(event) : undefined;
      return [
        {
          at,
          middle,
          label: `${at.slice(0, 10)} ${kind === 'created' ? kind : label}`,
          ...look,
          href,
        },
      ];
    }),
  );
  const rows = keys.map(({ key }, row) => ({
    key,
    top: row * ROW,
    middle: row * ROW + ROW / 2,
    href: anchors.key(key),
  }));
  const y = { type: 'quantitative' as const, axis: null, scale: { domain: [0, height], reverse: true, nice: false } };
  const x = {
    type: 'temporal' as const,
    scale: { type: 'utc' as const, nice: false },
    axis: { title: null, orient: 'top' as const, labelFlush: false, ...timeTicks(since, until) },
  };
  const asIs = (field: string) => ({ field, type: 'nominal', scale: null, legend: null }) as const;
  const linked = marks.filter(({ href }) => href !== undefined);
  const unlinked = marks.filter(({ href }) => href === undefined);
  const mark = { type: 'point' as const, filled: false, strokeWidth: 1.5, opacity: 1 };
  const encoding = {
    x: { field: 'at', ...x },
    y: { field: 'middle', ...y },
    shape: asIs('shape'),
    size: { field: 'size', type: 'quantitative' as const, scale: null, legend: null },
    stroke: asIs('colour'),
    fill: asIs('colour'),
  };
  return {
    width: WIDTH,
    height,
    autosize: { type: 'none' },
    padding: { left: LABELS, right: RIGHT, top: 26, bottom: 4 },
    config: CHART_CONFIG,
    layer: [
      {
        // Both ends of the period; nothing else is outside of them, so they are the ends of the axis.
        data: { values: [{ at: since }, { at: until }] },
        mark: { type: 'rule', stroke: 'var(--line)' },
        encoding: { x: { field: 'at', ...x } },
      },
      {
        data: { values: rows },
        mark: { type: 'rule', stroke: 'var(--line)' },
        encoding: { y: { field: 'top', ...y } },
      },
      {
        data: { values: rows },
        mark: {
          type: 'text',
          align: 'right',
          baseline: 'middle',
          fontSize: 12,
          limit: LABEL_LIMIT,
          fill: 'var(--link)',
        },
        encoding: { x: { value: -10 }, y: { field: 'middle', ...y }, text: asIs('key'), href: asIs('href') },
      },
      {
        data: { values: phases },
        mark: { type: 'rect', strokeWidth: 1 },
        encoding: {
          x: { field: 'from', ...x },
          x2: { field: 'to' },
          y: { field: 'top', ...y },
          y2: { field: 'bottom' },
          fill: asIs('fill'),
          stroke: asIs('stroke'),
        },
      },
      { data: { values: unlinked }, mark, encoding },
      {
        data: { values: linked },
        mark,
        encoding: { ...encoding, href: asIs('href'), description: asIs('label') },
      },
    ],
  };
}
