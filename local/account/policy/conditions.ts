import { BlockList, isIPv6 } from 'node:net';

/** What a policy can be asked to look at: the keys of a request's context, in whatever case, with one value or several. */
export type Context = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The `Condition` of a statement: operator, key, values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Whether one value of the request fits one value of the policy. */
type Comparison = (asked: string, written: string) => boolean;

const number = (compare: (asked: number, written: number) => boolean): Comparison => {
  return (asked, written) => compare(Number(asked), Number(written));
};
const date = (compare: (asked: number, written: number) => boolean): Comparison => {
  return (asked, written) => compare(instantOf(asked), instantOf(written));
};
const equals: Comparison = (asked, written) => asked === written;
const equalsIgnoreCase: Comparison = (asked, written) => asked.toLowerCase() === written.toLowerCase();
const like: Comparison = (asked, written) => wildcard(written).test(asked);

/** Each operator, without its negation ("IAM JSON policy elements: Condition operators"). */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoreCase,
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
  Bool: equalsIgnoreCase,
  IpAddress: isWithin,
  NumericEquals: number((asked, written) => asked === written),
  NumericLessThan: number((asked, written) => asked < written),
  NumericLessThanEquals: number((asked, written) => asked <= written),
  NumericGreaterThan: number((asked, written) => asked > written),
  NumericGreaterThanEquals: number((asked, written) => asked >= written),
  DateEquals: date((asked, written) => asked === written),
  DateLessThan: date((asked, written) => asked < written),
  DateLessThanEquals: date((asked, written) => asked <= written),
  DateGreaterThan: date((asked, written) => asked > written),
  DateGreaterThanEquals: date((asked, written) => asked >= written),
};

const OPERATOR = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/;
const NEGATED = /^(String|Arn|Numeric|Date)Not(Equals|EqualsIgnoreCase|Like)$|^Not(IpAddress)$/;

/**
 * Whether all conditions of a statement hold.
 *
 * @throws Error for an operator that is not known here
 */
export function conditionsHold(conditions: Conditions, context: Context): boolean {
  const keys = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(conditions).every(([operator, wanted]) =>
    Object.entries(wanted).every(([key, written]) => holds(operator, keys.get(key.toLowerCase()), written)),
  );
}

function holds(operator: string, value: string | readonly string[] | undefined, written: readonly string[]): boolean {
  const asked = value === undefined ? undefined : [value].flat();
  if (operator === 'Null') return written.some((text) => (text.toLowerCase() === 'true') === (asked === undefined));
  const [, set, name = '', ifExists] = OPERATOR.exec(operator) ?? [];
  const [, type = '', kind = '', address] = NEGATED.exec(name) ?? [];
  const positive = address ?? `${type}${kind}`;
  const isNegated = positive !== '';
  const compare = COMPARISONS[isNegated ? positive : name];
  if (compare === undefined) throw new Error(`The condition operator ${operator} is not known here`);
  // An operator that denies holds for what is not there, and so does one that asks for it only if it is.
  if (asked === undefined) return isNegated || ifExists !== undefined || set === 'ForAllValues';
  const fits = (one: string) => written.some((text) => compare(one, text)) !== isNegated;
  return set === 'ForAnyValue' ? asked.some(fits) : asked.every(fits);
}

/** `*` stands for any characters, `?` for one. */
export function wildcard(pattern: string, flags = ''): RegExp {
  const escaped = pattern.replace(/[\\^$.+()[\]{}|/]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`, flags);
}

/** Whether an address is one, or in a range of them. */
function isWithin(asked: string, written: string): boolean {
  const family = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');
  const [network = '', bits] = written.split('/');
  const range = new BlockList();
  if (bits === undefined) range.addAddress(network, family(network));
  else range.addSubnet(network, Number(bits), family(network));
  return range.check(asked, family(asked));
}

/** ISO 8601, or seconds since the epoch. */
function instantOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}
