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

/** Entries of one tag: a digest, `=`, and two UUIDs with a stroke between them make 80 of its 256 characters. */
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

/** What the tags say, by `placeDigest`. What is not of this form says nothing. */
export function knownPlaces({ tags }: { readonly tags: Readonly<Record<string, string>> }): KnownPlaces {
  const entries = PLACES_TAGS.flatMap((tag) => (tags[tag] ?? '').split(' ')).flatMap((entry) => {
    const [digest = '', identity = '', ...rest] = entry.split('=');
    return digest.length === DIGEST_LENGTH && isIdentity(identity) && rest.length === 0 ? [[digest, identity]] : [];
  });
  return new Map(entries as [string, string][]);
}

/**
 * The tags that record it, where they say something else now. A tag that is not needed any more is emptied: taking it away
 * would be one more right.
 */
export function placesTags(
  places: KnownPlaces,
  { tags }: { readonly tags: Readonly<Record<string, string>> },
): Readonly<Record<string, string>> {
  const entries = [...places].map(([digest, identity]) => `${digest}=${identity}`).sort();
  const wanted = PLACES_TAGS.map(
    (tag, at) => [tag, entries.slice(at * ENTRIES, (at + 1) * ENTRIES).join(' ')] as const,
  );
  return Object.fromEntries(wanted.filter(([tag, value]) => value !== (tags[tag] ?? '')));
}
