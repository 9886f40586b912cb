import { expect, it } from 'vitest';
import type { RecordOfDay } from '../../functions/account/ports';
import type { AuditEvent } from '../../functions/core/audit';
import { HOUR } from '../../functions/core/duration';
import { sealDays } from '../../functions/delete/seal-days';
import { day } from '../core/web-shop';
import { failing, told } from '../runtime/doers/did';
import { ran, type World } from '../runtime/ran';

const end = (attempt: string) => ({ attempt, events: 3, digest: 'd' });
const ofDay = (more: Partial<RecordOfDay> = {}): RecordOfDay => ({
  ends: [end('run-1-abc')],
  unsent: { default: [], forwardTo: [] },
  isSettled: true,
  ...more,
});
const dayBefore = (days: number) =>
  day(95 - days)
    .toISOString()
    .slice(0, 10);

/** The manifest of a day, written so many hours ago. */
function manifest(of: number, hours: number, more: Partial<AuditEvent> = {}): Partial<AuditEvent> {
  const time = day(95, -hours * HOUR);
  return {
    id: `run-${of}-1`,
    sequence: 2,
    run: `run-${of}`,
    event: 'manifest-written',
    function: 'delete',
    time: time.toISOString(),
    facts: { day: dayBefore(of), part: 1, parts: 1, attempts: 1, events: 3, ends: ['run-1-abc 3 d'] },
    seal: { signature: `signed ${of}` } as never,
    ...more,
  };
}

const sealed = (world: World = {}) =>
  ran(
    (_ports, run) => {
      run.sendAgain = async (unsent) => run.log.info('sends again', { unsent });
      run.tellManifest = (facts) => run.log.info('writes', { ...facts });
      return sealDays(run);
    },
    { function: 'delete', ...world },
  );

it('the manifests of the days that are over', async () => {
  const unsettled = (until: number) => ({
    'record.ofDay': (of: string) =>
      ofDay({
        isSettled: of <= dayBefore(until),
        unsent: { default: [`default of ${of}`], forwardTo: [`central of ${of}`] },
      }),
  });
  const usual = { 'record.ofDay': ofDay() };
  const cases = {
    'the first one': sealed({ answers: usual }),
    'the day before, after the one before it': sealed({ answers: usual, record: [manifest(2, 24)] }),
    'nothing where it is written': sealed({ answers: usual, record: [manifest(2, 24), manifest(1, 0.1)] }),
    'three days without one': sealed({ answers: usual, record: [manifest(4, 72)] }),
    'after the last of several, in whatever order they come': sealed({
      answers: usual,
      record: [manifest(2, 24), manifest(4, 72), manifest(3, 48)],
    }),
    'after the last of one instant, by its number': sealed({
      answers: usual,
      record: [manifest(2, 24, { sequence: 9 }), manifest(3, 24, { sequence: 3 }), manifest(4, 24, { sequence: 5 })],
    }),
    'after one that is not sealed': sealed({ answers: usual, record: [manifest(2, 24, { seal: undefined })] }),
    'one of another form': sealed({ answers: usual, record: [manifest(2, 24, { facts: { day: 'yesterday' } })] }),
    'a quarter of an hour after midnight': sealed({ answers: usual, now: new Date('2026-04-06T00:15:00Z') }),
    'with what buses lack of three days': sealed({ answers: unsettled(3) }),
    'with what buses lack of more days than are made up for': sealed({ answers: unsettled(99) }),
    'without an attempt': sealed({ answers: { 'record.ofDay': ofDay({ ends: [] }) } }),
    'where the time is up': sealed({ answers: unsettled(2), lifetime: 1.4 }),
    'while the record cannot be read': sealed({ answers: { 'record.recorded': failing('aws-denied') } }),
    'while a day cannot be read': sealed({ answers: { 'record.ofDay': failing('aws-throttled') } }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/manifests.txt');
});

it('what cannot be sent again is in the log, and stops nothing (K11)', async () => {
  const text = await ran(
    (_ports, run) => {
      run.sendAgain = () => Promise.reject(failing('aws-denied'));
      return sealDays(run);
    },
    { function: 'delete', answers: { 'record.ofDay': ofDay() } },
  );
  expect(text).toContain('log not all that a bus lacks could be sent again {"code":"aws-denied"}');
  expect(text).toMatch(/=> done$/);
});
