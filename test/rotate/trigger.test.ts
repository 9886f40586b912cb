import { describe, expect, it } from 'vitest';
import { rotateRequestOf } from '../../functions/rotate/trigger';

describe('the event that starts a rotation', () => {
  it('rotates named keys only as the exact request', () => {
    expect(rotateRequestOf({ keys: ['shop', 'web-2'] })).toEqual({ trigger: 'request', requested: ['shop', 'web-2'] });
  });

  it.each([
    ['the schedule', { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }],
    ['nothing', undefined],
    ['null', null],
    ['a text', '{"keys":["shop"]}'],
    ['no keys', { keys: [] }],
    ['more than the request', { keys: ['shop'], force: true }],
    ['an id that is none', { keys: ['shop', '../shop'] }],
    ['an id in capitals', { keys: ['Shop'] }],
    ['ids that are no texts', { keys: [1] }],
    ['prototype names', JSON.parse('{"__proto__": {"keys": ["shop"]}}')],
    ['a huge request', { keys: Array(1001).fill('shop') }],
  ])('is the daily run for %s: nothing is rotated before its time', (_what, event) => {
    expect(rotateRequestOf(event)).toEqual({ trigger: 'daily' });
  });
});
