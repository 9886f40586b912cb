import type { PolicyOverrides } from '../../../functions/core/config/policy';
import type { RegistryEntry } from '../../../functions/core/config/registry';

/** One access key, as IAM lists it. */
export interface ListedKey {
  readonly id: string;
  readonly status: 'Active' | 'Inactive';
}

/** How a managed key begins. */
export interface Beginning {
  /** Ages in days of the keys that its user has on the day of the deployment, oldest first. */
  readonly adopted?: readonly number[];
  readonly policy?: PolicyOverrides;
  readonly firstRotation?: RegistryEntry['firstRotation'];
  readonly adopt?: RegistryEntry['adopt'];
}

/** What people do by hand, and what happens to the host. */
export interface Deeds {
  /** An operator asks for a rotation now. */
  ask(): Promise<void> | void;
  /** An administrator takes the current key back. */
  takeBack(): Promise<void> | void;
  /** Nothing can be delivered while it lasts. */
  outage(isDown: boolean): void;
  makeKey(): void;
  removeKey(id: string): void;
  setStatus(id: string, status: ListedKey['status']): void;
  pause(untilDay: number): void;
  /** From now on somebody uses a copy of this key every morning, for as long as it is Active; or nobody does any more. */
  copy(id: string, isUsed: boolean): void;
}

/** One managed key with one place, brought through its days by one layer of the product. */
export interface Driver {
  /** Lives through the runs of the days that have passed and of this one, counted from the deployment, to its evening. */
  live(day: number): Promise<void>;
  /** The user's keys, oldest first. */
  keys(): readonly ListedKey[];
  /** ID of the key that is current. */
  current(): string | undefined;
  /** IDs of the key whose ID and of the key whose secret the place holds. */
  held(): readonly (string | undefined)[];
  readonly deeds: Deeds;
  /** Codes of what the runs of the last day found, in alphabetical order. */
  found(): readonly string[];
  /** What the witness found to be wrong so far. */
  broken(): readonly string[];
  close(): Promise<void>;
}

export type Start = (beginning: Beginning) => Promise<Driver>;
