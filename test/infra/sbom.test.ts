import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUNDLES_FOLDER } from '../../infra/bundles/bundles-folder';
import { writeSbom } from '../../infra/bundles/sbom';

let folder: string;
let text: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-sbom-'));
  mkdirSync(join(folder, 'dist'));
  writeSbom(folder, BUNDLES_FOLDER);
  text = readFileSync(join(folder, 'dist', 'keyturn.sbom.cdx.json'), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly { readonly license: { readonly id?: string } }[];
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

it('names every package of which code runs in Lambda, and in which function', () => {
  const bom = JSON.parse(text);
  const components: readonly Component[] = bom.components;
  const named = new Map(components.map((component) => [component.name, component]));
  const runsIn = (name: string) =>
    named
      .get(name)
      ?.properties.map(({ value }) => value)
      .sort();

  expect(bom).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { name: 'keyturn' } },
  });
  expect(runsIn('axios')).toEqual(['sync']);
  expect(runsIn('zod')).toEqual(['archive', 'deactivate', 'delete', 'operate', 'provider', 'report', 'rotate', 'sync']);
  expect(runsIn('preact')).toEqual(['report']);
  // What only tests, builds or the command stand on does not run there.
  for (const other of ['vitest', 'esbuild', 'aws-cdk-lib', 'commander', 'typescript'])
    expect(named.has(other)).toBe(false);
  const client = named.get('@aws-sdk/client-iam');
  expect(client?.purl).toBe(`pkg:npm/%40aws-sdk/client-iam@${client?.version}`);
});

it('has a licence that fits ours, and a digest, for each of them', () => {
  const components: readonly Component[] = JSON.parse(text).components;
  const licences = new Set(components.flatMap(({ licenses }) => licenses.map(({ license }) => license.id)));
  expect([...licences].filter((id) => !/^(MIT|MIT-0|Apache-2\.0|ISC|BSD-[23]-Clause|0BSD)$/.test(id ?? ''))).toEqual(
    [],
  );
  for (const { name, hashes, licenses } of components) {
    expect({
      name,
      licences: licenses.length,
      hashes: hashes.map(({ alg, content }) => [alg, content.length]),
    }).toEqual({
      name,
      licences: 1,
      hashes: [['SHA-512', 128]],
    });
  }
});

it('is the same for the same bundles, and has no path of this machine', () => {
  writeSbom(folder, BUNDLES_FOLDER);
  expect(readFileSync(join(folder, 'dist', 'keyturn.sbom.cdx.json'), 'utf8')).toBe(text);
  expect(text).not.toContain(process.cwd());
});
