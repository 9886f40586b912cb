import type { TopLevelSpec } from 'vega-lite';
import type { AccessKeyLine } from '../judge/model';
import { CHART_CONFIG } from './draw';

/** Upper bounds in days, exclusive; what is older has a bin of its own. */
const BOUNDS = [15, 30, 45, 60, 75, 90, 105, 120, 180, 365];

export interface AgeBin {
  readonly label: string;
  readonly managed: number;
  readonly unmanaged: number;
}

/** How many active keys are how old. A key whose age is not known is in no bin. */
export function ageBins(keys: readonly AccessKeyLine[]): readonly AgeBin[] {
  const aged = keys.flatMap(({ status, ageDays, key }) =>
    status === 'Active' && ageDays !== undefined ? [{ ageDays, isManaged: key !== undefined }] : [],
  );
  return [...BOUNDS, Number.POSITIVE_INFINITY].map((to, index) => {
    const from = BOUNDS[index - 1] ?? 0;
    const inBin = aged.filter(({ ageDays }) => ageDays >= from && ageDays < to);
    const managed = inBin.filter(({ isManaged }) => isManaged).length;
    const label = Number.isFinite(to) ? `${from}–${to - 1}` : `${from}+`;
    return { label, managed, unmanaged: inBin.length - managed };
  });
}

/** The bins as bars: managed keys filled, the others hatched, with the number of both above. */
export function ageChart(bins: readonly AgeBin[]): TopLevelSpec {
  const bars = bins.flatMap(({ label, managed, unmanaged }) => [
    { label, from: 0, to: managed, fill: 'var(--current)' },
    { label, from: managed, to: managed + unmanaged, fill: 'url(#p-unmanaged)' },
  ]);
  const totals = bins.map(({ label, managed, unmanaged }) => ({ label, total: managed + unmanaged }));
  const x = {
    field: 'label',
    type: 'ordinal',
    sort: bins.map(({ label }) => label),
    axis: { title: 'Age in days', labelAngle: 0, ticks: false },
  } as const;
  return {
    width: 860,
    height: 160,
    config: CHART_CONFIG,
    layer: [
      {
        data: { values: bars.filter(({ from, to }) => to > from) },
        mark: { type: 'bar', stroke: 'var(--current)' },
        encoding: {
          x,
          y: {
            field: 'from',
            type: 'quantitative',
            axis: { title: 'Active access keys', tickMinStep: 1, format: 'd' },
          },
          y2: { field: 'to' },
          fill: { field: 'fill', type: 'nominal', scale: null },
        },
      },
      {
        data: { values: totals },
        mark: { type: 'text', dy: -8, fill: 'var(--ink)', fontSize: 12 },
        encoding: { x, y: { field: 'total', type: 'quantitative' }, text: { field: 'total', type: 'quantitative' } },
      },
    ],
  };
}
