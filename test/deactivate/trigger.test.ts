import { describe, expect, it } from 'vitest';
import { deactivateRequestOf } from '../../functions/deactivate/trigger';

const labelUpdated = (name: unknown, more: object = {}) => ({
  source: 'aws.secretsmanager',
  'detail-type': 'Secret Label Updated',
  detail: { name, labelUpdated: 'DELIVERED-1', versionId: 'access-key-AKIA-20260101T030000Z' },
  ...more,
});

describe('the event that starts deactivate', () => {
  it('is a delivery, after which one key is looked at', () => {
    expect(deactivateRequestOf(labelUpdated('keyturn/shop'))).toEqual({ trigger: 'event', look: ['shop'] });
  });

  it.each(['production/database', 'keyturn/', 'keyturn/connections/acme', 'keyturn/Shop'])(
    'is about no key where the label is of %s',
    (name) => {
      expect(deactivateRequestOf(labelUpdated(name))).toEqual({ trigger: 'event', look: [] });
    },
  );

  it('is a look that another function asks for', () => {
    expect(deactivateRequestOf({ look: ['shop', 'web'], by: 'rotate', why: 'leaked' })).toEqual({
      trigger: 'request',
      look: ['shop', 'web'],
      facts: { requestedBy: 'rotate', requestedWhy: 'leaked' },
    });
  });

  it.each([{ only: 'check' }, { goesOn: 1 }])('but not with %j, which is meant for sync', (more) => {
    expect(() => deactivateRequestOf({ look: ['shop'], ...more })).toThrow(/unknown fields/);
  });

  it.each([{ source: 'aws.events', 'detail-type': 'Scheduled Event' }, {}])('is the daily run for %j', (event) => {
    expect(deactivateRequestOf(event)).toEqual({ trigger: 'daily' });
  });

  it.each([
    ['another source', labelUpdated('keyturn/shop', { source: 'aws.s3' })],
    ['another event', labelUpdated('keyturn/shop', { 'detail-type': 'AWS API Call via CloudTrail' })],
    ['a name that is no text', labelUpdated({ of: 'keyturn/shop' })],
    ['a huge name', labelUpdated(`keyturn/${'a'.repeat(3_000)}`)],
    ['a wish for single keys', { keys: ['shop'] }],
  ])('is refused where it is %s (K14)', (_what, event) => {
    expect(() => deactivateRequestOf(event)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });
});
