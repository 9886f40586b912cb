import { describe, expect, it } from 'vitest';
import { rotateRequestOf } from '../../functions/rotate/trigger';

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
    ['nothing', undefined],
    ['null', null],
    ['a text', '{"keys":["shop"]}'],
    ['no keys', { keys: [] }],
    ['more than the request', { keys: ['shop'], force: true }],
    ['an id that is none', { keys: ['shop', '../shop'] }],
    ['a reason that is no text', { keys: ['shop'], why: { because: 1 } }],
    ['an endless reason', { keys: ['shop'], why: 'x'.repeat(201) }],
    ['an id in capitals', { keys: ['Shop'] }],
    ['ids that are no texts', { keys: [1] }],
    ['prototype names', JSON.parse('{"__proto__": {"keys": ["shop"]}}')],
    ['a huge request', { keys: Array(1001).fill('shop') }],
  ])('is the daily run for %s: nothing is rotated before its time', (_what, event) => {
    expect(rotateRequestOf(event)).toEqual({ trigger: 'daily' });
  });
});
