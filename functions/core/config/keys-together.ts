import { type DeliverToItem, placesWritten, targetOf } from '../hosts/target';
import type { Mistake } from './config-issue';
import { pathText } from './config-path';
import type { ConnectionsConfig } from './connection-config';
import type { KeyConfig } from './key-config';
import { type PolicyOverrides, policyProblems, policyWith } from './policy';

/** Days: the last one before a rotation may be missed once. */
const RUNS_TO_SPARE = 2;

/**
 * The rules between keys, and between a key and what all share: keys are added one by one, and each hears what it takes
 * that another one has already.
 */
export class KeysTogether {
  private readonly policy: PolicyOverrides | undefined;
  /** What is wrong with the shared policy is told once, and not by each key. */
  private readonly toldOfPolicy: ReadonlySet<string>;
  private readonly ids = new Set<string>();
  /** Keys by the names of their users in lower case. */
  private readonly users = new Map<string, Pick<KeyConfig, 'id' | 'user'>>();
  /** Who writes a place, as people find it in the file. */
  private readonly written = new Map<string, string>();

  /** @param policy what all keys share */
  constructor(policy: PolicyOverrides | undefined) {
    this.policy = policy;
    this.toldOfPolicy = new Set(policyProblems(policyWith(policy)).map(({ message }) => message));
  }

  /** @returns what is wrong with this key beside those before, with paths from the key on */
  add(key: KeyConfig, connections: ConnectionsConfig): readonly Mistake[] {
    return [
      ...this.takeId(key),
      ...this.takeUser(key),
      ...this.policyMistakes(key),
      ...this.idleMistakes(key),
      ...nodesMistakes(key),
      ...key.deliverTo.flatMap((target, at) => this.takePlaces(key.id, target, ['deliverTo', at], connections)),
    ];
  }

  private takeId({ id }: KeyConfig): readonly Mistake[] {
    const taken = this.ids.has(id);
    this.ids.add(id);
    return taken ? [{ path: ['id'], message: `expected an id of its own; "${id}" is taken by another key` }] : [];
  }

  private takeUser({ id, user }: KeyConfig): readonly Mistake[] {
    // IAM's rule: names of users are the same whatever the case.
    const name = user.toLowerCase();
    const sharedWith = this.users.get(name);
    this.users.set(name, { id, user });
    if (sharedWith === undefined) return [];
    const message =
      `expected a user of its own; ${user} belongs to the key "${sharedWith.id}"` +
      (sharedWith.user === user ? '' : `, as ${sharedWith.user}, which is one name to IAM`) +
      ', and a user has room for one managed key and its successor only';
    return [{ path: ['user'], message }];
  }

  private policyMistakes({ policy }: KeyConfig): readonly Mistake[] {
    return policyProblems(policyWith(this.policy, policy))
      .filter(({ message }) => !this.toldOfPolicy.has(message))
      .map(({ field, message }) => ({ path: ['policy', field], message }));
  }

  /** Each rotation makes a key that has been idle for no time, beside one that goes first: the time for both is its own. */
  private idleMistakes({ policy, replacedBy }: KeyConfig): readonly Mistake[] {
    if (replacedBy === undefined) return [];
    const { rotateAfter, deleteAfter, holdLimit } = policyWith(this.policy, policy);
    const most = rotateAfter - RUNS_TO_SPARE;
    const older = deleteAfter - rotateAfter + holdLimit;
    if (older > most) {
      const message =
        `expected a policy in which the key before is gone within ${most} days, found up to ${older} (deleteAfter − ` +
        'rotateAfter + holdLimit): the next rotation would come before this key could go, each time';
      return [{ path: ['replacedBy'], message }];
    }
    if (replacedBy.idleFor <= most) return [];
    const message =
      `expected at most ${most} days, found ${replacedBy.idleFor}: the rotation after ${rotateAfter} days makes a ` +
      'key that has not been idle yet, and none would ever go';
    return [{ path: ['replacedBy', 'idleFor'], message }];
  }

  private takePlaces(
    id: string,
    target: DeliverToItem,
    path: Mistake['path'],
    connections: ConnectionsConfig,
  ): readonly Mistake[] {
    const { connection: name } = target;
    const connection = name !== undefined && Object.hasOwn(connections, name) ? connections[name] : undefined;
    if (name !== undefined && connection === undefined) {
      const message =
        `expected one of the connections (${Object.keys(connections).join(', ') || 'there are none'}), ` +
        `found "${name}"`;
      return [{ path: [...path, 'connection'], message }];
    }
    const places = placesWritten(targetOf(target), connection);
    const taken = places.find(({ place }) => this.written.has(place));
    const owner = taken && this.written.get(taken.place);
    for (const { place, what } of places)
      this.written.set(place, `the key "${id}" already (${pathText(path)}: ${what})`);
    if (taken === undefined) return [];
    const message =
      `expected variables that nothing else writes; ${taken.what} belongs to ${owner}, and the two would overwrite ` +
      'each other';
    return [{ path: [...path, 'variables'], message }];
  }
}

/** Nodes read the key when they start: between two starts it looks idle, and would go while the secret still gives it (K1). */
function nodesMistakes({ deliverTo, replacedBy }: KeyConfig): readonly Mistake[] {
  if (replacedBy === undefined) return [];
  return deliverTo.flatMap((target, at) => {
    if (!('dataCenter' in target)) return [];
    const message =
      `expected no replacedBy beside the nodes of a Data Center, found ${target.dataCenter.nodes.join(', ')}: they read ` +
      'the key when they start, and the next start would be with one that is Inactive, or gone';
    return [{ path: ['deliverTo', at, 'dataCenter'], message }];
  });
}
