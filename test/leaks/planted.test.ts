import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formsOf } from '../../cli/rehearsal/witness/forms';
import { CanaryLife } from './canary-life';
import { hunt } from './hunt';
import { capturePrinted, commandLines, filesIn } from './surroundings';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE"KEY';
const secrets = new Map([['canary', SECRET]]);

describe('a planted leak is found', () => {
  it.each(formsOf(SECRET).map(({ name, text }) => [name, text] as const))('%s', (_name, text) => {
    expect(hunt([{ place: 'log', text: `before ${text} after` }], secrets).length).toBeGreaterThan(0);
  });

  it('in base64 of any text around it, as a Basic header has it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.constantFrom('base64', 'base64url', 'hex'), (left, right, encoding) => {
        const text = Buffer.from(left + SECRET + right).toString(encoding);
        expect(hunt([{ place: 'log', text }], secrets).length).toBeGreaterThan(0);
      }),
    );
  });

  it('and a text without it is not', () => {
    const text = `${SECRET.slice(0, 12)} ${SECRET.slice(-12)} ${Buffer.from(SECRET.slice(0, 9)).toString('base64')}`;
    expect(hunt([{ place: 'log', text }], secrets)).toEqual([]);
  });

  it('and the report names it without quoting it', () => {
    expect(JSON.stringify(hunt([{ place: 'log', text: `x ${SECRET}` }], secrets))).not.toContain(SECRET.slice(0, 12));
  });

  it('on standard output, in a file, and in the arguments of a child process', async () => {
    const printed = capturePrinted();
    process.stdout.write(`${SECRET}\n`);
    printed.release();
    expect(hunt([{ place: 'printed', text: printed.text() }], secrets).length).toBeGreaterThan(0);

    const folder = mkdtempSync(join(tmpdir(), 'keyturn-planted-'));
    writeFileSync(join(folder, 'trace.log'), SECRET);
    expect(hunt(filesIn(folder, 'temporary file'), secrets).length).toBeGreaterThan(0);
    rmSync(folder, { recursive: true });

    if (process.platform !== 'linux') return;
    const child = execFile(process.execPath, ['-e', 'process.stdin.resume()', SECRET]);
    await once(child, 'spawn');
    const found = hunt(commandLines(), secrets);
    child.kill();
    expect(found.map(({ place }) => place)).toContain(`arguments of process ${child.pid}`);
  });

  it('in the deployed bundle: a log line that quotes what was stored', async () => {
    // Whoever debugs at the wrong place sees every document that is parsed.
    const careless =
      'const parse = JSON.parse; JSON.parse = (text, ...rest) => { if (String(text).includes("secretAccessKey")) ' +
      'console.log("parsing", Buffer.from(text).toString("base64")); return parse(text, ...rest); };\n';
    const life = await CanaryLife.start((bundle) => careless + bundle);
    await life.deployed.until(0, 4);
    const leaks = hunt(life.written(), life.canaries.secrets);
    await life.deployed.close();

    expect(new Set(leaks.map(({ place }) => place))).toEqual(new Set(['logs, audit events and metrics']));
    expect(leaks.some(({ secret, form }) => secret.startsWith('secret of AKIA') && form.startsWith('base64'))).toBe(
      true,
    );
  });
});
