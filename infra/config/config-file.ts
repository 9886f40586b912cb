import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { type Config, configSchema } from '../../functions/core/config/config';
import { describeIssue, describeUnknownKey } from '../../functions/core/config/config-issue';
import { configIssues } from '../../functions/core/config/config-issues';
import { pathText, valueAt } from '../../functions/core/config/config-path';
import { knownSettings } from '../../functions/core/config/known-settings';
import { offsetOf, unresolvedAlias } from '../../functions/core/config/yaml-place';
import {
  describeSyntaxError,
  describeUnresolvedAlias,
  TOO_MANY_ALIASES,
} from '../../functions/core/config/yaml-syntax';
import { KeyturnError } from '../../functions/core/errors';

/** One mistake in a configuration file. Lines and columns count from 1. */
export interface ConfigProblem {
  readonly line: number;
  readonly column: number;
  /** Such as `keys[0].user`; empty for the file as a whole. */
  readonly path: string;
  /** What was expected, what was found, what to do. */
  readonly message: string;
}

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

/** The configuration that a YAML text holds, or everything that is wrong with it, from top to bottom. */
export function parseConfig(text: string): { readonly config?: Config; readonly problems: readonly ConfigProblem[] } {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems: ConfigProblem[] = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    ...at(pos[0]),
    path: '',
    message: describeSyntaxError(code, message, text.slice(pos[0])),
  }));
  const alias = unresolvedAlias(document);
  if (alias !== undefined) {
    problems.push({ ...at(alias.offset), path: '', message: describeUnresolvedAlias(alias.name) });
  }
  // A mistake in the syntax makes the rest guesswork.
  if (problems.length > 0) return { problems: inOrder(problems) };

  let value: unknown;
  try {
    value = document.toJS();
  } catch {
    return { problems: [{ ...at(0), path: '', message: TOO_MANY_ALIASES }] };
  }
  for (const issue of configIssues(value)) {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
    for (const key of unknown) {
      const path = [...issue.path, key];
      const known = knownSettings(issue.path);
      problems.push({
        ...at(offsetOf(document, path, 'name')),
        path: pathText(path),
        message: describeUnknownKey(key, known),
      });
    }
    if (unknown.length > 0) continue;
    problems.push({
      ...at(offsetOf(document, issue.path, issue.code === 'invalid_key' ? 'name' : 'value')),
      path: pathText(issue.path),
      message: describeIssue(issue, valueAt(value, issue.path)),
    });
  }
  return problems.length > 0 ? { problems: inOrder(problems) } : { config: configSchema.parse(value), problems };
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

function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
