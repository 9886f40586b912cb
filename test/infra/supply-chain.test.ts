import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ARCHIVE_FUNCTION, FUNCTION_NAMES, PROVIDER, REPORT_FUNCTION } from '../../functions/core/names';

const ROOT = join(__dirname, '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.string().optional(),
      inBundle: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
    }),
  ),
});
const { packages } = lockSchema.parse(JSON.parse(read('package-lock.json')));
const locked = Object.entries(packages).filter(([path]) => path !== '');

/** Packages whose code is in a function's bundle, by the bundle's own source map. */
function bundledBy(functions: readonly string[]): readonly string[] {
  const names = functions.flatMap((name) => {
    const { sources } = z
      .object({ sources: z.array(z.string()) })
      .parse(JSON.parse(read(`dist/functions/${name}/index.js.map`)));
    return sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []);
  });
  return [...new Set(names)].sort();
}

const bundled = bundledBy(FUNCTION_NAMES);
const bundledByReport = bundledBy([REPORT_FUNCTION]);
const bundledByProvider = bundledBy([PROVIDER]);

describe('the supply chain', () => {
  it('is locked: every package has the hash of its content', () => {
    const unlocked = locked.filter(([, { integrity, inBundle }]) => integrity === undefined && inBundle !== true);

    expect(locked.length).toBeGreaterThan(100);
    expect(unlocked.map(([path]) => path)).toEqual([]);
  });

  it('runs install scripts of the packages that are allowed to, and no other has one', () => {
    const { allowScripts } = z
      .object({ allowScripts: z.record(z.string(), z.boolean()) })
      .parse(JSON.parse(read('package.json')));
    const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);

    expect(scripted.filter((path) => !/\/fsevents$/.test(path)).sort()).toEqual(
      Object.keys(allowScripts)
        .map((name) => `node_modules/${name}`)
        .sort(),
    );
  });

  it('brings these packages into Lambda, and docs/design/security.md says so', () => {
    const [, list = ''] = /<!-- bundled -->([\s\S]*)<!-- \/bundled -->/.exec(read('docs/design/security.md')) ?? [];

    expect([...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).toEqual(bundled);
  });

  it('brings these beside them into the report function, which can change nothing, and docs/design/security.md says so', () => {
    const [, list = ''] =
      /<!-- bundled-report -->([\s\S]*)<!-- \/bundled-report -->/.exec(read('docs/design/security.md')) ?? [];
    const others = bundledByReport.filter((name) => !bundled.includes(name));

    expect([...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).toEqual(others);
  });

  it('brings nothing of its own into the archive function', () => {
    const known = [...bundled, ...bundledByReport];

    expect(bundledBy([ARCHIVE_FUNCTION]).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('brings these beside them into the endpoint of a provider, and docs/design/security.md says so', () => {
    const [, list = ''] =
      /<!-- bundled-provider -->([\s\S]*)<!-- \/bundled-provider -->/.exec(read('docs/design/security.md')) ?? [];
    const others = bundledByProvider.filter((name) => !bundled.includes(name));

    expect([...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).toEqual(others);
  });

  it('brings permissive licences only', () => {
    const licences = (names: readonly string[]) =>
      new Set(names.map((name) => packages[`node_modules/${name}`]?.license));

    expect(licences(bundled)).toEqual(new Set(['Apache-2.0', 'MIT', 'MIT-0']));
    for (const licence of licences([...bundledByReport, ...bundledByProvider])) {
      expect(['Apache-2.0', 'MIT', 'MIT-0', 'BSD-3-Clause', 'ISC']).toContain(licence);
    }
  });
});
