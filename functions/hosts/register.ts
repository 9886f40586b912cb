import type { ConnectionSecrets, Target, Targets, Time } from '../account/ports';
import { KeyturnError } from '../core/errors';
import type { TokenSeen } from '../core/hosts/host';
import { isPlainBase } from '../core/hosts/plain-url';
import { type Connection, type HostName, hostOf } from '../core/hosts/target';
import { KnownSecrets } from '../core/key/known-secrets';
import { openBitbucket } from './bitbucket/edge';
import { type DataCenterPorts, openDataCenters } from './data-center/edge';
import { type FunctionPorts, openFunctions } from './function/edge';
import type { Edge, HostEdge } from './host';
import { openHttp } from './http/http';
import { retrying } from './http/retry';

/** The edge to every host, one line each. */
const HOSTS: Readonly<Record<HostName, (edge: Edge & FunctionPorts & DataCenterPorts) => HostEdge>> = {
  bitbucket: openBitbucket,
  function: openFunctions,
  dataCenter: openDataCenters,
};

interface OpenTargetsProps extends FunctionPorts, DataCenterPorts {
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

/** The targets, and a look at the tokens that they are reached with. */
export interface OpenTargets extends Targets {
  /** @throws KeyturnError `invalid-connection`, `token-rejected`, or why the host could not be asked */
  lookAtToken(connection: Connection): Promise<TokenSeen>;
}

/**
 * The edge to all hosts for one run. Make a new one for every run: what hosts have looked up is kept for as long as it
 * lives.
 */
export function openTargets({ timeout, random, allowedOrigins, ...ports }: OpenTargetsProps): OpenTargets {
  const { time } = ports;
  const secrets = new KnownSecrets();
  const edge = { ...ports, secrets, send: openHttp({ time, timeout, secrets }), retry: retrying({ time, random }) };
  const opened = new Map<HostName, HostEdge>();
  const hostNamed = (name: HostName): HostEdge => {
    const host = opened.get(name) ?? HOSTS[name](edge);
    opened.set(name, host);
    return host;
  };

  return {
    /** @throws KeyturnError `invalid-connection` before anything is sent, when the url is not plain or not of an allowed origin */
    async open(target, connection) {
      if (connection !== undefined) checkOrigin(connection, allowedOrigins);
      return remembering(await hostNamed(hostOf(target).name).open(target, connection), secrets);
    },

    async lookAtToken(connection) {
      checkOrigin(connection, allowedOrigins);
      const seen = await hostNamed(connection.host as HostName).lookAtToken?.(connection);
      if (seen === undefined) throw new Error(`${connection.host} takes no token.`);
      return seen;
    },
  };
}

/** The same target; what is delivered is known from then on as what nobody may say back. */
function remembering(target: Target, secrets: KnownSecrets): Target {
  return {
    name: target.name,
    deliver(credential, stored, earlier) {
      secrets.add(credential.secretAccessKey);
      return target.deliver(
        credential,
        stored,
        earlier && {
          torn: earlier.torn,
          canPutBack: (accessKeyId) => earlier.canPutBack(accessKeyId),
          wasConfirmed: (revision) => earlier.wasConfirmed?.(revision) ?? false,
          goesOn: earlier.goesOn,
          askedAt: earlier.askedAt,
          since: earlier.since,
          beforeWriting: () => earlier.beforeWriting(),
          ended: async (restarts) => earlier.ended?.(restarts),
          async read(accessKeyId) {
            const found = await earlier.read(accessKeyId);
            if (found !== undefined) secrets.add(found.secretAccessKey);
            return found;
          },
        },
      );
    },
    inspect: (wanted) => target.inspect(wanted),
    tryToWrite: () => target.tryToWrite(),
    identify: (need) => target.identify(need),
  };
}

function checkOrigin({ url }: Connection, allowedOrigins: ReadonlySet<string> | undefined): void {
  if (!isPlainBase(url)) {
    throw new KeyturnError(
      'invalid-connection',
      'The registry has a connection whose url is not the plain base of an API: it has a user, a query, a fragment, a ' +
        'backslash, or a path that leads elsewhere. Nothing was sent there. Find out in CloudTrail who changed the SSM ' +
        'parameter, and deploy the stack again.',
    );
  }
  const { origin } = new URL(url);
  if (allowedOrigins === undefined || allowedOrigins.has(origin)) return;
  throw new KeyturnError(
    'invalid-connection',
    `The registry says to deliver to ${origin}, and the stack was deployed with ` +
      `${[...allowedOrigins].join(', ') || 'no host at all'}. Nothing was sent there. Find out in CloudTrail who ` +
      'changed the SSM parameter, and deploy the stack again.',
  );
}
