import { expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { openFindings } from '../../../functions/report/judge/open-findings';
import type { Attempt } from '../../../functions/report/judge/runs';
import { day } from '../../core/web-shop';

const found = (at: number, more: Partial<AuditEvent> = {}) =>
  ({
    event: 'finding',
    outcome: 'failed',
    function: 'rotate',
    key: 'shop',
    reason: 'two-keys',
    accessKeyId: 'A',
    time: day(at).toISOString(),
    ...more,
  }) as AuditEvent;
const run = (at: number, more: Partial<Attempt> = {}) =>
  ({
    function: 'rotate',
    trigger: 'daily',
    isFinished: true,
    missing: [] as number[],
    startedAt: day(at),
    ...more,
  }) as Attempt;
const open = (at: number, first = at, times = 1, more: Partial<AuditEvent> = {}) => ({
  last: found(at, more),
  firstSeen: day(first).toISOString(),
  times,
});

it.each<[string, readonly AuditEvent[], readonly Attempt[], readonly object[]]>([
  ['is open', [found(1)], [], [open(1)]],
  ['that is a notice is none', [found(1, { outcome: 'ok' })], [], []],
  ['is an event of its name', [found(1, { event: 'step-failed' })], [], []],
  ['that was seen again is one', [found(1), found(2), found(3)], [], [open(3, 1, 3)]],
  [
    'of another function, key, code or access key is another',
    [
      found(1),
      ...[{ function: 'sync' }, { key: 'api' }, { reason: 'x' }, { accessKeyId: 'B' }].map((more) => found(1, more)),
    ],
    [],
    [
      open(1),
      ...[{ function: 'sync' }, { key: 'api' }, { reason: 'x' }, { accessKeyId: 'B' }].map((more) =>
        open(1, 1, 1, more),
      ),
    ],
  ],
  ['is cleared by a later daily run', [found(1)], [run(2)], []],
  ['is cleared by a later hourly run', [found(1)], [run(2, { trigger: 'hourly' })], []],
  ['is not cleared by the run that found it', [found(1)], [run(1)], [open(1)]],
  ['is not cleared by an earlier run, whatever came first', [found(2)], [run(1)], [open(2)]],
  ['is cleared by the latest run, whatever came last', [found(2)], [run(3), run(1)], []],
  ['is not cleared by a run of another function', [found(1)], [run(2, { function: 'sync' })], [open(1)]],
  ['is not cleared by a run for one key', [found(1)], [run(2, { trigger: 'request' })], [open(1)]],
  ['is not cleared by a run of which nobody knows why', [found(1)], [run(2, { trigger: undefined })], [open(1)]],
  ['is not cleared by a run that died', [found(1)], [run(2, { isFinished: false })], [open(1)]],
  ['is not cleared by a run that is not whole', [found(1)], [run(2, { missing: [3] })], [open(1)]],
])('a finding %s', (_what, events, attempts, expected) => {
  expect(openFindings(events, attempts)).toEqual(expected);
});
