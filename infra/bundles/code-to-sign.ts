import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DEPLOYED_FUNCTIONS } from '../../functions/core/names';
import { BUNDLES_FOLDER } from './bundles-folder';
import { zip } from './zip';

/** One function's code as it is handed to AWS Signer. */
export interface CodeToSign {
  /** `<function>-<SHA-256 of the archive>.zip`: other code has another name. */
  readonly name: string;
  readonly archive: Buffer;
}

/** The code of one function. @param bundle its folder; the name of that is the function's */
export function codeToSign(bundle: string): CodeToSign {
  const files = readdirSync(bundle).sort();
  const archive = zip(files.map((name) => ({ name, contents: readFileSync(join(bundle, name)) })));
  const digest = createHash('sha256').update(archive).digest('hex');
  return { name: `${basename(bundle)}-${digest}.zip`, archive };
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
  return DEPLOYED_FUNCTIONS.map((name) => {
    const code = codeToSign(join(bundles, name));
    const file = join(to, code.name);
    writeFileSync(file, code.archive);
    return file;
  });
}
