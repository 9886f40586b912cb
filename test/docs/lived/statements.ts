import { DOCUMENTS, read } from '../documents';

/** One block of a page in which commands stand. */
export interface Block {
  /** Of its first line. */
  readonly line: number;
  readonly statements: readonly Statement[];
}

/** What a shell runs at once: a command, a pipeline, a loop. */
export interface Statement {
  readonly text: string;
  /** What the page shows of its output, if anything. */
  readonly shown?: string;
}

const FENCE = /^( *)```(sh|console)\n([\s\S]*?)^ *```$(?:\n\n^ *```text\n([\s\S]*?)^ *```$)?/gm;

/** The blocks of a page with commands, in their order; the block of text below one is what its last command prints. */
export function blocksOf(page: string): readonly Block[] {
  const text = read(page);
  return [...text.matchAll(FENCE)].map((match) => {
    const [, indent = '', kind, body = '', below] = match;
    const line = text.slice(0, match.index).split('\n').length;
    const script = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    return { line, statements: kind === 'console' ? typedIn(script) : statementsIn(script, below) };
  });
}

/** `$ command`, and below it what it printed. */
function typedIn(session: string): readonly Statement[] {
  return session
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [text = '', ...shown] = part.split('\n');
      return { text, shown: shown.join('\n') };
    });
}

function statementsIn(script: string, below: string | undefined): readonly Statement[] {
  const statements: string[] = [];
  let text = '';
  for (const line of script.trimEnd().split('\n')) {
    if (text === '' && /^\s*(#|$)/.test(line)) continue;
    text = text === '' ? line : `${text}\n${line}`;
    if (!isWhole(text)) continue;
    statements.push(text);
    text = '';
  }
  if (text !== '') throw new Error(`A statement has no end: ${text}`);
  return statements.map((one, n) =>
    n === statements.length - 1 && below !== undefined ? { text: one, shown: below } : { text: one },
  );
}

/** Whether nothing of it is still to come: no quote, loop or function is open, and no line goes on. */
function isWhole(text: string): boolean {
  const { open, bare } = withoutQuotes(text);
  if (open || /(\\|\||&&)\s*$/.test(bare)) return false;
  const depth = (begin: RegExp, end: RegExp) => (bare.match(begin) ?? []).length - (bare.match(end) ?? []).length;
  return depth(/(^|[;\s])do(?=\s|$)/gm, /(^|[;\s])done(?=[\s;]|$)/gm) === 0 && depth(/\(\) \{/g, /^\}|; \}/gm) === 0;
}

/** What stands outside of quotes, without comments; a quote within `$(…)` of a quoted text is one of its own. */
function withoutQuotes(text: string): { readonly open: boolean; readonly bare: string } {
  const stack: string[] = [];
  let bare = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    const top = stack.at(-1);
    if (top === "'") {
      if (char === "'") stack.pop();
    } else if (char === '\\') {
      if (top === undefined) bare += text.slice(at, at + 2).replace(/\\[^\n]/, '');
      at += 1;
      if (at >= text.length) bare += '\\';
    } else if (char === '"') {
      if (top === '"') stack.pop();
      else stack.push('"');
    } else if (char === "'" && top !== '"') stack.push("'");
    else if (text.startsWith('$(', at)) {
      stack.push(')');
      at += 1;
    } else if (char === '(' && top === ')') stack.push(')');
    else if (char === ')' && top === ')') stack.pop();
    else if (char === '#' && top === undefined && /(^|\s)$/.test(bare)) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end - 1;
    } else if (top === undefined) bare += char;
  }
  return { open: stack.length > 0, bare };
}

/** Pages for people who use it, with commands. */
export const LIVED_PAGES = DOCUMENTS.filter(
  (page) => /^(README\.md$|docs\/(start|operate|audit)\/)/.test(page) && blocksOf(page).length > 0,
);

/** Commands that stand in the text of a page, in their order, each once. */
export function inlineCommandsOf(page: string): readonly string[] {
  const prose = read(page).replace(/^ *```[\s\S]*?^ *```$/gm, '');
  const found = [...prose.matchAll(/`((?:aws|keyturn|npx|npm|cdk|git|alias|openssl) [^`]+)`/g)];
  return [...new Set(found.map(([, command = '']) => command.replaceAll(/\s+/g, ' ')))];
}
