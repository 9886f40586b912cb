import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { BUNDLES } from '../../functions/core/names';
import { folderWithPackage, ROOT } from './apps';

describe('the package', () => {
  let files: readonly string[];
  const listed = () =>
    execFileSync('tar', ['tzf', inject('tarball')], { encoding: 'utf8' })
      .trim()
      .split('\n');
  beforeAll(() => {
    files = listed().map((file) => file.replace(/^package\//, ''));
  });

  it('has less than 5 MB packed', () => {
    expect(statSync(inject('tarball')).size).toBeLessThan(5_000_000);
  });

  it('holds the functions, the JSON Schemas, the examples, the types and what jsii needs', () => {
    const wanted = [
      ...BUNDLES.map((name) => `dist/functions/${name}/index.js`),
      ...[
        '',
        '.audit.v1',
        '.plan.v1',
        '.report.v2',
        '.simulate.v1',
        '.status.v1',
        '.connect.v1',
        '.datacenter.v1',
        '.doctor.v1',
        '.exits.v1',
        '.migrate.v1',
        '.validate.v1',
        '.init.v1',
        '.why.v1',
      ].map((about) => `dist/keyturn${about}.schema.json`),
      ...['dist/lib/index.js', 'dist/lib/app.js', 'dist/lib/types/infra/index.d.ts', 'dist/cli/keyturn.mjs', '.jsii'],
      ...[
        'docs/examples/keyturn.yaml',
        'dist/API.md',
        'dist/keyturn.sbom.cdx.json',
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
      ],
    ];
    expect(wanted.filter((file) => !files.includes(file))).toEqual([]);
  });

  it('holds nothing else, no source map among it', () => {
    const known = /^(dist\/(lib|cli|functions)\/|dist\/API\.md$|dist\/keyturn\.[\w.]+json$|docs\/)/;
    const others = files.filter((file) => !known.test(file)).sort();
    expect(others).toEqual(['.jsii', 'CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([]);
  });

  it('has no path of the machine that built it, asks for nothing but the CDK, and names what there is', () => {
    const folder = join(folderWithPackage(), 'node_modules', 'keyturn');
    for (const file of globSync('**/*', { cwd: folder }).filter((one) => statSync(join(folder, one)).isFile())) {
      const text = readFileSync(join(folder, file), 'utf8');
      // The pages are written by people, and show a folder of `/tmp` that the reader has.
      const paths = file.startsWith('docs/') ? [ROOT, homedir()] : [ROOT, homedir(), tmpdir()];
      for (const path of paths) expect(text.includes(`${path}/`), `${file}: ${path}`).toBe(false);
    }
    const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect(about.dependencies).toBeUndefined();
    expect(Object.keys(about.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    const named = [about.main, about.types, about.bin.keyturn, ...Object.values(about.exports['.'] as object)];
    for (const file of named) expect(existsSync(join(folder, file)), file).toBe(true);
  });
});
