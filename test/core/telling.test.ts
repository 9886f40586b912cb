import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../functions/core/audit';
import { HOUR } from '../../functions/core/duration';
import type { Finding } from '../../functions/core/plan';
import { isForPeople, notYetTold, type Trigger } from '../../functions/core/telling';
import { day } from './web-shop';

const since = day(90);
const finding: Finding = { code: 'undelivered', key: 'web-shop', severity: 'attention', message: 'm', since };
const sinceEver: Finding = { code: 'secret-edited', key: 'web-shop', severity: 'attention', message: 'm' };
const notice: Finding = { ...finding, severity: 'notice' };

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
  ...(key === undefined ? {} : { key }),
});

describe('people are told', () => {
  it.each<[Trigger, Finding]>([
    ['daily', finding],
    ['daily', sinceEver],
    ['request', finding],
    ['request', sinceEver],
    ['hourly', sinceEver],
    ['event', sinceEver],
  ])('by a %s run at once of %o', (trigger, given) => {
    for (const hours of [0, 1, 2, 30]) expect(isForPeople(given, trigger, day(90, hours * HOUR))).toBe(true);
  });

  it.each<Trigger>(['daily', 'hourly', 'event', 'request'])('of no mere notice by a run of kind %s', (trigger) => {
    expect(isForPeople(notice, trigger, day(91))).toBe(false);
  });

  it.each<Trigger>(['hourly', 'event'])('by a run of kind %s of trouble that has lasted for an hour', (trigger) => {
    expect(isForPeople(finding, trigger, day(89))).toBe(false);
    expect(isForPeople(finding, trigger, day(90, HOUR - 1))).toBe(false);
    expect(isForPeople(finding, trigger, day(90, HOUR))).toBe(true);
    expect(isForPeople(finding, trigger, day(93))).toBe(true);
  });
});

describe('people are not told again', () => {
  const news = (...known: AuditEvent[]) => notYetTold([finding, sinceEver], known).map(({ code }) => code);

  it('of the same key and cause', () => {
    expect(news()).toEqual(['undelivered', 'secret-edited']);
    expect(news(told('undelivered', 'web-shop'))).toEqual(['secret-edited']);
    expect(news(told('undelivered', 'web-shop'), told('secret-edited', 'web-shop'))).toEqual([]);
  });

  it('but of the same cause at another key, and of another cause at the same', () => {
    expect(news(told('undelivered', 'blog'), told('two-keys', 'web-shop'))).toEqual(['undelivered', 'secret-edited']);
  });

  it('but of the same cause at another connection', () => {
    const at = (secret: string): Finding => ({
      code: 'token-expires',
      severity: 'attention',
      message: 'm',
      connection: { name: 'acme', secret },
    });
    const known = { ...told('token-expires'), facts: { connection: 'acme', secret: 'keyturn/connections/acme' } };
    expect(notYetTold([at('keyturn/connections/acme'), at('keyturn/connections/beta')], [known])).toEqual([
      at('keyturn/connections/beta'),
    ]);
  });

  it('of what concerns the run as a whole, which has no key', () => {
    const whole: Finding = { code: 'rotation-cap', severity: 'attention', message: 'm' };
    expect(notYetTold([whole], [told('rotation-cap')])).toEqual([]);
    expect(notYetTold([whole], [told('rotation-cap', 'web-shop')])).toEqual([whole]);
  });
});
