import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';

export const ROOT = join(import.meta.dirname, '..', '..');
/** What people start, and not what runs this test: it may be older. */
export const PATH = (process.env.PATH ?? '')
  .split(':')
  .filter((folder) => !folder.includes('node_modules'))
  .join(':');

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder of somebody who uses the package. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-app-'));
  folders.push(folder);
  return folder;
}

/**
 * A folder in which `npm install keyturn` has run. The peers are this checkout's, so that no registry is asked.
 *
 * @param others what is installed beside it
 */
export function folderWithPackage(tarball = inject('tarball'), ...others: readonly string[]): string {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true }));
  const peers = ['aws-cdk-lib', 'constructs', ...others].map((name) => join(ROOT, 'node_modules', name));
  const options = ['--offline', '--install-links=false', '--no-audit', '--no-fund', '--silent'];
  execFileSync('npm', ['install', ...options, tarball, ...peers], {
    cwd: folder,
    stdio: 'pipe',
    env: environment(),
  });
  return folder;
}

export function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  // jsii's word on versions of Node.js is for whoever chose it.
  const go = Object.entries(process.env).filter(([name]) => name.startsWith('GO'));
  return {
    ...Object.fromEntries(go),
    HOME: process.env.HOME,
    PATH,
    JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1',
    ...more,
  };
}

/** Copies one of the apps of the documentation. */
export function copyApp(file: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(ROOT, 'docs', 'examples', 'apps', file), join(folder, file));
}

/** Runs an app and reads the template that it made. */
export function templateOf(command: string, args: readonly string[], folder: string): unknown {
  const out = join(folder, 'cdk.out');
  const { status, stderr, stdout } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: environment({ CDK_OUTDIR: out }),
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${stdout}${stderr}`);
  return JSON.parse(readFileSync(join(out, 'Pipelines.template.json'), 'utf8'));
}
