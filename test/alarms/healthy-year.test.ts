import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { synthesize } from '../../cli/synthesize';
import { ALARM_NAMES } from '../../functions/core/alarms';
import type { AlarmChange } from '../../local/account/alarms';
import { type Report, rehearse } from '../../local/rehearsal/rehearse';

/** Lives through healthy days. @returns what was seen, and every change of an alarm's state */
async function healthy(config: string, days: number): Promise<{ report: Report; changes: readonly AlarmChange[] }> {
  const cdkOut = synthesize(config);
  let changes: readonly AlarmChange[] = [];
  try {
    const report = await rehearse({
      cdkOut,
      days,
      seed: 'healthy',
      onEnd: async ({ alarms }) => {
        changes = alarms.history();
      },
    });
    return { report, changes };
  } finally {
    rmSync(cdkOut, { recursive: true, force: true });
  }
}

/** Each alarm comes to know that all is well within its first hour, and nothing changes after that. */
function expectSilence(changes: readonly AlarmChange[]): void {
  expect(changes.filter(({ to }) => to === 'ALARM')).toEqual([]);
  expect(changes.map(({ alarm, from, to }) => `${alarm}: ${from} to ${to}`).sort()).toEqual(
    ALARM_NAMES.map((name) => `Keyturn-${name}: INSUFFICIENT_DATA to OK`).sort(),
  );
  expect(changes.filter(({ at }) => at > Date.parse('2026-01-01T01:00:00Z'))).toEqual([]);
}

it('no alarm fires in 400 healthy days with five rotations', async () => {
  const { report, changes } = await healthy('docs/examples/keyturn.yaml', 400);

  expect(report.rotations).toBe(5);
  expect(report.held).toBe(true);
  expectSilence(changes);
});

it('nor with every setting there is, keys that people forgot and several hosts', async () => {
  const { report, changes } = await healthy('docs/examples/many-keys.yaml', 120);

  expect(report.rotations).toBeGreaterThan(report.managedKeys);
  expectSilence(changes);
});
