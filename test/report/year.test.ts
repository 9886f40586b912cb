import { rmSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { reviewWorld } from '../../cli/commands/simulate';
import { rehearse } from '../../cli/rehearsal/rehearse';
import type { Report } from '../../functions/report/judge/model';
import { synthesized } from '../support/deployed-world';

it('counts in the report what the rehearsal counts, over all of its days, and in an overlap says yes', async () => {
  const cdkOut = synthesized('docs/examples/keyturn.yaml');
  onTestFinished(() => rmSync(cdkOut, { recursive: true, force: true }));
  const reports: Report[] = [];
  const rehearsal = await rehearse({
    cdkOut,
    days: 185,
    seed: 'year',
    onEnd: async (world, lived) => {
      reports.push(await reviewWorld(world, lived));
    },
  });
  const { rotations, deliveries, deactivations, deletions, findings, runs, managedKeys, start } = rehearsal;

  expect(rotations).toBe(3);
  expect(reports).toHaveLength(1);
  expect(reports[0]).toMatchObject({
    since: start,
    summary: { rotations, deliveries, deactivations, deletions, findings, runs, managedKeys, runsIncomplete: 0 },
    attention: [],
    exceptions: [{ kind: 'overlap', isInForce: true, policy: '90/100/110', controls: ['cis-1.13', 'cis-1.14'] }],
  });
  expect(reports[0]?.summary.verdict).toBe('compliant-with-exceptions');
}, 120_000);
