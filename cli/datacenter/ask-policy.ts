import * as z from 'zod';
import { isLike } from '../../functions/report/judge/secret-readers';

const some = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const value = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const statementSchema = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*').transform(() => ({ AWS: ['*'] })), z.looseObject({ AWS: some.optional() })]),
  Action: some.optional(),
  NotAction: some.optional(),
  Resource: some.optional(),
  NotResource: z.never().optional(),
  Condition: z
    .record(z.string(), z.record(z.string(), z.union([value.transform((one) => [one]), z.array(value)])))
    .default({}),
});
type Statement = z.output<typeof statementSchema>;
const policySchema = z.object({ Statement: z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]) });

/** One question to the policy of a resource: may this role do this to it? */
export interface RoleQuestion {
  /** ARN of the role. */
  readonly role: string;
  readonly action: string;
  /** ARN of what the policy belongs to. */
  readonly resource: string;
  /** What is known of the request, with keys in lower case. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * What the policy says: `allows` and `denies` are about the role; `account` lets in whomever its account's IAM lets in;
 * `unclear` where a statement that could decide has a form or a condition that is not judged here.
 */
export type PolicySays = 'allows' | 'denies' | 'account' | 'silent' | 'unclear';

/** Asks the policy of a secret or of a KMS key. Where it is in doubt it says so. */
export function askPolicy(policy: string | undefined, question: RoleQuestion): PolicySays {
  const statements = statementsOf(policy);
  if (statements === undefined) return 'unclear';
  const matches = statements.map((statement) => ({ effect: statement?.Effect, ...matchOf(statement, question) }));
  const is = (effect: 'Allow' | 'Deny', match: string, holds: string) =>
    matches.some((one) => one.effect === effect && one.match === match && one.holds === holds);
  if (is('Deny', 'role', 'yes') || is('Deny', 'account', 'yes')) return 'denies';
  const unjudged = matches.some(({ effect }) => effect === undefined);
  if (unjudged || is('Deny', 'role', 'unknown') || is('Deny', 'account', 'unknown')) return 'unclear';
  if (is('Allow', 'role', 'yes')) return 'allows';
  if (is('Allow', 'role', 'unknown')) return 'unclear';
  if (is('Allow', 'account', 'yes')) return 'account';
  return is('Allow', 'account', 'unknown') ? 'unclear' : 'silent';
}

function statementsOf(policy: string | undefined): readonly (Statement | undefined)[] | undefined {
  if (policy === undefined) return [];
  try {
    return policySchema.parse(JSON.parse(policy)).Statement.map((one) => statementSchema.safeParse(one).data);
  } catch {
    return undefined;
  }
}

type Holds = 'yes' | 'no' | 'unknown';

interface Match {
  readonly match: 'role' | 'account' | 'none';
  readonly holds: Holds;
}

const NONE: Match = { match: 'none', holds: 'no' };

function matchOf(statement: Statement | undefined, question: RoleQuestion): Match {
  if (statement === undefined) return NONE;
  const { Principal, Action, NotAction = [], Resource = ['*'], Condition } = statement;
  const isAction = (pattern: string) => isLike(pattern.toLowerCase(), question.action.toLowerCase());
  if (Action === undefined ? NotAction.some(isAction) : !Action.some(isAction)) return NONE;
  const { match, holds } = principalOf(Principal.AWS ?? [], question.role);
  const isThis = any(Resource.map((pattern) => resourceFits(pattern, question.resource)));
  return { match, holds: all([holds, isThis, ...conditionsOf(Condition, question.context)]) };
}

function principalOf(named: readonly string[], role: string): Match {
  const [, partition = '', , , account = '', path = ''] = role.split(':');
  if (named.some((name) => name === '*' || name === role)) return { match: 'role', holds: 'yes' };
  const isOwn = (name: string) => name === account || name.endsWith(`::${account}:root`);
  if (named.some(isOwn)) return { match: 'account', holds: 'yes' };
  // Which sessions the hosts have is not known.
  const sessions = `arn:${partition}:sts::${account}:assumed-role/${path.slice(path.lastIndexOf('/') + 1)}/`;
  return named.some((name) => name.startsWith(sessions)) ? { match: 'role', holds: 'unknown' } : NONE;
}

function conditionsOf(conditions: Statement['Condition'], context: RoleQuestion['context']): readonly Holds[] {
  return Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, written]) => conditionHolds(operator, written, context[key.toLowerCase()])),
  );
}

const OPERATOR = /^(?:(String|Arn)(Not)?(Equals|Like)|(Bool))(?:IfExists)?$/;

function conditionHolds(operator: string, written: readonly string[], asked: string | undefined): Holds {
  const [known, type, negated, kind] = OPERATOR.exec(operator) ?? [];
  if (known === undefined || asked === undefined) return 'unknown';
  const fits = any(written.map((text) => (type === 'Arn' ? arnFits(text, asked) : textFits(text, asked, kind))));
  if (negated === undefined || fits === 'unknown') return fits;
  return fits === 'yes' ? 'no' : 'yes';
}

/** A policy's variable stands for what is known only when somebody asks. */
const hasVariable = (text: string) => text.includes('${');

/** @param kind undefined for a boolean, whose case does not matter */
function textFits(text: string, asked: string, kind: string | undefined): Holds {
  if (hasVariable(text)) return 'unknown';
  if (kind === undefined) return holdsIf(text.toLowerCase() === asked.toLowerCase());
  return holdsIf(kind === 'Like' ? isLike(text, asked) : text === asked);
}

const ARN_PARTS = 6;

/** AWS compares ARNs part by part; what it takes an ARN of fewer parts for is not judged here. */
function arnFits(text: string, asked: string): Holds {
  const written = partsOf(text);
  if (hasVariable(text) || written.length < ARN_PARTS) return 'unknown';
  return holdsIf(partsOf(asked).every((part, at) => isLike(written[at] ?? '', part)));
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [
    ...parts.slice(0, ARN_PARTS - 1),
    ...(parts.length < ARN_PARTS ? [] : [parts.slice(ARN_PARTS - 1).join(':')]),
  ];
}

/** A resource whose star would have to stand for several parts of the ARN is not judged. */
function resourceFits(pattern: string, resource: string): Holds {
  if (pattern === '*') return 'yes';
  if (hasVariable(pattern)) return 'unknown';
  const byParts = arnFits(pattern, resource);
  return byParts === holdsIf(isLike(pattern, resource)) ? byParts : 'unknown';
}

function holdsIf(condition: boolean): Holds {
  return condition ? 'yes' : 'no';
}

function any(all: readonly Holds[]): Holds {
  return all.find((one) => one === 'yes') ?? all.find((one) => one === 'unknown') ?? 'no';
}

function all(every: readonly Holds[]): Holds {
  return every.find((one) => one === 'no') ?? every.find((one) => one === 'unknown') ?? 'yes';
}
