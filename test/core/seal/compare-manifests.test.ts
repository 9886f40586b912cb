import { describe, expect, it } from 'vitest';
import { type AuditEvent, attemptOf, attemptOfEvent, eventId } from '../../../functions/core/audit';
import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import { ManifestComparison } from '../../../functions/core/seal/compare-manifests';
import { type AttemptEnd, type Manifest, manifestsOf } from '../../../functions/core/seal/manifest';

const START = Date.parse('2026-04-01T00:00:00Z');
const DAY_OF_START = '2026-04-01';
const BEGINS = new Date(START - 10 * DAY);
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/5678abcd-56ab-78cd-90ef-567890abcdef';

function event(at: number, more: Partial<AuditEvent> = {}, key = KEY): AuditEvent {
  const { sequence = 1, run = `run-${at}`, function: name = 'sync' } = more;
  return {
    schema: 'keyturn.audit/v1',
    id: eventId(attemptOf({ run }, new Date(at)), sequence),
    sequence,
    event: 'run-started',
    time: new Date(at).toISOString(),
    account: '111122223333',
    region: 'eu-west-1',
    run,
    function: name,
    functionVersion: 'test',
    outcome: 'ok',
    seal: { publicKey: 'p', certificate: { key, signature: 's' }, signature: 's' },
    ...more,
  };
}

const digest = ({ id }: AuditEvent) => `digest-of-${id}`;
const endOf = (one: AuditEvent): AttemptEnd => ({
  attempt: attemptOfEvent(one),
  events: one.sequence,
  digest: digest(one),
});

/** The manifest of the day, written in the night after it. */
function manifest(
  ends: readonly AttemptEnd[],
  changes: Partial<Manifest> = {},
  at = START + DAY + 4 * HOUR,
): AuditEvent {
  const [facts] = manifestsOf(DAY_OF_START, ends, undefined);
  return event(at, { function: 'delete', event: 'manifest-written', sequence: 7, facts: { ...facts, ...changes } });
}

/** @param taken how many ms later the record took an event */
function compare(events: readonly AuditEvent[], taken: ReadonlyMap<AuditEvent, number> = new Map(), begins = BEGINS) {
  const comparison = new ManifestComparison();
  for (const one of events) comparison.add(one, Date.parse(one.time) + (taken.get(one) ?? 0));
  const there = new Set(events.map((one) => `${one.id} ${digest(one)}`));
  return comparison
    .mismatches(begins, (id, wanted) => there.has(`${id} ${wanted}`))
    .map(({ why, attempt }) => `${why} ${attempt}`);
}

const [one, two] = [event(START + 3 * HOUR), event(START + 5 * HOUR)];
const ends = [endOf(one), endOf(two)];

describe('the manifest of a day and the record', () => {
  it('agree where each attempt is there as it is named, later events of it too', () => {
    expect(compare([one, two, manifest(ends)])).toEqual([]);
    const later = event(START + 5 * HOUR, { sequence: 2, event: 'run-finished' });
    expect(compare([one, two, later, manifest(ends)])).toEqual([]);
  });

  it('say it where an attempt, or its last event, is not there or is another one', () => {
    expect(compare([one, manifest(ends)])).toEqual([`other-end ${attemptOfEvent(two)}`]);
    const other = { ...endOf(two), digest: 'other' };
    expect(compare([one, two, manifest([endOf(one), other])])).toEqual([`other-end ${attemptOfEvent(two)}`]);
    const longer = { ...endOf(two), events: 9 };
    expect(compare([one, two, manifest([endOf(one), longer])])).toEqual([`other-end ${attemptOfEvent(two)}`]);
  });

  it('say it where the record has an attempt that was there and is not named', () => {
    expect(compare([one, two, manifest([endOf(one)])])).toEqual([`not-named ${attemptOfEvent(two)}`]);
  });

  it('say it of an attempt that the record took when no function could live any more', () => {
    expect(compare([one, two, manifest([endOf(one)])], new Map([[two, 3 * DAY]]))).toEqual([
      `not-named ${attemptOfEvent(two)}`,
    ]);
  });

  it.each([
    ['has no manifest', [one, two]],
    ['has a part of its manifest', [one, two, manifest([endOf(one)], { parts: 2 })]],
    ['has a line that is no manifest', [one, two, event(START + DAY, { event: 'manifest-written', facts: {} })]],
    [
      'has a manifest that another function wrote',
      [one, two, { ...manifest([endOf(one)]), function: 'sync' } satisfies AuditEvent],
    ],
  ])('accuse nobody where the day %s', (_what, events) => {
    expect(compare(events)).toEqual([]);
  });

  it('accuse nobody of an attempt that was still at work, or whose first event came at the last moment', () => {
    const night = event(START + DAY - MINUTE);
    const written = manifest([endOf(one)], {}, START + DAY + 5 * MINUTE);
    expect(compare([one, night, written], new Map([[night, 5 * MINUTE]]))).toEqual([]);
  });

  it('accuse nobody of what another key has sealed on the day of a deployment with a new one', () => {
    const former = event(START + HOUR, {}, `${KEY}0`);
    expect(compare([former, one, manifest([endOf(one)])])).toEqual([]);
  });

  it('accuse nobody of an attempt from before the record begins', () => {
    expect(compare([one, manifest(ends)], new Map(), new Date(START + 6 * HOUR))).toEqual([]);
    expect(compare([one, manifest(ends)], new Map(), new Date(START + 4.5 * HOUR))).toEqual([]);
  });

  it('know a day’s manifest by any run that wrote it, and its parts by one run each', () => {
    const again = manifest(ends, {}, START + DAY + 5 * HOUR);
    expect(compare([one, two, manifest([endOf(one)]), again])).toEqual([]);
    const [first, second] = [
      manifest([endOf(one)], { part: 1, parts: 2 }),
      manifest([endOf(two)], { part: 2, parts: 2 }, START + DAY + 5 * HOUR),
    ];
    const third = event(START + 6 * HOUR);
    expect(compare([one, two, third, first, second])).toEqual([]);
  });

  it('say nothing of what has no seal', () => {
    const { seal: _seal, ...unsealed } = two;
    expect(compare([one, unsealed, manifest([endOf(one)])])).toEqual([]);
  });
});
