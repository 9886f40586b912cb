/** What is wrong with a record. Each code's meaning never changes. */
export const PROBLEM_CODES = [
  /** Somebody has rewritten an event so that two programs read two things in it. */
  'ambiguous',
  /** Somebody has taken an event's seal away. */
  'unsealed',
  /** Another key than those that were given has sealed what stands in an event's place. */
  'other-key',
  /** What stands in an event's place has the seal of another text. */
  'false-seal',
  /** The ID is not made of attempt and number. */
  'wrong-id',
  /** It stands in the folder of another day, and not in its own. */
  'wrong-day',
  /** Two events have one ID. */
  'conflicting-id',
  /** An event of an attempt is missing. */
  'missing-event',
  /** It does not follow the event before it. */
  'broken-chain',
  /** It comes after the end of its attempt, or another key pair than the attempt's has sealed it. */
  'added-event',
  /** A manifest names an attempt, or its end, and the archive has another one or none. */
  'missing-attempt',
  /** The manifest of its day is whole, and does not name it. */
  'unnamed-attempt',
  /** A day has events and no manifest, or a part of its manifest is missing. */
  'missing-manifest',
  /** A manifest names another one before it than the archive has. */
  'broken-manifests',
  /** Between the first and the last day one has no event at all. */
  'missing-day',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** What somebody else has put beside the record. It takes nothing from it, and adds nothing to it. */
export const NOT_OURS_CODES = [
  /** The line is no event. */
  'not-an-event',
  /** It says that a newer version of Keyturn wrote it; only that one can tell. */
  'newer-schema',
  /** Two programs read two things in it. */
  'ambiguous',
  /** It has no seal, although the functions sealed already. */
  'unsealed',
  /** A key that was not given has sealed it. */
  'other-key',
  /** Its seal is of another text. */
  'false-seal',
  /** A true event, copied into the folder of another day. */
  'replayed',
] as const;
export type NotOursCode = (typeof NOT_OURS_CODES)[number];
/** What is wrong with a line that may stand for an event of ours, or beside all of them. */
export type UnprovedCode = Extract<ProblemCode, NotOursCode>;

export interface Problem {
  readonly code: ProblemCode;
  /** File and line, event, attempt or day. */
  readonly at: string;
}

export interface NotOurs {
  readonly code: NotOursCode;
  /** File and line. */
  readonly at: string;
}

/** A time between two deployments: no run of ours is proved there, and nothing proves that there was none. */
export interface Gap {
  /** ISO 8601, UTC: the last event of the one, and the first of the other. */
  readonly from: string;
  readonly to: string;
}

/** What a check of an archive shows. */
export interface Verified {
  /** Events that are proved; each counts once. */
  readonly events: number;
  readonly attempts: number;
  /** First and last day with a proved event. */
  readonly days: { readonly first: string; readonly last: string; readonly withManifest: number } | undefined;
  /** Whether it has the first manifest of all, which names none before it. */
  readonly isFromStart: boolean;
  /** Events from before the functions sealed: nothing proves them. */
  readonly before: number;
  /** Lines that are there more than once, which a repeated request does. */
  readonly repeated: number;
  /** Attempts that did not come to their end: their function died, or the archive has not got all of them yet. */
  readonly unfinished: readonly string[];
  /** Attempts of the days that have no whole manifest yet: that none of them is missing is not proved. */
  readonly unnamed: readonly string[];
  /** Times without a deployment; they break nothing. */
  readonly gaps: readonly Gap[];
  /** What breaks the record: it is intact when there is none. */
  readonly problems: readonly Problem[];
  readonly notOurs: readonly NotOurs[];
}
