import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEPLOYED_FUNCTIONS } from '../../functions/core/names';
import { bundleFunctions } from '../../infra/bundles/bundle';
import { writeJsonSchemas } from '../../infra/bundles/json-schemas';

const ROOT = join(__dirname, '..', '..');

describe('the package', () => {
  let files: readonly string[];

  // In a folder of its own: other tests build and read this package's dist at the same time.
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-package-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    for (const file of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md']) {
      copyFileSync(join(ROOT, file), join(folder, file));
    }
    for (const part of ['docs', 'test/infra', 'infra'])
      cpSync(join(ROOT, part), join(folder, part), { recursive: true });
    bundleFunctions({ to: join(folder, 'dist', 'functions') });
    writeJsonSchemas(join(folder, 'dist'));
    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const report: unknown = JSON.parse(packed);
    // npm 11 gives a list, npm 12 a map by name.
    const [entry] = Object.values(report as Record<string, { readonly files: readonly { readonly path: string }[] }>);
    files = (entry?.files ?? []).map(({ path }) => path);
  }, 60_000);

  it('holds the JSON Schemas and the examples that name one', () => {
    for (const about of ['', '.audit.v1', '.report.v2']) expect(files).toContain(`dist/keyturn${about}.schema.json`);
    expect(files).toContain('docs/examples/keyturn.yaml');
    expect(files).toContain('CHANGELOG.md');
  });

  it('holds the bundles of all functions', () => {
    for (const name of DEPLOYED_FUNCTIONS) expect(files).toContain(`dist/functions/${name}/index.js`);
  });

  it('holds nothing else', () => {
    expect(files.filter((file) => !/^(dist|docs\/examples)\//.test(file)).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
    ]);
  });

  it('is built before it is packed', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

    expect(scripts).toMatchObject({ prepack: 'npm run build', build: 'tsx infra/build.ts' });
  });
});
