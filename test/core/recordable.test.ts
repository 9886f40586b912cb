import { describe, expect, it } from 'vitest';
import { type AuditEvent, readAuditLine } from '../../functions/core/audit';
import { MOST_EVENT_BYTES, recordable } from '../../functions/core/recordable';

const event: AuditEvent = {
  schema: 'keyturn.audit/v1',
  id: 'run-1-abc-3',
  sequence: 3,
  time: '2026-01-01T03:00:00.000Z',
  account: '111122223333',
  region: 'eu-west-1',
  run: 'run-1',
  function: 'sync',
  functionVersion: '0.1.0+abc',
  event: 'target-failed',
  outcome: 'failed',
  key: 'shop',
  message: 'Bitbucket did not answer.',
  facts: { tries: 4, at: null, seen: ['one', 'two'] },
};
const sizeOf = (written: AuditEvent) => Buffer.byteLength(JSON.stringify(written));

describe('an audit event', () => {
  it('stays as it is where it fits', () => {
    expect(recordable(event)).toEqual(event);
  });

  it.each<[string, Partial<AuditEvent>]>([
    ['a message of 1.2 MB', { message: 'x'.repeat(1_200_000) }],
    ['a message of 1.2 million letters of three bytes', { message: '本'.repeat(1_200_000) }],
    ['a message that JSON writes out', { message: '"\\'.repeat(600_000) }],
    ['a name of 1.2 MB', { target: 'x'.repeat(1_200_000) }],
    ['a long text among the facts', { facts: { seen: [{ name: 'x'.repeat(1_200_000) }] } }],
    ['a long name of a fact', { facts: { ['x'.repeat(1_200_000)]: 1 } }],
    [
      'a hundred thousand facts',
      { facts: Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`f${n}`, n])) },
    ],
    ['lists of lists', { facts: { a: Array.from({ length: 300 }, () => Array(300).fill('a long word')) } }],
    ['lists that are ten to the eighth', { facts: nested(6) }],
    ['facts that are deeper than any walk', { facts: { deep: deepList(2_000) } }],
  ])('with %s is shortened, says so, and is still the same event (K7)', (_what, change) => {
    const large = { ...event, ...change };
    const written = recordable(large);
    expect(sizeOf(written)).toBeLessThanOrEqual(MOST_EVENT_BYTES);
    expect(written).toMatchObject({ id: event.id, sequence: 3, key: 'shop', shortened: sizeOf(large) });
    expect(readAuditLine(JSON.stringify(written))).toMatchObject({ event: written });
    expect(recordable(written)).toEqual(written);
  });

  it('is shortened from the first character, thing or depth on that is too much', () => {
    const text = (length: number) => recordable({ ...event, message: 'x'.repeat(length) });
    expect(text(8_000)).toEqual({ ...event, message: 'x'.repeat(8_000) });
    expect(text(8_001)).toEqual({ ...event, message: `${'x'.repeat(7_997)}...`, shortened: sizeOf(event) + 7_976 });
    const list = (count: number) => recordable({ ...event, facts: { list: Array(count).fill(1) } }).facts;
    expect(list(1_000)).toEqual({ list: Array(1_000).fill(1) });
    expect(list(1_001)).toEqual({ list: Array(1_000).fill(1) });
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`f${n}`, n]));
    expect(Object.keys(recordable({ ...event, facts: many }).facts ?? {})).toHaveLength(1_000);
    const deep = (depth: number) => recordable({ ...event, facts: { list: deepList(depth) } });
    expect(deep(6)).toEqual({ ...event, facts: { list: deepList(6) } });
    expect(deep(7)).toMatchObject({ facts: { list: [[[[[[null]]]]]] }, shortened: expect.any(Number) });
    const maps = { a: { b: { c: { d: { e: { f: { g: { h: 1 } } } } } } } };
    expect(recordable({ ...event, facts: maps }).facts).toEqual({ a: { b: { c: { d: { e: { f: { g: null } } } } } } });
  });

  it('is shortened more where it is a byte too long, and in the end has no facts', () => {
    const seen = Array.from({ length: 8 }, () => 'x'.repeat(8_000));
    const room = MOST_EVENT_BYTES - sizeOf({ ...event, facts: { seen: [...seen, ''] } });
    const filled = (length: number) => ({ ...event, facts: { seen: [...seen, 'x'.repeat(length)] } });
    expect(recordable(filled(room))).toEqual(filled(room));
    expect(recordable(filled(room + 1))).toEqual({
      ...event,
      facts: { seen: [...seen.map(() => `${'x'.repeat(1_997)}...`), 'x'.repeat(room + 1)] },
      shortened: MOST_EVENT_BYTES + 1,
    });
    const { facts: _, ...others } = event;
    const ten = <Item>(item: Item) => Array<Item>(10).fill(item);
    const large = { ...event, facts: { list: ten(ten(ten('x'.repeat(100)))) } };
    expect(recordable(large)).toStrictEqual({ ...others, shortened: sizeOf(large) });
  });

  it('starts no line of its own, and turns no direction, at any place (K7)', () => {
    const written = recordable({
      ...event,
      message: 'a\nb',
      target: 'bitbucket\u202eporp',
      reason: 'because\u2028of',
      facts: { 'na\u202eme': ['tag\u0000s', { by: 'al\u200bice' }] },
    });
    expect(written).toEqual({
      ...event,
      message: 'a b',
      target: 'bitbucket porp',
      reason: 'because of',
      facts: { 'na me': ['tag s', { by: 'al ice' }] },
    });
  });
});

function nested(depth: number): Record<string, unknown> {
  if (depth === 0) return { leaf: 'x' };
  return Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`n${n}`, nested(depth - 1)]));
}

function deepList(depth: number): unknown {
  let list: unknown = 'end';
  for (let n = 0; n < depth; n += 1) list = [list];
  return list;
}
