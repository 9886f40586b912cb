import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { synthesized } from '../support/deployed-world';
import { typed } from './typed';

/** Real ms, for what deploys a stack: on a machine that does other things too. */
const DEPLOYS = 120_000;

const simulate = (...args: readonly string[]) => typed(['simulate', ...args]);
/** With the example as the tests of this run share it, in place of a run of the CDK app. */
const simulateExample = (...args: readonly string[]) =>
  typed(['simulate', ...args], { synthesize: (config) => synthesized(config) });

it(
  'prints one JSON document and nothing else with --json, and writes the report of the days',
  async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'keyturn-start-')), 'report.html');
    const { code, stdout, stderr } = await simulateExample(
      '--days',
      '21',
      '--seed',
      'seven',
      '--json',
      '--report',
      file,
    );
    expect(stderr).toBe('');
    const report: Record<string, unknown> = JSON.parse(stdout);
    expect(report.reportFile).toBe(file);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/i);
    expect(report).toMatchObject({
      days: 21,
      seed: 'seven',
      rotations: 1,
      deliveries: 1,
      deactivations: 1,
      deletions: 1,
    });
    expect(report).toMatchObject({ pipelineLoginFailures: 0, held: true });
    expect(Object.keys(report)).toEqual(expect.arrayContaining(['runs', 'pipelineLogins', 'keys', 'timeline']));
    expect(code).toBe(0);
  },
  DEPLOYS,
);

it('names day 540 and IAM’s error for three literal rules', async () => {
  const { code, stdout } = await simulate('--naive');
  expect(stdout).toMatch(/Day 540: LimitExceeded/);
  expect(code).toBe(0);
});

it(
  'names what is wrong with a configuration and exits with 1',
  async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'keyturn-config-')), 'keyturn.yaml');
    writeFileSync(
      file,
      readFileSync('docs/examples/keyturn.yaml', 'utf8').replace('connection: acme', 'connection: acmee'),
    );
    const { code, stdout, stderr } = await simulate('--config', file);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/keyturn\.yaml:\d+:\d+/);
    expect(stderr).toContain('acmee');
  },
  DEPLOYS,
);

it('names a configuration that is not there', async () => {
  const { code, stderr } = await simulate('--config', 'nowhere.yaml');
  expect(code).toBe(1);
  expect(stderr).toContain('nowhere.yaml');
});

it('names a folder that is not there before it lives through the days', async () => {
  const { code, stderr } = await simulate('--report', 'no/such/folder/report.html');
  expect(code).toBe(2);
  expect(stderr).toContain('--report no/such/folder/report.html: there is no folder');
});

it('refuses days that are not whole', async () => {
  const { code, stderr } = await simulate('--days', '1.5');
  expect(code).toBe(2);
  expect(stderr).toContain('--days');
});
