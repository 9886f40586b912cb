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
  return is('Allow', 'account', 'yes') || is('Allow', 'account', 'unknown') ? 'account' : 'silent';
}

function statementsOf(policy: string | undefined): readonly (Statement | undefined)[] | undefined {
  if (policy === undefined) return [];
  try {
    return policySchema.parse(JSON.parse(policy)).Statement.map((one) => statementSchema.safeParse(one).data);
  } catch {
    return undefined;
  }
}

interface Match {
  readonly match: 'role' | 'account' | 'none';
  readonly holds: 'yes' | 'no' | 'unknown';
}

const NONE: Match = { match: 'none', holds: 'no' };

function matchOf(statement: Statement | undefined, question: RoleQuestion): Match {
  if (statement === undefined) return NONE;
  const { Principal, Action, NotAction = [], Resource = ['*'], Condition } = statement;
  const named = Principal.AWS ?? [];
  const account = question.role.split(':')[4] ?? '';
  const isAction = (pattern: string) => isLike(pattern.toLowerCase(), question.action.toLowerCase());
  if (Action === undefined ? NotAction.some(isAction) : !Action.some(isAction)) return NONE;
  if (!Resource.some((pattern) => isLike(pattern, question.resource))) return NONE;
  const isOwn = (name: string) => name === account || name.endsWith(`::${account}:root`);
  const match = named.some((name) => name === '*' || name === question.role)
    ? 'role'
    : named.some(isOwn)
      ? 'account'
      : 'none';
  return { match, holds: conditionsHold(Condition, question.context) };
}

function conditionsHold(conditions: Statement['Condition'], context: RoleQuestion['context']): Match['holds'] {
  const all = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, written]) => conditionHolds(operator, written, context[key.toLowerCase()])),
  );
  if (all.includes('no')) return 'no';
  return all.includes('unknown') ? 'unknown' : 'yes';
}

const OPERATOR = /^(?:String|Arn|Bool)?(Not)?(Equals|Like)?(?:IfExists)?$/;

function conditionHolds(operator: string, written: readonly string[], asked: string | undefined): Match['holds'] {
  const [known, negated, kind] = OPERATOR.exec(operator) ?? [];
  if (known === undefined || asked === undefined) return 'unknown';
  const expands = kind === 'Like' || operator.startsWith('Arn');
  const fits = written.some((text) => (expands ? isLike(text, asked) : text === asked));
  return fits === (negated === undefined) ? 'yes' : 'no';
}
