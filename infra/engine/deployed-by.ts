import { Annotations, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Lambda: the environment of a function holds 4 KB in all. */
const MOST_CHARACTERS = 2_000;

/** What the functions know this deployment's own by, as a registry that somebody wrote names what is not. */
export class DeployedBy {
  /** The names of its stacks. */
  readonly stacks = new Set<string>();
  readonly #existing: string[] = [];

  addStackOf(part: IConstruct): void {
    this.stacks.add(Stack.of(part).stackName);
  }

  /** IDs of the keys whose secrets no stack of it made, with commas between. @default - there are none */
  get existing(): string | undefined {
    return this.#existing.join(',') || undefined;
  }

  addExisting(key: IConstruct): void {
    const { id } = key.node;
    if ([...this.#existing, id].join(',').length <= MOST_CHARACTERS) {
      this.#existing.push(id);
      return;
    }
    Annotations.of(key).addWarningV2(
      'keyturn:existing-secrets',
      `secret: existing: the functions have room to know ${this.#existing.length} of these keys by their IDs. This one is ` +
        'left alone unless a stack of this deployment made its secret (finding not-deployed); if another one did, bring ' +
        'the secret into a stack with "cdk import"',
    );
  }
}
