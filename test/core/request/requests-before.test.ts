import { describe, expect, it } from 'vitest';
import { AUDIT_SCHEMA, type AuditEvent, attemptOf, eventId } from '../../../functions/core/audit';
import {
  earlierOf,
  foundWritten,
  haveOperatorsHadTheirs,
  isAlone,
  MOST_ROTATIONS_OF_OPERATORS,
  onceOf,
} from '../../../functions/core/request/requests-before';

const NOW = new Date('2026-11-01T12:00:30Z');
const ME = { id: 'request-1', by: 'arn:alice', plan: 'digest-1' };

interface Told {
  readonly run: string;
  /** Seconds before now. */
  readonly ago: number;
  readonly event?: AuditEvent['event'];
  readonly outcome?: AuditEvent['outcome'];
  readonly key?: string;
  readonly request?: string;
  readonly by?: string;
  readonly plan?: string;
  readonly tag?: string;
  readonly sequence?: number;
}
function told({
  run,
  ago,
  event = 'requested',
  outcome = 'ok',
  key = 'shop',
  sequence = 2,
  ...facts
}: Told): AuditEvent {
  const time = new Date(NOW.getTime() - ago * 1000);
  const attempt = attemptOf({ run }, new Date('2026-11-01T12:00:00Z'));
  return {
    schema: AUDIT_SCHEMA,
    id: eventId(attempt, sequence),
    sequence,
    event,
    time: time.toISOString(),
    account: '111122223333',
    region: 'eu-west-1',
    run,
    function: 'operator',
    functionVersion: 'test',
    key,
    outcome,
    facts: { request: ME.id, by: ME.by, plan: ME.plan, ...facts },
  };
}
const before = (...events: readonly AuditEvent[]) => ({
  requested: events.filter(({ event }) => event === 'requested'),
  done: events.filter(({ event }) => event !== 'requested'),
});
const done = (given: Omit<Told, 'event'>) => told({ sequence: 3, event: 'pause-written', ...given });
const refused = (given: Omit<Told, 'outcome'>) => told({ sequence: 3, outcome: 'blocked', ...given });

describe('what a copy that died has written', () => {
  const asked = (tag?: string) => before(told({ run: 'run-1', ago: 90, tag }));
  const at = (seconds: number) => new Date(NOW.getTime() + (seconds - 90) * 1000).toISOString();

  it.each<[string, string | undefined, string | undefined, string | undefined]>([
    ['is of the key that it named', 'KEY', `KEY ${at(2)}`, `KEY ${at(2)}`],
    ['stands among what is said of other keys', 'KEY', `OTHER ${at(2)} KEY ${at(2)}`, `KEY ${at(2)}`],
    ['is the whole tag where that names no key', 'until later', 'until later', 'until later'],
    ['is not of another key', 'KEY', `OTHER ${at(2)}`, undefined],
    ['is not from before', 'KEY', `KEY ${at(-1)}`, undefined],
    ['is not from after its function lived', 'KEY', `KEY ${at(61)}`, undefined],
    ['is not there', 'KEY', undefined, undefined],
  ])('%s', (_what, tag, value, word) => {
    expect(foundWritten(asked(tag), ME.id, value)).toEqual(word === undefined ? undefined : { word });
    expect(foundWritten(asked(tag), 'another-request', value)).toBeUndefined();
  });

  it('may be that nothing is there any more', () => {
    expect(foundWritten(asked(), ME.id, undefined)).toEqual({ word: undefined });
    expect(foundWritten(asked(), ME.id, 'until later')).toBeUndefined();
  });
});

describe('an earlier copy of a request', () => {
  it.each<[string, readonly AuditEvent[], ReturnType<typeof earlierOf>]>([
    ['there is none', [], 'none'],
    ['there is another request', [told({ run: 'a', ago: 5, request: 'request-2' })], 'none'],
    ['it was done', [told({ run: 'a', ago: 5 }), done({ run: 'a', ago: 4 })], 'done'],
    ['it was done hours ago', [told({ run: 'a', ago: 50_000 }), done({ run: 'a', ago: 49_999 })], 'done'],
    ['it began just now', [told({ run: 'a', ago: 59 })], 'in-progress'],
    ['it began, and its function can live no longer', [told({ run: 'a', ago: 60 })], 'died'],
    ['it was refused after it began', [told({ run: 'a', ago: 5 }), refused({ run: 'a', ago: 4 })], 'none'],
    ['it was refused at once', [told({ run: 'a', ago: 5, outcome: 'blocked' })], 'none'],
    ['somebody else asked', [told({ run: 'a', ago: 5, by: 'arn:bob' })], 'id-taken'],
    ['it had another plan', [told({ run: 'a', ago: 5, plan: 'digest-2' })], 'id-taken'],
    [
      'somebody else asked, and it was done',
      [told({ run: 'a', ago: 5, by: 'arn:bob' }), done({ run: 'a', ago: 4 })],
      'id-taken',
    ],
  ])('%s', (_what, events, earlier) => {
    expect(earlierOf(before(...events), ME, NOW)).toBe(earlier);
  });
});

describe('of several who ask for one key at once', () => {
  const mine = told({ run: 'me', ago: 1 });
  it.each<[string, readonly AuditEvent[], boolean]>([
    ['who is alone goes on', [mine], true],
    ['who sees an earlier one does not', [mine, told({ run: 'a', ago: 2 })], false],
    ['nor who sees a later one: it may have looked before', [mine, told({ run: 'a', ago: 0 })], false],
    ['who is done is out of the way', [mine, told({ run: 'a', ago: 3 }), done({ run: 'a', ago: 2 })], true],
    ['who was refused is out of the way', [mine, told({ run: 'a', ago: 3 }), refused({ run: 'a', ago: 2 })], true],
    ['who is at work for less than a minute is not', [mine, told({ run: 'a', ago: 59 })], false],
    ['who has died is out of the way in a minute', [mine, told({ run: 'a', ago: 60 })], true],
    ['who asks for another key is not in it', [mine, told({ run: 'a', ago: 2, key: 'other' })], true],
    ['who does not stand in the record does not go on', [], false],
    ['nor who only stands there for another key', [told({ run: 'me', ago: 1, key: 'other' })], false],
    [
      'what another one has done says nothing of this one',
      [mine, told({ run: 'a', ago: 3 }), done({ run: 'b', ago: 2 })],
      false,
    ],
  ])('%s', (_what, events, alone) => {
    expect(isAlone(before(...events), 'shop', 'me', NOW)).toBe(alone);
  });
});

describe('the rotations that operators ask for in a day', () => {
  const asked = (count: number, more: Partial<AuditEvent> = {}, verb = 'rotate') =>
    Array.from({ length: count }, (_, index) => ({
      ...told({ run: `r${index}`, ago: 60, event: 'ask-written' }),
      facts: { request: `request-${index}`, do: verb },
      ...more,
    }));
  const most = MOST_ROTATIONS_OF_OPERATORS;

  it.each<[string, readonly AuditEvent[], boolean]>([
    ['one less', asked(most - 1), false],
    ['as many as there may be', asked(most), true],
    ['of administrators', asked(most, { function: 'administrator' }), false],
    ['deliveries', asked(most, {}, 'deliver'), false],
    ['one that was recorded twice', [...asked(most - 1), ...asked(1)], false],
  ])('%s', (_what, done, had) => {
    expect(haveOperatorsHadTheirs({ requested: [], done })).toBe(had);
  });
});

it('may have another plan under the same ID when the one before was refused: it has done nothing', () => {
  const refused = [told({ run: 'r1', ago: 600, request: ME.id, by: ME.by, plan: 'another' })];
  const blocked = told({ run: 'r1', ago: 599, outcome: 'blocked', sequence: 3 });
  expect(earlierOf({ requested: [...refused, blocked], done: [] }, ME, NOW)).toBe('none');
  expect(earlierOf({ requested: refused, done: [] }, ME, NOW)).toBe('id-taken');
});

describe('a request of which a person has chosen the ID', () => {
  const asked = { id: ME.id, by: ME.by, do: 'rotate', key: 'shop', why: 'a developer left' };
  const asking = (more: object = {}, key = 'shop'): AuditEvent => ({
    ...told({ run: 'r1', ago: 600, key }),
    facts: { request: asked.id, by: asked.by, do: asked.do, why: asked.why, plan: 'another', ...more },
  });
  const done = { ...told({ run: 'r1', ago: 600, event: 'ask-written', sequence: 3 }), facts: { request: asked.id } };

  it.each<[string, string, readonly AuditEvent[], readonly AuditEvent[]]>([
    ['none', 'was not asked yet', [], []],
    ['none', 'was asked, and nothing is told of it', [asking()], []],
    ['done', 'was done, whatever its plan was', [asking()], [done]],
    ['id-taken', 'was somebody else’s', [asking({ by: 'arn:bob' })], [done]],
    ['id-taken', 'asked for something else', [asking({ do: 'deliver' })], [done]],
    ['id-taken', 'had another reason', [asking({ why: 'x' })], []],
    ['id-taken', 'was about another key', [asking({}, 'other')], [done]],
  ])('%s: it %s', (earlier, _what, requested, ends) => {
    expect(onceOf({ requested, done: ends }, asked)).toBe(earlier);
  });
});
