import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../functions/core/config/config';
import { unreadable } from '../functions/core/config/config-bytes';
import { type ParsedConfig, problemLine, readConfig } from '../functions/core/config/parse-config';
import { KeyturnError } from '../functions/core/errors';
import { joined } from '../functions/core/words';
import type { Terminal } from './terminal';

/**
 * Reads a configuration that somebody named.
 *
 * @param name how to name another one, for the message
 * @throws KeyturnError `invalid-request` where there is no file that can be read
 */
export function readConfigFile(file: string, name: string, { folder, time }: Terminal): ParsedConfig {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(resolve(folder, file));
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    const words = unreadable(code, { make: 'have a first one made (keyturn init)', name });
    throw new KeyturnError('invalid-request', `${file}: ${joined(words)}.`);
  }
  return readConfig(bytes, time.now());
}

/**
 * The same where nothing can be done without a sound one.
 *
 * @throws KeyturnError `invalid-config` with every mistake in it; `invalid-request` where there is no file
 */
export function readSoundConfig(file: string, name: string, terminal: Terminal): Config {
  const { config, problems } = readConfigFile(file, name, terminal);
  if (config !== undefined) return config;
  throw new KeyturnError('invalid-config', problems.map((problem) => problemLine(file, problem)).join('\n'));
}
