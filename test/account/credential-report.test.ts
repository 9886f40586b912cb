import { expect, it } from 'vitest';
import { readCredentialReport } from '../../functions/account/credential-report';
import { type ErrorCode, KeyturnError } from '../../functions/core/errors';
import type { CredentialReport } from '../../functions/core/key/access-key';
import { START } from '../core/web-shop';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const REPORT = { generatedAt: START, users: new Map() } as unknown as CredentialReport;

/** What IAM says the first times, and at last: a report, nothing yet, or the code of an error. */
async function read(says: readonly (ErrorCode | 'report' | 'not yet')[], timeLeft: number) {
  let now = 0;
  const asked: number[] = [];
  const time = {
    now: () => new Date(START.getTime() + now),
    sleep: async (milliseconds: number) => {
      // Nobody asks for ever.
      if (asked.length > 100) throw new Error('asked without an end');
      now += milliseconds;
    },
  };
  const credentialReport = async () => {
    const said = says[Math.min(asked.length, says.length - 1)] ?? 'report';
    asked.push(now / SECOND);
    if (said === 'report') return REPORT;
    if (said === 'not yet') return undefined;
    throw new KeyturnError(said, `IAM: ${said}`);
  };
  const { report, missing } = await readCredentialReport({ credentialReport }, time, timeLeft);
  return { asked, missing, isThere: report === REPORT };
}

const THERE = { missing: undefined, isThere: true };
const missing = (denied: boolean, reason?: string) => ({ missing: { denied, reason }, isThere: false });
const everyTwo = (until: number) => Array.from({ length: until / 2 + 1 }, (_, at) => 2 * at);

it.each<[string, Parameters<typeof read>, Awaited<ReturnType<typeof read>>]>([
  ['is there', [['report'], 0], { asked: [0], ...THERE }],
  ['takes some seconds', [['not yet', 'not yet', 'report'], 15 * MINUTE], { asked: [0, 2, 4], ...THERE }],
  ['takes too long', [['not yet'], 15 * MINUTE], { asked: everyTwo(120), ...missing(false) }],
  ['takes more than a third of the run', [['not yet'], 30 * SECOND], { asked: everyTwo(10), ...missing(false) }],
  ['may not be read', [['aws-denied'], 15 * MINUTE], { asked: [0], ...missing(true, 'IAM: aws-denied') }],
  ['is refused for good', [['unexpected'], 15 * MINUTE], { asked: [0], ...missing(false, 'IAM: unexpected') }],
  [
    'is throttled for a while, asked for at longer and longer intervals',
    [['aws-throttled', 'aws-throttled', 'aws-uncertain', 'aws-throttled', 'aws-throttled', 'report'], 15 * MINUTE],
    { asked: [0, 2, 6, 14, 29, 44], ...THERE },
  ],
  [
    'is throttled for long',
    [['aws-throttled'], 3 * MINUTE],
    { asked: [0, 2, 6, 14, 29, 44, 59], ...missing(false, 'IAM: aws-throttled') },
  ],
  [
    'is throttled, and then takes too long',
    [['aws-throttled', 'not yet'], 30 * SECOND],
    { asked: everyTwo(10), ...missing(false) },
  ],
])('a credential report that %s', async (_what, given, expected) => {
  expect(await read(...given)).toEqual(expected);
});
