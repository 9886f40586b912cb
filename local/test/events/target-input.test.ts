import { describe, expect, test } from 'vitest';
import { targetPayload, valueAt } from '../../events/target-input';

const event = {
  source: 'aws.s3',
  'detail-type': 'T',
  resources: ['a', 'b'],
  detail: { name: 'say "hi"', n: 3, o: { p: 1 } },
};
const context = { ruleArn: 'arn:rule', ruleName: 'rule', ingestionTime: '2026-01-01T00:00:00Z' };

test.each([
  ['$', event],
  ['$.detail.n', 3],
  ['$.detail-type', 'T'],
  ['$.resources[1]', 'b'],
  ['$.detail.missing.deeper', undefined],
])('%s reads a part of the event', (path, expected) => {
  expect(valueAt(event, path)).toEqual(expected);
});

test('a path that is not understood is refused', () => {
  expect(() => valueAt(event, '$..name')).toThrow('The input path $..name is not supported');
});

describe('a target gets', () => {
  const payload = (input?: Parameters<typeof targetPayload>[2]): unknown =>
    JSON.parse(targetPayload(event, context, input));

  test('the whole event without an input', () => expect(payload()).toEqual(event));
  test('a constant', () => expect(payload({ input: '{"a": 1}' })).toEqual({ a: 1 }));
  test('a part', () => expect(payload({ inputPath: '$.detail.o' })).toEqual({ p: 1 }));

  test('a filled template, with values inside and outside of quotes', () => {
    const template = '{"text": "<name> and <o>", "name": <name>, "n": <n>, "rule": <aws.events.rule-arn>, "no": <no>}';
    const inputPaths = { name: '$.detail.name', n: '$.detail.n', o: '$.detail.o', no: '$.detail.no' };
    expect(payload({ transformer: { inputPaths, template } })).toEqual({
      text: 'say "hi" and {"p":1}',
      name: 'say "hi"',
      n: 3,
      rule: 'arn:rule',
      no: null,
    });
  });

  test('lines of text in their quotes, without what the event does not have', () => {
    const template = '"Who: <name>, <missing>"\n"What: <n><missing>"';
    const inputPaths = { name: '$.detail.name', n: '$.detail.n', missing: '$.detail.missing' };
    const text = targetPayload(event, context, { transformer: { inputPaths, template } });
    expect(text).toBe('"Who: say \\"hi\\", "\n"What: 3"');
  });

  test('an error for an unknown variable or a template that gives no JSON', () => {
    expect(() => payload({ transformer: { inputPaths: {}, template: '<x>' } })).toThrow('unknown variable x');
    expect(() => payload({ transformer: { inputPaths: {}, template: '{' } })).toThrow('InputTemplate');
    expect(() => payload({ input: 'text' })).toThrow('The Input of a rule');
  });
});
