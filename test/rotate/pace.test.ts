import { expect, it } from 'vitest';
import { type ErrorCode, KeyturnError } from '../../functions/core/errors';
import { atThePaceOfAws } from '../../functions/rotate/pace';
import type { Run } from '../../functions/runtime/run';

/** Asks AWS, which says these things one after the other, in a run of so many seconds. */
async function asked(says: readonly (ErrorCode | 'well')[], seconds: number) {
  const slept: number[] = [];
  const passed = () => slept.reduce((sum, each) => sum + each, 0);
  const run = {
    hasTime: () => passed() < seconds,
    time: {
      now: () => new Date(passed() * 1_000),
      sleep: async (milliseconds: number) => void slept.push(milliseconds / 1_000),
    },
  };
  let at = 0;
  const ask = async () => {
    const said = says[Math.min(at, says.length - 1)] ?? 'well';
    at += 1;
    // Nobody asks for ever.
    if (said === 'well' || at > 50) return said;
    throw new KeyturnError(said, said);
  };
  const answer = await atThePaceOfAws(run as unknown as Run, ask).catch((error: KeyturnError) => error.code);
  return { answer, slept };
}

it.each<[string, Parameters<typeof asked>, Awaited<ReturnType<typeof asked>>]>([
  ['is answered at once', [['well'], 900], { answer: 'well', slept: [] }],
  ['is throttled twice', [['aws-throttled', 'aws-throttled', 'well'], 900], { answer: 'well', slept: [2, 4] }],
  [
    'is throttled until the time is up',
    [['aws-throttled'], 100],
    { answer: undefined, slept: [2, 4, 8, 16, 30, 30, 30] },
  ],
  ['has no time', [['aws-throttled'], 0], { answer: undefined, slept: [] }],
  ['is refused', [['aws-denied'], 900], { answer: 'aws-denied', slept: [] }],
])('who %s waits for longer and longer', async (_what, given, expected) => {
  expect(await asked(...given)).toEqual(expected);
});
