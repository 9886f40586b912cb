import { describe, expect, it } from 'vitest';
import { auditTermsDigest } from '../../functions/core/config/audit-terms';
import type { ConfigInput } from '../../functions/core/config/config';
import { configSchema } from '../../functions/core/config/config';
import { ONE_KEY, resourcesOf, synthesize } from './synthesized';

const ACCEPTED = {
  key: 'web-shop',
  control: 'cis-1.13' as const,
  approver: 'Grace Hopper, CISO',
  reason: 'Two regions deploy with a key each until May.',
  approvedOn: '2026-11-28',
  until: '2027-05-31',
};
const termsIn = (config: ConfigInput) =>
  resourcesOf(synthesize(config), 'AWS::SSM::Parameter').filter(
    ({ Properties }) => Properties.Name === '/keyturn/audit-terms',
  );

describe('what reports judge by', () => {
  it('is in one parameter, which the function and an auditor read', () => {
    const audit = { frameworks: ['cis-7.0' as const], exceptions: [ACCEPTED] };
    const [parameter] = termsIn({ ...ONE_KEY, audit });
    expect(JSON.parse(String(parameter?.Properties.Value))).toEqual({ version: 1, ...audit });
  });

  it('is known to the functions that seal by its digest, so that nobody else writes it unseen', () => {
    const audit = { exceptions: [ACCEPTED] };
    const said = (config: ConfigInput) =>
      resourcesOf(synthesize(config), 'AWS::Lambda::Function').flatMap(({ id, Properties }) => {
        const { Variables } = (Properties.Environment ?? {}) as { readonly Variables?: Record<string, unknown> };
        const digest = Variables?.KEYTURN_AUDIT_TERMS;
        return digest === undefined ? [] : [`${/KeyRotation(\w+?)Function/.exec(id)?.[1]} ${digest}`];
      });
    const text = String(termsIn({ ...ONE_KEY, audit })[0]?.Properties.Value);
    const names = ['Rotate', 'Deactivate', 'Delete', 'Sync'];
    expect(said({ ...ONE_KEY, audit })).toEqual(names.map((name) => `${name} ${auditTermsDigest(text)}`));
    expect(said(ONE_KEY)).toEqual(names.map((name) => `${name} none`));
  });

  it('is nowhere while nothing is chosen and nothing accepted', () => {
    expect(termsIn(ONE_KEY)).toEqual([]);
  });
});

describe('an exception', () => {
  const problems = (changes: Record<string, unknown>) =>
    configSchema
      .safeParse({ ...ONE_KEY, audit: { exceptions: [{ ...ACCEPTED, ...changes }] } })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

  it('is taken with who, why, and an end within a year', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ until: '2027-11-29' })).toEqual([]);
  });

  it.each([
    [{ until: '2027-11-30' }, 'until: expected a day within a year of approvedOn (2026-11-28)'],
    [{ until: '2026-11-27' }, 'until: expected a day that is not before approvedOn (2026-11-28)'],
    [{ until: undefined }, 'until: expected a date such as 2027-05-31'],
    [{ until: 'never' }, 'until: expected a date such as 2027-05-31'],
    [{ approver: undefined }, 'approver: Invalid input: expected string, received undefined'],
    [{ reason: '{{resolve}}' }, 'reason: expected one line of text, without {{'],
    [{ reason: 'two\nlines' }, 'reason: expected one line of text, without {{'],
    [{ key: 'web-shoo' }, 'key: expected the id of one of the keys, or user, found "web-shoo"'],
    [{ user: 'alice' }, 'key: expected either key or user'],
    [{ key: undefined }, 'key: expected either key or user'],
  ])('is refused with %j', (changes, problem) => {
    expect(problems(changes)).toEqual([`audit.exceptions.0.${problem}`]);
  });

  it('has room beside others in one parameter of SSM', () => {
    const reason = 'r'.repeat(300);
    const many = Array.from({ length: 10 }, () => ({ ...ACCEPTED, reason }));
    const [issue] = configSchema.safeParse({ ...ONE_KEY, audit: { exceptions: many } }).error?.issues ?? [];
    expect(issue?.message).toMatch(/^expected at most 4096 bytes as JSON, as an SSM parameter holds, found \d{4}/);
    expect(configSchema.safeParse({ ...ONE_KEY, audit: { exceptions: many.slice(0, 7) } }).success).toBe(true);
  });
});
