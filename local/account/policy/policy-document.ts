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

/** Whom of AWS's own a policy names: ARNs, accounts, `*`. None in a document of another form. */
export function awsPrincipalsOf(policy: string): readonly string[] {
  const { Statement = [] } = documentSchema.safeParse(JSON.parse(policy)).data ?? {};
  return Statement.flatMap(({ Principal, NotPrincipal }) => [...(Principal?.AWS ?? []), ...(NotPrincipal?.AWS ?? [])]);
}

/** One question to policies that narrow what a session may do. */
export interface SessionRequest extends Pick<PolicyRequest, 'action' | 'context'> {
  /** undefined where nobody knows what a call is about: then only statements about everything allow it. */
  readonly resource: string | undefined;
}

/**
 * Asks the policies of a session, which name no principal ("Session policies" in IAM's User Guide).
 *
 * @param policies JSON texts; each can allow, and each can deny
 * @throws Error for what it does not know: an operator, a variable, or a document of another form
 */
export function askSessionPolicies(
  policies: readonly string[],
  request: SessionRequest,
): Exclude<PolicyAnswer, 'account'> {
  if (policies.some((policy) => policy.includes('${'))) throw new Error('Variables in a policy are not known here');
  const statements = policies.flatMap((policy) => documentSchema.parse(JSON.parse(policy)).Statement);
  const isMeant = (statement: Statement) => {
    const { resource } = request;
    if (resource !== undefined) return isAbout(statement, { ...request, resource });
    // What denies something may deny this; what allows it has to allow everything.
    const { NotResource, ...others } = statement;
    if (statement.Effect === 'Deny') return isAbout({ ...others, Resource: undefined }, { ...request, resource: '' });
    return NotResource === undefined && isAbout(others, { ...request, resource: '' });
  };
  const matching = statements.filter(isMeant);
  if (matching.some(({ Effect }) => Effect === 'Deny')) return 'denied';
  return matching.length > 0 ? 'allowed' : 'silent';
}

/** Whether a statement is about a request: for a principal of its own, or for everybody of the account. */
function matchOf(statement: Statement, request: PolicyRequest): 'principal' | 'account' | undefined {
  const match = principalMatch(statement, request);
  return match !== undefined && isAbout(statement, request) ? match : undefined;
}

function isAbout(
  { Action, NotAction, Resource, NotResource, Condition }: Statement,
  { action, resource, context }: Pick<PolicyRequest, 'action' | 'resource' | 'context'>,
): boolean {
  if (!isAmong(Action, NotAction, (pattern) => wildcard(pattern, 'i').test(action))) return false;
  if (!isAmong(Resource, NotResource, (pattern) => wildcard(pattern).test(resource))) return false;
  return conditionsHold(Condition, context);
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
