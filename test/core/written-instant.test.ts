import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writtenInstant } from '../../functions/core/written-instant';
import { anyText } from '../fuzz/hostile';
import { PROPERTY_RUNS } from './property-runs';

const read = (text: string) => writtenInstant(text)?.at.toISOString();

describe('an instant that a person wrote (K14)', () => {
  it.each([
    ['2026-04-01', '2026-04-01T00:00:00.000Z'],
    ['20260401', '2026-04-01T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['2026-04-01T18:00:00Z', '2026-04-01T18:00:00.000Z'],
    ['2026-04-01 18:00:00Z', '2026-04-01T18:00:00.000Z'],
    ['2026-04-01t18:00z', '2026-04-01T18:00:00.000Z'],
    ['2026-04-01T18Z', '2026-04-01T18:00:00.000Z'],
    ['2026-04-01T18:00+02:00', '2026-04-01T16:00:00.000Z'],
    ['2026-04-01T18:00:00+0200', '2026-04-01T16:00:00.000Z'],
    ['2026-04-01T18:00:00-02', '2026-04-01T20:00:00.000Z'],
    ['2026-04-01 18:00:00 +0530', '2026-04-01T12:30:00.000Z'],
    ['2026-04-01T00:30:00+14:00', '2026-03-31T10:30:00.000Z'],
    ['20260401T180000Z', '2026-04-01T18:00:00.000Z'],
    ['20260401T1800+02', '2026-04-01T16:00:00.000Z'],
    ['2026-04-01T18:00:00.5Z', '2026-04-01T18:00:00.500Z'],
    ['2026-04-01T18:00:00,123456789Z', '2026-04-01T18:00:00.123Z'],
    ['2026-04-01T24:00Z', '2026-04-02T00:00:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(read(text)).toBe(instant);
  });

  it.each([
    ...['2027-02-31', '2027-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00', '2100-02-29'],
    ...['2026-04-01T25:00Z', '2026-04-01T24:01Z', '2026-04-01T18:60Z', '2026-04-01T18:00:60Z'],
    ...['2026-04-01T18:00+24:00', '2026-04-01T18:00+02:60', '2026-04-01T18:00+2'],
    ...['2026-04-01T18:00', '2026-04-01 18:00:00', '20260401T1800'],
    ...['2026-W14-3', '2026W143', '2026-091', '2026091', '2026-04', '2026', '260401', '--04-01'],
    ...['2026-0401', '202604-01', '2026-04-01T18:0000Z', '2026/04/01', '01.04.2026', '2026-4-1', '+002026-04-01'],
    ...['2026-04-01Z', '2026-04-01T', '2026-04-01T18.5Z', '2026-04-01T18:00:00.Z', '2026-04-01  18:00Z'],
    ...['', ' 2026-04-01', '2026-04-01 ', '2026-04-01\n', '1e9', 'tomorrow', '2026-04-01/2026-05-01', 'P1D'],
  ])('%j is none', (text) => {
    expect(writtenInstant(text)).toBeUndefined();
  });

  it('is the same in every spelling', () => {
    fc.assert(
      fc.property(instants, spellings, (instant, spell) => {
        expect(read(spell(instant))).toBe(instant.toISOString());
      }),
      PROPERTY_RUNS,
    );
  });

  it("is what ECMAScript's parser reads, where that reads the text as ISO 8601, and exists", () => {
    fc.assert(
      fc.property(digitsAlike, (text) => {
        const ours = writtenInstant(text);
        if (ours === undefined) return;
        const day = text.slice(0, 10);
        expect(new Date(day).toISOString().slice(0, 10)).toBe(day);
        expect(ours.at).toEqual(new Date(text));
      }),
      PROPERTY_RUNS,
    );
  });

  it('is never an invalid date, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(writtenInstant(text)?.at.getTime()).not.toBeNaN();
      }),
      PROPERTY_RUNS,
    );
  });
});

const instants = fc.date({
  min: new Date('0001-01-03T00:00:00Z'),
  max: new Date('9999-12-29T00:00:00Z'),
  noInvalidDate: true,
});

/** Writes an instant at a zone's clock, in one of the spellings of ISO 8601. */
const spellings = fc
  .record({
    basic: fc.boolean(),
    between: fc.constantFrom('T', 't', ' '),
    point: fc.constantFrom('.', ','),
    space: fc.constantFrom('', ' '),
    colon: fc.constantFrom('', ':'),
    zone: fc.oneof(fc.constant('Z' as const), fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 })),
  })
  .map(({ basic, between, point, space, colon, zone }) => (instant: Date) => {
    const minutes = zone === 'Z' ? 0 : zone;
    const clock = new Date(instant.getTime() + minutes * 60_000).toISOString().slice(0, -1);
    const [day = '', time = ''] = clock.split('T');
    const shape = (text: string) => (basic ? text.replaceAll(/[-:]/g, '') : text);
    const two = (number: number) => String(Math.floor(number)).padStart(2, '0');
    const ahead = Math.abs(minutes);
    const offset = `${minutes < 0 ? '-' : '+'}${two(ahead / 60)}${ahead % 60 === 0 && colon === '' ? '' : `${colon}${two(ahead % 60)}`}`;
    const written = zone === 'Z' ? 'Z' : offset;
    return `${shape(day)}${between}${shape(time).replace('.', point)}${space}${written}`;
  });

/** Extended forms whose numbers may be in no calendar. */
const digitsAlike = fc
  .tuple(
    ...[30, 14, 34, 26, 62, 62].map((most) => fc.integer({ min: 0, max: most })),
    fc.constantFrom('', 'Z', '+02:00', '-11:30'),
  )
  .map((all) => {
    const two = (at: number) => String(all[at]).padStart(2, '0');
    const day = `20${two(0)}-${two(1)}-${two(2)}`;
    return all[6] === '' ? day : `${day}T${two(3)}:${two(4)}:${two(5)}${all[6]}`;
  });
