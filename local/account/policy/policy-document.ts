import * as z from 'zod';
import { type Context, conditionsHold, wildcard } from './conditions';

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const values = z.union([z.string(), z.number(), z.boolean()]).transform(String).pipe(z.string());
const principals = z.union([
  z.literal('*').transform((): Record<string, string[]> => ({ AWS: ['*'] })),
  z.record(z.string(), texts),
]);

const statementSchema = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principals.optional(),
  NotPrincipal: principals.optional(),
  Action: texts.optional(),
  NotAction: texts.optional(),
  Resource: texts.optional(),
  NotResource: texts.optional(),
  Condition: z
    .record(
      z.string(),
      z.record(
        z.string(),
        z.union([values, z.array(values)]).transform((value) => [value].flat()),
      ),
    )
    .default({}),
});
const documentSchema = z.looseObject({
  Statement: z.union([statementSchema, z.array(statementSchema)]).transform((value) => [value].flat()),
});
type Statement = z.output<typeof statementSchema>;

/** One question to the policy of a resource. */
export interface PolicyRequest {
  /** `service:Action`. */
  readonly action: string;
  /** The ARN of what the policy belongs to. */
  readonly resource: string;
  /** Who asks, as policies name them: the ARN of a user, of a role and of its session, or of the account's root. */
  readonly principalArns: readonly string[];
  /** The ARN of the identity provider whose token somebody shows. */
  readonly federated?: string;
  readonly accountId: string;
  readonly context: Context;
}

/**
 * What the policy of a resource says: `denied` is the last word; `allowed` names the principal; `account` leaves it to
 * what else the principal may do; `silent` says nothing.
 */
export type PolicyAnswer = 'denied' | 'allowed' | 'account' | 'silent';

/**
 * Asks the policy of a resource ("Policy evaluation logic" in IAM's User Guide).
 *
 * @param policy JSON text
 * @throws Error for what it does not know: an operator, or a document of another form
 */
export function askPolicy(policy: string, request: PolicyRequest): PolicyAnswer {
  const matching = documentSchema.parse(JSON.parse(policy)).Statement.flatMap((statement) => {
    const match = matchOf(statement, request);
    return match === undefined ? [] : [{ effect: statement.Effect, match }];
  });
  if (matching.some(({ effect }) => effect === 'Deny')) return 'denied';
  if (matching.some(({ match }) => match === 'principal')) return 'allowed';
  return matching.length > 0 ? 'account' : 'silent';
}

/** Whether a statement is about a request: for a principal of its own, or for everybody of the account. */
function matchOf(statement: Statement, request: PolicyRequest): 'principal' | 'account' | undefined {
  const match = principalMatch(statement, request);
  if (match === undefined) return undefined;
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  if (!isAmong(Action, NotAction, (pattern) => wildcard(pattern, 'i').test(request.action))) return undefined;
  if (!isAmong(Resource, NotResource, (pattern) => wildcard(pattern).test(request.resource))) return undefined;
  return conditionsHold(Condition, request.context) ? match : undefined;
}

/** A list, or the list of what it is not; without either everything is meant. */
function isAmong(
  among: readonly string[] | undefined,
  others: readonly string[] | undefined,
  fits: (pattern: string) => boolean,
): boolean {
  return among === undefined ? others === undefined || !others.some(fits) : among.some(fits);
}

function principalMatch({ Effect, Principal, NotPrincipal }: Statement, request: PolicyRequest) {
  const { accountId, principalArns } = request;
  const account = [accountId, `arn:aws:iam::${accountId}:root`];
  if (NotPrincipal !== undefined) {
    const named = NotPrincipal.AWS ?? [];
    const isNamed = named.some((arn) => arn === '*' || principalArns.includes(arn) || account.includes(arn));
    return isNamed ? undefined : 'principal';
  }
  const { federated } = request;
  if (federated !== undefined && Principal?.Federated?.includes(federated) === true) return 'principal';
  const named = Principal?.AWS ?? [];
  const isOwnName = (arn: string) => principalArns.includes(arn) && !account.includes(arn);
  if (named.some((arn) => arn === '*' || isOwnName(arn))) return 'principal';
  if (!named.some((arn) => account.includes(arn))) return undefined;
  // What is denied to the account is denied to everybody in it.
  return Effect === 'Deny' ? 'principal' : 'account';
}
