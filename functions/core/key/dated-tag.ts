import { TAG } from '../names';

/** What a dated tag of a managed secret says: of one of its keys, and when. */
export interface DatedTag {
  readonly accessKeyId: string;
  readonly at: Date;
}

/** The tags of this form. What they say of the future was made up by somebody; see `withoutFuture`. */
export const DATED_TAGS: readonly string[] = [
  TAG.deactivated,
  TAG.reactivated,
  TAG.held,
  TAG.delivered,
  TAG.torn,
  TAG.reached,
  TAG.checked,
  TAG.drifted,
  TAG.rotationAsked,
  TAG.deliveryAsked,
  TAG.withdrawn,
  TAG.compromised,
  TAG.disableFirst,
  TAG.replaced,
];

/** `<access key ID> <ISO time>`: the value of a dated tag. */
export function datedTag(accessKeyId: string, at: Date): string {
  return `${accessKeyId} ${at.toISOString()}`;
}

/** The same, read: undefined when the tag is absent or of another form. */
export function readDatedTag(value: string | undefined): DatedTag | undefined {
  const [accessKeyId, time, ...rest] = (value ?? '').split(' ');
  if (accessKeyId === undefined || accessKeyId === '' || time === undefined || rest.length > 0) return undefined;
  // Keyturn writes years of four digits. At the end of time a sum of dates is no date, and nothing is later than that.
  if (!/^\d{4}-\d{2}-\d{2}T/.test(time)) return undefined;
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? undefined : { accessKeyId, at };
}

/** What a tag that may name several keys says of each, in its order. What cannot be read hides nothing of the rest. */
export function readDatedTags(value: string | undefined): readonly DatedTag[] {
  const words = (value ?? '').split(' ');
  return words.flatMap((word, at) => readDatedTag(`${word} ${words[at + 1] ?? ''}`) ?? []);
}

/** The value of such a tag. */
export function datedTags(said: readonly DatedTag[]): string {
  return said.map(({ accessKeyId, at }) => datedTag(accessKeyId, at)).join(' ');
}

/** The time that a tag records for a key; undefined when it is about another key, or cannot be read. */
export function tagFor(
  { tags }: { readonly tags: Readonly<Record<string, string>> },
  tag: string,
  accessKeyId: string,
): Date | undefined {
  const recorded = readDatedTag(tags[tag]);
  return recorded?.accessKeyId === accessKeyId ? recorded.at : undefined;
}
