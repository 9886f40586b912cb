import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { KeyturnStack } from '../../infra';
import { bundles, type CfnTemplate, templateOf } from './synthesized';

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

function cdkSynth(...options: readonly string[]) {
  const out = mkdtempSync(join(tmpdir(), 'keyturn-synth-'));
  const started = Date.now();
  const result = spawnSync('cdk', ['synth', '--quiet', '-o', out, ...options], { cwd: ROOT, env, encoding: 'utf8' });
  return { ...result, out, seconds: (Date.now() - started) / 1000 };
}

function templateIn(out: string): CfnTemplate {
  return JSON.parse(readFileSync(join(out, 'Keyturn.template.json'), 'utf8'));
}

const hasCfnLint = spawnSync('cfn-lint', ['--version'], { env }).status === 0;

describe('cdk synth', () => {
  const synthesized = cdkSynth();

  it('needs no credentials and less than 10 seconds', () => {
    const { status, stderr, out, seconds } = synthesized;

    expect(stderr).not.toMatch(/error/i);
    expect(status).toBe(0);
    // Other tests share the machine.
    expect(seconds).toBeLessThan(30);
    expect(
      Object.values(templateIn(out).Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function'),
    ).toHaveLength(4);
  });

  it('is the same when infra/app.ts runs without the CDK’s command, and builds the functions itself', () => {
    const out = mkdtempSync(join(tmpdir(), 'keyturn-synth-'));
    execFileSync('tsx', ['infra/app.ts'], {
      cwd: ROOT,
      env: { ...env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify({ config: 'docs/examples/keyturn.yaml' }) },
    });

    expect(Object.keys(templateIn(out).Resources)).toEqual(Object.keys(templateIn(synthesized.out).Resources));
  }, 60_000);

  it.skipIf(!hasCfnLint)(
    'leaves cfn-lint nothing to say',
    () => {
      const file = join(mkdtempSync(join(tmpdir(), 'keyturn-lint-')), 'template.json');
      const example = join(ROOT, 'docs', 'examples', 'many-keys.yaml');
      writeFileSync(
        file,
        JSON.stringify(templateOf(KeyturnStack.fromFile(new App(), 'Keyturn', example, { bundles }))),
      );
      // W3005: the CDK lets a function depend on its role although it refers to it.
      const lint = spawnSync('cfn-lint', ['--ignore-checks', 'W3005', '--', file], { encoding: 'utf8', env });

      expect(lint.stdout).toBe('');
      expect(lint.status).toBe(0);
    },
    60_000,
  );

  it('tells a mistake plainly, without a stack trace', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'keyturn-config-')), 'keyturn.yaml');
    writeFileSync(file, 'keys:\n  - id: a\n    usr: b\n');
    const { status, stderr } = cdkSynth('-c', `config=${file}`);

    expect(status).not.toBe(0);
    expect(stderr).toContain(`${file}:2:5 keys[0].user: expected text, found nothing; add "user:" here\n`);
    expect(stderr).toContain(`${file}:3:5 keys[0].usr: expected one of id, user, `);
    expect(stderr).not.toMatch(/^\s+at /m);
  }, 60_000);
});
