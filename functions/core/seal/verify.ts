import * as z from 'zod';
import { type AuditEvent, attemptOfEvent, eventId, readAuditLine } from '../audit';
import { EVENT_SOURCE } from '../names';
import { digestOf } from '../sealed';
import { SealCheck, type TrustedKey } from './check-seal';
import {
  judgeArchive,
  type Problem,
  type ProblemCode,
  type Proved,
  type Unsealed,
  type Verified,
  type Written,
} from './judge-archive';
import { manifestOf } from './manifest';

/** A line of an archive. */
export interface ArchivedLine {
  readonly text: string;
  /** Where it stands, for people: file and line. */
  readonly place: string;
  /** The day (UTC) of the folder that it stands in. @default - it is in no such folder */
  readonly day?: string | undefined;
}

/** Checks all lines of an archive, in whatever order they come, offline. */
export class ArchiveCheck {
  readonly #check: SealCheck;
  readonly #problems: Problem[] = [];
  readonly #events = new Map<string, Proved>();
  readonly #manifests: Written[] = [];
  readonly #unsealed: Unsealed[] = [];
  #repeated = 0;

  /** @param trusted the keys whose seals count */
  constructor(trusted: readonly TrustedKey[]) {
    this.#check = new SealCheck(trusted);
  }

  add({ text, place, day }: ArchivedLine): void {
    const read = readAuditLine(text);
    if (!('event' in read)) {
      this.#is(read.unreadable, place);
      return;
    }
    const { event, document } = read;
    const verdict = this.#check.verdictOf(document, event);
    if (verdict === 'unsealed') {
      this.#unsealed.push({ time: event.time, place });
      return;
    }
    const isNamed = event.id === eventId(attemptOfEvent(event), event.sequence);
    const wrong = verdict === 'sealed' ? (isNamed ? undefined : 'wrong-id') : verdict;
    if (wrong !== undefined) {
      this.#is(wrong, place);
      return;
    }
    if (day !== undefined && day !== event.time.slice(0, 10)) this.#is('wrong-day', place);
    this.#keep(event, provedOf(event, document, place));
  }

  verified(): Verified {
    const { problems, ...judged } = judgeArchive({
      events: [...this.#events.values()],
      manifests: this.#manifests,
      unsealed: this.#unsealed,
    });
    return { ...judged, repeated: this.#repeated, problems: [...this.#problems, ...problems] };
  }

  #is(code: ProblemCode, at: string): void {
    this.#problems.push({ code, at });
  }

  #keep(event: AuditEvent, proved: Proved): void {
    const known = this.#events.get(proved.id);
    if (known !== undefined) {
      if (known.digest === proved.digest) this.#repeated += 1;
      else this.#is('conflicting-id', proved.place);
      return;
    }
    this.#events.set(proved.id, proved);
    const manifest = manifestOf(event);
    if (manifest !== undefined)
      this.#manifests.push({ ...proved, manifest, signature: event.seal?.signature, key: event.seal?.certificate.key });
  }
}

function provedOf(event: AuditEvent, document: unknown, place: string): Proved {
  const { id, sequence, time, seal } = event;
  const attempt = attemptOfEvent(event);
  const isEnd = event.event === 'run-finished';
  return { id, attempt, sequence, time, digest: digestOf(document), previous: seal?.previous, place, isEnd };
}

const fromBus = z.object({ source: z.literal(EVENT_SOURCE), 'detail-type': z.string(), detail: z.looseObject({}) });

/** The audit event of a line: the line itself, or what it carries where an event bus has handed it on. */
export function auditEventIn(text: string): string {
  try {
    const event = fromBus.safeParse(JSON.parse(text)).data;
    return event === undefined ? text : JSON.stringify(event.detail);
  } catch {
    return text;
  }
}
