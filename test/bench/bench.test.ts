import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(__dirname, '..', '..');

/** Runs the bench as npm does. */
function bench(
  ...args: string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const command = [join(ROOT, 'node_modules', '.bin', 'tsx'), join(ROOT, 'test', 'bench', 'main.ts'), ...args];
    const child = execFile(process.execPath, command, { cwd: ROOT, maxBuffer: 2 ** 24 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('npm run bench', () => {
  it('prints one size as one JSON document, and nothing else', async () => {
    const { code, stdout } = await bench('--keys', '20', '--json');
    const document: unknown = JSON.parse(stdout);
    expect(document).toMatchObject({
      sizes: [
        {
          keys: 20,
          quiet: [{ run: 'rotate', errors: [] }, { run: 'deactivate' }, { run: 'delete' }, { run: 'sync' }],
          scan: { isExtrapolated: false, sampled: 20 },
          rotations: [{ due: 1, unfinished: [] }],
        },
      ],
      tears: [{ latency: 20 }, { latency: 100 }, { latency: 400 }],
      provider: { own: {}, floor: {}, perSecond: { own: expect.any(Number), process: expect.any(Number) } },
    });
    const { met, targets } = document as {
      readonly met: boolean;
      readonly targets: readonly { readonly met: boolean }[];
    };
    expect(met).toBe(targets.every((target) => target.met));
    // Twenty keys cannot carry what every run costs, so the bench says that a target is missed.
    expect({ met, code }).toEqual({ met: false, code: 1 });
  }, 300_000);

  it('says what is wrong with an option, and what there is', async () => {
    const wrong = await bench('--keys', 'many');
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('expected a whole number from 1 to 20000');
    const help = await bench('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('--hand-over');
  });
});
