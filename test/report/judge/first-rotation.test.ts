import { expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { firstRotationBy } from '../../../functions/report/judge/first-rotation';
import type { ManagedKey } from '../../../functions/report/judge/scope';
import { day, entryOf, secretOf } from '../../core/web-shop';

const at = (days: number) => day(days + 1, 2 * HOUR);
const whenDue = entryOf({ firstRotation: 'when-due' });
const listed = (...days: number[]) => days.map((of) => ({ createdAt: day(of) })) as unknown as ManagedKey['listed'];

it.each<[string, Partial<ManagedKey>, Date | undefined]>([
  ['after its secret was made', {}, at(0)],
  ['after its secret was made, whatever keys its user has', { listed: listed(-10) }, at(0)],
  ['after the older key of its user is due', { entry: whenDue, listed: listed(-10, -20) }, at(70)],
  ['after its secret was made, where that key was due before', { entry: whenDue, listed: listed(-200) }, at(0)],
  ['after its secret was made, where its user has no key', { entry: whenDue, listed: [] }, at(0)],
  ['after its secret was made, where nobody knows its keys', { entry: whenDue }, at(0)],
  ['nobody knows when, where it is managed no more', { entry: undefined }, undefined],
  ['it does not come, where it is only observed', { entry: entryOf({ mode: 'observe' }) }, undefined],
  ['nobody knows when, where it has no secret', { secret: undefined }, undefined],
])('the first rotation comes by the run a day and two hours %s', (_what, more, expected) => {
  const managed = { entry: entryOf(), secret: secretOf([]), listed: undefined, ...more } as ManagedKey;
  expect(firstRotationBy(managed)).toEqual(expected);
});
