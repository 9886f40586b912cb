import { describe, expect, it } from 'vitest';
import { ALARM_NAMES } from '../../../functions/core/config/alarm-names';
import { described } from '../../../functions/core/findings/described';
import { FINDING_CODES, FINDINGS } from '../../../functions/core/findings/findings';
import { BESIDE_FINDINGS, cures, showsMore } from '../../../functions/core/findings/keyturn';

const SUBJECT = { code: 'undelivered', key: 'shop', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', connection: 'acme' };

describe('what shows more of a finding, and what cures it', () => {
  it('is one command of keyturn each, about the key, the access key or the connection', () => {
    expect(showsMore({ shows: 'status' }, SUBJECT)).toBe('keyturn status shop');
    expect(showsMore({ shows: 'why' }, SUBJECT)).toBe('keyturn why AKIAIOSFODNN7EXAMPLE');
    expect(showsMore({ shows: 'why' }, { ...SUBJECT, accessKeyId: undefined })).toBe('keyturn status shop');
    expect(showsMore({ shows: 'status' }, { code: 'x' })).toBe('keyturn status');
    expect(showsMore({ shows: 'doctor' }, SUBJECT)).toBe('keyturn doctor');
    expect(cures({ shows: 'status', cures: 'deliver' }, SUBJECT)).toBe('keyturn deliver shop --why undelivered');
    expect(cures({ shows: 'doctor', cures: 'connect' }, SUBJECT)).toBe('keyturn connect acme');
  });

  it('is a resume first where a pause holds the key back, and nothing where it is only observed or not known', () => {
    const deliver = { shows: 'status', cures: 'deliver' } as const;
    expect(cures(deliver, { ...SUBJECT, heldBy: 'paused' })).toBe('keyturn resume shop --why undelivered');
    expect(cures(deliver, { ...SUBJECT, heldBy: 'observed' })).toBeUndefined();
    expect(cures(deliver, { code: 'undelivered' })).toBeUndefined();
    expect(cures({ shows: 'doctor', cures: 'connect' }, { code: 'token-expires' })).toBeUndefined();
    expect(cures({ shows: 'status' }, SUBJECT)).toBeUndefined();
  });

  it('is a delivery where rotate has replaced a broken key already, and a rotation where others wait for that', () => {
    const broken = { code: 'current-key-missing', key: 'shop' } as const;
    const waits = { waits: 'retirement', successor: 'AKIA2' } as const;
    expect(described({ ...broken, facts: { waits: 'pipelines', current: 'AKIA1' } }).cures).toBe('deliver');
    expect(described({ ...broken, accessKeyId: 'AKIA1', facts: waits }).cures).toBe('rotate');
  });

  it('makes no other command of what stands in a tag or a parameter', () => {
    const odd = { ...SUBJECT, key: 'shop; rm -rf /', connection: '$(id)' };
    expect(cures({ shows: 'status', cures: 'rotate' }, odd)).toBe("keyturn rotate 'shop; rm -rf /' --why undelivered");
    expect(cures({ shows: 'doctor', cures: 'connect' }, odd)).toBe("keyturn connect '$(id)'");
  });

  it('is said of every finding and of every alarm', () => {
    const said = new Set([...FINDING_CODES.filter((code) => FINDINGS[code].keyturn), ...Object.keys(BESIDE_FINDINGS)]);
    expect([...FINDING_CODES, ...ALARM_NAMES].filter((name) => !said.has(name))).toEqual([]);
  });
});
