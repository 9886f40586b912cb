import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { renderVerified } from '../../cli/render/verified';
import { NOT_OURS_CODES, PROBLEM_CODES, type Verified } from '../../functions/core/seal/verified';

const PLACE = 'events/2026/01/03/031500Z-8b796b8ab8cd59d54b43.jsonl:12345';
const VERIFIED: Verified = {
  events: 1_234_567,
  attempts: 123_456,
  days: { first: '2026-01-01', last: '2028-12-31', withManifest: 1_094 },
  isFromStart: false,
  before: 12_345,
  repeated: 12_345,
  unfinished: Array.from({ length: 1_234 }, (_, n) => `attempt-${n}`),
  unnamed: ['attempt-1'],
  gaps: [{ from: '2026-06-01T12:00:03.000Z', to: '2026-06-09T09:30:00.000Z' }],
  problems: [],
  notOurs: [],
};

function rendered(verified: Verified): readonly string[] {
  return stripVTControlCharacters(renderVerified(verified, ['f'.repeat(64)])).split('\n');
}

it('fits into 80 columns, whatever is found, and says of each kind what it means', () => {
  const problems = PROBLEM_CODES.map((code) => ({ code, at: PLACE }));
  const notOurs = NOT_OURS_CODES.map((code) => ({ code, at: PLACE }));
  for (const isFromStart of [true, false]) {
    const lines = rendered({ ...VERIFIED, isFromStart, problems, notOurs });
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.filter((line) => /^[a-z-]+: .{10}/.test(line))).toHaveLength(
      PROBLEM_CODES.length + NOT_OURS_CODES.length,
    );
  }
});

it('says of five thousand problems what they are, and names five of a kind', () => {
  const problems = Array.from({ length: 5_000 }, (_, n) => ({
    code: n % 2 === 0 ? ('false-seal' as const) : ('missing-event' as const),
    at: `place ${n}`,
  }));
  const lines = rendered({ ...VERIFIED, problems });
  expect(lines[0]).toBe('Not intact: 5,000 things are wrong.');
  expect(lines.filter((line) => line.startsWith('  place'))).toHaveLength(10);
  expect(lines.filter((line) => line === '  and 2,495 more (--json names all)')).toHaveLength(2);
  expect(lines.length).toBeLessThan(30);
});

it('says between which times no stack was there, and calls nothing broken', () => {
  const lines = rendered(VERIFIED);
  expect(lines[0]).toBe('Intact.');
  expect(lines).toContain('No stack of ours between 2026-06-01 12:00 UTC and 2026-06-09 09:30 UTC:');
});

it('counts one as one', () => {
  const one = rendered({ ...VERIFIED, problems: [{ code: 'missing-day', at: '2026-01-02' }] });
  expect(one[0]).toBe('Not intact: 1 thing is wrong.');
  const beside = rendered({ ...VERIFIED, notOurs: [{ code: 'replayed', at: PLACE }] });
  expect(beside[0]).toBe('Intact. 1 line beside it is not ours.');
});
