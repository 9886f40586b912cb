import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Enums, Models, Serialize, SPDX, Spec } from '@cyclonedx/cyclonedx-library';
import { BUNDLES } from '../../functions/core/names';
import { ROOT } from './root';

/** What a package's manifest, and the lock file, say of it. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}
interface Lock {
  readonly packages: Readonly<Record<string, { readonly integrity?: string } | undefined>>;
}

/** `…/node_modules/@scope/name`, of a package that may be inside another one. */
const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
/** The property that names the functions which a package runs in. */
const RUNS_IN = 'keyturn:function';

/**
 * Writes what runs in Lambda as a bill of materials (CycloneDX 1.6): every package of which code is in a function, as the
 * source maps of the built bundles have it, with its licence, and its digest as the lock file has it. The same bundles
 * give the same bytes.
 *
 * @param to folder of the package
 * @param bundles folder of the built functions. @default - that of the package
 * @throws Error when the functions are not built
 */
export function writeSbom(to: string, bundles: string = join(to, 'dist', 'functions')): void {
  const lock: Lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const keyturn = manifestOf(ROOT);
  const bom = new Models.Bom();
  bom.metadata.component = new Models.Component(Enums.ComponentType.Application, keyturn.name, {
    version: keyturn.version,
    bomRef: keyturn.name,
    licenses: new Models.LicenseRepository(licensesOf(keyturn)),
  });
  for (const [folder, functions] of packagesIn(bundles)) bom.components.add(componentOf(folder, functions, lock));
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  writeFileSync(join(to, 'dist', 'keyturn.sbom.cdx.json'), serializer.serialize(bom, { sortLists: true, space: 2 }));
}

/** Folders of packages, and the functions that run their code. */
function packagesIn(bundles: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const name of BUNDLES) {
    const map = join(bundles, name, 'index.js.map');
    const { sources }: { readonly sources: readonly string[] } = JSON.parse(readFileSync(map, 'utf8'));
    const folders = sources.flatMap((source) => PACKAGE.exec(resolve(dirname(map), source))?.[1] ?? []);
    for (const folder of new Set(folders)) found.set(folder, [...(found.get(folder) ?? []), name]);
  }
  return found;
}

function componentOf(folder: string, functions: readonly string[], lock: Lock): Models.Component {
  const manifest = manifestOf(folder);
  const { name, version } = manifest;
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const component = new Models.Component(Enums.ComponentType.Library, name, {
    version,
    scope: Enums.ComponentScope.Required,
    purl,
    bomRef: purl,
  });
  for (const each of licensesOf(manifest)) component.licenses.add(each);
  for (const each of functions) component.properties.add(new Models.Property(RUNS_IN, each));
  const [algorithm, digest] = lock.packages[relative(ROOT, folder)]?.integrity?.split('-') ?? [];
  if (algorithm === 'sha512' && digest !== undefined) {
    component.hashes.set(Enums.HashAlgorithm['SHA-512'], Buffer.from(digest, 'base64').toString('hex'));
  }
  return component;
}

function licensesOf({ license }: Manifest): readonly Models.License[] {
  if (license === undefined) return [];
  return [SPDX.isSupportedSpdxId(license) ? new Models.SpdxLicense(license) : new Models.NamedLicense(license)];
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
