import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { KeyturnError, toKeyturnError } from '../../functions/core/errors';

describe('an error', () => {
  it('carries its code, whether to try again, and until when to wait', () => {
    const retryAt = new Date('2026-11-20T04:00:00Z');
    const error = new KeyturnError('rate-limited', 'Wait.', { retryable: true, retryAt, cause: new Error('429') });
    expect(error).toMatchObject({ name: 'KeyturnError', code: 'rate-limited', retryable: true, retryAt });
    expect(error.cause).toEqual(new Error('429'));
  });

  it('without a cause has none, not even an undefined one that a log would print', () => {
    expect(Object.keys(new KeyturnError('key-limit', 'Two.'))).not.toContain('cause');
    expect('cause' in new KeyturnError('key-limit', 'Two.')).toBe(false);
  });

  it('says only that something went wrong with all of a system, unless it says more', () => {
    expect(new KeyturnError('invalid-entry', 'Look.')).toMatchObject({
      retryable: false,
      tornPair: undefined,
      torn: false,
      halved: false,
      retryAt: undefined,
      concerns: 'system',
    });
    const tornPair = { variables: ['ID', 'SECRET'], cure: 'Set ID.' };
    expect(new KeyturnError('pair-torn', 'Half.', { tornPair, halved: true, concerns: 'place' })).toMatchObject({
      tornPair,
      torn: true,
      halved: true,
      concerns: 'place',
    });
  });

  it('stays itself', () => {
    const error = new KeyturnError('key-limit', 'Two.');
    expect(toKeyturnError(error)).toBe(error);
  });

  it.each<[string, unknown, string]>([
    ['an error', new TypeError('Authorization: Bearer canary'), 'TypeError'],
    ['an error with facts', Object.assign(new Error('canary'), { config: { auth: 'canary' } }), 'Error'],
    ['a string', 'canary', 'string'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'object'],
  ])('K6: %s from elsewhere keeps its name only', (_what, thrown, name) => {
    const error = toKeyturnError(thrown);
    expect(error).toMatchObject({ code: 'unexpected', retryable: false });
    expect(error.message).toBe(`An unexpected ${name} stopped this step. Look at the function's log for the run.`);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('canary');
  });
});
