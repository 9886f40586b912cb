import type { Scenario } from './simulation';

/** A history that once showed something, in the code or in the judges, and must not show it again. */
export interface Regression {
  readonly scenario: Scenario;
  readonly showed: string;
}

const MANY = { days: 400, calm: 50, keys: 10, perYear: 200 } as const;

export const REGRESSIONS: readonly Regression[] = [
  {
    scenario: { ...MANY, seed: 103 },
    showed: 'a key made by hand in the seconds of a rotation that met the limit is taken for its leftover',
  },
  { scenario: { ...MANY, seed: 108 }, showed: 'a place that was a target before holds a dead pair until its delivery' },
];
