import { readFileSync } from 'node:fs';
import type { Config } from '../../functions/core/config/config';
import { parseConfig } from '../../functions/core/config/parse-config';
import { KeyturnError } from '../../functions/core/errors';

/**
 * Reads `keyturn.yaml`.
 *
 * @throws KeyturnError `invalid-config`: one line `file:line:column path: message` for every mistake.
 */
export function readConfigFile(file: string): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new KeyturnError('invalid-config', `${file}: ${whyUnreadable(thrown)}`);
  }
  const { config, problems } = parseConfig(text);
  if (config !== undefined) return config;
  const lines = problems.map(
    ({ line, column, path, message }) => `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`,
  );
  throw new KeyturnError('invalid-config', lines.join('\n'));
}

function whyUnreadable(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
  if (code === 'ENOENT') {
    return (
      'expected a configuration, found no such file; ' +
      'start from an example (cp docs/examples/keyturn.yaml keyturn.yaml), or name another file (cdk synth -c config=FILE)'
    );
  }
  return `expected a readable file, found ${code === 'EISDIR' ? 'a folder' : `the error ${code}`}; name another file (cdk synth -c config=FILE)`;
}
