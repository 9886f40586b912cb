import { describe, expect, it } from 'vitest';
import { isUnambiguous } from '../../../functions/core/seal/spelling';

describe('a JSON text in which every program reads the same', () => {
  it.each([
    ['as JSON.stringify writes it', '{"a":[1,"b",{"c":null}],"d":true}'],
    ['with blanks', ' { "a" : 1 ,\t"b" : [ ] }\r'],
    ['with escapes', '{"\\u0061":"\\u0062\\/"}'],
    ['with fields that look like numbers', '{"b":1,"1":2}'],
    ['with one name in two objects', '{"a": {"b":1}, "c": {"b":1}}'],
    ['with one name in an object and in one inside', '{"a": {"a": {"a":1}}}'],
    ['with one name in two objects of a list', '[{"a":1}, {"a":1}]'],
    ['with a name that is a value too', '{"a": "b", "b": "a"}'],
    ['with what looks like JSON in a string', '{"a": "{\\"b\\":1,\\"b\\":2}", "c": "1.00000000000000000001"}'],
    ['with a power of ten', '{"a":1e0,"b":1E+2,"c":100e-2,"d":10.0,"e":0.10}'],
    ['with zero in any spelling', '{"a":-0,"b":0.0,"c":0e9,"d":-0.0}'],
    [
      'with the numbers at the ends of what a double has',
      '{"a": 5e-324, "b": 1.7976931348623157e308, "c": 9007199254740991}',
    ],
    ['with half a million escapes', `{"a": "${'\\n'.repeat(500_000)}"}`],
  ])('%s', (_what, text) => {
    expect(isUnambiguous(text, JSON.parse(text))).toBe(true);
  });
});

describe('a JSON text in which two programs read two things', () => {
  it.each([
    ['a field twice', '{"a":1,"a":2}'],
    ['a field twice with one value', '{"a":1,"a":1}'],
    ['a field twice, in other letters', '{"a":1,"\\u0061":1}'],
    ['a field twice in an object inside', '{"b":{"a":1,"c":{},"a":2}}'],
    ['a field twice in an object of a list', '[{"a":1,"b":[{"a":1}],"a":2}]'],
    ['the prototype twice', '{"__proto__":1,"__proto__":2}'],
    ['more digits than a double has', '{"a":0.1000000000000000055511151231257827}'],
    ['a whole number that a double rounds', '{"a":9007199254740993}'],
    ['a number beyond all', '{"a":1e999}'],
    ['a number that is as good as none', '{"a":-1e-999}'],
  ])('%s', (_what, text) => {
    expect(isUnambiguous(text, JSON.parse(text))).toBe(false);
  });
});
