// Runs cfn-lint on synthesized templates: those that are named, or the one in cdk.out. Installs it into a virtual environment of its own when it is not there; on
// a machine without Python it says loudly that it was not run, and in CI that is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const named = process.argv.slice(2);
const templates = named.length > 0 ? named : ['cdk.out/Keyturn.template.json'];
// W3005: the CDK lets a function depend on its role, although it refers to it anyway.
const ignored = ['--ignore-checks', 'W3005'];
const venv = join('.venv', 'cfn-lint');

function run(command, ...args) {
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0;
}

function onPath() {
  return spawnSync('cfn-lint', ['--version'], { stdio: 'ignore' }).status === 0;
}

function installed() {
  const lint = join(venv, 'bin', 'cfn-lint');
  if (existsSync(lint)) return lint;
  const made =
    run('python3', '-m', 'venv', venv) && run(join(venv, 'bin', 'pip'), 'install', '--quiet', 'cfn-lint==1.*');
  return made ? lint : undefined;
}

const absent = templates.filter((template) => !existsSync(template));
if (absent.length > 0) {
  console.error(`${absent.join(', ')} is not there: run npx cdk synth first.`);
  process.exit(1);
}
const lint = onPath() ? 'cfn-lint' : installed();
if (lint === undefined) {
  console.error('SKIPPED: cfn-lint could not be installed (is python3 there?). The template was not linted.');
  process.exit(process.env.CI === 'true' ? 1 : 0);
}
process.exit(run(lint, '--non-zero-exit-code', 'warning', ...ignored, '--', ...templates) ? 0 : 1);
