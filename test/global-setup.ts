import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../infra/bundles/bundle';
import { ASSEMBLIES_VARIABLE } from './support/shared-assembly';

/** Tests run what is deployed: the bundles are built once, before any of them, and what is synthesized is shared. */
export function setup(): () => void {
  bundleFunctions();
  const assemblies = mkdtempSync(join(tmpdir(), 'keyturn-assemblies-'));
  process.env[ASSEMBLIES_VARIABLE] = assemblies;
  return () => rmSync(assemblies, { recursive: true, force: true });
}
