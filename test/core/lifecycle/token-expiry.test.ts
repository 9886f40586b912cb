import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { described } from '../../../functions/core/findings/described';
import { deliverToSchema, targetOf } from '../../../functions/core/hosts/target';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { type TokenExpiryInput, tokenExpiries } from '../../../functions/core/lifecycle/token-expiry';
import { anyText } from '../../fuzz/hostile';
import { entryOf, secretOf } from '../web-shop';

const now = new Date('2027-02-15T12:00:00Z');
const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/connections/acme-a1B2c3';

function connection(expires: string | undefined, more: Partial<SecretState> = {}): SecretState {
  const tags: SecretState['tags'] = expires === undefined ? {} : { 'keyturn:expires': expires };
  return { ...secretOf([], tags), name: 'keyturn/connections/acme', arn: ARN, ...more };
}

const found = (expires: string | undefined, more: Partial<TokenExpiryInput> = {}) =>
  tokenExpiries({ entries: [entryOf()], secrets: [connection(expires)], now, within: 14, ...more }).map(described);

describe('the end of a token', () => {
  it.each([
    ['2027-03-02', undefined],
    ['2027-03-01T12:00:01Z', undefined],
    ['2027-03-01T12:00:00Z', 'the token ends on 2027-03-01'],
    ['2027-03-01', 'the token ends on 2027-03-01'],
    [' 2027-03-01 ', 'the token ends on 2027-03-01'],
    ['2027-02-16T01:00:00+14:00', 'the token ended on 2027-02-15'],
    ['2027-02-15T12:00:00Z', 'the token ended on 2027-02-15'],
    ['2027-02-15 13:00:00 +0200', 'the token ended on 2027-02-15'],
    ['20270301', 'the token ends on 2027-03-01'],
    ['2027-02-15', 'the token ended on 2027-02-15'],
    ['2020-01-01', 'the token ended on 2020-01-01'],
    ['9999-12-31', undefined],
    [undefined, undefined],
  ])('by the tag %o is told as: %o', (expires, what) => {
    expect(found(expires)[0]?.what).toBe(what);
  });

  it('is told as many days before as is asked for', () => {
    expect(found('2027-04-01')).toEqual([]);
    expect(found('2027-04-01', { within: 45 })).toHaveLength(1);
  });

  it('names the connection, its secret, the instant and the cure', () => {
    expect(found('2027-02-17')).toEqual([
      {
        code: 'token-expires',
        severity: 'attention',
        connection: { name: 'acme', secret: 'keyturn/connections/acme' },
        what: 'the token ends on 2027-02-17',
        brokenNow: 'Nothing is broken: pipelines keep their keys; when the token has ended, no fresh key reaches them.',
        outcome: 'failed',
        message:
          'The token of connection "acme" ends at 2027-02-17T00:00:00.000Z, in 1 day, says the tag keyturn:expires of ' +
          'keyturn/connections/acme. After that no fresh key reaches its targets. Store a new token and correct the tag.',
      },
    ]);
    expect(found('2027-02-14')[0]?.message).toMatch(/ended at 2027-02-14T00:00:00\.000Z.*correct the tag/);
  });

  it.each(['soon', '', '2027-02-30', '01.03.2027', '2027-03-04T12:00:00', '2027-W09-1', '1e9', 'ATCTT3xFfGN0canary'])(
    'that the tag does not tell (%o) is a finding with the cure, and does not quote what may be a token (K6)',
    (expires) => {
      const [finding, ...more] = found(expires);
      expect(more).toEqual([]);
      expect(finding).toMatchObject({
        code: 'token-expires',
        severity: 'attention',
        what: 'nobody can tell when the token ends',
        brokenNow: 'Nothing is broken, but nobody will be told before the token ends.',
      });
      expect(finding?.message).toMatch(/is not a date such as 2027-03-01, .*Correct or remove it\.$/);
      if (expires !== '') expect(JSON.stringify(finding)).not.toContain(expires);
    },
  );

  it('is never guessed and never a crash, whatever stands in the tag', () => {
    fc.assert(
      fc.property(anyText, (expires) => {
        const findings = found(expires);
        expect(findings.length).toBeLessThanOrEqual(1);
        for (const { message } of findings) expect(message).toMatch(/correct the tag|Correct or remove it/);
      }),
    );
  });

  it('is told once for a connection, however many keys use it', () => {
    const entries = ['a', 'b', 'c'].map((id) => entryOf({ id }));
    expect(found('2027-02-17', { entries })).toHaveLength(1);
  });

  it('is found where the connection names its secret by ARN', () => {
    const entries = [entryOf({ connections: { acme: { ...usual, secret: ARN } } })];
    expect(found('2027-02-17', { entries })).toMatchObject([{ connection: { secret: 'keyturn/connections/acme' } }]);
  });

  it('of a secret that no connection has, or of a target without a token, is no concern', () => {
    expect(found('2027-02-17', { secrets: [connection('2027-02-17', { name: 'other', arn: 'arn:other' })] })).toEqual(
      [],
    );
    const target = targetOf(deliverToSchema.parse({ function: 'arn:aws:lambda:eu-west-1:111122223333:function:x' }));
    expect(found('2027-02-17', { entries: [entryOf({ targets: [target] })] })).toEqual([]);
    expect(found('2027-02-17', { entries: [entryOf({ targets: [target] }), entryOf()] })).toHaveLength(1);
  });

  it('of a connection that no target uses is no concern', () => {
    expect(found('2027-02-17', { entries: [entryOf({ targets: [] })] })).toEqual([]);
    expect(found('2027-02-17', { entries: [] })).toEqual([]);
    expect(found('soon', { entries: [] })).toEqual([]);
  });
});

const { acme: usual } = entryOf().connections as { readonly acme: ReturnType<typeof entryOf>['connections'][string] };
