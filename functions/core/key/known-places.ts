import { createHash } from 'node:crypto';
import { PLACES_TAGS } from '../names';

/**
 * Whose the places are that a secret's keys were delivered to, in the IDs that a host never gives again. What a target is
 * called may come to mean somebody else's place: a name that is freed can be taken by anybody.
 */
export type KnownPlaces = ReadonlyMap<string, string>;

/**
 * Characters of a name's digest: 36 bits, so that of 50 names no two are taken for one. The names themselves are too long
 * and too free for a tag.
 */
const DIGEST_LENGTH = 6;

/** Entries of one tag: a digest, `=`, and two UUIDs with a stroke between them and a sign make 81 of its 256 characters. */
const ENTRIES = 3;

/** What a host may say an identity is: more than two UUIDs, or other characters than a tag takes, are none. */
const IDENTITY = /^[\w.:/@-]{1,73}$/;

/** Whether it can be kept, and so be compared. */
export function isIdentity(text: string): boolean {
  return IDENTITY.test(text);
}

/** Stands for the name of a place. */
export function placeDigest(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, DIGEST_LENGTH);
}

/** Ends the entry of a place of which nobody could tell at the last delivery whose it was. */
const UNSEEN = '+';

interface Tagged {
  readonly tags: Readonly<Record<string, string>>;
}

/** What the tags say, by `placeDigest`. What is not of this form says nothing. */
export function knownPlaces(tagged: Tagged): KnownPlaces {
  return new Map(entriesOf(tagged).map(({ digest, identity }) => [digest, identity]));
}

/** Those of them of which nobody could tell at the last delivery whose they were, by `placeDigest`. */
export function unseenPlaces(tagged: Tagged): ReadonlySet<string> {
  return new Set(entriesOf(tagged).flatMap(({ digest, isUnseen }) => (isUnseen ? [digest] : [])));
}

function entriesOf({ tags }: Tagged) {
  const entries = PLACES_TAGS.flatMap((tag) => (tags[tag] ?? '').split(' '));
  return entries.flatMap((entry) => {
    const isUnseen = entry.endsWith(UNSEEN);
    const [digest = '', identity = '', ...rest] = (isUnseen ? entry.slice(0, -1) : entry).split('=');
    const isOne = digest.length === DIGEST_LENGTH && isIdentity(identity) && rest.length === 0;
    return isOne ? [{ digest, identity, isUnseen }] : [];
  });
}

/**
 * The tags that record it, where they say something else now. A tag that is not needed any more is emptied: taking it away
 * would be one more right.
 */
export function placesTags(
  places: KnownPlaces,
  { tags }: Tagged,
  unseen: ReadonlySet<string> = new Set(),
): Readonly<Record<string, string>> {
  const entries = [...places]
    .map(([digest, identity]) => `${digest}=${identity}${unseen.has(digest) ? UNSEEN : ''}`)
    .sort();
  const wanted = PLACES_TAGS.map(
    (tag, at) => [tag, entries.slice(at * ENTRIES, (at + 1) * ENTRIES).join(' ')] as const,
  );
  return Object.fromEntries(wanted.filter(([tag, value]) => value !== (tags[tag] ?? '')));
}
