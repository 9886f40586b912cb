import { createHash } from 'node:crypto';
import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { KeyConfig } from '../../functions/core/config/key-config';
import { COMPACT_TEMPLATE, watchTemplateSize } from './template-limits';

/** The CDK's setting; without it each synthesis warns. */
const CROSS_STACK_REFERENCES = '@aws-cdk/core:defaultCrossStackReferences';

/** Name of a stack of keys, from the main stack's. */
export function keyStackName(engine: string, part: number): string {
  return `${engine}Keys${part}`;
}

/**
 * The keys by the construct that each goes into: the rotation itself, or the stack of keys that the key's own `stack`
 * names, which comes into being with its first key. So a key moves only when somebody changes its own line.
 */
export function keysByScope(
  keys: readonly KeyConfig[],
  rotation: Construct,
  props: StackProps = {},
): ReadonlyMap<Construct, readonly KeyConfig[]> {
  const engine = Stack.of(rotation);
  const scopes = new Map<number | undefined, Construct>([[undefined, rotation]]);
  const perScope = new Map<Construct, KeyConfig[]>();
  for (const key of keys) {
    const scope = scopes.get(key.stack) ?? keyStack(engine, key.stack ?? 0, props);
    scopes.set(key.stack, scope);
    perScope.set(scope, [...(perScope.get(scope) ?? []), key]);
  }
  return perScope;
}

function keyStack(engine: Stack, part: number, props: StackProps): Stack {
  const description = `Keyturn: managed keys, stack ${part}`;
  const scope = engine.node.scope ?? engine;
  const stack = new Stack(scope, keyStackName(engine.node.id, part), {
    ...props,
    ...COMPACT_TEMPLATE,
    description,
  });
  // The main stack is there before them and outlives them; it must not lose what they import.
  stack.node.setContext(CROSS_STACK_REFERENCES, 'strong');
  watchTemplateSize(stack);
  return stack;
}

/** What the setting `keyStacks` did before keys said themselves where they are, and how to write that down. */
export function insteadOfKeyStacks(keys: readonly KeyConfig[], keyStacks: unknown, engine: string): string {
  const count = Number(keyStacks);
  const were = keys.map(({ id }) => `${id}: ${formerStack(id, count)}`).join(', ');
  return (
    'keyStacks: expected "stack" on each key, found keyStacks, which moved keys out of the stack that has them; take it ' +
    'out of cdk.json and the command. A key without "stack" is in the main stack, where it stays; give "stack: 1" to keys ' +
    'that are not deployed yet.' +
    (Number.isInteger(count) && count > 0
      ? ` Only if ${keyStackName(engine, 1)} is deployed already, with keyStacks ${count}: write beside each key what it has, ${were}.`
      : '')
  );
}

function formerStack(id: string, count: number): number {
  return (createHash('sha256').update(id).digest().readUInt32BE(0) % count) + 1;
}
