import { readFileSync } from 'node:fs';
import type { Config } from '../../functions/core/config/config';
import { unreadable } from '../../functions/core/config/config-bytes';
import { problemLine, readConfig } from '../../functions/core/config/parse-config';
import { KeyturnError } from '../../functions/core/errors';
import { joined } from '../../functions/core/words';

const START = {
  make: 'start from an example (cp docs/examples/keyturn.yaml keyturn.yaml), or have one made (keyturn init)',
  name: 'cdk synth -c config=FILE',
};

/** What a file holds. */
export interface ReadConfig {
  readonly config: Config;
  /** What of it is legal and probably not meant, each as one line with its place. */
  readonly warnings: readonly { readonly code: string; readonly line: string }[];
}

/**
 * Reads `keyturn.yaml`.
 *
 * @throws KeyturnError `invalid-config`: one line `file:line:column path: message` for every mistake.
 */
export function readConfigFile(file: string): ReadConfig {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    throw new KeyturnError('invalid-config', `${file}: ${joined(unreadable(code, START))}`);
  }
  const { config, problems, warnings } = readConfig(bytes);
  if (config !== undefined) {
    return { config, warnings: warnings.map((one) => ({ code: one.code, line: problemLine(file, one) })) };
  }
  throw new KeyturnError('invalid-config', problems.map((problem) => problemLine(file, problem)).join('\n'));
}
