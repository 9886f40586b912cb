import type { TakingOver } from '../../lifecycle/no-room';
import type { RetirementAges } from '../../lifecycle/retirement';
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
    `superseded. ${dates === undefined ? waits(from, superseded) : retires(dates)} Then the first key of "${key}" is made. ` +
    `Keep ${from} until then.`,
  keyturn: { shows: 'status' },
  commands: listKeys,
};

function retires({ deactivate, delete: remove }: RetirementAges): string {
  return `That one is made Inactive from ${day(deactivate)} on and deleted from ${day(remove)} on.`;
}

/** Sync may not be able to: the rights to a secret go with the roles of the stack that made it. */
function waits(from: string, superseded: string): string {
  return (
    `That one stays until the current one is at all of today's targets, which other ones had before. If sync cannot read ` +
    `${from} (proof-failed), delete ${superseded} when nothing uses it.`
  );
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
