import type { ConnectionSecrets, Time } from '../../functions/account/ports';
import { type ErrorCode, toKeyturnError } from '../../functions/core/errors';
import type { TokenSeen } from '../../functions/core/hosts/host';
import { type Connection, type TargetConfig, targetName } from '../../functions/core/hosts/target';
import { type OpenTargets, openTargets } from '../../functions/hosts/register';

/** What a try of one place came to: nothing was changed there. `unproved`: it answers, and has no write that changes nothing. */
export type PlaceState = 'writable' | 'unproved' | 'refused' | 'unreachable';

export interface TriedPlace {
  readonly target: string;
  readonly state: PlaceState;
  readonly code?: ErrorCode;
  /** What is wrong or unproved, and its cure. */
  readonly message?: string;
}

/** A token, tried at every place of its connection. */
export interface TriedToken {
  /** Undefined where the host did not let it ask. */
  readonly token: TokenSeen | undefined;
  readonly places: readonly TriedPlace[];
}

/** Nobody knows then whether the token is good. */
const NO_ANSWER: ReadonlySet<ErrorCode> = new Set([
  'host-down',
  'host-answer-invalid',
  'rate-limited',
  'aws-throttled',
  'aws-denied',
  'aws-rejected',
  'aws-uncertain',
]);

/** How many places are tried at once: a host limits what a token may ask in an hour, not how fast. */
const AT_ONCE = 4;

export interface Trying {
  readonly connection: Connection;
  readonly targets: readonly TargetConfig[];
  readonly time: Time;
  /** Where the token is. */
  readonly secrets: ConnectionSecrets;
  /** Told when a place has been tried. */
  readonly onPlace?: (place: TriedPlace) => void;
}

/**
 * Tries what a delivery does first, at each place: look up, and a write that changes nothing.
 *
 * @throws KeyturnError `invalid-connection` where the token has no form that the host takes
 */
export async function tryToken({ connection, targets, time, secrets, onPlace }: Trying): Promise<TriedToken> {
  const host = openTargets({ connectionSecrets: secrets, time, random: Math.random });
  const places: TriedPlace[] = [];
  for (let from = 0; from < targets.length; from += AT_ONCE) {
    const some = await Promise.all(targets.slice(from, from + AT_ONCE).map((one) => tryPlace(host, one, connection)));
    for (const place of some) onPlace?.(place);
    places.push(...some);
  }
  return { token: await lookAt(host, connection), places };
}

const UNPROVED =
  'Whether the token may write here is unproved: the place can be read, and what the host answered to a write that ' +
  'changes nothing tells nothing of rights. The next delivery shows it.';

async function tryPlace(host: OpenTargets, config: TargetConfig, connection: Connection): Promise<TriedPlace> {
  const target = targetName(config);
  try {
    const isShown = await (await host.open(config, connection)).tryToWrite();
    return isShown ? { target, state: 'writable' } : { target, state: 'unproved', message: UNPROVED };
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    if (code === 'invalid-connection') throw thrown;
    return { target, state: NO_ANSWER.has(code) ? 'unreachable' : 'refused', code, message };
  }
}

async function lookAt(host: OpenTargets, connection: Connection): Promise<TokenSeen | undefined> {
  try {
    return await host.lookAtToken(connection);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.code === 'invalid-connection') throw error;
    return undefined;
  }
}
