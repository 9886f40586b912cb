import { AwsError } from '../../account/aws-error';

type Test = (message: string) => boolean;

/**
 * Compiles a CloudWatch Logs filter pattern: words and quoted phrases that must all occur, `-word` that must not,
 * `?word` of which one must, or one JSON pattern of conditions joined by `&&` or by `||`, such as `{ $.level = "ERROR" && $.run EXISTS }`.
 * @throws AwsError InvalidParameterException for what it does not understand, rather than matching too much.
 */
export function compileFilterPattern(pattern: string): Test {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) return jsonPattern(text);
  const terms = [...text.matchAll(/([-?]?)(?:"([^"]*)"|([^\s"]+))/g)];
  // What AWS makes of both kinds together is not said in a way that could be relied on.
  const any = terms.filter(([, sign]) => sign === '?').length;
  if (/^[[%]/.test(text) || (any > 0 && any < terms.length)) throw unsupported(pattern);
  const tests = terms.map(([, minus, phrase, word]): Test => {
    const wanted = phrase ?? word ?? '';
    return (message) => message.includes(wanted) !== (minus === '-');
  });
  return (message) => (any > 0 ? tests.some((test) => test(message)) : tests.every((test) => test(message)));
}

function jsonPattern(pattern: string): Test {
  const body = /^\{(.*)\}$/s.exec(pattern)?.[1];
  if (body === undefined) throw unsupported(pattern);
  const { test, texts = [] } = expression(body, pattern);
  return (message) => {
    // A year of events is searched for a few: what lacks a text that is wanted need not be parsed.
    if (!message.includes('\\u') && !texts.every((text) => message.includes(text))) return false;
    const document = parse(message);
    return document !== undefined && test(document);
  };
}

interface Condition {
  readonly test: (document: object) => boolean;
  /** What every message has in it that passes, as it is spelled in JSON. @default - it cannot be told */
  readonly texts?: readonly string[];
}

/** Conditions joined by `&&` or by `||`; both of them only with parentheses that say what belongs together. */
function expression(text: string, pattern: string): Condition {
  const { parts, joints } = split(text.trim());
  const [joint] = joints;
  if (joints.some((other) => other !== joint)) throw unsupported(pattern);
  const [only = ''] = parts;
  if (joint === undefined) {
    const [, inner] = /^\((.*)\)$/s.exec(only) ?? [];
    return inner === undefined ? jsonCondition(only, pattern) : expression(inner, pattern);
  }
  const all = parts.map((part) => expression(part, pattern));
  if (joint === '||') return { test: (document) => all.some(({ test }) => test(document)) };
  return {
    test: (document) => all.every(({ test }) => test(document)),
    texts: all.flatMap(({ texts = [] }) => texts),
  };
}

/** Cuts at the operators that stand outside of all parentheses and quotes. */
function split(text: string): { readonly parts: readonly string[]; readonly joints: readonly string[] } {
  const parts: string[] = [];
  const joints: string[] = [];
  let part = '';
  let depth = 0;
  for (const [token] of text.matchAll(/"[^"]*"|&&|\|\||[()]|[^"&|()]+|./gs)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth === 0 && (token === '&&' || token === '||')) {
      joints.push(token);
      parts.push(part.trim());
      part = '';
    } else part += token;
  }
  return { parts: [...parts, part.trim()], joints };
}

function jsonCondition(text: string, pattern: string): Condition {
  const match = /^\s*\(?\s*\$\.([\w.-]+)\s*(.+?)\s*\)?\s*$/s.exec(text);
  const [, path, rest] = match ?? [];
  if (path === undefined || rest === undefined) throw unsupported(pattern);
  const keys = path.split('.');
  if (rest === 'EXISTS') return { test: (document) => select(document, keys) !== undefined };
  if (rest === 'NOT EXISTS') return { test: (document) => select(document, keys) === undefined };
  const is = /^IS (TRUE|FALSE|NULL)$/.exec(rest)?.[1];
  if (is !== undefined) {
    const wanted = is === 'NULL' ? null : is === 'TRUE';
    return { test: (document) => select(document, keys) === wanted };
  }
  const [, operator, quoted, bare] = /^(!=|>=|<=|=|>|<)\s*(?:"([^"]*)"|([\w.*:/-]+))$/.exec(rest) ?? [];
  const wanted = quoted ?? bare;
  if (operator === undefined || wanted === undefined) throw unsupported(pattern);
  const matches = comparison(operator, wanted);
  // A number has more than one spelling in JSON, and so have other characters.
  const isPlain = operator === '=' && quoted !== undefined && /^[A-Za-z][\w .:-]*$/.test(quoted);
  return { test: (document) => matches(select(document, keys)), ...(isPlain ? { texts: [quoted] } : {}) };
}

function comparison(operator: string, wanted: string): (found: unknown) => boolean {
  const matches = operator === '=' || operator === '!=' ? likeness(operator, wanted) : order(operator, Number(wanted));
  return (found) => (typeof found === 'string' || typeof found === 'number') && matches(found);
}

function likeness(operator: string, wanted: string): (found: string | number) => boolean {
  const wildcard = new RegExp(`^${wanted.split('*').map(escapeRegExp).join('.*')}$`, 's');
  return (found) => wildcard.test(String(found)) === (operator === '=');
}

function order(operator: string, right: number): (found: string | number) => boolean {
  if (operator === '>') return (found) => Number(found) > right;
  if (operator === '<') return (found) => Number(found) < right;
  return operator === '>=' ? (found) => Number(found) >= right : (found) => Number(found) <= right;
}

function select(document: object, keys: readonly string[]): unknown {
  let value: unknown = document;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}

function parse(message: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(message);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function unsupported(pattern: string): AwsError {
  return new AwsError('InvalidParameterException', 400, `Invalid filter pattern: ${pattern}`);
}
