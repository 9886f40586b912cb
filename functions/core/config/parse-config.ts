import { type Document, LineCounter, parseDocument } from 'yaml';
import { oneLine } from '../one-line';
import type { Words } from '../words';
import { checkConfig } from './check-config';
import type { Config } from './config';
import { configTextOf } from './config-bytes';
import { type ConfigIssue, issueWords, unknownKeyWords } from './config-issue';
import { type ConfigPath, pathText, valueAt } from './config-path';
import { secretsIn, withoutSecretsIn } from './inline-secret';
import { knownSettings } from './known-settings';
import { type UnmeantCode, unmeantIn } from './unmeant';
import { offsetOf, pathAt, unresolvedAlias } from './yaml-place';
import { describeSyntaxError, describeUnresolvedAlias, TOO_MANY_ALIASES } from './yaml-syntax';

/** One mistake in a configuration file. Lines and columns count from 1. */
export interface ConfigProblem extends Words {
  readonly line: number;
  readonly column: number;
  /** Such as `keys[0].user`; empty for the file as a whole. */
  readonly path: string;
}

/** Something that is legal, and probably not meant. */
export interface ConfigWarning extends ConfigProblem {
  readonly code: UnmeantCode;
}

/** What a file holds, or everything that is wrong with it, from top to bottom. */
export interface ParsedConfig {
  readonly config?: Config;
  readonly problems: readonly ConfigProblem[];
  /** Of a sound file only. */
  readonly warnings: readonly ConfigWarning[];
}

/** A mistake as one line: file, line, column, path, what was expected, what was found, what to do. */
export function problemLine(file: string, { line, column, path, message, cure }: ConfigProblem): string {
  return `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}; ${cure}`;
}

/** The configuration that the bytes of a file hold. @param now warnings of what has ended need it */
export function readConfig(bytes: Uint8Array, now?: Date): ParsedConfig {
  const read = configTextOf(bytes);
  if ('text' in read) return parseConfig(read.text, now);
  const lines = read.before.split('\n');
  const at = { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
  return { problems: [{ ...at, path: '', ...read.words }], warnings: [] };
}

/** What is wrong at one place of a text. */
interface Found {
  readonly offset: number;
  readonly path: ConfigPath;
  readonly words: Words;
}

/** The configuration that a YAML text holds. No answer repeats a secret that stands in it. */
export function parseConfig(text: string, now?: Date): ParsedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const secrets = secretsIn(text).map((secret) => ({ ...secret, path: pathAt(document, secret.offset) }));
  const { config, found } = judged(document, text);
  if (config === undefined || secrets.length > 0) {
    const others = found.filter(({ path }) => !secrets.some((secret) => isSame(secret.path, path)));
    return { problems: inOrder([...others, ...secrets]).map((one) => told(one, lines)), warnings: [] };
  }
  const unmeant = unmeantIn(config, now).map(({ code, path, ...words }) => {
    // A name stands for all of a connection.
    const part = path[0] === 'connections' && path.length === 2 ? 'name' : 'value';
    return { code, path, words, offset: offsetOf(document, path, part) };
  });
  return { config, problems: [], warnings: inOrder(unmeant).map((one) => ({ code: one.code, ...told(one, lines) })) };
}

function told({ offset, path, words: { message, cure } }: Found, lines: LineCounter): ConfigProblem {
  const { line, col } = lines.linePos(offset);
  return {
    line: Math.max(line, 1),
    column: Math.max(col, 1),
    path: shownText(pathText(path)),
    message: shownText(message),
    cure: shownText(cure),
  };
}

/** Nothing of a file steers a terminal, and no secret is told again (K6). */
function shownText(text: string): string {
  return oneLine(withoutSecretsIn(text));
}

function inOrder<One extends Found>(found: readonly One[]): readonly One[] {
  return [...found].sort((a, b) => a.offset - b.offset);
}

function judged(document: Document, text: string): { readonly config?: Config; readonly found: readonly Found[] } {
  const found: Found[] = [...document.errors, ...document.warnings].map(({ code, message, pos: [offset] }) => ({
    offset,
    path: [],
    words: describeSyntaxError(code, message, text.slice(offset)),
  }));
  const alias = unresolvedAlias(document);
  if (alias !== undefined) found.push({ ...alias, path: [], words: describeUnresolvedAlias(alias.name) });
  // A mistake in the syntax makes the rest guesswork.
  if (found.length > 0) return { found };

  let value: unknown;
  try {
    value = document.toJS();
  } catch {
    return { found: [{ offset: 0, path: [], words: TOO_MANY_ALIASES }] };
  }
  const { config, issues = [] } = { config: undefined, ...checkConfig(value) };
  const unknown = issues.flatMap((issue) => unknownIn(issue, value, document));
  const others = issues.filter((issue) => issue.code !== 'unrecognized_keys' && !isOfMisspelled(issue, value, unknown));
  return { config, found: [...unknown, ...others.map((issue) => placed(issue, value, document))] };
}

/** A setting that nobody knows. */
interface Unknown extends Found {
  /** The path that it should have; undefined where nobody can tell. */
  readonly meant: ConfigPath | undefined;
}

function unknownIn(issue: ConfigIssue, value: unknown, document: Document): readonly Unknown[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const known = knownSettings(issue.path, value);
  return issue.keys.map((key) => {
    const path = [...issue.path, key];
    const { meant, ...words } = unknownKeyWords(key, known);
    return {
      offset: offsetOf(document, path, 'name'),
      path,
      words,
      meant: meant === undefined ? undefined : [...issue.path, meant],
    };
  });
}

/** Who misspelled a setting has not left it out as well. */
function isOfMisspelled({ code, path }: ConfigIssue, value: unknown, unknown: readonly Unknown[]): boolean {
  const isMissing = code === 'invalid_type' && valueAt(value, path) === undefined;
  return unknown.some(
    ({ meant }) =>
      meant !== undefined && (isMissing ? isSame(meant, path) : code === 'custom' && isSame(meant.slice(0, -1), path)),
  );
}

function placed(issue: ConfigIssue, value: unknown, document: Document): Found {
  const offset = offsetOf(document, issue.path, issue.code === 'invalid_key' ? 'name' : 'value');
  return { offset, path: issue.path, words: issueWords(issue, valueAt(value, issue.path)) };
}

function isSame(one: ConfigPath, other: ConfigPath): boolean {
  return one.length > 0 && pathText(one) === pathText(other);
}
