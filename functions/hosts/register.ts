import type { ConnectionSecrets, Target, Targets, Time } from '../account/ports';
import { KeyturnError } from '../core/errors';
import type { Connection, TargetConfig } from '../core/hosts/target';
import { BitbucketAuth } from './bitbucket/auth';
import { BitbucketClient } from './bitbucket/client';
import { BitbucketTarget } from './bitbucket/target';
import { openHttp } from './http/http';
import { retrying } from './http/retry';

interface OpenTargetsProps {
  readonly connectionSecrets: ConnectionSecrets;
  readonly time: Time;
  /** A number in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  /** Milliseconds for one request to a CI host. @default 10000 */
  readonly timeout?: number;
  /**
   * Origins that tokens and keys may be sent to. A connection's url comes from the registry, which somebody may have
   * written to by hand. @default - any
   */
  readonly allowedOrigins?: ReadonlySet<string>;
}

/**
 * The edge to CI hosts for one run. Targets of the same connection share its token, its open connections and what was
 * looked up. Make a new one for every run: look-ups are kept for as long as it lives.
 */
export function openTargets(props: OpenTargetsProps): Targets {
  const { connectionSecrets, time, random, timeout, allowedOrigins } = props;
  const send = openHttp({ time, timeout });
  const retry = retrying({ time, random });
  const clients = new Map<string, { readonly auth: BitbucketAuth; readonly client: BitbucketClient }>();

  function connect(connection: Connection) {
    const name = JSON.stringify([connection.host, connection.url, connection.secret]);
    const known = clients.get(name);
    if (known !== undefined) return known;
    const auth = new BitbucketAuth({ connection, connectionSecrets, time, send, retry });
    const made = { auth, client: new BitbucketClient({ url: connection.url, auth, send, retry }) };
    clients.set(name, made);
    return made;
  }

  return {
    /** @throws KeyturnError `invalid-connection` before anything is sent, when the url is not of an allowed origin */
    async open(config: TargetConfig, connection: Connection): Promise<Target> {
      const { origin } = new URL(connection.url);
      if (allowedOrigins !== undefined && !allowedOrigins.has(origin)) {
        throw new KeyturnError(
          'invalid-connection',
          `The registry says to deliver to ${origin}, and the stack was deployed with ` +
            `${[...allowedOrigins].join(', ') || 'no host at all'}. Nothing was sent there. Find out in CloudTrail who ` +
            'changed the SSM parameter, and deploy the stack again.',
        );
      }
      const { auth, client } = connect(connection);
      // A connection that cannot work shows before anything is looked up or written.
      await auth.header();
      return new BitbucketTarget({ config, connection, client, time, retry });
    },
  };
}
