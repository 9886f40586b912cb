import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { synthesized } from '../support/deployed-world';
import { typed } from './typed';

/** Real ms, for what deploys a stack: on a machine that does other things too. */
const DEPLOYS = 120_000;

it(
  'prints a timeline, the keys and a verdict for people, and writes the report in the format that is asked for',
  async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'keyturn-start-')), 'report.csv');
    const { code, stdout } = await typed(['simulate', '--days', '21', '--report', file, '--report-format', 'csv'], {
      synthesize: (config) => synthesized(config),
    });
    expect(readFileSync(file, 'utf8')).toMatch(/^id,user,arn,.*\r\n/);
    for (const event of ['created', 'proved', 'stored', 'delivered', 'deactivated', 'deleted'])
      expect(stdout).toContain(event);
    expect(stdout).toMatch(/torn for \d+ ms/);
    expect(stdout).toContain('held K1');
    expect(stdout.trimEnd().split('\n').slice(-2)).toEqual([file, pathToFileURL(file).href]);
    expect(code).toBe(0);
  },
  DEPLOYS,
);
