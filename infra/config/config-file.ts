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

/**
 * Reads `keyturn.yaml`.
 *
 * @throws KeyturnError `invalid-config`: one line `file:line:column path: message` for every mistake.
 */
export function readConfigFile(file: string): Config {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    throw new KeyturnError('invalid-config', `${file}: ${joined(unreadable(code, START))}`);
  }
  const { config, problems } = readConfig(bytes);
  if (config !== undefined) return config;
  throw new KeyturnError('invalid-config', problems.map((problem) => problemLine(file, problem)).join('\n'));
}
