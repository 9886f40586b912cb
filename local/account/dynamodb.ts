import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import type { AttributeValue, DynamoDbInput } from './dynamodb-inputs';

/** ms from an item's end until it is deleted: "within a few days" (developer guide, "Using time to live"). */
const DELETED_AFTER = 2 * 86_400_000;

type Item = Readonly<Record<string, AttributeValue>>;
type Values = Readonly<Record<string, AttributeValue>>;

interface Table {
  /** Name of its partition key, a text. */
  readonly key: string;
  /** Attribute that says when an item ends, in seconds. @default - none does */
  ends: string | undefined;
  readonly items: Map<string, Item>;
}

/**
 * DynamoDB of one region, as much of it as a conditional update of one item takes: tables with a partition key, texts,
 * whole numbers and sets of texts. Expressions are those below; any other one is refused by its name.
 */
export class DynamoDb {
  readonly #tables = new Map<string, Table>();

  constructor(
    private readonly accountId: string,
    private readonly region: string,
    private readonly clock: Clock,
  ) {}

  /** @throws AwsError ResourceInUseException */
  createTable({ TableName, KeySchema: [key] }: DynamoDbInput<'CreateTable'>) {
    if (this.#tables.has(TableName)) {
      throw new AwsError('ResourceInUseException', 400, `Table already exists: ${TableName}`);
    }
    this.#tables.set(TableName, { key: key?.AttributeName ?? '', ends: undefined, items: new Map() });
    return { TableDescription: { TableName, TableStatus: 'ACTIVE', TableArn: this.arnOf(TableName) } };
  }

  arnOf(name: string): string {
    return `arn:aws:dynamodb:${this.region}:${this.accountId}:table/${name}`;
  }

  /** @throws AwsError ResourceNotFoundException */
  expireBy(name: string, attribute: string | undefined): void {
    this.#table(name).ends = attribute;
  }

  deleteTable(name: string): void {
    this.#tables.delete(name);
  }

  get tableNames(): readonly string[] {
    return [...this.#tables.keys()];
  }

  /** All items of a table, for whoever looks at the account. */
  itemsOf(name: string): readonly Item[] {
    return [...this.#table(name).items.values()];
  }

  /** @throws AwsError ResourceNotFoundException, ValidationException */
  getItem({ TableName, Key }: DynamoDbInput<'GetItem'>): { readonly Item?: Item } {
    const table = this.#table(TableName);
    const Item = this.#item(table, keyOf(table, Key));
    return Item === undefined ? {} : { Item };
  }

  /** @throws AwsError ResourceNotFoundException, ValidationException, ConditionalCheckFailedException */
  updateItem(input: DynamoDbInput<'UpdateItem'>): { readonly Attributes?: Item } {
    const { TableName, Key, UpdateExpression, ConditionExpression, ExpressionAttributeValues: values } = input;
    const table = this.#table(TableName);
    const key = keyOf(table, Key);
    const before = this.#item(table, key);
    const update = updateOf(UpdateExpression);
    if (ConditionExpression !== undefined && !holds(ConditionExpression, before, values)) {
      throw new AwsError('ConditionalCheckFailedException', 400, 'The conditional request failed');
    }
    const after = update({ [table.key]: { S: key }, ...before }, values);
    table.items.set(key, after);
    return input.ReturnValues === 'ALL_NEW' ? { Attributes: after } : {};
  }

  #table(name: string): Table {
    const table = this.#tables.get(name);
    if (table !== undefined) return table;
    throw new AwsError('ResourceNotFoundException', 400, 'Requested resource not found');
  }

  /** An item that has ended is there until it is deleted. */
  #item({ items, ends }: Table, key: string): Item | undefined {
    const item = items.get(key);
    const end = ends === undefined ? undefined : item?.[ends];
    if (end !== undefined && 'N' in end && Number(end.N) * 1_000 + DELETED_AFTER < this.clock.now()) items.delete(key);
    return items.get(key);
  }
}

function keyOf({ key }: Table, given: Values): string {
  const { [key]: value, ...others } = given;
  if (value !== undefined && 'S' in value && value.S !== '' && Object.keys(others).length === 0) return value.S;
  throw invalid('The provided key element does not match the schema');
}

/** `attribute_exists(a)`, `attribute_not_exists(a)` and `size(a) < :v`, with OR between them. */
function holds(expression: string, item: Item = {}, values: Values): boolean {
  return expression
    .split(' OR ')
    .map((part) => {
      const [, not, asked] = /^attribute_(not_)?exists\((\w+)\)$/.exec(part) ?? [];
      if (asked !== undefined) return Object.hasOwn(item, asked) === (not === undefined);
      const [, sized, most] = /^size\((\w+)\) < (:\w+)$/.exec(part) ?? [];
      const limit = values[most ?? ''];
      if (sized === undefined || limit === undefined || !('N' in limit))
        throw unsupported('ConditionExpression', expression);
      const set = item[sized];
      return set !== undefined && 'SS' in set && set.SS.length < Number(limit.N);
    })
    .includes(true);
}

type Update = (item: Item, values: Values) => Item;

/** `SET a = :v`, `ADD a :v` and `DELETE a :v`, one attribute each; the latter two of sets. */
function updateOf(expression: string): Update {
  const clauses = expression.split(/ (?=ADD |DELETE |SET )/).map((clause): Update => {
    const [, set, value = ''] = /^SET (\w+) = (:\w+)$/.exec(clause) ?? [];
    if (set !== undefined) return (item, values) => ({ ...item, [set]: given(values, value) });
    const [, verb, name, part = ''] = /^(ADD|DELETE) (\w+) (:\w+)$/.exec(clause) ?? [];
    if (name === undefined) throw unsupported('UpdateExpression', expression);
    return (item, values) => {
      const changed = given(values, part);
      const set = item[name] ?? { SS: [] };
      if (!('SS' in set && 'SS' in changed))
        throw invalid('An operand in the update expression has an incorrect data type');
      const others = set.SS.filter((text) => !changed.SS.includes(text));
      const SS = verb === 'ADD' ? [...others, ...changed.SS] : others;
      const { [name]: _before, ...rest } = item;
      // A set is never empty: its last member takes the attribute along.
      return SS.length === 0 ? rest : { ...rest, [name]: { SS } };
    };
  });
  return (item, values) => clauses.reduce((changed, clause) => clause(changed, values), item);
}

function given(values: Values, name: string): AttributeValue {
  const value = values[name];
  if (value !== undefined) return value;
  const message = `An expression attribute value used in expression is not defined; attribute value: ${name}`;
  throw invalid(`Invalid UpdateExpression: ${message}`);
}

function unsupported(parameter: string, expression: string): AwsError {
  return invalid(`Invalid ${parameter}: "${expression}" is none of those that are here`);
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}
