import * as z from 'zod';
import { type AuditEvent, attemptOfEvent } from '../audit';
import { after, DAY, MINUTE } from '../duration';
import { digestOf } from '../sealed';

/** What the record has of one attempt. */
export interface AttemptEnd {
  readonly attempt: string;
  /** The number of its last event. */
  readonly events: number;
  /** Of that event, with its seal: it stands for all before it. */
  readonly digest: string;
}

/** The facts of a `manifest-written` event. Its own seal is the manifest's signature. */
export const manifestSchema = z.object({
  day: z.iso.date().describe('UTC; the attempts that began on it.'),
  part: z.int().min(1),
  parts: z.int().min(1).describe('A day with very many attempts takes several events.'),
  attempts: z.int().min(0).describe('Of the whole day.'),
  events: z.int().min(0).describe('Of all of them.'),
  ends: z
    .array(z.string().regex(/^\S+ \d+ [\w-]+$/))
    .describe('The attempt, its last number, the digest of its last event.'),
  previous: z.string().optional().describe('The signature in the seal of the manifest before this run.'),
});
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

/** An event has 64 KB; an end takes up to 110 bytes of it. */
const ENDS = 400;
/** A run takes up to a quarter of an hour, and its last events some moments more. */
export const DAY_CLOSES_AFTER = 30 * MINUTE;
/** When the first version that seals is deployed, a run of the one before may still be at work. */
export const SEALED_WITHIN = 20 * MINUTE;
/** So many days are made up for: of a longer silence people were told every day. */
export const MOST_DAYS = 31;

/** A manifest that was read, and the attempt that wrote it. */
export interface Attributed {
  readonly manifest: Manifest;
  readonly attempt: string;
}

/**
 * Those that are of days whose every part one attempt has written: what an attempt leaves that died between two parts does
 * not count, nor what two of them have written of one day.
 */
export function wholeManifests<One extends Attributed>(manifests: readonly One[]): readonly One[] {
  const parts = new Map<string, Set<number>>();
  const nameOf = ({ attempt, manifest: { day, parts: all } }: One) => `${attempt} ${day} ${all}`;
  for (const one of manifests) parts.set(nameOf(one), (parts.get(nameOf(one)) ?? new Set()).add(one.manifest.part));
  return manifests.filter((one) => parts.get(nameOf(one))?.size === one.manifest.parts);
}

/**
 * The days that are over and have no whole manifest yet, oldest first: all of the last weeks since the first that has any,
 * so that what was recorded in part only, or failed, is made up for.
 */
export function daysToSeal(now: Date, manifests: readonly Attributed[]): readonly string[] {
  const over = after(now, -DAY_CLOSES_AFTER).getTime();
  const whole = new Set(wholeManifests(manifests).map(({ manifest }) => manifest.day));
  const [first] = manifests.map(({ manifest }) => manifest.day).sort();
  const days: string[] = [];
  for (let ago = first === undefined ? 1 : MOST_DAYS; ago >= 1; ago--) {
    const day = dayOf(over - ago * DAY);
    if ((first === undefined || day >= first) && !whole.has(day)) days.push(day);
  }
  return days;
}

/** A day's manifest, in as many events as it takes; none for a day without a run. */
export function manifestsOf(
  day: string,
  ends: readonly AttemptEnd[],
  previous: string | undefined,
): readonly Manifest[] {
  const parts = Math.ceil(ends.length / ENDS);
  const events = ends.reduce((sum, { events: some }) => sum + some, 0);
  return Array.from({ length: parts }, (_, at) => ({
    day,
    part: at + 1,
    parts,
    attempts: ends.length,
    events,
    ends: ends
      .slice(at * ENDS, (at + 1) * ENDS)
      .map(({ attempt, events: last, digest }) => `${attempt} ${last} ${digest}`),
    ...(previous === undefined ? {} : { previous }),
  }));
}

/** The manifest that an event tells; undefined where it tells none. */
export function manifestOf({ event, facts }: AuditEvent): Manifest | undefined {
  return event === 'manifest-written' ? manifestSchema.safeParse(facts).data : undefined;
}

export function endsOf({ ends }: Manifest): readonly AttemptEnd[] {
  return ends.map((text) => {
    const [attempt = '', events, digest = ''] = text.split(' ');
    return { attempt, events: Number(events), digest };
  });
}

/** The ends of the attempts that began on one day, from whatever order their events come in. */
export class DayEnds {
  readonly #began = new Set<string>();
  readonly #last = new Map<string, { readonly sequence: number; readonly document: unknown }>();

  constructor(private readonly day: string) {}

  /** @param document the event as it was written down */
  add(event: AuditEvent, document: unknown): void {
    const attempt = attemptOfEvent(event);
    if (event.sequence === 1 && dayOf(Date.parse(event.time)) === this.day) this.#began.add(attempt);
    const last = this.#last.get(attempt);
    if (last === undefined || event.sequence > last.sequence)
      this.#last.set(attempt, { sequence: event.sequence, document });
  }

  ends(): readonly AttemptEnd[] {
    return [...this.#began].sort().flatMap((attempt) => {
      const last = this.#last.get(attempt);
      return last === undefined ? [] : [{ attempt, events: last.sequence, digest: digestOf(last.document) }];
    });
  }
}

/** `2026-11-28`, UTC. */
export function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
