// A virtual environment for one purpose, in .venv. Plain JavaScript for Node 20: it starts before anything else of the
// project does.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const windows = process.platform === 'win32';
const ci = process.env.CI === 'true' || process.env.CI === '1';

/**
 * Makes the environment where it is missing.
 *
 * @param name of the environment, and of the main package
 * @param packages what pip installs
 * @param assertions Python that fails where these packages are not installed; `version` is importlib's
 * @param unchecked what goes unchecked without it, for the notice
 * @returns the path of one of its executables, by name
 */
export function pythonEnvironment({ name, packages, assertions, unchecked }) {
  const environment = path.join(root, '.venv', name);
  const executable = (file) => path.join(environment, windows ? 'Scripts' : 'bin', windows ? `${file}.exe` : file);
  if (works(executable('python'), `from importlib.metadata import version; ${assertions}`)) return executable;
  const python = ['python3', 'python'].find((command) => works(command, 'import venv'));
  if (python === undefined) leaveOut(unchecked, 'no python3 with the venv module is on the path.');
  console.log(`Installing ${name} into .venv/${name}; this happens once and takes a minute.`);
  if (!run(python, ['-m', 'venv', environment])) leaveOut(unchecked, 'python3 could not make a virtual environment.');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages];
  if (!run(executable('python'), pip)) leaveOut(unchecked, `pip could not install ${name}.`);
  return executable;
}

/** Ends the run: a failure where a machine checks, a loud notice on a laptop. */
export function leaveOut(unchecked, reason) {
  const bar = '='.repeat(80);
  console.error(`\n${bar}\n${unchecked} NOT checked: ${reason}\n${bar}\n`);
  process.exit(ci ? 1 : 0);
}

function works(python, script) {
  const found = path.isAbsolute(python) ? existsSync(python) : true;
  return found && spawnSync(python, ['-c', script], { stdio: 'ignore' }).status === 0;
}

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

/** A port of loopback that nobody uses now. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
