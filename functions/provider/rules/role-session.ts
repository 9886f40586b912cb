import type { SessionRequest } from '../../account/ports';
import { type RoleSource, sessionPolicyText } from '../../core/config/provider-role';
import { KeyturnError } from '../../core/errors';
import type { ProvedStep } from '../token/verify-token';

const UUID = /^\{([0-9a-f-]{36})\}$/;
/** What STS takes as the value of a tag (API reference, `Tag`). */
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;

/**
 * The session that a step gets. Its name and its tags are what the issuer says of the step, and nothing else. A branch in
 * which STS refuses a character comes without its tag: a role that asks for branches then refuses the step, and one that
 * does not is not lost for the sake of a name.
 */
export function sessionRequest(source: RoleSource, step: ProvedStep): SessionRequest {
  const { role, sessionMinutes, policyArns } = source;
  const { repository, environment, branch, pipeline, step: id } = step;
  const said = Object.entries({
    'keyturn:repository': bare(repository),
    'keyturn:environment': environment && bare(environment),
    'keyturn:branch': branch,
    'keyturn:pipeline': pipeline && bare(pipeline),
    'keyturn:step': bare(id),
  });
  const tags = said.flatMap(([key, value]) => (value !== undefined && TAG_VALUE.test(value) ? [[key, value]] : []));
  return {
    role,
    sessionName: `bitbucket-${bare(id)}`,
    seconds: sessionMinutes * 60,
    policy: sessionPolicyText(source),
    policyArns,
    tags: Object.fromEntries(tags),
  };
}

/** A UUID without its braces, which STS takes nowhere. */
function bare(uuid: string): string {
  const [, inside] = UUID.exec(uuid) ?? [];
  if (inside === undefined) throw new KeyturnError('unexpected', 'A step was proved whose claims are no UUIDs.');
  return inside;
}
