import { describe, expect, it } from 'vitest';
import { awsStart, dailyRunOf, keysAsked } from '../../../functions/core/config/asked';
import { KeyturnError } from '../../../functions/core/errors';

const scheduled = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
const deployed = { source: 'aws.cloudformation', 'detail-type': 'CloudFormation Stack Status Change' };
const FORM = '{"keys": ["web-shop-production"], "by": "alice", "why": "leaked in a log"}, or {} for the usual run';

function errorOf(act: () => unknown): Pick<KeyturnError, 'code' | 'message'> {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof KeyturnError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('what starts a function without a person', () => {
  it.each<[string, unknown, 'schedule' | 'deployment' | undefined]>([
    ['a rule', scheduled, 'schedule'],
    ['a deployment', deployed, 'deployment'],
    ['another event of EventBridge', { ...scheduled, 'detail-type': 'Event' }, undefined],
    ['an event of another service', { ...scheduled, source: 'aws.s3' }, undefined],
    ['a sample with keys', { ...scheduled, keys: ['shop'] }, undefined],
    ['a sample with a month', { ...deployed, month: '2026-10' }, undefined],
    ['nothing', null, undefined],
  ])('is told of %s', (_what, event, start) => {
    expect(awsStart(event)).toBe(start);
  });
});

describe('a person asks', () => {
  it('for everything with an empty object', () => {
    expect(keysAsked({})).toBe('everything');
  });

  it('for keys by their ids, and may say who and why', () => {
    expect(keysAsked({ keys: ['shop'] })).toEqual({
      keys: ['shop'],
      facts: { requestedBy: 'not said', requestedWhy: 'not said' },
    });
    expect(keysAsked({ keys: ['shop', 'blog'], by: 'al\u202eice', why: 'leaked\nin a log' })).toEqual({
      keys: ['shop', 'blog'],
      facts: { requestedBy: 'al ice', requestedWhy: 'leaked in a log' },
    });
  });

  it.each<[string, unknown, string]>([
    ['a list', ['shop'], 'expected a JSON object'],
    ['no keys', { by: 'alice' }, 'keys: expected a list of ids'],
    ['an empty list', { keys: [] }, 'keys: expected at least one id'],
    ['very many', { keys: Array(1_001).fill('shop') }, 'keys: expected at most 1000 ids'],
    [
      'an id that is none',
      { keys: ['shop', 'AKIA'] },
      'keys[1]: expected lower-case letters, digits and hyphens, at most 63',
    ],
    ['a number for who', { keys: ['shop'], by: 7 }, 'by: expected a text'],
    ['a long reason', { keys: ['shop'], why: 'w'.repeat(201) }, 'why: expected at most 200 characters'],
    [
      'several mistakes',
      { keys: [], by: 7, x: 1 },
      'keys: expected at least one id; by: expected a text; it has unknown fields (x)',
    ],
    [
      'more mistakes than are told',
      { keys: ['A', 'B', 'C', 'D', 'E', 'F'] },
      [0, 1, 2, 3, 4]
        .map((at) => `keys[${at}]: expected lower-case letters, digits and hyphens, at most 63`)
        .join('; '),
    ],
    ['a slip', { keys: ['shop'], Key: 1, 'a-b': 1 }, 'it has unknown fields (Key, a-b)'],
    ['six slips', { keys: ['shop'], a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }, 'it has unknown fields (a, b, c, d, e)'],
    [
      'a name of twenty letters',
      { keys: ['shop'], [`k${'e'.repeat(19)}`]: 1 },
      `it has unknown fields (k${'e'.repeat(19)})`,
    ],
    ...[`k${'e'.repeat(20)}`, '7', 'a b', ' a', 'a1', '-a', 'wJalrXUtnFEMI/K7MDENG'].map(
      (name): [string, unknown, string] => [
        `the name ${JSON.stringify(name)}, which may be a value (K6)`,
        { keys: ['shop'], [name]: 1 },
        'it has unknown fields',
      ],
    ),
  ])('for %s and is refused with what is wrong', (_what, event, reasons) => {
    const { code, message } = errorOf(() => keysAsked(event));
    expect(code).toBe('invalid-request');
    expect(message).toBe(
      `It is no event that Keyturn's own rules send, and no valid request: ${reasons}. A request is ${FORM}.`,
    );
  });
});

describe('a daily run', () => {
  it.each([scheduled, deployed, {}])('is started by %o', (event) => {
    expect(dailyRunOf(event)).toEqual({ trigger: 'daily' });
  });

  it('is asked for no single keys', () => {
    const { code, message } = errorOf(() => dailyRunOf({ keys: ['shop'] }));
    expect(code).toBe('invalid-request');
    expect(message).toBe(
      "It is no event that Keyturn's own rules send, and no valid request: it has unknown fields (keys). A request is {}: " +
        'it looks at all keys, each by its own dates.',
    );
  });
});
