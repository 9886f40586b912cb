import { describe, expect, it } from 'vitest';
import { ALARM_NAMES } from '../../../functions/core/config/alarm-names';
import type { Descriptor } from '../../../functions/core/findings/descriptor';
import { FINDING_CODES, FINDINGS, rankOf } from '../../../functions/core/findings/findings';
import type { Found } from '../../../functions/core/lifecycle/found';

const descriptors = FINDING_CODES.map((code): readonly [string, Descriptor<Found>] => [code, FINDINGS[code]]);

describe('the descriptors', () => {
  it('stand in the order of seriousness: what keeps pipelines out comes first, what is told to nobody last', () => {
    expect(rankOf('user-missing')).toBe(0);
    expect(rankOf('current-key-missing')).toBeLessThan(rankOf('two-keys'));
    expect(rankOf('two-keys')).toBeLessThan(rankOf('unknown-event'));
    expect(rankOf('unknown-event')).toBe(FINDING_CODES.length - 1);
  });

  it('have the words of the alarm that has their name, unless that one watches more', () => {
    const ofTheSameName = ALARM_NAMES.filter((name) => (FINDING_CODES as readonly string[]).includes(name));
    const named = descriptors
      .filter(([code, { alarm, partOfAlarm }]) => alarm !== undefined || partOfAlarm === code)
      .map(([code]) => code);
    expect([...named].sort()).toEqual([...ofTheSameName].sort());
  });
});
