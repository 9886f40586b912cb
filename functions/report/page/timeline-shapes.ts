import type { KeyLife, ManagedKeyHistory, PHASES } from '../judge/model';
import type { Anchors } from './anchors';

/** Height of a lane, and room above the first and below the last one. */
const LANE = 15;
const MARGIN = 4;
/** A row has room for two keys, as many as a user has at a time, and for more where their lives cross all the same. */
const LEAST_LANES = 2;

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

/** A stretch of time that is drawn. */
export interface Span {
  readonly since: string;
  readonly until: string;
}

/** A life, and the middle of the lane that it is drawn in, from its begin to its end. */
export interface Lane {
  readonly life: KeyLife;
  readonly middle: number;
}

/** The row of one managed key. */
export interface Row {
  readonly key: string;
  readonly top: number;
  readonly bottom: number;
  readonly lanes: readonly Lane[];
}

/** The rows of some managed keys, one below the other. */
export function rowsOf(keys: readonly ManagedKeyHistory[]): readonly Row[] {
  let top = 0;
  return keys.map(({ key, lives }) => {
    const numbers = laneNumbers(lives);
    const lanes = lives.map((life, index) => ({ life, middle: top + MARGIN + LANE * ((numbers[index] ?? 0) + 0.5) }));
    const row = {
      key,
      top,
      bottom: top + 2 * MARGIN + LANE * Math.max(LEAST_LANES, ...numbers.map((lane) => lane + 1)),
      lanes,
    };
    top = row.bottom;
    return row;
  });
}

/** Each life has the first lane that is free for the whole of it, so that none is drawn over another. */
export function laneNumbers(lives: readonly Pick<KeyLife, 'phases' | 'marks'>[]): readonly number[] {
  const ends: string[] = [];
  return lives.map(({ phases, marks }) => {
    const begin = phases[0]?.from ?? marks[0]?.at ?? '';
    const last = phases.at(-1);
    const free = ends.findIndex((end) => end <= begin);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = last === undefined ? begin : (last.to ?? FOR_EVER);
    return lane;
  });
}

/** Later than every instant. */
const FOR_EVER = '9';

/** What stands beside the rows. */
export function labelsOf(rows: readonly Row[], anchors: Anchors) {
  return rows.map(({ key, top, bottom }) => ({ key, top, middle: (top + bottom) / 2, href: anchors.key(key) }));
}

/**
 * The bars of the phases within a span.
 *
 * @param least milliseconds; what is shorter is left out
 */
export function phaseBars(lanes: readonly Lane[], { since, until }: Span, least: number) {
  const begins = (at: string) => (at < since ? since : at);
  const ends = (at: string | undefined) => (at === undefined || at > until ? until : at);
  return lanes.flatMap(({ life, middle }) =>
    life.phases
      .map(({ phase, from, to }) => ({ phase, from: begins(from), to: ends(to) }))
      .filter(({ from, to }) => Date.parse(to) - Date.parse(from) > least)
      .map(({ phase, from, to }) => {
        const { height, fill, stroke } = PHASE_LOOKS[phase];
        return { from, to, top: middle - height / 2, bottom: middle + height / 2, fill, stroke };
      }),
  );
}

/** The marks within a span, each with the place of its event where it leads there. */
export function markPoints(lanes: readonly Lane[], { since, until }: Span, anchors: Anchors) {
  return lanes.flatMap(({ life, middle }) =>
    life.marks.flatMap(({ kind, at, label, event }) => {
      const look = MARK_LOOKS[kind];
      if (look === undefined || at < since || at > until) return [];
      const href = LINKED.has(kind) && event !== undefined ? anchors.event(event) : undefined;
      return [{ at, middle, label: `${at.slice(0, 10)} ${kind === 'created' ? kind : label}`, ...look, href }];
    }),
  );
}
