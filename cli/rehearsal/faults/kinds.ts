/** What goes wrong in a rehearsal with faults, each also alone. */
export const FAULTS = {
  'aws-throttle': 'AWS answers that calls come too fast',
  'aws-down': 'AWS answers 5xx, or not at all',
  'lost-answer': 'AWS does it, and its answer is lost',
  'uneven-keys': 'regions know a new key late, and forget it',
  killed: 'a function is killed at one of its calls',
  'slow-report': 'the credential report is late',
  'skipped-run': 'a scheduled run never starts',
  'lost-event': 'an event is lost, late, or comes twice',
  'host-down': 'the CI host is down for minutes to hours',
  'host-throttle': 'the CI host answers 429',
  'host-error': 'the CI host fails, or its answer is lost',
  'half-refused': 'the CI host refuses one half of a pair',
  drift: 'somebody edits a variable by hand',
} as const;
export type FaultKind = keyof typeof FAULTS;
export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[];

export function isFaultKind(name: string): name is FaultKind {
  return Object.hasOwn(FAULTS, name);
}
