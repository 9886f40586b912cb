import { SUBSTITUTION } from './dependencies';
import { isObject } from './properties';
import type { Template } from './template';

/** What names in a template stand for. */
export interface Names {
  /** The value of `Ref`: a parameter, a pseudo parameter or a resource; undefined when there is no such name. */
  ref(name: string): unknown;
  /** The value of `Fn::GetAtt`. @throws Error for an attribute that the resource does not have */
  attribute(logicalId: string, attribute: string): string;
  /** What another stack exports under a name; undefined when none does. */
  imported(name: string): string | undefined;
}

/** Stands for `AWS::NoValue`: what holds it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

/** Resolves CloudFormation's intrinsic functions. @throws Error for one that is not known here. */
export class Intrinsics {
  constructor(
    private readonly template: Pick<Template, 'conditions' | 'mappings'>,
    private readonly names: Names,
  ) {}

  /** A value with all its functions resolved; undefined for `AWS::NoValue`. */
  resolve(value: unknown): unknown {
    const resolved = this.#resolve(value);
    return resolved === NO_VALUE ? undefined : resolved;
  }

  /** @throws Error for an unknown condition */
  holds(condition: string): boolean {
    const expression = this.template.conditions[condition];
    if (expression === undefined) throw new Error(`There is no condition ${condition}`);
    return this.#test(expression);
  }

  /** @throws Error with the template's own words for the first rule that does not hold */
  assertRules(rules: Template['rules']): void {
    for (const [name, { RuleCondition, Assertions }] of Object.entries(rules)) {
      if (RuleCondition !== undefined && !this.#test(RuleCondition)) continue;
      for (const assertion of Array.isArray(Assertions) ? Assertions : []) {
        const { Assert, AssertDescription } = isObject(assertion) ? assertion : {};
        if (!this.#test(Assert)) throw new Error(`The rule ${name} does not hold: ${String(AssertDescription)}`);
      }
    }
  }

  #resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#resolve(item)).filter((item) => item !== NO_VALUE);
    if (!isObject(value)) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (first !== undefined && entries.length === 1 && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
      return this.#call(first[0], first[1]);
    }
    const resolved = entries.map(([key, item]) => [key, this.#resolve(item)] as const);
    return Object.fromEntries(resolved.filter(([, item]) => item !== NO_VALUE));
  }

  #call(name: string, operand: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.#ref(String(operand));
      case 'Fn::GetAtt':
        return this.#getAtt(operand);
      case 'Fn::Sub':
        return this.#sub(operand);
      case 'Fn::Join': {
        const [separator, parts] = this.#list(name, operand, 2);
        if (!Array.isArray(parts)) throw new Error(`${name} needs a list`);
        return parts.map(text).join(text(separator));
      }
      case 'Fn::Select': {
        const [index, choices] = this.#list(name, operand, 2);
        const chosen: unknown = Array.isArray(choices) ? choices[Number(index)] : undefined;
        if (chosen === undefined) throw new Error(`${name} has nothing at ${String(index)}`);
        return chosen;
      }
      case 'Fn::Split': {
        const [separator, source] = this.#list(name, operand, 2);
        return text(source).split(text(separator));
      }
      case 'Fn::If': {
        const [condition, whenTrue, whenFalse] = Array.isArray(operand) ? operand : [];
        return this.#resolve(this.holds(String(condition)) ? whenTrue : whenFalse);
      }
      case 'Fn::FindInMap': {
        const [map, top, second] = this.#list(name, operand, 3).map(text);
        const found = lookUp(this.template.mappings, [map ?? '', top ?? '', second ?? '']);
        if (found === undefined) throw new Error(`${name} finds nothing at ${map}.${top}.${second}`);
        return found;
      }
      case 'Fn::ImportValue': {
        const name = text(this.#resolve(operand));
        const value = this.names.imported(name);
        if (value === undefined) throw new Error(`No stack exports ${name}`);
        return value;
      }
      case 'Fn::Base64':
        return Buffer.from(text(this.#resolve(operand)), 'utf8').toString('base64');
      default:
        throw new Error(`The intrinsic function ${name} is not supported`);
    }
  }

  #ref(name: string): unknown {
    const value = this.names.ref(name);
    if (value === undefined) throw new Error(`Ref names ${name}, which is not in the template`);
    return value;
  }

  #getAtt(operand: unknown): string {
    const path = Array.isArray(operand) ? operand.map(String) : String(operand).split('.');
    const [logicalId = '', ...attribute] = path;
    return this.names.attribute(logicalId, attribute.join('.'));
  }

  #sub(operand: unknown): string {
    const [template, locals] = Array.isArray(operand) ? operand : [operand, {}];
    const values = this.#resolve(locals);
    return text(template)
      .replace(SUBSTITUTION, (_whole, name: string) => {
        if (isObject(values) && name in values) return text(values[name]);
        return name.includes('.') ? this.#getAtt(name) : text(this.#ref(name));
      })
      .replaceAll('${!', '${');
  }

  #list(name: string, operand: unknown, length: number): unknown[] {
    if (!Array.isArray(operand) || operand.length !== length) throw new Error(`${name} needs ${length} values`);
    return operand.map((item) => this.#resolve(item));
  }

  #test(expression: unknown): boolean {
    const [entry] = isObject(expression) ? Object.entries(expression) : [];
    if (entry === undefined) throw new Error('A condition must be a function');
    const [name, operand] = entry;
    const operands: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
    switch (name) {
      case 'Fn::Equals': {
        const [left, right] = this.#list(name, operand, 2);
        return JSON.stringify(left) === JSON.stringify(right);
      }
      case 'Fn::Contains': {
        const [among, item] = this.#list(name, operand, 2);
        return Array.isArray(among) && among.includes(item);
      }
      case 'Fn::And':
        return operands.every((item) => this.#test(item));
      case 'Fn::Or':
        return operands.some((item) => this.#test(item));
      case 'Fn::Not':
        return !operands.every((item) => this.#test(item));
      case 'Condition':
        return this.holds(String(operand));
      default:
        throw new Error(`The condition function ${name} is not supported`);
    }
  }
}

function lookUp(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => (isObject(found) ? found[key] : undefined), value);
}

function text(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`Expected text, found ${JSON.stringify(value) ?? String(value)}`);
}
