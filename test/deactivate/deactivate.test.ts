import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { expectLogin, live, supersededKey } from '../support/converge';
import type { Outcome, Scene } from '../support/scene';

const statusOf = (scene: Scene, id: string) =>
  scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === id)?.Status;

/** Findings of the deactivation in a day's outcomes. */
const deactivation = (outcomes: readonly Outcome[]) => outcomes[2];

/** Days on which the deactivation ran, and what it found. */
async function eachDay(scene: Scene, days: readonly number[], before: () => Promise<unknown> = async () => undefined) {
  const seen: [number, string | undefined, ...string[]][] = [];
  for (const day of days) {
    scene.toDay(day);
    await before();
    const outcome = deactivation(await scene.day());
    const done = outcome?.audits.find(({ event }) => event === 'key-deactivated');
    seen.push([day, done === undefined ? undefined : `deactivated: ${done.reason}`, ...(outcome?.findings ?? [])]);
    await expectLogin(scene);
  }
  return seen;
}

describe('a superseded key', () => {
  it('is deactivated with a dated record, and with audit events that say why (K7)', async () => {
    const { scene, old } = await supersededKey();
    expect(await eachDay(scene, [100])).toEqual([[100, 'deactivated: idle']]);
    expect(statusOf(scene, old)).toBe('Inactive');
    expect(scene.tag('shop')[TAG.deactivated]).toMatch(new RegExp(`^${old} 2026-04-11T03:2\\d`));
    const audits = scene.audits.filter(({ event }) => event.startsWith('key-deactivat'));
    const about = { accessKeyId: old, reason: 'idle', key: 'shop', user: 'ci-shop', function: 'deactivate' };
    expect(audits).toMatchObject([
      { event: 'key-deactivation-begun', ...about },
      { event: 'key-deactivated', ...about },
    ]);
  });

  it('that is in use after a pause gets its whole hold from then on, and it is recorded once (K3, K7)', async () => {
    const { scene, old, use } = await supersededKey();
    scene.setTag('shop', TAG.paused, '2026-05-01T00:00:00Z ana@example.com release freeze');
    const seen = await eachDay(scene, [119, 120, 121, 130], use);
    expect(seen).toEqual([
      [119, undefined, 'paused'],
      [120, undefined, 'in-use'],
      [121, undefined, 'in-use'],
      [130, 'deactivated: hold-limit', 'hold-limit'],
    ]);
    const recorded = scene.audits.filter(({ event }) => event === 'hold-recorded');
    expect(recorded).toMatchObject([{ accessKeyId: old, outcome: 'held', key: 'shop', user: 'ci-shop' }]);
    expect(scene.tag('shop')[TAG.held]).toBe(`${old} ${recorded[0]?.time}`);
    const told = scene.account.sns.messages.filter(({ message }) => message.includes('[in-use]'));
    expect(told).toHaveLength(2);
    expect(told[0]?.message).toContain(`${old} is due to be made Inactive but was used 2026-05-01`);
    expect(scene.account.sns.messages.at(-1)?.message).toContain(`--access-key-id ${old} --status Active`);
  });

  it('is named before it is made Inactive, so that a lost answer leaves no change without a trace (K7)', async () => {
    const { scene, old } = await supersededKey();
    scene.toDay(100);
    await scene.sync();
    scene.awsFault = ({ action }) => (action === 'UpdateAccessKey' ? { kind: 'drop-after' } : undefined);
    const { audits, findings } = await scene.deactivate();
    expect(findings).toEqual(['step-failed']);
    expect(audits.filter(({ event }) => event.startsWith('key-'))).toMatchObject([
      { event: 'key-deactivation-begun', accessKeyId: old, reason: 'idle' },
    ]);
    expect(statusOf(scene, old)).toBe('Inactive');
  });

  it.each([
    { what: 'refused', fault: { kind: 'error', status: 403, code: 'AccessDenied' } as const },
    { what: 'cut off', fault: { kind: 'drop-before' } as const },
  ])('whose last use is $what is never read as never used (K3)', async ({ fault }) => {
    const { scene, old, use } = await supersededKey();
    scene.toDay(100);
    await use();
    scene.awsFault = ({ action }) => (action === 'GetAccessKeyLastUsed' ? fault : undefined);
    const { summary, findings, thrown } = await scene.deactivate();
    scene.awsFault = undefined;
    expect(thrown).toBeUndefined();
    expect(summary).toMatchObject({ deactivated: 0, failed: 1 });
    expect(findings).toEqual(['step-failed']);
    expect(statusOf(scene, old)).toBe('Active');
  });
});

it('a run that cannot write when it deactivated a key lets the whole recovery count from when that is known (K4)', async () => {
  const { scene, old } = await supersededKey();
  scene.toDay(100);
  await scene.sync();
  scene.awsFault = ({ action }) =>
    action === 'TagResource' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
  const { findings, summary, audits } = await scene.deactivate();
  scene.awsFault = undefined;
  expect(findings).toEqual(['step-failed']);
  expect(summary).toMatchObject({ deactivated: 1, failed: 1 });
  expect(audits.find(({ event }) => event === 'key-deactivated')).toMatchObject({ accessKeyId: old });
  expect(statusOf(scene, old)).toBe('Inactive');

  const events: string[] = [];
  for (const day of [101, 102, 109, 110, 111, 112]) {
    for (const { audits: all } of await live(scene, [day])) {
      for (const { event } of all) if (/^(inactive-recorded|key-deleted)$/.test(event)) events.push(`${day} ${event}`);
    }
  }
  expect(events).toEqual(['101 inactive-recorded', '111 key-deleted']);
});
