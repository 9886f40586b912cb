import { TAG } from '../names';
import type { AccessKey } from './access-key';
import { type DatedTag, datedTag, datedTags, readDatedTags } from './dated-tag';
import { type SecretState, storedVersions } from './secret-state';

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
  return ORDERS.flatMap((order) => readDatedTags(tags[SAYS[order].tag]).map((said) => ({ ...said, order })));
}

/** What the tag, and the record, say of the one access key. */
export function tagOfCompromised({ accessKeyId, at }: Compromised): string {
  return datedTag(accessKeyId, at);
}

/** Secrets Manager takes no longer value of a tag: five keys, where IAM lets a user have two. */
const LONGEST_TAG = 256;

/**
 * What the tag says of other keys and goes on to say beside a word for one more; undefined where that is nothing. A key
 * that has leaked is not forgotten because another one does. Where there is no room for all, those that are known to be
 * there stay, and then the younger words.
 *
 * @param keys what IAM lists. @default - IAM was not asked, and those are known that the secret holds
 */
export function otherLeaks(secret: SecretState, said: Compromised, keys?: readonly AccessKey[]): string | undefined {
  const known = (keys ?? storedVersions(secret)).map(({ accessKeyId }) => accessKeyId);
  const others = readDatedTags(secret.tags[SAYS[said.order].tag]).filter(
    ({ accessKeyId }) => accessKeyId !== said.accessKeyId,
  );
  const isKnown = ({ accessKeyId }: DatedTag) => known.includes(accessKeyId);
  // The last one goes first.
  const ranked = [...others].sort((a, b) => Number(isKnown(b)) - Number(isKnown(a)) || b.at.getTime() - a.at.getTime());
  const room = LONGEST_TAG - tagOfCompromised(said).length - 1;
  while (datedTags(ranked).length > room) ranked.pop();
  return ranked.length === 0 ? undefined : datedTags(others.filter((one) => ranked.includes(one)));
}

/** The whole value of the tag. */
export function besideOthers(word: string, others: string | undefined): string {
  return others === undefined ? word : `${others} ${word}`;
}

/** What is said of one access key; where both orders are, the one that takes it away first. */
export function compromisedOf(
  all: readonly Compromised[] | undefined,
  accessKeyId: string | undefined,
): Compromised | undefined {
  const ofKey = (all ?? []).filter((one) => one.accessKeyId === accessKeyId);
  return ofKey.find(({ order }) => order === 'disable-first') ?? ofKey[0];
}
