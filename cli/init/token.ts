import { Redacted } from '../../functions/core/key/credential';
import type { Answers } from './answers';

/** What the connection's secret holds for a token: an API token has an owner. */
export function tokenOf(token: Redacted, email: string | undefined): Redacted {
  const held = email === undefined ? { accessToken: token.reveal() } : { email, apiToken: token.reveal() };
  return new Redacted(JSON.stringify(held));
}

/** The connection to a workspace, as a first configuration has it. */
export function connectionNamed(
  workspace: string,
  { secret, url }: { readonly secret?: string | undefined; readonly url?: string | undefined },
): NonNullable<Answers['connection']> {
  const name = /^[\w.-]{1,128}$/.test(workspace) ? workspace : 'bitbucket';
  return { name, secret: secret ?? `keyturn/connections/${name}`, url };
}
