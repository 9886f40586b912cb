import type { RegistryEntry } from '../../../functions/core/config/registry';
import { type HostName, hostOf, type TargetConfig } from '../../../functions/core/hosts/target';
import type { Principal } from '../../../local/account/principal';
import type { HostOptions } from '../../../local/hosts/register';
import { bitbucketWithFaults, rehearseBitbucket } from './bitbucket';
import { rehearseDataCenters } from './data-center';
import { rehearseFunctions } from './function';
import {
  type Edit,
  type Held,
  type HostFaults,
  type Pair,
  type PlaceWrite,
  pairOf,
  type RehearsedHost,
  type Surroundings,
} from './host';

/** What each host gives the rehearsal, one line each. */
const HOSTS: Readonly<Record<HostName, (surroundings: Surroundings) => RehearsedHost>> = {
  bitbucket: rehearseBitbucket,
  function: rehearseFunctions,
  dataCenter: rehearseDataCenters,
};

/** How each host that is on the network is told to fail: one line each. */
export function hostsWithFaults(faults: HostFaults): HostOptions {
  return { bitbucket: bitbucketWithFaults(faults) };
}

/** The places of every host, in one world. */
export function openPlaces(surroundings: Surroundings): Places {
  return new Places(new Map(Object.entries(HOSTS).map(([name, open]) => [name, open(surroundings)])));
}

/** Places, whatever their host. */
export class Places implements RehearsedHost<TargetConfig> {
  /** @param hosts by their names */
  constructor(private readonly hosts: ReadonlyMap<string, RehearsedHost>) {}

  prepare(target: TargetConfig, entry: RegistryEntry, admin: Principal): void {
    this.#hostOf(target).prepare(target, entry, admin);
  }

  paste(target: TargetConfig, pair: Pair): void {
    this.#hostOf(target).paste(target, pair);
  }

  held(target: TargetConfig): Held | undefined {
    return this.#hostOf(target).held(target);
  }

  /** Both halves of what a pipeline reads; undefined where one is missing. */
  pairAt(target: TargetConfig): Pair | undefined {
    return pairOf(this.held(target));
  }

  scopeOf(target: TargetConfig): string {
    return this.#hostOf(target).scopeOf(target);
  }

  halvesOf(target: TargetConfig): readonly string[] {
    return this.#hostOf(target).halvesOf(target);
  }

  /** Whether people can change by hand what is there. */
  isEditable(target: TargetConfig): boolean {
    return this.#hostOf(target).edit !== undefined;
  }

  edit(target: TargetConfig, edits: readonly Edit[]): boolean {
    return this.#hostOf(target).edit?.(target, edits) ?? false;
  }

  onWrite(listener: (write: PlaceWrite) => void): void {
    for (const host of this.hosts.values()) host.onWrite(listener);
  }

  #hostOf(target: TargetConfig): RehearsedHost {
    const { name } = hostOf(target);
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`The rehearsal has no host ${name}.`);
    return host;
  }
}
