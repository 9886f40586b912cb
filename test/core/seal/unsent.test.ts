import { describe, expect, it } from 'vitest';
import { AUDIT_SCHEMA, type AuditEvent } from '../../../functions/core/audit';
import { DayUnsent, unsentParts } from '../../../functions/core/seal/unsent';

type Told = Partial<Pick<AuditEvent, 'reason' | 'facts'>>;

function event(
  attempt: string,
  sequence: number,
  name: AuditEvent['event'],
  time: string,
  more: Told = {},
): AuditEvent {
  return {
    schema: AUDIT_SCHEMA,
    id: `${attempt}-${sequence}`,
    sequence,
    event: name,
    time,
    account: '111122223333',
    region: 'eu-west-1',
    run: 'run',
    function: 'sync',
    functionVersion: '1',
    outcome: 'ok',
    ...more,
  };
}

const MORNING = '2026-03-01T03:00:00.000Z';
const NEXT_NIGHT = '2026-03-02T00:05:00.000Z';

function unsentOf(events: readonly AuditEvent[]) {
  const day = new DayUnsent('2026-03-01');
  for (const one of events) day.add(one);
  return day.unsent();
}

describe('what a bus may lack of a day', () => {
  it('is nothing where all attempts have ended and none says so', () => {
    const events = [event('a', 1, 'run-started', MORNING), event('a', 2, 'run-finished', MORNING)];
    expect(unsentOf(events)).toEqual({ default: [], forwardTo: [] });
  });

  it('is what an attempt without an end has recorded, for every bus, and only of that day', () => {
    const events = [event('a', 1, 'run-started', MORNING), event('b', 1, 'run-started', NEXT_NIGHT)];
    expect(unsentOf(events)).toEqual({ default: ['a'], forwardTo: ['a'] });
  });

  it('is what an attempt of that day names, each once, for the bus that it names', () => {
    const named = { reason: 'forwardTo', facts: { attempts: ['x', 'a', 'x'] } };
    const events = [
      event('a', 3, 'events-unsent', MORNING, named),
      event('a', 2, 'run-finished', MORNING),
      event('a', 1, 'run-started', MORNING),
      event('b', 3, 'events-unsent', NEXT_NIGHT, { ...named, facts: { attempts: ['tomorrow'] } }),
      event('b', 1, 'run-started', NEXT_NIGHT),
    ];
    expect(unsentOf(events)).toEqual({ default: [], forwardTo: ['x', 'a'] });
  });

  it.each([
    { reason: 'somewhere', facts: { attempts: ['x'] } },
    { reason: 'forwardTo', facts: { attempts: ['"} || { $.run = "x'] } },
    { reason: 'forwardTo', facts: { attempts: 'x' } },
    { reason: 'forwardTo' },
  ])('is nothing that cannot be read: %j', (told) => {
    const events = [
      event('a', 1, 'run-started', MORNING),
      event('a', 2, 'run-finished', MORNING),
      event('a', 3, 'events-unsent', MORNING, told),
    ];
    expect(unsentOf(events)).toEqual({ default: [], forwardTo: [] });
  });
});

describe('a day', () => {
  const isSettled = (...events: readonly AuditEvent[]) => {
    const day = new DayUnsent('2026-03-01');
    for (const one of events) day.add(one);
    return day.isSettled;
  };
  const [begin, manifest, end] = [
    event('a', 1, 'run-started', MORNING),
    event('a', 2, 'manifest-written', MORNING),
    event('a', 3, 'run-finished', MORNING),
  ];

  it('is settled by an attempt of its own that wrote a manifest and came to its end', () => {
    expect(isSettled(begin, manifest, end)).toBe(true);
  });

  it.each([
    ['died', [begin, manifest]],
    ['wrote none', [begin, end]],
    ['is of the next day', [event('a', 1, 'run-started', NEXT_NIGHT), manifest, end]],
    ['is another one', [begin, event('b', 2, 'manifest-written', MORNING), end]],
  ])('is not settled by one that %s', (_what, events) => {
    expect(isSettled(...events)).toBe(false);
  });
});

describe('what is said of a bus', () => {
  const names = (count: number, what: string) => Array.from({ length: count }, (_, at) => `${what}-${at}`);

  it('takes as many events as have room for it, and leaves out nothing', () => {
    const parts = unsentParts(names(1_201, 'waiting'), names(501, 'lost'));
    expect(parts.map(({ attempts, lost = [] }) => [attempts.length, lost.length])).toEqual([
      [500, 0],
      [500, 0],
      [201, 0],
      [0, 500],
      [0, 1],
    ]);
    expect(parts.flatMap(({ attempts }) => attempts)).toEqual(names(1_201, 'waiting'));
    expect(unsentParts([], [])).toEqual([]);
  });
});
