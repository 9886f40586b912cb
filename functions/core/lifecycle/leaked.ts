import { DAY } from '../duration';
import type { AccessKey } from '../key/access-key';
import { type Compromised, compromisedOf, type Order } from '../key/compromised';
import type { UsesSince } from '../key/uses-since';
import type { FoundOfAccessKey } from './found';

/** What a leaked key that is still Active waits for. */
export type LeakWaits =
  /** Its successor is made now. */
  | 'rotation'
  /** A delivery of it may be under way: its successor is made when that is over. */
  | 'settling'
  /** Its successor has no room: a person can make some. */
  | 'room'
  /** Its successor is not at every target. */
  | 'delivery'
  /** Its successor was deleted or made Inactive, and is replaced first. */
  | 'successor'
  /** Keyturn does not know it, and touches no key of others (K5). */
  | 'person';

/** A key that has leaked is still Active. */
export type StillActive = FoundOfAccessKey<
  'compromised',
  { readonly at: Date; readonly order: Order; readonly waits: LeakWaits; readonly user: string }
>;

/** A key that has leaked was made Inactive. */
export type Disabled = FoundOfAccessKey<
  'compromised-disabled',
  {
    readonly at: Date;
    /** From when it was said to have leaked. */
    readonly minutes: number;
    /** Pipelines hold nothing else. */
    readonly wasCurrent: boolean;
    /** What it did since. @default - there was no time to ask */
    readonly used?: UsesSince | undefined;
  }
>;

/** The same, when CloudTrail has had time to show all of it. */
export type UsedWhileLeaked = FoundOfAccessKey<
  'compromised-uses',
  {
    readonly disabledAt: Date;
    /** From the word that it had leaked. */
    readonly minutes: number;
    readonly used: UsesSince;
  }
>;

/** A tag says that a key has leaked, and nobody who may say so has said it. */
export type Unproved = FoundOfAccessKey<
  'compromised-unproved',
  { readonly is: 'unproved' | 'unreadable'; readonly at: Date; readonly order: Order; readonly secret: string }
>;

/** Somebody named an access key that the user does not have. */
export type NoSuchKey = FoundOfAccessKey<'request-refused', { readonly is: 'no-access-key'; readonly user: string }>;

interface Leak {
  readonly entry: { readonly id: string; readonly user: string };
  readonly keys: readonly AccessKey[];
  readonly compromised?: readonly Compromised[] | undefined;
  readonly now: Date;
}

export function stillActive({ id: key, user }: Leak['entry'], leak: Compromised, waits: LeakWaits): StillActive {
  const { accessKeyId, at, order } = leak;
  return { code: 'compromised', key, accessKeyId, facts: { at, order, waits, user } };
}

/** Those that are Active still, each with what is said of it. */
export function activeLeaks({
  keys,
  compromised,
}: Leak): readonly { readonly key: AccessKey; readonly leak: Compromised }[] {
  return keys.flatMap((key) => {
    const leak = key.status === 'Active' ? compromisedOf(compromised, key.accessKeyId) : undefined;
    return leak === undefined ? [] : [{ key, leak }];
  });
}

/** What was asked about a key that is not there is not silently nothing, for a day (K14). */
export function noSuchKeys({ entry, keys, compromised = [], now }: Leak): readonly NoSuchKey[] {
  const gone = compromised.filter(
    ({ accessKeyId, at }) => keys.every((key) => key.accessKeyId !== accessKeyId) && now.getTime() - at.getTime() < DAY,
  );
  return [...new Set(gone.map(({ accessKeyId }) => accessKeyId))].map((accessKeyId) => ({
    code: 'request-refused',
    key: entry.id,
    accessKeyId,
    facts: { is: 'no-access-key', user: entry.user },
  }));
}
