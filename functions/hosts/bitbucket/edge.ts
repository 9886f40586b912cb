import type { BitbucketTarget as BitbucketPlace } from '../../core/hosts/bitbucket';
import type { HostConnection } from '../../core/hosts/host';
import type { Edge, HostEdge } from '../host';
import { BitbucketAuth } from './auth';
import { BitbucketClient } from './client';
import { judgeScopes } from './scopes';
import { BitbucketTarget } from './target';

/** Bitbucket Cloud. Targets of the same connection share its token, its open connections and what was looked up. */
export function openBitbucket({ connectionSecrets, time, send, retry, secrets }: Edge): HostEdge {
  const clients = new Map<string, { readonly auth: BitbucketAuth; readonly client: BitbucketClient }>();

  function connect(connection: HostConnection) {
    const name = JSON.stringify([connection.url, connection.secret]);
    const known = clients.get(name);
    if (known !== undefined) return known;
    const auth = new BitbucketAuth({ connection, connectionSecrets, time, send, retry });
    const made = { auth, client: new BitbucketClient({ url: connection.url, auth, send, retry, secrets, time }) };
    clients.set(name, made);
    return made;
  }

  return {
    async open(config: BitbucketPlace, connection: HostConnection) {
      const { auth, client } = connect(connection);
      // A connection that cannot work shows before anything is looked up or written.
      await auth.header();
      return new BitbucketTarget({ config, connection, client, time, retry });
    },

    async lookAtToken(connection) {
      const { auth, client } = connect(connection);
      await auth.header();
      const who = await client.user({
        host: 'Bitbucket',
        about: `connection secret ${connection.secret}`,
        doing: 'ask whose the token is',
        secret: connection.secret,
        scopes: 'no scope',
        missing: { code: 'host-answer-invalid', cure: "Check the connection's url." },
      });
      const { kind } = auth;
      const { scopes } = client;
      return { kind, who, scopes, ...judgeScopes(kind, scopes) };
    },
  };
}
