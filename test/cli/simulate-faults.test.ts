import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulateSchema } from '../../cli/documents/simulate';
import { drawEpisodes, quietDays } from '../../cli/rehearsal/faults/draw';
import { FAULT_KINDS } from '../../cli/rehearsal/faults/kinds';
import type { Report } from '../../cli/rehearsal/rehearse';
import { renderFaultyLife } from '../../cli/render/rehearsal-faults';
import { synthesized } from '../support/deployed-world';
import { type Typed, typed } from './typed';

/** Real ms, for what deploys a stack: on a machine that does other things too. */
const DEPLOYS = 120_000;

describe('the faults of a life', () => {
  it('are the same for a seed, of every kind, and leave the last days quiet', () => {
    const drawn = drawEpisodes('seven', 365, FAULT_KINDS);
    expect(drawEpisodes('seven', 365, FAULT_KINDS)).toEqual(drawn);
    expect(drawEpisodes('eight', 365, FAULT_KINDS)).not.toEqual(drawn);
    expect(new Set(drawn.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    expect(drawn).toHaveLength(73);
    expect(Math.max(...drawn.map(({ from }) => from))).toBeLessThan((365 - 10) * 86_400_000);
  });

  it('are of every kind that is asked for in the shortest life, too', () => {
    const drawn = drawEpisodes('seven', 1, ['killed', 'drift']);
    expect(drawn.map(({ kind }) => kind).sort()).toEqual(['drift', 'killed']);
    expect([1, 8, 400].map(quietDays)).toEqual([1, 2, 10]);
  });
});

describe('simulate --faults', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'keyturn-faults-')), 'report.csv');
  let lived: Typed;
  beforeAll(async () => {
    const faults = ['--faults', 'killed,skipped-run,drift,host-error', '--days', '4', '--seed', 'short', '--json'];
    const report = ['--report', file, '--report-format', 'csv'];
    lived = await typed(['simulate', '-c', 'docs/examples/keyturn.yaml', ...faults, ...report], {
      synthesize: (config) => synthesized(config),
    });
  }, DEPLOYS);
  afterAll(() => rmSync(join(file, '..'), { recursive: true }));

  it('strikes, and every promise holds', () => {
    const { faults, promises, pipelineLogins, again } = simulateSchema.parse(JSON.parse(lived.stdout));
    expect(promises.filter(({ held }) => !held)).toEqual([]);
    expect(promises.map(({ promise }) => promise)).toEqual(
      expect.arrayContaining(['K1', 'K2', 'K3', 'K4', 'K5', 'K6', 'K7', 'K8', 'K9', 'K10', 'K11', 'K13']),
    );
    expect(faults?.kinds.map(({ kind }) => kind)).toEqual(['killed', 'skipped-run', 'host-error', 'drift']);
    expect(faults?.kinds.filter(({ strikes }) => strikes > 0).length).toBeGreaterThan(1);
    expect(pipelineLogins).toBeGreaterThan(10);
    expect(again).toBe(
      'keyturn simulate -c docs/examples/keyturn.yaml --faults killed,skipped-run,host-error,drift --days 4 --seed short',
    );
    expect(lived.code).toBe(0);
  });

  it('tells people in 80 columns what struck, what came of it, and what that proves', () => {
    const report: Report & { readonly again: string } = JSON.parse(lived.stdout);
    const text = stripVTControlCharacters(renderFaultyLife(report, report.again));
    for (const line of text.split('\n').filter((one) => !one.startsWith('keyturn simulate')))
      expect(line.length, line).toBeLessThanOrEqual(80);
    for (const part of ['What went wrong', 'in order again', 'held K1', 'Every promise held.', report.again])
      expect(text).toContain(part);
  });

  it('names the first case of a broken promise, and the command that lives it again', () => {
    const report: Report & { readonly again: string } = JSON.parse(lived.stdout);
    const violation = { promise: 'K1', at: '2026-01-02T03:04:05.000Z', key: 'shop', message: 'a pipeline failed' };
    const promises = report.promises.map((one) => (one.promise === 'K1' ? { ...one, held: false } : one));
    const faults = { ...report.faults, violations: [violation] } as Report['faults'];
    const text = stripVTControlCharacters(renderFaultyLife({ ...report, held: false, promises, faults }, report.again));
    expect(text).toContain('BROKE K1');
    expect(text).toContain('First, on 2026-01-02 03:04:05 UTC (K1, shop): a pipeline failed.');
    expect(text).toContain(report.again);
    expect(text).not.toContain('Every promise held');
  });

  it.each([
    [['--faults', 'killed,earthquake'], 'there is no fault earthquake'],
    [['--faults', '--serve'], '--faults goes with neither --serve nor --naive'],
  ])('%j means nothing', async (args, says) => {
    const { code, stderr } = await typed(['simulate', ...args]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(says) });
  });
});
