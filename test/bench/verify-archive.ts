import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { type AuditEvent, eventId } from '../../functions/core/audit';
import { ArchiveCheck } from '../../functions/core/seal/verify';
import { SEAL_KEY, sealed } from '../support/seal-key';
import { atMost, type Target } from './targets';

/** Attempts of the archive, and events of each: about as many as a run has that rotates a key. */
const ATTEMPTS = 500;
const EVENTS = 12;
/** Of so many the median counts. */
const ROUNDS = 5;
/**
 * How many times as long `keyturn verify` may take as what it cannot do without: SHA-256 of the same bytes and a signature an
 * event. Both are measured in one process, so that a slow machine is slow at both.
 */
export const VERIFY_RATIO = 5;

/** What checking an archive costs. */
export interface MeasuredVerify {
  readonly events: number;
  readonly megabytes: number;
  /** Milliseconds of the processor, each a median: of the check, of SHA-256 of the same bytes, and of that with a signature an event. */
  readonly check: number;
  readonly hash: number;
  readonly baseline: number;
  readonly ratio: number;
  readonly megabytesASecond: number;
  /** Events that the check did not count as proved. */
  readonly unproved: number;
}

/** Seals an archive and checks it, as the command does with the lines of a folder. */
export async function measureVerify(attempts = ATTEMPTS): Promise<MeasuredVerify> {
  const begins = Date.parse('2026-03-01T00:00:00Z');
  const written = Array.from({ length: attempts }, (_none, at) => attempt(at, begins + at * 60_000)).flat();
  const lines = (await sealed(written)).map((event) => ({
    text: JSON.stringify(event),
    place: 'bench',
    day: event.time.slice(0, 10),
  }));
  const trusted = [await SEAL_KEY.publicKey()];
  const checkAll = () => {
    const check = new ArchiveCheck(trusted);
    for (const line of lines) check.add(line);
    return check.verified();
  };
  const texts = lines.map(({ text }) => Buffer.from(text));
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const signatures = texts.map((text) => sign(null, text, privateKey));
  const hashAll = () => {
    for (const text of texts) createHash('sha256').update(text).digest();
  };
  const { events } = checkAll();
  const check = median(checkAll);
  const hash = median(hashAll);
  const baseline = median(() => {
    hashAll();
    for (const [at, text] of texts.entries()) verify(null, text, publicKey, signatures[at] ?? Buffer.alloc(0));
  });
  const megabytes = texts.reduce((sum, { length }) => sum + length + 1, 0) / 1024 / 1024;
  return {
    events,
    megabytes,
    check,
    hash,
    baseline,
    ratio: check / baseline,
    megabytesASecond: (megabytes * 1000) / check,
    unproved: written.length - events,
  };
}

export function verifyTargets({ ratio, unproved }: MeasuredVerify): readonly Target[] {
  return [
    atMost('keyturn verify, beside SHA-256 of the same bytes and a signature an event', ratio, VERIFY_RATIO, ' times'),
    atMost('events of a true archive that it does not count', unproved, 0),
  ];
}

function attempt(at: number, begins: number): readonly AuditEvent[] {
  const [run, user] = [`bench${at}`, `ci-shop-${at}`];
  return Array.from({ length: EVENTS }, (_none, index): AuditEvent => {
    const sequence = index + 1;
    const isEnd = sequence === 1 || sequence === EVENTS;
    const end = sequence === 1 ? 'run-started' : 'run-finished';
    return {
      schema: 'keyturn.audit/v1',
      id: eventId(`${run}-${begins.toString(36)}`, sequence),
      sequence,
      time: new Date(begins + sequence * 100).toISOString(),
      account: '111122223333',
      region: 'eu-west-1',
      run,
      function: 'rotate',
      functionVersion: 'bench',
      outcome: 'ok',
      event: isEnd ? end : 'key-created',
      ...(!isEnd ? { key: `shop-${at}`, user, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } : {}),
      facts: { note: 'as long as what a planner says of a key that is due and rotated' },
    };
  });
}

/** Milliseconds of the processor: other work on the machine takes none of them. */
function median(work: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const begins = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begins);
    return (user + system) / 1000;
  }).sort((a, b) => a - b);
  return times[Math.floor(ROUNDS / 2)] ?? 0;
}
