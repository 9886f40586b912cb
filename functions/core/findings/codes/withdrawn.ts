import type { WaitsForWithdrawn } from '../../lifecycle/no-room';
import type { RetirementAges } from '../../lifecycle/retirement';
import { listKeys } from '../commands';
import type { Descriptor } from '../descriptor';

export const withdrawn: Descriptor<WaitsForWithdrawn> = {
  theme: 'Something stands in the way',
  severity: 'notice',
  outcome: 'held',
  what: 'the next rotation waits for a withdrawn key',
  brokenNow: 'Nothing is broken: the current key works, and is rotated when there is room.',
  message: ({ key, accessKeyId, facts: { user, current, dates } }) =>
    `Key "${key}" was rolled back to ${current}, and is to be rotated. ${accessKeyId}, which was withdrawn, has the second ` +
    `place of ${user}: it is kept for inspection, and never delivered. ` +
    `${dates === undefined ? waits(current) : retires(dates)} Then the key is rotated.`,
  keyturn: { shows: 'status' },
  commands: listKeys,
};

function retires({ deactivate, delete: remove }: RetirementAges): string {
  return `It is made Inactive from ${day(deactivate)} on and deleted from ${day(remove)} on.`;
}

function waits(current: string): string {
  return `It is retired when ${current} is at every target again, and the overlap has passed.`;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
