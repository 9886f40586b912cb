import { expect, test } from 'vitest';
import { randomUuid, seededRandom } from '../random';

const take = (seed: number | string) => {
  const random = seededRandom(seed);
  return Array.from({ length: 1_000 }, random);
};

test('equal seeds give equal streams, and different seeds different ones', () => {
  expect(take('a')).toEqual(take('a'));
  expect(take(7)).toEqual(take(7));
  expect(new Set(['a', 'b', 'a/latency', '', 0, 1].map((seed) => take(seed)[0])).size).toBe(6);
});

test('numbers lie in [0, 1) and are spread evenly', () => {
  const numbers = take('spread');
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(numbers.reduce((sum, value) => sum + value) / numbers.length).toBeCloseTo(0.5, 1);
});

test('a UUID is a version 4 one', () => {
  expect(randomUuid(seededRandom(3))).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
