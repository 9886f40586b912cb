import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { emptyFolder, ROOT } from './apps';

interface Job {
  readonly permissions: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}
interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<Record<'check' | 'publish', Job>>;
}

describe('a release', () => {
  it('is what npm takes, as it is: everything but the last step of publishing it', () => {
    const args = ['publish', '--dry-run', '--json', '--access', 'public', inject('tarball')];
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd: emptyFolder(), encoding: 'utf8' });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ keyturn: { id: 'keyturn@0.1.0', bundled: [] } });
    // npm says so where it changes a package.json that is not in order.
    expect(stderr).not.toContain('auto-corrected');
  });

  it('has a workflow that runs no code of others, and gives its identity to the step that publishes alone', () => {
    const text = readFileSync(join(ROOT, '.github', 'workflows', 'release.yml'), 'utf8');
    const { permissions, jobs }: Workflow = parse(text);
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    expect(steps.flatMap(({ uses }) => uses ?? [])).toEqual([]);
    expect(permissions).toEqual({});
    expect(jobs.check.permissions).toEqual({ contents: 'read' });
    expect(jobs.publish.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(jobs.publish.environment).toBe('release');
    // No token is kept anywhere.
    expect(text).not.toMatch(/secrets\.|_TOKEN|_PASSWORD/);
    const [checkout, again] = [jobs.check.steps[0]?.run, jobs.publish.steps[0]?.run];
    expect(checkout).toBe(again);
    for (const [, tool = ''] of text.matchAll(/npx ([\w-]+)/g)) {
      expect(existsSync(join(ROOT, 'node_modules', tool)), tool).toBe(true);
    }
  });
});
