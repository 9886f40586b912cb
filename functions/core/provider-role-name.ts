import { createHash } from 'node:crypto';

/**
 * Name of the role of a provider's endpoint. Another path is another role, which IAM takes beside the one before under
 * another name only.
 *
 * @param prefix what the deployment's own names begin with: `<stack>-<construct>`
 * @param rolePath IAM path of the deployment's roles
 */
export function providerRoleName(prefix: string, rolePath: string): string {
  const suffix = rolePath === '/' ? '' : `-${createHash('sha256').update(rolePath).digest('hex').slice(0, 6)}`;
  return `${prefix}Provider${suffix}`;
}
