import type { KeyConfig } from './key-config';

/** What an account has before a deployment, by the ids of keys. */
export interface DeployedKeys {
  /** Entries of the registry, the unreadable ones too. */
  readonly registered: ReadonlySet<string>;
  /** Secrets of managed keys, registered or not. */
  readonly secrets: ReadonlySet<string>;
}

/** What a deployment of a file would do to the keys that there are. */
export interface DeploymentOfKeys {
  /** Keys that nobody would manage any more. */
  readonly dropped: readonly string[];
  /** They are everything, or half of what is registered: more than anybody takes out on purpose. */
  readonly losesMost: boolean;
  /** Keys whose secret is there, and whose deployment would fail because it would be made again. */
  readonly taken: readonly string[];
  /** Keys whose deployment would fail because the secret that it takes is not there. */
  readonly absent: readonly string[];
}

export function deploymentOf(
  keys: readonly Pick<KeyConfig, 'id' | 'secret'>[],
  { registered, secrets }: DeployedKeys,
): DeploymentOfKeys {
  const ids = new Set(keys.map(({ id }) => id));
  const dropped = [...registered].filter((id) => !ids.has(id));
  return {
    dropped,
    losesMost: isGreatLoss(registered.size - dropped.length, dropped.length),
    taken: keys
      .filter(({ id, secret }) => secret === 'create' && secrets.has(id) && !registered.has(id))
      .map(({ id }) => id),
    absent: keys.filter(({ id, secret }) => secret === 'existing' && !secrets.has(id)).map(({ id }) => id),
  };
}

/** One key that is taken out is no incident, however few others there are. */
const MANY = 2;

/** Whether so many keys are lost beside those that are left that nobody can have meant it: all of them, or half. */
export function isGreatLoss(left: number, lost: number): boolean {
  return left === 0 ? lost > 0 : lost >= MANY && lost >= left;
}
