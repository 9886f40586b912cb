import type { KeyEvent } from './key-events';

/** The time during which one access key was the current one. */
export interface CurrentPeriod {
  readonly accessKeyId: string;
  readonly from: Date;
  readonly to: Date | undefined;
}

/** Which key was current when, in order of time: each from the storing of its value until that of the next. */
export function currentPeriodsOf(keyEvents: readonly KeyEvent[]): readonly CurrentPeriod[] {
  const starts = keyEvents.filter(({ what }) => what === 'stored');
  return starts
    .filter(({ accessKeyId }, index) => starts[index - 1]?.accessKeyId !== accessKeyId)
    .map(({ accessKeyId, at }, index, all) => ({ accessKeyId, from: at, to: all[index + 1]?.at }));
}
