import type { ConnectionSecrets, Target, Time } from '../account/ports';
import type { HostConnection, HostTarget, TokenSeen } from '../core/hosts/host';
import type { KnownSecrets } from '../core/key/known-secrets';
import type { Send } from './http/http';
import type { Retry } from './http/retry';

/** What a host is reached with, in one run. */
export interface Edge {
  readonly connectionSecrets: ConnectionSecrets;
  readonly time: Time;
  readonly send: Send;
  readonly retry: Retry;
  /** Everything secret that a host may repeat: no word of a host goes on that spells one of them. */
  readonly secrets: KnownSecrets;
}

/** The edge to one host for one run: what its targets share stays here. */
export interface HostEdge {
  /** @throws KeyturnError what shows before anything is looked up or written */
  open(target: HostTarget, connection: HostConnection | undefined): Promise<Target>;
  /**
   * Looks at a connection's token; what its targets were answered before tells more of it. What the token may not tell is
   * left out.
   * @default - the host takes no token
   * @throws KeyturnError `token-rejected`, or why the host could not be asked
   */
  lookAtToken?(connection: HostConnection): Promise<TokenSeen>;
}
