import * as z from 'zod';
import { cleaned } from '../../functions/core/outside-text';
import { isLike } from '../../functions/report/judge/secret-readers';

const some = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const allowSchema = z.object({
  Sid: z.string().default(''),
  Effect: z.literal('Allow'),
  Principal: z.object({ AWS: some }),
  Action: some,
});
const policySchema = z.object({ Statement: z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]) });

const READ = 'secretsmanager:getsecretvalue';
/** The statement of what delivers it, whose ID goes on with the digest of the registry's entry. */
const SYNCS = /^Deliver/;

/** Whom a managed secret's own policy lets read its value beside what delivers it: a Data Center's role, or another reader. */
export function rolesThatRead(policy: string | undefined): readonly string[] {
  const readers = statementsOf(policy).flatMap((statement) => {
    const { data } = allowSchema.safeParse(statement);
    if (data === undefined || SYNCS.test(data.Sid)) return [];
    return data.Action.some((action) => isLike(action.toLowerCase(), READ)) ? data.Principal.AWS : [];
  });
  return [...new Set(readers)].map((name) => cleaned(name)).sort();
}

const ROLE = /:role(\/(?:[^/]+\/)*)[^/]+$/;

/** IAM path of the deployment's roles, by what delivers a managed secret; undefined where its policy does not say. */
export function deployedRolePath(policy: string | undefined): string | undefined {
  const paths = statementsOf(policy).flatMap((statement) => {
    const { data } = allowSchema.safeParse(statement);
    return data === undefined || !SYNCS.test(data.Sid) ? [] : data.Principal.AWS.map((arn) => ROLE.exec(arn)?.[1]);
  });
  return paths.find((path) => path !== undefined);
}

function statementsOf(policy: string | undefined): readonly unknown[] {
  try {
    return policySchema.safeParse(JSON.parse(policy ?? '')).data?.Statement ?? [];
  } catch {
    return [];
  }
}
