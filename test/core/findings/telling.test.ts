import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { HOUR } from '../../../functions/core/duration';
import { type Described, described } from '../../../functions/core/findings/described';
import {
  factsOfTold,
  isForPeople,
  isForPeopleUnremembered,
  notYetTold,
  oneOfEachCause,
  type Trigger,
} from '../../../functions/core/findings/telling';
import { day, idOf } from '../web-shop';

const since = day(90);
const key = 'web-shop';
const accessKeyId = idOf('key');
const finding = described({ code: 'undelivered', key, accessKeyId, since, facts: { waits: 'rotation' } });
const secret = 'keyturn/web-shop';
const sinceEver = described({ code: 'secret-edited', key, facts: { seenBy: 'rotation', secret } });
const notice: Described = { ...finding, severity: 'notice' };

const told = (reason: string, key?: string): AuditEvent => ({
  schema: 'keyturn.audit/v1',
  id: 'run-1-2',
  sequence: 2,
  event: 'people-told',
  time: since.toISOString(),
  account: '111122223333',
  region: 'eu-central-1',
  run: 'run-1',
  function: 'rotate',
  functionVersion: 'test',
  outcome: 'ok',
  reason,
  key,
});

describe('people are told', () => {
  it.each<[Trigger, Described]>([
    ['daily', finding],
    ['daily', sinceEver],
    ['request', finding],
    ['request', sinceEver],
    ['hourly', sinceEver],
    ['event', sinceEver],
  ])('by a %s run at once of %o', (trigger, given) => {
    for (const hours of [0, 1, 2, 30]) expect(isForPeople(given, trigger, day(90, hours * HOUR), 'rotate')).toBe(true);
  });

  it.each<Trigger>(['daily', 'hourly', 'event', 'request'])('of no mere notice by a run of kind %s', (trigger) => {
    expect(isForPeople(notice, trigger, day(91), 'rotate')).toBe(false);
  });

  it.each<Trigger>(['hourly', 'event'])('by a run of kind %s of trouble that has lasted for an hour', (trigger) => {
    expect(isForPeople(finding, trigger, day(89), 'rotate')).toBe(false);
    expect(isForPeople(finding, trigger, day(90, HOUR - 1), 'rotate')).toBe(false);
    expect(isForPeople(finding, trigger, day(90, HOUR), 'rotate')).toBe(true);
    expect(isForPeople(finding, trigger, day(93), 'rotate')).toBe(true);
  });
});

describe('people are not told again', () => {
  const news = (...known: AuditEvent[]) => notYetTold([finding, sinceEver], known, 'rotate').map(({ code }) => code);

  it('of the same key and cause', () => {
    expect(news()).toEqual(['undelivered', 'secret-edited']);
    expect(news(told('undelivered', 'web-shop'))).toEqual(['secret-edited']);
    expect(news(told('undelivered', 'web-shop'), told('secret-edited', 'web-shop'))).toEqual([]);
  });

  it('but of the same cause at another key, and of another cause at the same', () => {
    expect(news(told('undelivered', 'blog'), told('two-keys', 'web-shop'))).toEqual(['undelivered', 'secret-edited']);
  });

  it('but of the same cause at another connection', () => {
    const at = (secret: string) =>
      described({ code: 'token-expires', connection: { name: 'acme', secret }, facts: { is: 'unreadable' } });
    const known = { ...told('token-expires'), facts: { connection: 'acme', secret: 'keyturn/connections/acme' } };
    expect(notYetTold([at('keyturn/connections/acme'), at('keyturn/connections/beta')], [known], 'rotate')).toEqual([
      at('keyturn/connections/beta'),
    ]);
  });

  it('but of another access key that has leaked, and of what else it waits for', () => {
    const waiting = (name: string, waits: 'rotation' | 'room') => {
      const facts = { at: since, order: 'deliver-first', waits, user: 'ci-web-shop' } as const;
      return described({ code: 'compromised', key, accessKeyId: idOf(name), facts });
    };
    const one = waiting('one', 'rotation');
    const known = { ...told('compromised', key), ...factsOfTold(one) };
    expect(known.facts).toEqual({ about: [idOf('one'), 'rotation'] });
    const others = [waiting('other', 'rotation'), waiting('one', 'room')];
    expect(notYetTold([one, ...others], [known], 'deactivate')).toEqual(others);
    expect(oneOfEachCause([one, ...others, one], 'deactivate')).toEqual([one, ...others]);
  });

  it('of what concerns the run as a whole, which has no key', () => {
    const whole = described({ code: 'rotation-cap', facts: { limit: 1, waiting: ['web-shop'], isFirst: false } });
    expect(notYetTold([whole], [told('rotation-cap')], 'rotate')).toEqual([]);
    expect(notYetTold([whole], [told('rotation-cap', 'web-shop')], 'rotate')).toEqual([whole]);
  });
});

describe('what is broken now', () => {
  const refused = (torn: boolean) => {
    const facts = { target: 'acme/web-shop', error: 'host-down', reason: 'It is down.', torn } as const;
    return described({ code: 'delivery-failed', key, accessKeyId, since, facts });
  };
  const [harmless, torn] = [refused(false), refused(true)];
  const toldOf = (given: Described) => ({ ...told('delivery-failed', 'web-shop'), ...factsOfTold(given) });

  it.each<Trigger>(['hourly', 'event'])('is told at once by a run of kind %s (K1)', (trigger) => {
    expect(isForPeople(torn, trigger, since, 'sync')).toBe(true);
    expect(isForPeople(harmless, trigger, since, 'sync')).toBe(false);
  });

  it('is told after the harmless form of the same, and not the other way round (K1)', () => {
    expect(notYetTold([torn], [toldOf(harmless)], 'sync')).toEqual([torn]);
    expect(notYetTold([torn, harmless], [toldOf(torn)], 'sync')).toEqual([]);
  });

  it('stands in the facts of what people were told, and nothing where there is nothing to say', () => {
    const whole = described({ code: 'rotation-cap', facts: { limit: 1, waiting: ['web-shop'], isFirst: false } });
    expect(factsOfTold(torn)).toEqual({ facts: { brokenNow: true } });
    expect(factsOfTold(whole)).toStrictEqual({});
  });

  it('stands there beside the connection and the error', () => {
    const connection = { name: 'acme', secret: 'keyturn/connections/acme' };
    expect(factsOfTold({ ...torn, connection, error: 'host-down' })).toStrictEqual({
      facts: { connection: 'acme', secret: 'keyturn/connections/acme', brokenNow: true, error: 'host-down' },
    });
    expect(factsOfTold({ ...harmless, error: 'host-down' })).toStrictEqual({ facts: { error: 'host-down' } });
  });

  it('is a cause of its own in one run', () => {
    const again = { ...harmless, accessKeyId: idOf('other') };
    expect(oneOfEachCause([harmless, torn, again], 'sync')).toEqual([harmless, torn]);
  });
});

describe('a step that failed', () => {
  const error = 'aws-denied';
  const failed = described({ code: 'step-failed', error, facts: { is: 'stopped', error, reason: 'Denied.' } });
  const known = { ...told('step-failed'), ...factsOfTold(failed) };

  it('is told once a function and error', () => {
    expect(notYetTold([failed], [known], 'rotate')).toEqual([]);
    expect(notYetTold([failed], [known], 'delete')).toEqual([failed]);
    const other: Described = { ...failed, error: 'aws-throttled' };
    expect(notYetTold([other], [known], 'rotate')).toEqual([other]);
    expect(notYetTold([failed], [told('step-failed')], 'rotate')).toEqual([failed]);
  });

  it('in other findings is the same for all functions', () => {
    const facts = { is: 'failed', doing: 'the rotate run', error, reason: 'Denied.' } as const;
    const missing = described({ code: 'user-missing', key, error, facts });
    expect(notYetTold([missing], [{ ...told('user-missing', 'web-shop'), ...factsOfTold(missing) }], 'delete')).toEqual(
      [],
    );
  });
});

it('what all functions find alike is told by those that it names', () => {
  const alike = described({ code: 'secret-missing', key, facts: { is: 'absent' } });
  const tellers = ['rotate', 'deactivate', 'delete', 'sync'].filter((by) => isForPeople(alike, 'daily', since, by));
  expect(tellers).toEqual(['rotate', 'sync']);
});

describe('while nobody knows what people were told', () => {
  const hours = (given: Described, trigger: Trigger) =>
    Array.from({ length: 50 }, (_, hour) => hour).filter((hour) =>
      isForPeopleUnremembered(given, trigger, day(90, hour * HOUR)),
    );

  it.each<Trigger>(['hourly', 'event'])('runs of kind %s tell of what lasts once a day', (trigger) => {
    expect(hours(finding, trigger)).toEqual([1, 25, 49]);
    expect(hours(sinceEver, trigger)).toHaveLength(2);
  });

  it.each<Trigger>(['daily', 'request'])('runs of kind %s tell all', (trigger) => {
    expect(hours(finding, trigger)).toHaveLength(50);
  });

  it('what is broken now is told by every run (K1)', () => {
    expect(hours({ ...finding, brokenNow: 'Broken now: half of each key.' }, 'hourly')).toHaveLength(50);
  });
});
