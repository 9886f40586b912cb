// Packs the package, and lives with it as those do who install it: a TypeScript, a Python and a Go app, and the command.
// Plain JavaScript for Node 20: it starts before anything else of the project does.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { leaveOut, pythonEnvironment, root, windows } from './python-environment.mjs';

const executable = pythonEnvironment({
  name: 'bindings',
  packages: ['aws-cdk-lib>=2.230', 'jsii>=1.140', 'setuptools', 'wheel'],
  assertions: "version('aws-cdk-lib'); version('jsii'); version('wheel')",
  unchecked: 'The package for Python was',
});
if (spawnSync('go', ['version'], { stdio: 'ignore', shell: windows }).status !== 0) {
  leaveOut('The package for Go was', 'no go is on the path.');
}
const vitest = ['vitest', 'run', '--config', 'test/package/vitest.config.mts', ...process.argv.slice(2)];
const { status } = spawnSync('npx', vitest, {
  cwd: root,
  stdio: 'inherit',
  shell: windows,
  env: { ...process.env, KEYTURN_PACKAGE_PYTHON: executable('python') },
});
process.exitCode = status ?? 1;
