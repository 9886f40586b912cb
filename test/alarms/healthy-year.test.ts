import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Report, rehearse } from '../../cli/rehearsal/rehearse';
import { ALARM_NAMES } from '../../functions/core/config/alarm-names';
import type { AlarmChange } from '../../local/evidence/cloudwatch/alarms';
import { sampled } from '../deep/sample';
import { synthesized } from '../support/deployed-world';
import { OF_ENDPOINT, OF_EVERY_STACK } from './watched-life';

/** Lives through healthy days. @returns what was seen, and every change of an alarm's state */
async function healthy(config: string, days: number): Promise<{ report: Report; changes: readonly AlarmChange[] }> {
  const cdkOut = synthesized(config);
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

const DAY = 86_400_000;
/** Real ms: a year of runs, on a machine that does other things too. */
const PATIENCE = 300_000;
const day = ({ at }: AlarmChange) => Math.floor((at - Date.parse('2026-01-01T00:00:00Z')) / DAY);
const shown = (changes: readonly AlarmChange[]) =>
  changes.map((change) => `${change.alarm}: ${change.from} to ${change.to} on day ${day(change)}`).sort();
const settled = (names: readonly string[]) =>
  names.map((name) => `Keyturn-${name}: INSUFFICIENT_DATA to OK on day 0`).sort();

const LIVES = [
  {
    of: 'no alarm fires in 400 healthy days with five rotations: each learns on the first day that all is well',
    live: async () => {
      const { report, changes } = await healthy('docs/examples/keyturn.yaml', 400);

      expect(report.rotations).toBe(5);
      expect(report.held).toBe(true);
      expect(shown(changes)).toEqual(settled(OF_EVERY_STACK));
    },
  },
  {
    of: 'with every setting there is, only the user that has two keys from before rings, until one of them is gone',
    live: async () => {
      const { report, changes } = await healthy('docs/examples/many-keys.yaml', 120);

      expect(report.rotations).toBeGreaterThan(report.managedKeys);
      const isOther = ({ alarm }: AlarmChange) => alarm !== 'Keyturn-two-keys';
      // The example has the alarm foreign-key off, and no endpoint: test/provider/endpoint.test.ts has its alarms.
      const absent = new Set<string>(['two-keys', 'foreign-key', ...OF_ENDPOINT]);
      expect(shown(changes.filter(isOther))).toEqual(settled(ALARM_NAMES.filter((name) => !absent.has(name))));
      expect(changes.filter((change) => !isOther(change)).map(({ to }) => to)).toEqual(['ALARM', 'OK']);
      // Inactive on day 0, deleted ten days later, and a day and a bit until it is out of the alarm's sight.
      expect(changes.filter((change) => day(change) > 12)).toEqual([]);
    },
  },
];

it.each(sampled(LIVES))('$of', ({ live }) => live(), PATIENCE);
