import { rmSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { rehearse } from '../../cli/rehearsal/rehearse';
import { reviewWorld } from '../../cli/rehearsal/simulation';
import { HOUR } from '../../functions/core/duration';
import { DEPLOYMENT_PARAMETERS } from '../../functions/core/names';
import type { Report } from '../../functions/report/judge/model';
import { TrailFiles } from '../../local/account/trail-files';
import type { World } from '../../local/world';
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
      nameTrail(world, new Date(lived.since));
      reports.push(await reviewWorld(world, lived));
    },
  });
  const { rotations, deliveries, deactivations, deletions, findings, runs, managedKeys, start } = rehearsal;

  expect(rotations).toBe(3);
  expect(reports).toHaveLength(2);
  expect(reports[0]).toMatchObject({
    since: start,
    summary: { rotations, deliveries, deactivations, deletions, findings, runs, managedKeys, runsIncomplete: 0 },
    attention: [],
    exceptions: [{ kind: 'overlap', isInForce: true, policy: '90/100/110', controls: ['cis-1.13', 'cis-1.14'] }],
  });
  expect(reports[0]?.summary.verdict).toBe('compliant-with-exceptions');
  const [older, whole] = reports.map(({ summary: { headline } }) => headline);
  expect(older).toMatch(/older ones are known from the record alone.*are out of CloudTrail's reach/);
  expect(whole).not.toMatch(/record alone|out of CloudTrail's reach/);
  const accounted = reports.map(({ summary: { changesMatched } }) => changesMatched);
  expect(accounted[0]).toBeLessThan(accounted[1] ?? 0);
  expect(accounted[1]).toBe(reports[1]?.changes.length);
  expect(reports[1]).toMatchObject({
    summary: { verdict: 'compliant-with-exceptions', changesWithoutKeyturn: 0, eventsWithoutTrail: 0 },
    attention: [],
  });
}, 120_000);

/** The account's trail has been there all along, and the configuration names it from now on. */
function nameTrail({ account }: World, since: Date): void {
  const bucket = 'trail-bucket';
  account.s3.createBucket(bucket);
  new TrailFiles(account, { bucket, digests: true, since: new Date(since.getTime() - 2 * HOUR) }).deliver();
  const Name = DEPLOYMENT_PARAMETERS.things;
  const things = JSON.parse(account.ssm.getParameter({ Name }).Parameter.Value);
  const Value = JSON.stringify({ ...things, trail: { bucket } });
  account.ssm.putParameter({ Name, Type: 'String', Value, Overwrite: true }, 'deployer');
}
