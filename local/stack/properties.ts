/**
 * Reads the resolved properties of a resource. CloudFormation takes numbers and booleans as text, so this does too.
 * Every reader throws an Error that names the resource and the property.
 */
export class Properties {
  /** @param where what errors call it, such as `RotateFunction.Properties`. */
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly where: string,
  ) {}

  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw this.invalid(name, 'is missing');
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.values[name];
    if (value === undefined) return undefined;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.invalid(name, 'must be text');
  }

  optionalNumber(name: string): number | undefined {
    const text = this.optionalText(name);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (text === '' || Number.isNaN(number)) throw this.invalid(name, 'must be a number');
    return number;
  }

  /** Empty when it is missing. */
  texts(name: string): string[] {
    return this.list(name).map((value) => {
      if (typeof value !== 'string') throw this.invalid(name, 'must be a list of texts');
      return value;
    });
  }

  /** Empty when it is missing. */
  objects(name: string): Properties[] {
    return this.list(name).map((value, index) => {
      if (!isObject(value)) throw this.invalid(name, 'must be a list of objects');
      return new Properties(value, `${this.where}.${name}[${index}]`);
    });
  }

  object(name: string): Properties | undefined {
    const value = this.values[name];
    if (value === undefined) return undefined;
    if (!isObject(value)) throw this.invalid(name, 'must be an object');
    return new Properties(value, `${this.where}.${name}`);
  }

  /** Name to text; empty when it is missing. */
  record(name: string): Record<string, string> {
    const properties = this.object(name);
    const keys = Object.keys(properties?.values ?? {});
    return Object.fromEntries(keys.map((key) => [key, properties?.text(key) ?? '']));
  }

  /** Everything as the template has it, for a service that checks its parameters itself. */
  all(): Readonly<Record<string, unknown>> {
    return this.values;
  }

  value(name: string): unknown {
    return this.values[name];
  }

  /** A JSON document, which a template gives as an object or as text. */
  document(name: string): string {
    const value = this.values[name];
    if (typeof value === 'string') return value;
    if (isObject(value)) return JSON.stringify(value);
    throw this.invalid(name, value === undefined ? 'is missing' : 'must be a JSON document');
  }

  /** The list of `{Key, Value}`; empty when it is missing. */
  tags(): { Key: string; Value: string }[] {
    return this.objects('Tags').map((tag) => ({ Key: tag.text('Key'), Value: tag.text('Value') }));
  }

  invalid(name: string, reason: string): Error {
    return new Error(`${this.where}.${name} ${reason}`);
  }

  private list(name: string): readonly unknown[] {
    const value = this.values[name];
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.invalid(name, 'must be a list');
    return value;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
