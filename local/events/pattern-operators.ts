/** Looks at the values of one field (none when it is missing). */
export type Operator = (values: readonly unknown[]) => boolean;

type Test = (value: unknown) => boolean;

const EXACT = new Set(['string', 'number', 'boolean']);

/**
 * One entry of a field's list: a literal, or an object with one operator.
 * @throws Error for an operator that is unknown or has an operand of the wrong kind.
 */
export function matchOperator(entry: unknown): Operator {
  if (entry === null || EXACT.has(typeof entry)) return some((value) => value === entry);
  const [name, operand] = onlyMember(entry, 'a literal or an object with one operator');
  switch (name) {
    case 'exists':
      if (typeof operand !== 'boolean') throw new Error('exists needs true or false');
      return (values) => values.length > 0 === operand;
    case 'numeric':
      return some(numeric(operand));
    case 'anything-but':
      return some(anythingBut(operand));
    default:
      return some(textTest(name, operand));
  }
}

function some(test: Test): Operator {
  return (values) => values.some(test);
}

/** prefix, suffix, equals-ignore-case and wildcard: also allowed inside anything-but. */
function textTest(name: string, operand: unknown): Test {
  switch (name) {
    case 'prefix':
      return affix(name, operand, (value, part) => value.startsWith(part));
    case 'suffix':
      return affix(name, operand, (value, part) => value.endsWith(part));
    case 'equals-ignore-case': {
      const wanted = text(name, operand).toLowerCase();
      return (value) => typeof value === 'string' && value.toLowerCase() === wanted;
    }
    case 'wildcard': {
      const expression = wildcard(text(name, operand));
      return (value) => typeof value === 'string' && expression.test(value);
    }
    default:
      throw new Error(`the operator ${name} is not known`);
  }
}

function affix(name: string, operand: unknown, fits: (value: string, part: string) => boolean): Test {
  if (typeof operand === 'string') return (value) => typeof value === 'string' && fits(value, operand);
  const [nested, part] = onlyMember(operand, `${name}: a string or equals-ignore-case`);
  if (nested !== 'equals-ignore-case') throw new Error(`the operator ${nested} is not known inside ${name}`);
  const wanted = text(nested, part).toLowerCase();
  return (value) => typeof value === 'string' && fits(value.toLowerCase(), wanted);
}

function anythingBut(operand: unknown): Test {
  const literals = Array.isArray(operand) ? operand : [operand];
  if (literals.length > 0 && literals.every((literal) => literal === null || EXACT.has(typeof literal))) {
    return (value) => !literals.includes(value);
  }
  const [name, nested] = onlyMember(operand, 'anything-but: a literal, a list of literals, or one operator');
  const tests = (Array.isArray(nested) ? nested : [nested]).map((part) => textTest(name, part));
  if (tests.length === 0) throw new Error(`${name} needs a value`);
  return (value) => !tests.some((test) => test(value));
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function numeric(operand: unknown): Test {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length % 2 === 1) {
    throw new Error('numeric needs comparisons and numbers in turn, such as [">", 0, "<=", 5]');
  }
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const compare = COMPARISONS[String(operand[index])];
    const bound: unknown = operand[index + 1];
    if (compare === undefined) throw new Error(`numeric does not know ${String(operand[index])}`);
    if (typeof bound !== 'number') throw new Error(`numeric needs a number after ${String(operand[index])}`);
    tests.push((value) => compare(value, bound));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

/** `*` stands for any run of characters; `\*` and `\\` for themselves. */
function wildcard(pattern: string): RegExp {
  if (/(?<!\\)(\\\\)*\*\*/.test(pattern)) throw new Error('wildcard must not have two * in a row');
  const source = pattern.replace(/\\[*\\]|\*|[\\^$.+?()[\]{}|/]/g, (part) => {
    if (part === '*') return '.*';
    return part.length === 2 ? part : `\\${part}`;
  });
  return new RegExp(`^${source}$`, 's');
}

function text(name: string, operand: unknown): string {
  if (typeof operand !== 'string') throw new Error(`${name} needs a string`);
  return operand;
}

function onlyMember(value: unknown, expected: string): [string, unknown] {
  const members = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const [member] = members;
  if (member === undefined || members.length !== 1) throw new Error(`expected ${expected}`);
  return member;
}
