import * as z from 'zod';
import { cleaned } from '../../core/outside-text';
import { compare } from './compare';

const READ = 'secretsmanager:GetSecretValue';
/** Operators that hold for every principal but the named ones. */
const ALL_BUT = new Set(['StringNotEquals', 'ArnNotEquals', 'ArnNotLike', 'StringNotLike']);
/** Of which the named ones may be many: a star stands for any. */
const EXPANDS = new Set(['ArnNotEquals', 'ArnNotLike', 'StringNotLike']);

const some = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const denySchema = z.object({
  Effect: z.literal('Deny'),
  Principal: z.union([z.literal('*'), z.object({ AWS: some })]),
  Action: some,
  Resource: some,
  Condition: z.record(z.string(), z.record(z.string(), some)),
});
const policySchema = z.object({ Statement: z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]) });

/**
 * Whom a secret's own policy lets read its value: everybody else is denied, whatever their own rights are. Undefined where
 * no statement denies all others, so that the rights of every principal of the account decide.
 *
 * @param policy as GetResourcePolicy answers it
 * @param arn of the secret
 */
export function readersIn(policy: string | undefined, arn: string): readonly string[] | undefined {
  const lists = statementsOf(policy).flatMap((statement) => {
    const denied = denySchema.safeParse(statement).data;
    const names = denied === undefined ? undefined : admittedBy(denied, arn);
    return names === undefined ? [] : [names];
  });
  const [first, ...others] = lists;
  // Who is to read has to be named by each of them.
  return first
    ?.filter((name) => others.every((list) => list.includes(name)))
    .map((name) => cleaned(name))
    .sort(compare);
}

function admittedBy(
  { Principal, Action, Resource, Condition }: z.output<typeof denySchema>,
  arn: string,
): readonly string[] | undefined {
  const isForAll = Principal === '*' || Principal.AWS.includes('*');
  const isForReading = Action.some((action) => isLike(action.toLowerCase(), READ.toLowerCase()));
  const isForThis = Resource.some((resource) => isLike(resource, arn));
  if (!(isForAll && isForReading && isForThis)) return undefined;
  // A second condition would let pass whoever does not meet it.
  const [[operator, keys] = [], ...more] = Object.entries(Condition);
  const [[key, names] = [], ...others] = Object.entries(keys ?? {});
  if (operator === undefined || names === undefined || more.length + others.length > 0) return undefined;
  if (key?.toLowerCase() !== 'aws:principalarn' || !ALL_BUT.has(operator)) return undefined;
  return EXPANDS.has(operator) && names.some((name) => /[*?]/.test(name)) ? undefined : names;
}

function statementsOf(policy: string | undefined): readonly unknown[] {
  try {
    return policySchema.safeParse(JSON.parse(policy ?? '')).data?.Statement ?? [];
  } catch {
    return [];
  }
}

/** IAM's wildcards: a star for anything, a question mark for one character. In time that grows with the two lengths alone. */
export function isLike(pattern: string, text: string): boolean {
  let [at, star, retry] = [0, -1, 0];
  for (let read = 0; read < text.length; ) {
    if (pattern[at] === '*') [star, retry, at] = [at, read, at + 1];
    else if (pattern[at] === '?' || pattern[at] === text[read]) [at, read] = [at + 1, read + 1];
    else if (star < 0) return false;
    else [at, retry, read] = [star + 1, retry + 1, retry + 1];
  }
  return /^\**$/.test(pattern.slice(at));
}
