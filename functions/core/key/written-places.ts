import { createHash } from 'node:crypto';
import { TAG } from '../names';
import type { SecretState } from './secret-state';

/** Secrets Manager: characters of a tag's value. */
const LONGEST = 256;
const DIGEST = 8;
/** Stands for every place, where they are too many to be named. */
const ALL = 'all';

/** Stands for a place in the tag. @param target its ID (`targetId`) */
export function placeDigest(target: string): string {
  return createHash('sha256').update(target).digest('base64url').slice(0, DIGEST);
}

/** The places that may hold a key, as the tag `keyturn:written` says it: `<access key ID> <digest> <digest>…`. */
export function writtenTag(accessKeyId: string, places: readonly string[]): Readonly<Record<string, string>> {
  const value = [accessKeyId, ...places].join(' ');
  return { [TAG.written]: value.length > LONGEST ? `${accessKeyId} ${ALL}` : value };
}

/** The places that may hold a key, by their digests; `all` among them stands for every place. */
export function writtenPlaces({ tags }: SecretState, accessKeyId: string): readonly string[] {
  const [key, ...places] = (tags[TAG.written] ?? '').split(' ');
  return key === accessKeyId ? places : [];
}

export function isWritten(secret: SecretState, accessKeyId: string, place: string): boolean {
  const places = writtenPlaces(secret, accessKeyId);
  return places.includes(place) || places.includes(ALL);
}
