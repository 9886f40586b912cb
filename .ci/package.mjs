// Packs the package, and lives with it as those do who install it: a TypeScript, a Python and a Go app, and the command.
// Plain JavaScript for Node 20: it starts before anything else of the project does.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { leaveOut, pythonEnvironment, root, windows } from './python-environment.mjs';

const executable = pythonEnvironment({
  name: 'bindings',
  packages: ['aws-cdk-lib>=2.230', 'jsii>=1.140', 'setuptools', 'wheel', 'twine>=6.1'],
  assertions: "version('aws-cdk-lib'); version('jsii'); version('wheel'); version('twine')",
  unchecked: 'The package for Python was',
});
// Where Go's own installer puts it, which not every path names.
const PATH = [process.env.PATH, '/usr/local/go/bin'].join(path.delimiter);
if (spawnSync('go', ['version'], { stdio: 'ignore', shell: windows, env: { ...process.env, PATH } }).status !== 0) {
  leaveOut('The package for Go was', 'no go is on the path.');
}
const vitest = ['vitest', 'run', '--config', 'test/package/vitest.config.mts', ...process.argv.slice(2)];
const { status } = spawnSync('npx', vitest, {
  cwd: root,
  stdio: 'inherit',
  shell: windows,
  env: { ...process.env, PATH, KEYTURN_PACKAGE_PYTHON: executable('python') },
});
process.exitCode = status ?? 1;
