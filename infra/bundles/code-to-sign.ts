import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { BUNDLES } from '../../functions/core/names';
import { BUNDLES_FOLDER } from './bundles-folder';

/** One function's code as it is handed to AWS Signer. */
export interface CodeToSign {
  /** `<function>-<SHA-256 of the archive>.zip`: other code has another name. */
  readonly name: string;
  readonly archive: Uint8Array;
}

/** The code of one function. @param bundle its folder; the name of that is the function's */
export function codeToSign(bundle: string): CodeToSign {
  const names = readdirSync(bundle).sort();
  const archive = reproducibleZip(Object.fromEntries(names.map((name) => [name, readFileSync(join(bundle, name))])));
  const digest = createHash('sha256').update(archive).digest('hex');
  return { name: `${basename(bundle)}-${digest}.zip`, archive };
}

/** A regular file that everybody may read, as Unix says it. */
const READABLE_FILE = 0o100644 * 0x10000;
const UNIX = 3;

/**
 * A ZIP archive that has the same bytes for the same files on every machine: of the first day that the format knows, in
 * whatever time zone, and stored without compression.
 *
 * @param files by their paths
 */
export function reproducibleZip(files: Zippable): Uint8Array {
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1), os: UNIX, attrs: READABLE_FILE });
}

/**
 * Writes the code of every function, and takes away what lies there from before.
 *
 * @param to folder for the archives
 * @param bundles folder that holds the bundles @default - `dist/functions` of this package
 * @returns the files
 */
export function writeCodeToSign(to: string, bundles: string = BUNDLES_FOLDER): readonly string[] {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  return BUNDLES.map((name) => {
    const code = codeToSign(join(bundles, name));
    const file = join(to, code.name);
    writeFileSync(file, code.archive);
    return file;
  });
}
