import { createHash } from 'node:crypto';
import { Annotations, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { KeyConfig } from '../../functions/core/config/key-config';

/** CloudFormation: 500 resources a stack. */
const RESOURCES_PER_STACK = 500;
/** What the engine takes with everything that can be turned on: 96, many subscriptions and many managed policies. */
const RESOURCES_OF_ENGINE = 140;

/** How many keys a stack of keys gets on average, so that the fullest one still has room. */
const KEYS_PER_STACK = 80;
const MOST_KEY_STACKS = 50;

/**
 * The keys by the construct that each goes into: the rotation itself, or one of several stacks beside its own, which come
 * into being with their first key.
 *
 * @param keyStacks number of those stacks
 */
export function keysByScope(
  keys: readonly KeyConfig[],
  rotation: Construct,
  keyStacks: number = 0,
  props: StackProps = {},
): ReadonlyMap<Construct, readonly KeyConfig[]> {
  const engine = Stack.of(rotation);
  const parent = engine.node.scope;
  if (!Number.isInteger(keyStacks) || keyStacks < 0 || keyStacks > MOST_KEY_STACKS) {
    Annotations.of(engine).addError(
      `keyStacks: expected a whole number from 0 to ${MOST_KEY_STACKS}, found ${keyStacks}; correct it`,
    );
    return new Map([[rotation, keys]]);
  }
  if (keyStacks === 0 || parent === undefined) return new Map([[rotation, keys]]);
  const scopes = new Map<number, Stack>();
  const perScope = new Map<Construct, KeyConfig[]>();
  for (const key of keys) {
    const part = shardOf(key.id, keyStacks) + 1;
    const description = `Keyturn: managed keys, part ${part} of ${keyStacks}`;
    const stack = scopes.get(part) ?? new Stack(parent, `${engine.node.id}Keys${part}`, { ...props, description });
    scopes.set(part, stack);
    perScope.set(stack, [...(perScope.get(stack) ?? []), key]);
  }
  return perScope;
}

/** Whether the stack has room for these keys; otherwise the error says what to do. @param all keys of the configuration */
export function hasRoom(scope: Construct, keys: readonly KeyConfig[], all: number): boolean {
  const ofKeys = keys.reduce((sum, { createUser }) => sum + (createUser ? 4 : 3), 0);
  const needed = ofKeys + (!(scope instanceof Stack) ? RESOURCES_OF_ENGINE : 0);
  if (needed <= RESOURCES_PER_STACK) return true;
  Annotations.of(scope).addError(
    `keys: ${keys.length} keys need up to ${needed} resources in one stack, and CloudFormation allows ` +
      `${RESOURCES_PER_STACK}. Spread the keys over stacks of their own, once for good: ` +
      `"keyStacks": ${Math.ceil(all / KEYS_PER_STACK)} in the context of cdk.json.`,
  );
  return false;
}

/** The same key is in the same stack, whatever other keys come and go. */
function shardOf(id: string, shards: number): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0) % shards;
}
