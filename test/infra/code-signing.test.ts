import { appendFileSync, cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { zipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { BUNDLES, bundleOf, DEPLOYED_FUNCTIONS, PROVIDER } from '../../functions/core/names';
import { KeyturnStack } from '../../infra';
import { BUNDLES_FOLDER } from '../../infra/bundles/bundles-folder';
import { codeToSign, writeCodeToSign } from '../../infra/bundles/code-to-sign';
import type { World } from '../../local/world';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { ACCOUNT, REGION } from './deployed';
import {
  bundles,
  type CfnTemplate,
  errorsOf,
  ONE_KEY,
  resourcesOf,
  stackOf,
  synthesize,
  templateOf,
} from './synthesized';

const CONFIG = `arn:aws:lambda:${REGION}:${ACCOUNT}:code-signing-config:csc-0123456789abcdef0`;
const audit: ConfigInput['audit'] = { archive: { years: 7 }, report: {} };
const provider: ConfigInput['provider'] = {
  bitbucket: { workspace: 'acme', workspaceUuid: '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}' },
  endpoint: true,
  rules: [
    {
      name: 'shop',
      repositoryUuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}',
      anyStep: true,
      keys: [{ id: 'web-shop' }],
    },
  ],
};
const signed: ConfigInput = {
  ...ONE_KEY,
  operators: true,
  provider,
  audit,
  deployment: { codeSigning: { config: CONFIG, bucket: 'acme-signed-code', prefix: 'keyturn/eu' } },
};

const codeOf = (template: CfnTemplate) =>
  resourcesOf(template, 'AWS::Lambda::Function').map(({ Properties }) => Properties.Code as Record<string, unknown>);
const keysOf = (template: CfnTemplate) => codeOf(template).map(({ S3Key }) => String(S3Key));

/** The bundles of the tests, to change. */
function copied(): string {
  const to = mkdtempSync(join(tmpdir(), 'keyturn-code-'));
  cpSync(bundles, to, { recursive: true });
  return to;
}

describe('deployment.codeSigning', () => {
  const template = synthesize(signed);

  it('has every function take the signed code of just its bundle, and refuse what that profile did not sign', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function');
    expect(functions).toHaveLength(DEPLOYED_FUNCTIONS.length + 1);
    for (const { Properties } of functions) expect(Properties.CodeSigningConfigArn).toBe(CONFIG);

    const code = [...DEPLOYED_FUNCTIONS.map(bundleOf), PROVIDER];
    const names = code.map((name) => `keyturn/eu/${codeToSign(join(bundles, name)).name}`);
    expect([...keysOf(template)].sort()).toEqual([...names].sort());
    expect(codeOf(template)).toEqual(keysOf(template).map((S3Key) => ({ S3Bucket: 'acme-signed-code', S3Key })));
  });

  it('publishes no code by the bucket of the bootstrap stack, which others write to', () => {
    const published = (config: ConfigInput) => {
      const app = new App();
      new KeyturnStack(app, 'Keyturn', { bundles, config });
      const manifest = JSON.parse(readFileSync(join(app.synth().directory, 'Keyturn.assets.json'), 'utf8'));
      const files: readonly { readonly source: { readonly path: string } }[] = Object.values(manifest.files);
      return files.filter(({ source }) => !source.path.endsWith('.template.json')).length;
    };
    expect(published({ ...ONE_KEY, operators: true, audit, provider })).toBe(BUNDLES.length);
    expect(published(signed)).toBe(0);
  });

  it('asks for another object when the code is another, and for the same when it is not', () => {
    const changed = copied();
    appendFileSync(join(changed, 'rotate', 'index.js'), '// changed\n');
    const [before, same, after] = [bundles, copied(), changed].map((folder) =>
      keysOf(templateOf(stackOf(signed, { bundles: folder }))),
    );

    expect(same).toEqual(before);
    const differ = after?.filter((key) => before?.includes(key) !== true);
    expect(differ).toEqual([expect.stringMatching(/^keyturn\/eu\/rotate-[0-9a-f]{64}\.zip$/)]);
  });

  it('is off by default, adds no resource, and is found under keyturn/', () => {
    const plain = synthesize({ ...ONE_KEY, operators: true, audit, provider });
    expect(JSON.stringify(plain)).not.toContain('CodeSigningConfigArn');
    expect(Object.keys(template.Resources)).toEqual(Object.keys(plain.Resources));

    const codeSigning = { config: CONFIG, bucket: 'acme-signed-code' };
    for (const key of keysOf(synthesize({ ...ONE_KEY, deployment: { codeSigning } })))
      expect(key).toMatch(/^keyturn\/(rotate|deactivate|delete|sync)-[0-9a-f]{64}\.zip$/);
  });

  it.each<[string, object]>([
    ['config', { config: 'csc-0123456789abcdef0' }],
    ['config', { config: `arn:aws:signer:${REGION}:${ACCOUNT}:/signing-profiles/keyturn` }],
    ['bucket', { bucket: 's3://acme-signed-code' }],
    ['prefix', { prefix: 'keyturn/' }],
    ['prefix', { prefix: '/keyturn' }],
    ['prefix', { prefix: 'a//b' }],
  ])('refuses a wrong %s: %j', (name, wrong) => {
    const codeSigning = { config: CONFIG, bucket: 'acme-signed-code', ...wrong };
    const errors = errorsOf(stackOf({ ...ONE_KEY, deployment: { codeSigning } }));
    expect(errors).toEqual([expect.stringContaining(`deployment.codeSigning.${name}: expected`)]);
  });
});

describe('a deployment of signed code, with the built bundles', () => {
  const Bucket = 'acme-signed-code';
  const config = { ...ONE_KEY, deployment: { codeSigning: { config: CONFIG, bucket: Bucket } } };
  /** What AWS Signer gives back: the same files, and its signature beside them. */
  const withSignature = (name: string) => {
    const folder = join(BUNDLES_FOLDER, name);
    const files = ['index.js', 'index.js.map'].map((file) => [file, readFileSync(join(folder, file))] as const);
    const signature = { 'META_INF/aws_signer_signature_v1.0.SF': Buffer.from('signature') };
    return Buffer.from(zipSync({ ...Object.fromEntries(files), ...signature }));
  };
  // A deployment that fails leaves its world open.
  const worlds: World[] = [];
  afterEach(() => Promise.all(worlds.splice(0).map((world) => world.close())));
  const open = (archiveOf: (name: string) => Uint8Array | undefined) =>
    DeployedWorld.open(synthesized(config), {
      before: (world) => {
        worlds.push(world);
        const { s3 } = world.account;
        s3.createBucket(Bucket);
        for (const name of BUNDLES) {
          const Key = `keyturn/${codeToSign(join(BUNDLES_FOLDER, name)).name}`;
          const archive = archiveOf(name);
          if (archive !== undefined) s3.putObject({ Bucket, Key, Body: new Uint8Array(archive) });
        }
      },
    });

  it('rotates and delivers as before', async () => {
    const world = await open(withSignature);
    await world.until(0, 2);
    expect(world.history()).toContain('sync version-delivered');
    expect(world.deployment.functions.every(({ codeDirectory }) => !codeDirectory.startsWith(BUNDLES_FOLDER))).toBe(
      true,
    );
  });

  it('fails, and runs nothing, where the code was not signed before, or was copied without its signature', async () => {
    await expect(open(() => undefined)).rejects.toThrow('S3 Error Code: NoSuchKey');
    const unsigned = (name: string) => codeToSign(join(BUNDLES_FOLDER, name)).archive;
    await expect(open(unsigned)).rejects.toThrow('CodeVerificationFailedException');
  });
});

describe('the code to sign', () => {
  it('has the same bytes for the same files, whenever and in whatever folder they are', () => {
    const [once, again] = [bundles, copied()].map((folder) => codeToSign(join(folder, 'sync')));
    expect(again?.name).toBe(once?.name);
    expect(Buffer.compare(again?.archive ?? Buffer.of(), once?.archive ?? Buffer.of(0))).toBe(0);
  });

  it('has another name for each file that is another, the source map too', () => {
    const folder = copied();
    const names = new Set([codeToSign(join(folder, 'sync')).name]);
    writeFileSync(join(folder, 'sync', 'index.js.map'), '{}');
    names.add(codeToSign(join(folder, 'sync')).name);
    writeFileSync(join(folder, 'sync', 'index.js.map'), '{ }');
    names.add(codeToSign(join(folder, 'sync')).name);
    expect(names.size).toBe(3);
  });

  it('is written under the names that a deployment asks for, and nothing of before is left beside it', () => {
    const to = mkdtempSync(join(tmpdir(), 'keyturn-code-'));
    writeFileSync(join(to, 'rotate-0.zip'), '');
    const files = writeCodeToSign(to, bundles).map((file) => basename(file));

    const asked = new Set(keysOf(synthesize(signed)).map((key) => basename(key)));
    expect([...files].sort()).toEqual([...asked].sort());
    expect(files).not.toContain('rotate-0.zip');
  });
});
