// Deploys the stack with the real `cdk` into MiniStack, an AWS account that we did not write, and lives there. Plain
// JavaScript for Node 20: it starts before anything else of the project does.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { pythonEnvironment, root, windows } from './python-environment.mjs';

const executable = pythonEnvironment({
  name: 'ministack',
  // Its KMS makes keys that sign only beside this package.
  packages: ['ministack==1.5.33', 'cryptography'],
  // Its parts are replaced by name: another release may have other ones.
  assertions: "assert version('ministack') == '1.5.33'; version('cryptography')",
  unchecked: 'Deployments into MiniStack were',
});
const vitest = ['vitest', 'run', '--config', 'test/deploy/vitest.config.mts', ...process.argv.slice(2)];
const { status } = spawnSync('npx', vitest, {
  cwd: root,
  stdio: 'inherit',
  shell: windows,
  env: { ...process.env, KEYTURN_DEPLOY_PYTHON: executable('python') },
});
process.exitCode = status ?? 1;
