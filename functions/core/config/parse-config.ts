import { type Document, LineCounter, parseDocument } from 'yaml';
import { checkConfig } from './check-config';
import type { Config } from './config';
import { type ConfigIssue, describeIssue, describeUnknownKey } from './config-issue';
import { pathText, valueAt } from './config-path';
import { knownSettings } from './known-settings';
import { offsetOf, unresolvedAlias } from './yaml-place';
import { describeSyntaxError, describeUnresolvedAlias, TOO_MANY_ALIASES } from './yaml-syntax';

/** One mistake in a configuration file. Lines and columns count from 1. */
export interface ConfigProblem {
  readonly line: number;
  readonly column: number;
  /** Such as `keys[0].user`; empty for the file as a whole. */
  readonly path: string;
  /** What was expected, what was found, what to do. */
  readonly message: string;
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
  const checked = checkConfig(value);
  if (checked.issues === undefined) return { config: checked.config, problems: [] };
  const places = checked.issues.flatMap((issue) => placesOf(issue, value, document));
  return { problems: inOrder(places.map(({ offset, ...place }) => ({ ...at(offset), ...place }))) };
}

/** Where an issue stands in the text, and its words; one that names several unknown settings stands at each. */
function placesOf(issue: ConfigIssue, value: unknown, document: Document) {
  if (issue.code === 'unrecognized_keys') {
    const known = knownSettings(issue.path, value);
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return {
        offset: offsetOf(document, path, 'name'),
        path: pathText(path),
        message: describeUnknownKey(key, known),
      };
    });
  }
  const offset = offsetOf(document, issue.path, issue.code === 'invalid_key' ? 'name' : 'value');
  return [{ offset, path: pathText(issue.path), message: describeIssue(issue, valueAt(value, issue.path)) }];
}

function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
