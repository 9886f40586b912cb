import { Annotations, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { MOST_KEY_STACKS } from '../../functions/core/config/key-config';

/** Lambda's environment of a function, names and values together; and a standard parameter of SSM. Bytes. */
const MOST = 4_096;
/** What CloudFormation puts in: the longest is a topic's ARN, whose name has the stack's. */
const LONGEST_REFERENCE = 220;

/**
 * Measures what names the stacks of a deployment when all of them are known: AWS would refuse it half-way through the
 * deployment otherwise.
 *
 * @param texts names and values, by what has them in words
 */
export function watchValueSizes(
  scope: Construct,
  texts: () => Readonly<Record<string, readonly unknown[]>>,
  stacks: ReadonlySet<string>,
): void {
  scope.node.addValidation({
    validate: () => {
      const stack = Stack.of(scope);
      for (const [what, all] of Object.entries(texts())) {
        const bytes = all.reduce<number>((sum, text) => sum + bytesOf(stack.resolve(text)), 0);
        if (bytes > MOST) Annotations.of(scope).addError(tooLarge(what, bytes, stack, stacks.size));
      }
      return [];
    },
  });
}

function tooLarge(what: string, bytes: number, { stackName }: Stack, stacks: number): string {
  return (
    `deployment: ${what} needs up to ${bytes} bytes, and AWS takes ${MOST}. It names the deployment's ${stacks} stacks, ` +
    `most of them after ${stackName}: give that one a shorter name, or the keys fewer stacks (one for about 100 keys, ` +
    `${MOST_KEY_STACKS} at most). Keys with "secret: existing" and audit.formerSealKeys take room there too.`
  );
}

/** What a resolved value comes to at most. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  const join = (value as { readonly 'Fn::Join'?: readonly [string, readonly unknown[]] })['Fn::Join'];
  if (join === undefined) return LONGEST_REFERENCE;
  const [delimiter, parts] = join;
  return parts.reduce<number>((sum, part) => sum + bytesOf(part), delimiter.length * Math.max(0, parts.length - 1));
}
