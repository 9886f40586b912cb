import { expect, it } from 'vitest';
import { FINDING_CODES } from '../../functions/core/findings/findings';
import { BESIDE_FINDINGS } from '../../functions/core/findings/keyturn';
import { FAULTS } from './faults';
import { ELSEWHERE, RINGING, STACK } from './stack-faults';

it('every finding, alarm and mail is planted, or stands on the list of those that are not, with a reason', () => {
  const there = [...Object.keys(FAULTS), ...Object.keys(STACK), ...Object.keys(RINGING), ...Object.keys(ELSEWHERE)];
  expect([...new Set(there)].sort()).toEqual([...new Set([...FINDING_CODES, ...Object.keys(BESIDE_FINDINGS)])].sort());
});

it('both lists of what nobody tries are short', () => {
  const uncured = Object.values(FAULTS).filter((fault) => fault.uncured !== undefined);
  expect([Object.keys(ELSEWHERE).length, uncured.length]).toEqual([36, 18]);
});
