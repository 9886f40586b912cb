import type { TakingOver } from '../../lifecycle/no-room';
import { listKeys } from '../commands';
import type { Descriptor } from '../descriptor';

export const takingOver: Descriptor<TakingOver> = {
  theme: "Keyturn's own runs",
  severity: 'notice',
  outcome: 'held',
  what: 'goes on where a retained secret left off',
  brokenNow: 'Nothing is broken: pipelines keep their key, and the secret gets its own when there is room.',
  message: ({ key, facts: { user, from, current, superseded, dates } }) =>
    `Key "${key}" goes on where ${from} left off: of the two keys of ${user}, ${current} is current and ${superseded} is ` +
    `superseded. That one is made Inactive from ${day(dates.deactivate)} on and deleted from ${day(dates.delete)} on; then ` +
    `the first key of "${key}" is made. Keep ${from} until then.`,
  commands: listKeys,
};

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
