import type { RegistryEntry } from '../../../functions/core/config/registry';
import type { HostTarget } from '../../../functions/core/hosts/host';
import type { Account } from '../../../local/account/account';
import type { Principal } from '../../../local/account/principal';
import type { Hosts } from '../../../local/hosts/register';

/** The account and the CI hosts that a rehearsal is lived in. */
export interface Surroundings {
  readonly account: Account;
  readonly hosts: Hosts;
}

/** What pipelines log in with. */
export interface Pair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What a place holds, as its pipelines read it; undefined is what is not there. */
export interface Held extends Partial<Pair> {
  /** The whole credential in one more variable. */
  readonly bundle?: string | undefined;
}

/** What a pipeline logs in with; undefined where a half is missing. */
export function pairOf({ accessKeyId, secretAccessKey }: Held = {}): Pair | undefined {
  return accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey };
}

/** Something was written at a host. */
export interface PlaceWrite {
  /** The instant at which it took effect (ms since the epoch). */
  readonly at: number;
  /** The instant at which it was asked for. @default - the same */
  readonly askedAt?: number;
  /** As `scopeOf` calls the place, or one that the place is in: `acme` for `acme/web-shop`. */
  readonly scope: string;
  /** What was written there, where a place has several values; undefined where it is one. */
  readonly key?: string;
}

/** What a function asks of a host, as far as faults are drawn for it. */
export interface HostRequest {
  readonly action: 'read' | 'write';
  /** As `scopeOf` calls the place, or one that the place is in. */
  readonly scope: string;
  /** What is written there, where a place has several values. */
  readonly key?: string | undefined;
  /** It is a provider that asks, for the keys of the host's issuer. */
  readonly isOfProvider?: boolean;
}

/** What becomes of it. */
export type HostFault =
  | { readonly kind: 'failed' | 'throttled' | 'forbidden'; readonly status: number; readonly retryAfter?: number }
  /** The connection is cut; whether it has happened. */
  | { readonly kind: 'cut'; readonly happened: boolean };

/** Decides what becomes of every request. */
export type HostFaults = (request: HostRequest) => HostFault | undefined;

/** What people do to a place by hand: take a value away, write another one over it, or put an older pair back. */
export type Edit = { readonly remove: string } | { readonly write: string; readonly value: string };

/** What one host gives the rehearsal: its places, made and read as people and pipelines make and read them. */
export interface RehearsedHost<Target extends HostTarget = HostTarget> {
  /** Makes what a configuration takes for granted about a target. */
  prepare(target: Target, entry: RegistryEntry, admin: Principal): void;
  /** Does what a person did before Keyturn was there. */
  paste(target: Target, pair: Pair): void;
  /** What a pipeline reads there now; undefined where there is no such place. */
  held(target: Target): Held | undefined;
  /** How the host's writes, the keys' table and failed logins call a place. */
  scopeOf(target: Target): string;
  /** What its writes call the two halves of a pair; none where both are one value, which cannot tear. */
  halvesOf(target: Target): readonly string[];
  /** Does what a person does there by hand. None where nobody can. @returns whether there was something to do it to */
  edit?(target: Target, edits: readonly Edit[]): boolean;
  /** Calls back for every write, when it has taken effect. */
  onWrite(listener: (write: PlaceWrite) => void): void;
}
