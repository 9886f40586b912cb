import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../package.json';

/** Characters of the code's SHA-256 that a release shows. */
const DIGEST = 12;

/** What audit events call the deployed code: Keyturn's version and, of a built bundle, the start of its SHA-256. */
export function releaseOf(bundle: string | undefined): string {
  if (bundle === undefined) return version;
  const digest = createHash('sha256')
    .update(readFileSync(join(bundle, 'index.js')))
    .digest('hex');
  return `${version}+${digest.slice(0, DIGEST)}`;
}
