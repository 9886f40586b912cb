import type { Scenario } from './simulation';

/** A history that once showed something, in the code or in the judges, and must not show it again. */
export interface Regression {
  readonly scenario: Scenario;
  readonly showed: string;
}

const MANY = { days: 730, keys: 10, perYear: 200, isFirst: true } as const;
const FEW = { days: 730, keys: 8, perYear: 250, isFirst: true } as const;

export const REGRESSIONS: readonly Regression[] = [
  {
    scenario: { seed: 1795191898, only: ['d14'], until: 130, before: 'record' },
    showed: 'a secret that a person has filled with marks has no room for that of a delivery',
  },
  {
    scenario: { ...FEW, seed: 516, until: 72 },
    showed: 'a run whose CreateAccessKey is refused removes the intent of the run beside it',
  },
  {
    scenario: { seed: 1795898087, only: ['d21', 'd83'], until: 252, before: 'id-renamed' },
    showed:
      'a pair that a person put back and a run brings back, because it may write one half only, is taken for a delivery',
  },
  {
    scenario: { seed: 1795908143, only: ['d39'], before: 'asked' },
    showed: 'an environment that is made anew and filled by hand before the first look passes for what was delivered',
  },
  {
    scenario: { seed: 300001, until: 393, before: 'id-renamed' },
    showed: 'a key that an endpoint forgets between two slow answers is proved over a minute all the same',
  },
  {
    scenario: { ...MANY, seed: 103, until: 185 },
    showed: 'a key made by hand in the seconds of a rotation that met the limit is taken for its leftover',
  },
  {
    scenario: { ...MANY, seed: 108, until: 225 },
    showed: 'a place that was a target before holds a dead pair until its delivery',
  },
  {
    scenario: { seed: 8, keys: 5, days: 250, calm: 45, perYear: 200, only: ['d2'], before: 'asked' },
    showed: 'where each run has died for days, what was recorded before the last of them never comes to the bus',
  },
  {
    scenario: { seed: 22, keys: 4, days: 300, perYear: 200, only: ['d31', 'd154'], until: 180, before: 'rolled-back' },
    showed:
      'a key that a person kills right after its id was changed has a spare in another secret only, which none can use',
  },
  {
    scenario: { ...FEW, seed: 457, until: 506 },
    showed: 'a delivery that was overtaken tears the pair of the later one until it ends',
  },
  {
    scenario: { seed: 1795973260, only: ['d4'], until: 275, before: 'replaced' },
    showed: 'two runs deliver while one half is refused, and what one puts back comes after what the other has marked',
  },
  {
    scenario: { seed: 1795985871, until: 507, before: 'replaced' },
    showed: 'an ID that a host only said to hold is written back over a whole pair, without a proof',
  },
  {
    scenario: { seed: 2, fault: 'half-refusal', keys: 8, days: 35, perYear: 700, hostRequests: 200, until: 15 },
    showed: 'the last request of an hour writes a half that nothing is left to put back',
  },
  {
    scenario: {
      seed: 4005,
      fault: 'half-refusal',
      only: ['d13', 'd28', 'd36', 'd39', 'd44', 'd51', 'd55', 'd60', 'd63', 'd76', 'd91', 'd103', 'd108', 'd113'],
      until: 361,
    },
    showed: 'eight halves that are refused use up the requests of all, and the last of them is torn for an hour',
  },
];
