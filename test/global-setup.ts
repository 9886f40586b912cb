import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../infra/bundles/bundle';
import { ASSEMBLIES_VARIABLE } from './support/shared-assembly';

/**
 * Tests run what is deployed: the bundles are built once, before any of them, and what is synthesized is shared. What they
 * and the CDK leave in the directory for temporary files goes with it.
 */
export function setup(): () => void {
  bundleFunctions();
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-'));
  process.env.TMPDIR = directory;
  process.env[ASSEMBLIES_VARIABLE] = join(directory, 'assemblies');
  return () => rmSync(directory, { recursive: true, force: true });
}
