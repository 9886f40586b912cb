import { TAG } from '../names';
import { datedTag, readDatedTag } from './dated-tag';
import type { SecretState } from './secret-state';

/** What is done first for a key that has leaked: its successor is delivered, or it is made Inactive. */
export const ORDERS = ['deliver-first', 'disable-first'] as const;
export type Order = (typeof ORDERS)[number];

/** An access key that has leaked, and since when that is said. */
export interface Compromised {
  readonly accessKeyId: string;
  readonly at: Date;
  readonly order: Order;
}

/** The tag that says it, and what asks for it. */
export const SAYS: Readonly<Record<Order, { readonly tag: string; readonly do: 'compromised' | 'disable-first' }>> = {
  'deliver-first': { tag: TAG.compromised, do: 'compromised' },
  'disable-first': { tag: TAG.disableFirst, do: 'disable-first' },
};

/**
 * What the tags of a secret say of leaked keys. Whoever may tag secrets may have written it, and it takes a key away early:
 * it is obeyed only where the record says so too (`core/request/attested.ts`).
 */
export function saidCompromised({ tags }: Pick<SecretState, 'tags'>): readonly Compromised[] {
  return ORDERS.flatMap((order) => {
    const said = readDatedTag(tags[SAYS[order].tag]);
    return said === undefined ? [] : [{ ...said, order }];
  });
}

/** The tag's value. */
export function tagOfCompromised({ accessKeyId, at }: Compromised): string {
  return datedTag(accessKeyId, at);
}

/** What is said of one access key; where both orders are, the one that takes it away first. */
export function compromisedOf(
  all: readonly Compromised[] | undefined,
  accessKeyId: string | undefined,
): Compromised | undefined {
  const ofKey = (all ?? []).filter((one) => one.accessKeyId === accessKeyId);
  return ofKey.find(({ order }) => order === 'disable-first') ?? ofKey[0];
}
