import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { HOUR } from '../../../functions/core/duration';
import { episodesOf, labelOf } from '../../../functions/report/judge/incidents';
import { day } from '../../core/web-shop';

const told = (at: number, more: Partial<AuditEvent> = {}) =>
  ({
    id: `event-${at}`,
    event: 'finding',
    reason: 'delivery-failed',
    accessKeyId: 'A',
    time: day(0, at * HOUR).toISOString(),
    ...more,
  }) as AuditEvent;
const episode = (at: number, until: number, times: number, more = {}) => ({
  kind: 'incident',
  code: 'delivery-failed',
  accessKeyId: 'A',
  at: day(0, at * HOUR),
  until: day(0, until * HOUR),
  times,
  event: `event-${at}`,
  ...more,
});

describe('what stood in the way of a key', () => {
  it.each<[string, readonly AuditEvent[], readonly object[]]>([
    ['nothing', [], []],
    ['once', [told(1)], [episode(1, 1, 1)]],
    ['day by day', [told(1), told(25), told(52)], [episode(1, 52, 3)]],
    ['again, after more than a day', [told(1), told(28.01)], [episode(1, 1, 1), episode(28.01, 28.01, 1)]],
    [
      'of another key',
      [told(1), told(2, { accessKeyId: 'B' }), told(3)],
      [episode(1, 3, 2), episode(2, 2, 1, { accessKeyId: 'B' })],
    ],
    [
      'of no key',
      [told(1, { accessKeyId: undefined }), told(2, { accessKeyId: undefined })],
      [episode(1, 2, 2, { accessKeyId: undefined })],
    ],
    [
      'of another kind',
      [told(1), told(2, { reason: 'paused' })],
      [episode(1, 1, 1), episode(2, 2, 1, { kind: 'hold', code: 'paused' })],
    ],
    [
      'a hold, that two events tell',
      [told(1, { event: 'hold-recorded', reason: 'idle' }), told(1, { reason: 'in-use', id: 'x' })],
      [episode(1, 1, 2, { kind: 'hold', code: 'in-use' })],
    ],
    ['a finding of no matter', [told(1, { reason: 'settling' })], []],
    ['a finding without a code', [told(1, { reason: undefined })], []],
    ['an event that is none', [told(1, { event: 'step-failed' })], []],
    [
      'at the same time, in the order of events',
      [told(1, { id: 'b' }), told(1, { id: 'a', accessKeyId: 'B' })],
      [episode(1, 1, 1, { event: 'a', accessKeyId: 'B' }), episode(1, 1, 1, { event: 'b' })],
    ],
  ])('%s', (_what, events, expected) => {
    expect(episodesOf(events)).toEqual(expected);
  });

  it('is told by its code, and how often until when', () => {
    const [once] = episodesOf([told(1)]);
    const [often] = episodesOf([told(1), told(2)]);
    expect(once && labelOf(once)).toBe('delivery-failed');
    expect(often && labelOf(often)).toBe(`delivery-failed, 2 times until ${day(0, 2 * HOUR).toISOString()}`);
  });
});
