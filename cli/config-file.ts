import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../functions/core/config/config';
import { parseConfig } from '../functions/core/config/parse-config';
import { KeyturnError } from '../functions/core/errors';

/**
 * The configuration that a file holds.
 *
 * @param folder where relative names start
 * @throws KeyturnError `invalid-request` when there is no such file, `invalid-config` with every mistake in it
 */
export function readConfig(file: string, folder: string): Config {
  const { config, problems } = parseConfig(textOf(file, folder));
  if (config !== undefined) return config;
  const lines = problems.map(
    ({ line, column, path, message }) => `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`,
  );
  throw new KeyturnError('invalid-config', lines.join('\n'));
}

function textOf(file: string, folder: string): string {
  try {
    return readFileSync(resolve(folder, file), 'utf8');
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    const found = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a folder' : `the error ${code}`;
    throw new KeyturnError('invalid-request', `${file}: expected a configuration, found ${found}.`);
  }
}
