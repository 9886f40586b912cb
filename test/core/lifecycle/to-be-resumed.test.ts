import { expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import { intentTag } from '../../../functions/core/key/intent';
import { isToBeResumed } from '../../../functions/core/lifecycle/to-be-resumed';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, keyOf, secretOf, versionOf } from '../web-shop';

const current = keyOf('current', day(0));
const begun = (at: Date) => ({ [TAG.intent]: intentTag({ at, run: 'run-1', before: [current.accessKeyId] }) });
const stored = (tags = {}, ...keys: ReturnType<typeof keyOf>[]) =>
  secretOf(
    [...keys.map((key) => versionOf(key, 'AWSPREVIOUS')), versionOf(current, 'AWSCURRENT', DELIVERED)],
    tags,
    day(-1),
  );
const resumed = (secret = stored(), now = day(90), entry = entryOf()) => isToBeResumed({ entry, secret }, now);
/** An hourly look so long after a try that stored nothing, of a key that was due so long before. */
const tried = (ago: number, overdue = 0) => resumed(stored(begun(day(90, overdue - ago))), day(90, overdue));

it('K8: a rotation that stored nothing is resumed when its run is over, on the same day', () => {
  expect(tried(59 * MINUTE)).toBe(false);
  expect(tried(61 * MINUTE)).toBe(true);
  expect(tried(6 * HOUR - 1)).toBe(true);
});

it('what waits for something else is left to the daily run', () => {
  expect(tried(6 * HOUR)).toBe(false);
});

it('the longer it has failed, the longer the next try waits, until only the daily runs try', () => {
  let [overdue, tries] = [0, 1];
  let last = 0;
  for (; overdue <= 3 * 24 * HOUR; overdue += HOUR) {
    if (!tried(overdue - last, overdue)) continue;
    tries += 1;
    last = overdue;
  }
  expect(tries).toBe(10);
  expect(last).toBeLessThan(24 * HOUR);
});

it('what began and was stored, what never began and what cannot be read is nothing to resume', () => {
  const at = day(90, -2 * HOUR);
  expect(resumed()).toBe(false);
  expect(resumed(stored(begun(at), keyOf('product', day(90, -2 * HOUR + MINUTE))))).toBe(false);
  expect(resumed(stored({ [TAG.intent]: 'yesterday' }))).toBe(false);
  expect(resumed(stored(begun(day(91))))).toBe(false);
});

it('K14: nothing is begun for a key that is paused or only observed', () => {
  const open = begun(day(90, -2 * HOUR));
  expect(resumed(stored(open))).toBe(true);
  expect(resumed(stored({ ...open, [TAG.paused]: `until=${day(95).toISOString()} by=ann why=freeze` }))).toBe(false);
  expect(resumed(stored(open), day(90), entryOf({ mode: 'observe' }))).toBe(false);
});

it('K1: a first key, and one whose secret says nothing of its age, wait no longer than an hour', () => {
  const open = begun(day(90, -HOUR));
  expect(resumed(secretOf([], open, day(0)))).toBe(true);
});
