import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import type { AccessKey } from '../../../functions/core/key/access-key';
import type { SecretState } from '../../../functions/core/key/secret-state';
import {
  disabledLeaks,
  type LeakToTell,
  type LeakWords,
  leakToTell,
} from '../../../functions/core/lifecycle/leak-told';
import { TAG } from '../../../functions/core/names';
import { day, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const KEY = 'web-shop-production';
const [old, current] = [keyOf('old', day(0)), keyOf('current', day(90))];
const leakedAt = day(95);
const disabledAt = day(95, 7 * MINUTE);
const leak = { accessKeyId: old.accessKeyId, at: leakedAt, order: 'deliver-first' } as const;

describe('a leaked key is one whose uses are told', () => {
  const inactive: AccessKey = { ...old, status: 'Inactive' };
  const tags = { [TAG.compromised]: tagOf(old, leakedAt), [TAG.deactivated]: tagOf(old, disabledAt) };
  const secret = (more: SecretState['tags'] = {}) =>
    secretOf([versionOf(old, 'AWSPREVIOUS'), versionOf(current, 'AWSCURRENT')], { ...tags, ...more });
  const minutesLater = (minutes: number) => new Date(disabledAt.getTime() + minutes * MINUTE);

  it.each<[string, boolean, Parameters<typeof disabledLeaks>]>([
    ['on the day after', true, [secret(), [current, inactive], minutesLater(24 * 60)]],
    ['as soon as CloudTrail shows them', true, [secret(), [inactive, current], minutesLater(20)]],
    ['and not before', false, [secret(), [inactive, current], minutesLater(19.99)]],
    ['up to the end of the next daily run', true, [secret(), [inactive, current], minutesLater(25 * 60)]],
    ['and not after', false, [secret(), [inactive, current], minutesLater(25 * 60 + 0.01)]],
    ['where nobody has kept since when', true, [secret({ [TAG.deactivated]: '' }), [inactive], minutesLater(1)]],
    ['not where it is Active', false, [secret(), [old, current], minutesLater(60)]],
    ['not where it is gone', false, [secret(), [current], minutesLater(60)]],
    [
      'not where nobody has said that it leaked',
      false,
      [secret({ [TAG.compromised]: '' }), [inactive], minutesLater(60)],
    ],
  ])('%s: %s', (_when, isTold, given) => {
    expect(disabledLeaks(...given)).toEqual(isTold ? [leak] : []);
  });
});

const event = (more: Partial<AuditEvent>): AuditEvent => ({
  schema: 'keyturn.audit/v1',
  id: 'run-1',
  sequence: 1,
  event: 'key-deactivated',
  time: disabledAt.toISOString(),
  account: '111122223333',
  region: 'eu-west-1',
  run: 'run',
  function: 'deactivate',
  functionVersion: '1',
  outcome: 'ok',
  key: KEY,
  accessKeyId: old.accessKeyId,
  ...more,
});
const disabled = event({ facts: { since: leakedAt.toISOString(), minutes: 9 } });
const begun = event({ event: 'key-deactivation-begun' });
const told = event({ event: 'people-told', accessKeyId: undefined, facts: { about: ['AKIA', old.accessKeyId] } });

function toTell(said: Partial<LeakWords>, minutes = 24 * 60): LeakToTell | undefined {
  const words = { disabled: [], begun: [], told: [], ...said };
  return leakToTell(leak, { key: KEY, words, now: new Date(disabledAt.getTime() + minutes * MINUTE) });
}

const WORD = { since: leakedAt, disabledAt, minutes: 9 };

describe('of a leaked key that was made Inactive people hear', () => {
  it.each<[string, Parameters<typeof toTell>, LeakToTell | undefined]>([
    ['what it did, where they know that it is', [{ disabled: [disabled], told: [told] }], { is: 'uses', ...WORD }],
    ['that it is, where they were not told', [{ disabled: [disabled] }], { is: 'disabled', ...WORD }],
    ['the same minutes later', [{ disabled: [disabled] }, 1], { is: 'disabled', ...WORD }],
    ['nothing where the record says nothing', [{ told: [told] }], undefined],
    [
      'that it is, where a run has died on the way, with the tag’s time',
      [{ begun: [begun] }],
      { is: 'disabled', since: leakedAt, disabledAt, minutes: 7 },
    ],
    [
      'what was done rather than what was begun',
      [{ disabled: [disabled], begun: [event({ time: day(95, HOUR).toISOString() })] }],
      { is: 'disabled', ...WORD },
    ],
    [
      'the last word of several',
      [{ disabled: [event({ time: day(95).toISOString() }), disabled] }],
      { is: 'disabled', ...WORD },
    ],
    [
      'of no minutes less than none',
      [{ begun: [event({ time: day(94, 23 * HOUR).toISOString() })] }, 1],
      { is: 'disabled', since: leakedAt, disabledAt: day(94, 23 * HOUR), minutes: 0 },
    ],
    ['nothing more while CloudTrail may not show it', [{ disabled: [disabled], told: [told] }, 19], undefined],
    ['nothing a day after', [{ disabled: [disabled] }, 25 * 60 + 0.01], undefined],
    ['something to the end of that day', [{ disabled: [disabled] }, 25 * 60], { is: 'disabled', ...WORD }],
    ['nothing of another key', [{ disabled: [event({ key: 'another' })] }], undefined],
    ['nothing of another access key', [{ disabled: [event({ accessKeyId: current.accessKeyId })] }], undefined],
    ['nothing where the record has no time', [{ disabled: [event({ facts: { since: 'then' } })] }], undefined],
    ['nothing where it has no minutes', [{ disabled: [event({ facts: { minutes: 'few' } })] }], undefined],
    [
      'that it is, where others were told of another managed key',
      [{ disabled: [disabled], told: [{ ...told, key: 'another' }] }],
      { is: 'disabled', ...WORD },
    ],
    [
      'that it is, where they were told of another access key',
      [{ disabled: [disabled], told: [{ ...told, facts: { about: ['AKIA'] } }] }],
      { is: 'disabled', ...WORD },
    ],
    [
      'that it is, where it is not said of what they were told',
      [
        {
          disabled: [disabled],
          told: [
            { ...told, facts: undefined },
            { ...told, facts: { about: old.accessKeyId } },
          ],
        },
      ],
      { is: 'disabled', ...WORD },
    ],
  ])('%s', (_what, given, expected) => {
    expect(toTell(...given)).toEqual(expected);
  });
});
