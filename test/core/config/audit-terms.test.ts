import { describe, expect, it } from 'vitest';
import {
  type AcceptedException,
  AUDIT_TERMS_BYTES,
  type AuditTerms,
  acceptedExceptionSchema,
  auditTermsDocument,
  auditTermsProblem,
  parseAuditTerms,
  termOf,
} from '../../../functions/core/config/audit-terms';
import { KeyturnError } from '../../../functions/core/errors';

const PARAMETER = '/keyturn/audit-terms';
const accepted: AcceptedException = {
  user: 'ci-shop',
  control: 'cis-1.14',
  approver: 'Ada, CISO',
  reason: 'moves to roles',
  approvedOn: '2026-03-01',
  until: '2027-02-28',
};
const terms: AuditTerms = { frameworks: ['cis-5.0'], exceptions: [accepted] };
const problems = (change: object) =>
  (acceptedExceptionSchema.safeParse({ ...accepted, ...change }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );
const parse = (json: string) => {
  try {
    return parseAuditTerms(PARAMETER, json);
  } catch (thrown) {
    if (thrown instanceof KeyturnError) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  }
};

describe('an accepted exception', () => {
  it.each<[string, object]>([
    ['about a user', {}],
    ['about a managed key', { user: undefined, key: 'shop' }],
    ['for a day', { until: '2026-03-01' }],
    ['for a leap year', { until: '2027-03-02' }],
  ])('is taken %s', (_what, change) => {
    expect(problems(change)).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['about nothing', { user: undefined }, 'key: expected either key or user'],
    ['about two things', { key: 'shop' }, 'key: expected either key or user'],
    [
      'that ends before it begins',
      { until: '2026-02-28' },
      'until: expected a day that is not before approvedOn (2026-03-01)',
    ],
    [
      'for longer than a leap year',
      { until: '2027-03-03' },
      'until: expected a day within a year of approvedOn (2026-03-01)',
    ],
    ['without its reason', { reason: 'no' }, 'reason: Too small: expected string to have >=3 characters'],
    ['in two lines', { reason: 'one\ntwo' }, 'reason: expected one line of text, without {{'],
    ['with a name of a parameter', { approver: 'Ada {{x}}' }, 'approver: expected one line of text, without {{'],
    ['from some day', { approvedOn: 'March' }, 'approvedOn: expected a date such as 2026-11-28'],
  ])('%s is refused', (_what, change, says) => {
    expect(problems(change)).toEqual([says]);
  });

  it('counts from the first instant of its first day to the last of its last', () => {
    expect(termOf(accepted)).toEqual({
      from: new Date('2026-03-01T00:00:00Z'),
      to: new Date('2027-03-01T00:00:00Z'),
    });
  });
});

describe('the document of the terms', () => {
  it('is read as it was written', () => {
    expect(auditTermsDocument(terms)).toBe(JSON.stringify({ version: 1, ...terms }));
    expect(parse(auditTermsDocument(terms) ?? '')).toEqual(terms);
  });

  it.each<[string, AuditTerms, string | undefined]>([
    ['there is nothing to say', { exceptions: [] }, undefined],
    [
      'frameworks are chosen',
      { frameworks: ['soc-2'], exceptions: [] },
      '{"version":1,"frameworks":["soc-2"],"exceptions":[]}',
    ],
    ['something is accepted', { exceptions: [accepted] }, JSON.stringify({ version: 1, exceptions: [accepted] })],
  ])('is there only where it is needed: %s', (_what, given, json) => {
    expect(auditTermsDocument(given)).toBe(json);
  });

  it('is no longer than a parameter, in bytes', () => {
    const reason = (length: number) => ({ ...terms, exceptions: [{ ...accepted, reason: `ö${'x'.repeat(length)}` }] });
    const room = AUDIT_TERMS_BYTES - Buffer.byteLength(auditTermsDocument(reason(0)) ?? '');
    expect(auditTermsProblem({ exceptions: [] })).toBeUndefined();
    expect(auditTermsProblem(reason(room))).toBeUndefined();
    expect(auditTermsProblem(reason(room + 1))).toBe(
      'expected at most 4096 bytes as JSON, as an SSM parameter holds, found 4097; take out those that are over, or ' +
        'shorten their reasons',
    );
  });

  it.each<[string, string, string]>([
    ['is not JSON', '{', `SSM parameter ${PARAMETER} is not JSON. Deploy the stack again.`],
    [
      'is no document',
      'null',
      `SSM parameter ${PARAMETER} cannot be read: the document: Invalid input: expected object, received null. Deploy the stack again.`,
    ],
    [
      'has many mistakes, of which three are told,',
      JSON.stringify({ version: 2, frameworks: [], exceptions: [{ ...accepted, until: 'soon', control: 'x' }] }),
      `SSM parameter ${PARAMETER} cannot be read: version: Invalid input: expected 1; frameworks: Too small: expected array ` +
        'to have >=1 items; exceptions.0.control: Invalid option: expected one of "cis-1.4"|"cis-1.12"|"cis-1.13"|' +
        '"cis-1.14"|"pci-8.2.6"|"pci-8.6.3"|"nist-ia-5"|"soc2-cc6.1"|"iso27001-5.17". Deploy the stack again.',
    ],
  ])('that %s is refused, and the error names the parameter', (_what, json, says) => {
    expect(parse(json)).toBe(`invalid-config: ${says}`);
  });
});
