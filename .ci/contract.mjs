// Runs the contract suite against moto, an AWS that we did not write. Plain JavaScript for Node 20: it starts before
// anything else of the project does.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const windows = process.platform === 'win32';
const environment = path.join(root, '.venv', 'moto');
const bin = path.join(environment, windows ? 'Scripts' : 'bin');
const executable = (name) => path.join(bin, windows ? `${name}.exe` : name);
const ci = process.env.CI === 'true' || process.env.CI === '1';

/** Ends the run when moto cannot be had: a failure where a machine checks, a loud notice on a laptop. */
function withoutMoto(reason) {
  const bar = '='.repeat(80);
  console.error(`\n${bar}\nThe contract against moto was NOT checked: ${reason}\n${bar}\n`);
  process.exit(ci ? 1 : 0);
}

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

function python() {
  const works = (name) => spawnSync(name, ['-c', 'import venv'], { stdio: 'ignore' }).status === 0;
  return ['python3', 'python'].find(works);
}

function hasPackages() {
  const script = [
    'from importlib.metadata import version',
    "assert version('moto').startswith('5.2.')",
    "version('awscli'), version('flask')",
  ].join('; ');
  const interpreter = executable('python');
  return existsSync(interpreter) && spawnSync(interpreter, ['-c', script], { stdio: 'ignore' }).status === 0;
}

function install() {
  if (hasPackages()) return;
  const interpreter = python();
  if (interpreter === undefined) withoutMoto('no python3 with the venv module is on the path.');
  console.log('Installing moto into .venv/moto; this happens once and takes a minute.');
  if (!run(interpreter, ['-m', 'venv', environment])) withoutMoto('python3 could not make a virtual environment.');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  if (!run(executable('python'), [...pip, 'moto[server]==5.2.*', 'awscli'])) withoutMoto('pip could not install moto.');
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilItAnswers(url, moto) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    if (moto.exitCode !== null) break;
    const answer = await fetch(`${url}/moto-api/`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error('moto_server did not answer within a minute.');
}

async function main() {
  install();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const moto = spawn(executable('moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // moto writes a line for every request; only the last ones matter, and only when something went wrong.
  let log = '';
  moto.stderr.on('data', (text) => {
    log = (log + text).slice(-4000);
  });
  const stop = () => moto.kill();
  process.once('exit', stop);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  try {
    await untilItAnswers(url, moto).catch((error) => {
      throw new Error(`${error.message}\n${log}`);
    });
    const vitest = spawn('npx', ['vitest', 'run', '--config', 'local/test/contract/moto/vitest.config.mts'], {
      cwd: root,
      stdio: 'inherit',
      shell: windows,
      env: { ...process.env, MOTO_URL: url },
    });
    return await new Promise((resolve, reject) => {
      vitest.once('error', reject);
      vitest.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    stop();
  }
}

process.exitCode = await main();
