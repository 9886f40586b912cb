import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FunctionProcess } from './function-process';

function processOf(script: string, memorySize = 256): FunctionProcess {
  const codeDirectory = mkdtempSync(join(tmpdir(), 'keyturn-process-'));
  writeFileSync(join(codeDirectory, 'index.js'), script);
  const own = new FunctionProcess({
    codeDirectory,
    handler: 'index.handler',
    memorySize,
    environment: { COLOUR: 'blue' },
  });
  onTestFinished(async () => {
    await own.close();
    rmSync(codeDirectory, { recursive: true, force: true });
  });
  return own;
}

const MB = 2 ** 20;

describe('a function in a process of its own', () => {
  it('gets its event, its time and its own environment only, and its lines are kept', async () => {
    const own = processOf(`exports.handler = async (event, context) => {
      console.log('a line');
      const { COLOUR, HOME } = process.env;
      return { event, COLOUR, HOME, left: context.getRemainingTimeInMillis() };
    };`);
    const { result, error, lines } = await own.invoke({ a: 1 }, 60_000);
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ event: { a: 1 }, COLOUR: 'blue' });
    expect(result).not.toHaveProperty('HOME');
    expect((result as { readonly left: number }).left).toBeGreaterThan(50_000);
    expect(lines).toEqual(['a line']);
  });

  it('tells its own peak of memory, not that of the process that made it', async () => {
    const ballast = Buffer.alloc(300 * MB, 1);
    const own = processOf(`exports.handler = async () => { Buffer.alloc(80 * ${MB}, 1); };`);
    const { cost } = await own.invoke({}, 60_000);
    expect(ballast).toHaveLength(300 * MB);
    expect(cost?.peakRss).toBeGreaterThan(80 * MB);
    expect(cost?.peakRss).toBeLessThan(250 * MB);
  });

  it('is killed when its time is up', async () => {
    const own = processOf('exports.handler = () => new Promise(() => {});');
    expect((await own.invoke({}, 300)).error).toContain('timed out after 300 ms');
  });

  it('fails with what its handler threw, and goes on', async () => {
    const own = processOf(
      `exports.handler = async ({ fail }) => { if (fail) throw new Error('broken'); return 'fine'; };`,
    );
    expect((await own.invoke({ fail: true }, 60_000)).error).toContain('broken');
    expect((await own.invoke({ fail: false }, 60_000)).result).toBe('fine');
  });

  it('dies when its heap does not fit its memory', async () => {
    const own = processOf('exports.handler = async () => { const all = []; for (;;) all.push([all.length]); };', 64);
    const { error, cost } = await own.invoke({}, 60_000);
    expect(error).toContain('the process ended');
    expect(cost).toBeUndefined();
  });
});
