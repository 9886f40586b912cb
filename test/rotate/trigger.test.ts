import { describe, expect, it } from 'vitest';
import { dailyRunOf } from '../../functions/core/config/asked';
import { rotateRequestOf } from '../../functions/rotate/trigger';

const SCHEDULE = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };

describe('the event that starts a rotation', () => {
  it('rotates named keys only as the exact request, and keeps who asked and why (K7)', () => {
    expect(rotateRequestOf({ keys: ['shop', 'web-2'], by: 'jo@example.com', why: 'leaked in a log' })).toEqual({
      trigger: 'request',
      requested: ['shop', 'web-2'],
      facts: { requestedBy: 'jo@example.com', requestedWhy: 'leaked in a log' },
    });
    expect(rotateRequestOf({ keys: ['shop'] }).facts).toEqual({ requestedBy: 'not said', requestedWhy: 'not said' });
  });

  it('knows a deployment, after which rights need a moment to spread', () => {
    expect(rotateRequestOf({ source: 'aws.cloudformation', detail: {} })).toEqual({
      trigger: 'daily',
      justDeployed: true,
    });
  });

  it.each([
    ['the schedule', { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }],
    ['an empty request', {}],
  ])('is the daily run for %s', (_what, event) => {
    expect(rotateRequestOf(event)).toEqual({ trigger: 'daily' });
  });

  it.each<[string, unknown, string]>([
    ['a text in place of a list', { keys: 'web-shop' }, 'keys: expected a list of ids'],
    ['an id in capitals', { keys: ['Web-Shop'] }, 'keys[0]: expected lower-case letters, digits and hyphens'],
    ['a slip in the field', { key: 'web-shop' }, 'keys: expected a list of ids; it has unknown fields (key)'],
    ['more than the request', { keys: ['shop'], force: true }, 'it has unknown fields (force)'],
    ['a person who is no text', { keys: ['shop'], by: 4711 }, 'by: expected a text'],
    ['an endless reason', { keys: ['shop'], why: 'x'.repeat(201) }, 'why: expected at most 200 characters'],
    ['a reason alone', { by: 'jo', why: 'leaked' }, 'keys: expected a list of ids'],
    [
      'keys in one of the samples of the console',
      { ...SCHEDULE, keys: ['shop'] },
      'unknown fields (source, detail-type',
    ],
    [
      'another event of AWS',
      { source: 'aws.health', 'detail-type': 'AWS Health Event' },
      'keys: expected a list of ids',
    ],
    ['nothing', undefined, 'expected a JSON object'],
    ['null', null, 'expected a JSON object'],
    ['a request in quotes', '{"keys":["shop"]}', 'expected a JSON object'],
    ['a list', ['shop'], 'expected a JSON object'],
    ['no keys', { keys: [] }, 'keys: expected at least one id'],
    ['an id that is none', { keys: ['shop', '../shop'] }, 'keys[1]: expected lower-case letters'],
    ['a reason that is no text', { keys: ['shop'], why: { because: 1 } }, 'why: expected a text'],
    ['ids that are no texts', { keys: [1] }, 'keys[0]: '],
    ['prototype names', JSON.parse('{"__proto__": {"keys": ["shop"]}}'), 'keys: expected a list of ids'],
    ['a huge request', { keys: Array(1001).fill('shop') }, 'keys: expected at most 1000 ids'],
  ])('refuses %s with the reason, and is no daily run (K14)', (_what, event, reason) => {
    expect(() => rotateRequestOf(event)).toThrow(
      expect.objectContaining({ code: 'invalid-request', message: expect.stringContaining(reason) }),
    );
  });

  it('does not repeat what may have been pasted by mistake (K6)', () => {
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    for (const event of [{ keys: [secret] }, { [secret]: 1 }, { keys: ['a'], by: [secret] }, secret]) {
      expect(() => rotateRequestOf(event)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(secret) }),
      );
    }
  });
});

describe('what AWS says of a leaked key', () => {
  it('is about the key, and the record says who said what', () => {
    const finding = {
      source: 'aws.guardduty',
      'detail-type': 'GuardDuty Finding',
      time: '2026-02-09T01:02:03Z',
      detail: {
        type: 'UnauthorizedAccess:IAMUser/MaliciousIPCaller',
        resource: {
          resourceType: 'AccessKey',
          accessKeyDetails: { accessKeyId: 'AKIAEXAMPLEEXAMPLE00', userType: 'IAMUser', userName: 'ci-shop' },
        },
      },
    };
    expect(rotateRequestOf(finding)).toMatchObject({
      trigger: 'event',
      exposure: { accessKeyIds: ['AKIAEXAMPLEEXAMPLE00'], user: 'ci-shop' },
      facts: { source: 'aws.guardduty', what: 'UnauthorizedAccess:IAMUser/MaliciousIPCaller' },
    });
  });

  it('or what another function has read in a secret, is a look and no wish', () => {
    expect(rotateRequestOf({ look: ['shop'], by: 'sync', why: 'leaked' })).toEqual({
      trigger: 'request',
      look: ['shop'],
      facts: { requestedBy: 'sync', requestedWhy: 'leaked' },
    });
  });

  it.each([{ only: 'check' }, { goesOn: 1 }])('that says %j is meant for sync, and refused', (more) => {
    expect(() => rotateRequestOf({ look: ['shop'], ...more })).toThrow(/unknown fields/);
  });
});

describe('the event that starts the retirement of keys', () => {
  it.each([SCHEDULE, { source: 'aws.cloudformation', detail: {} }, {}])('is the daily run for %j', (event) => {
    expect(dailyRunOf(event)).toEqual({ trigger: 'daily' });
  });

  it.each([
    { keys: ['shop'] },
    { keys: 'shop' },
    { key: 'shop' },
    { force: true },
    { ...SCHEDULE, keys: ['shop'] },
    [],
    null,
    'shop',
  ])('is refused for %j: it cannot be asked for single keys (K14)', (event) => {
    expect(() => dailyRunOf(event)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });
});
