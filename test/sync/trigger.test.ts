import { describe, expect, it } from 'vitest';
import { syncRequestOf } from '../../functions/sync/trigger';

const REGION = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:';

/** CloudTrail's record of a PutSecretValue, as EventBridge hands it over. */
const put = (secretId: unknown, more: object = {}) => ({
  version: '0',
  source: 'aws.secretsmanager',
  'detail-type': 'AWS API Call via CloudTrail',
  detail: {
    eventSource: 'secretsmanager.amazonaws.com',
    eventName: 'PutSecretValue',
    requestParameters: { secretId, clientRequestToken: 'access-key-AKIA-20260101T030000Z' },
    responseElements: { arn: `${REGION}keyturn/shop-AbCdEf` },
    ...more,
  },
});

const labelUpdated = (name: unknown) => ({
  source: 'aws.secretsmanager',
  'detail-type': 'Secret Label Updated',
  resources: [`${REGION}keyturn/shop-AbCdEf`],
  detail: { name, labelUpdated: 'AWSCURRENT', versionId: 'access-key-AKIA-20260101T030000Z' },
});

describe('the event that starts a delivery', () => {
  it.each([
    ["CloudTrail's record with the secret's name", put('keyturn/shop')],
    ["CloudTrail's record with the secret's ARN", put(`${REGION}keyturn/shop-AbCdEf`)],
    ["Secrets Manager's own event", labelUpdated('keyturn/shop')],
  ])('names one key: %s', (_what, event) => {
    expect(syncRequestOf(event)).toEqual({ trigger: 'event', ids: ['shop'] });
  });

  it('names the keys that a run before it has left in the middle, and how many runs there were (K9)', () => {
    const by = { by: 'sync', why: 'a delivery is in the middle' };
    const facts = { requestedBy: by.by, requestedWhy: by.why };
    expect(syncRequestOf({ look: ['shop'], goesOn: 2, ...by })).toEqual({
      trigger: 'event',
      ids: ['shop'],
      goesOn: 2,
      facts,
    });
    for (const goesOn of [0, 13, 1.5, '2', -1])
      expect(() => syncRequestOf({ look: ['shop'], goesOn, ...by })).toThrow(
        /goesOn: expected a whole number, 1 to 12/,
      );
  });

  it('is refused where it says that it only compares and goes on with a delivery', () => {
    expect(() => syncRequestOf({ look: ['shop'], only: 'check', goesOn: 1 })).toThrow(
      /goesOn: a run that only compares goes on with nothing/,
    );
    expect(() => syncRequestOf({ look: ['shop'], only: 'write' })).toThrow(/only: expected "check"/);
    expect(() => syncRequestOf({ look: ['shop'], keys: ['shop'] })).toThrow(/unknown fields \(keys\)/);
    expect(() => syncRequestOf({ look: ['Shop'] })).toThrow(/look\[0\]: /);
  });

  it('keeps an id whose end looks like the suffix of an ARN', () => {
    expect(syncRequestOf(put('keyturn/shop-aBc123'))).toEqual({ trigger: 'event', unknown: true });
    expect(syncRequestOf(put('keyturn/shop-stable'))).toEqual({ trigger: 'event', ids: ['shop-stable'] });
    expect(syncRequestOf(put(`${REGION}keyturn/shop-stable-AbCdEf`))).toEqual({
      trigger: 'event',
      ids: ['shop-stable'],
    });
  });

  it('is about all keys when a connection got a new token', () => {
    expect(syncRequestOf(put('keyturn/connections/acme'))).toEqual({ trigger: 'event' });
    expect(syncRequestOf(labelUpdated('keyturn/connections/acme'))).toEqual({ trigger: 'event' });
  });

  it('is about all keys when the stack was deployed', () => {
    const event = { source: 'aws.cloudformation', 'detail-type': 'CloudFormation Stack Status Change', detail: {} };

    expect(syncRequestOf(event)).toEqual({ trigger: 'event' });
  });

  it('is about all keys on schedule', () => {
    expect(syncRequestOf({ source: 'aws.events', 'detail-type': 'Scheduled Event' })).toEqual({ trigger: 'hourly' });
  });

  it('is about the keys that a person names', () => {
    expect(syncRequestOf({ keys: ['shop', 'web'], by: 'jo' })).toEqual({
      trigger: 'request',
      ids: ['shop', 'web'],
      facts: { requestedBy: 'jo', requestedWhy: 'not said' },
    });
    expect(syncRequestOf({})).toStrictEqual({ trigger: 'request' });
  });

  it('is about the keys that another function has looked at', () => {
    expect(syncRequestOf({ look: ['shop'], only: 'check', by: 'operator', why: 'verify' })).toEqual({
      trigger: 'request',
      ids: ['shop'],
      only: 'check',
      facts: { requestedBy: 'operator', requestedWhy: 'verify' },
    });
  });

  it.each([
    ['another call', put('keyturn/shop', { eventName: 'DeleteSecret' })],
    ['no parameters', put('keyturn/shop', { requestParameters: null })],
    ['a secret that is no text', put({ name: 'keyturn/shop' })],
    ['a secret outside of the prefix', put('production/database')],
    ['the prefix alone', labelUpdated('keyturn/')],
    ['a path that climbs', labelUpdated('keyturn/../admin')],
    ['an id in capitals', labelUpdated('keyturn/Shop')],
    ['a prototype name', labelUpdated('keyturn/__proto__')],
    ['a huge name', labelUpdated(`keyturn/${'a'.repeat(300_000)}`)],
    ['no detail', { source: 'aws.secretsmanager', 'detail-type': 'Secret Label Updated' }],
  ])('of Secrets Manager of a shape that nobody knows makes a run look at everything: %s', (_what, event) => {
    expect(syncRequestOf(event)).toEqual({ trigger: 'event', unknown: true });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a text', 'shop'],
    ['a list', [put('keyturn/shop')]],
    ['another source', { ...put('keyturn/shop'), source: 'aws.s3' }],
    ['a source that somebody made up', { ...put('keyturn/shop'), source: 'keyturn' }],
    ['prototype keys', JSON.parse('{"__proto__": {"keys": ["shop"]}, "constructor": {"prototype": {}}}')],
    ['a huge event', { keys: Array.from({ length: 100_000 }, (_, index) => `key-${index}`) }],
    ['a nested event', JSON.parse(`${'{"detail":'.repeat(2000)}1${'}'.repeat(2000)}`)],
    ['a request with more in it', { keys: ['shop'], force: true }],
    ['a request with a slip in it', { key: ['shop'] }],
    ['an id in capitals', { keys: ['Shop'] }],
    ['a text in place of a list', { keys: 'shop' }],
  ])('that is neither of AWS nor a valid request is refused with the reason (K14): %s', (_what, event) => {
    expect(() => syncRequestOf(event)).toThrow(
      expect.objectContaining({ code: 'invalid-request', message: expect.stringContaining('A request is {"keys"') }),
    );
  });
});
