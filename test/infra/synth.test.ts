import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CfnTemplate } from './synthesized';

const ROOT = join(__dirname, '..', '..');
const BIN = join(ROOT, 'node_modules', '.bin');

/** No credentials, no region, no profile; and whatever runs finds this package's own tools and Node. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|CDK)_/.test(name))),
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  PATH: `${BIN}:${process.env.PATH}`,
};

it('cdk synth needs no credentials, and CloudFormation’s schemas have nothing against what it makes', () => {
  const out = mkdtempSync(join(tmpdir(), 'keyturn-synth-'));
  // The functions were built before any test; CI builds them as cdk.json says.
  const options = ['--quiet', '--strict', '--build', 'true', '-c', 'config=docs/examples/many-keys.yaml', '-o', out];
  const { status, stderr } = spawnSync('cdk', ['synth', ...options], { cwd: ROOT, env, encoding: 'utf8' });

  expect(stderr).not.toMatch(/error/i);
  expect(status).toBe(0);
  const template: CfnTemplate = JSON.parse(readFileSync(join(out, 'Keyturn.template.json'), 'utf8'));
  expect(Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function')).toHaveLength(8);
});

it('the app tells a mistake plainly, without a stack trace, and ends with a failure', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'keyturn-config-')), 'keyturn.yaml');
  writeFileSync(file, 'keys:\n  - id: a\n    usr: b\n');
  // As the CDK's command starts it, which has built the functions before.
  const app = { ...env, CDK_CLI_VERSION: '2', CDK_CONTEXT_JSON: JSON.stringify({ config: file }) };
  const { status, stderr } = spawnSync('tsx', ['infra/app.ts'], { cwd: ROOT, env: app, encoding: 'utf8' });

  expect(status).toBe(1);
  expect(stderr).toContain(`${file}:3:5 keys[0].usr: expected one of id, user, `);
  expect(stderr).not.toMatch(/^\s+at /m);
});
