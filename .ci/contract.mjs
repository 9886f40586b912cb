// Runs the contract suite against moto, an AWS that we did not write. Plain JavaScript for Node 20: it starts before
// anything else of the project does.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, pythonEnvironment, root, windows } from './python-environment.mjs';

async function untilItAnswers(url, moto) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    if (moto.exitCode !== null) break;
    const answer = await fetch(`${url}/moto-api/`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error('moto_server did not answer within a minute.');
}

async function main() {
  const executable = pythonEnvironment({
    name: 'moto',
    packages: ['moto[server]==5.2.*', 'awscli'],
    assertions: "assert version('moto').startswith('5.2.'); version('awscli'), version('flask')",
    unchecked: 'The contract against moto was',
  });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const moto = spawn(executable('moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Without it moto knows none of AWS's own policies.
    env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
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
