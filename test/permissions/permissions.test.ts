import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing, stale } from './coverage';
import { type EnforcedLife, eventfulLife, wholeLife } from './lives';
import { UNUSED } from './unused';

let eventful: EnforcedLife;
let whole: EnforcedLife;

beforeAll(async () => {
  eventful = await eventfulLife();
  whole = await wholeLife();
}, 300_000);

afterAll(async () => {
  await eventful.deployed.close();
  await whole.deployed.close();
});

describe('K12: with the deployed policies in force', () => {
  it('nothing that a function does is refused', () => {
    expect(eventful.enforcement.denied).toEqual([]);
    expect(whole.enforcement.denied).toEqual([]);
  });

  it('a key is rotated, delivered, deactivated and deleted, and everything that can go wrong with it is set right', () => {
    const history = new Set(eventful.deployed.history());
    for (const moment of [
      'rotate key-discarded',
      'rotate key-stored',
      'sync finding delivery-failed',
      'sync version-delivered',
      'delete inactive-recorded',
      'deactivate reactivation-recorded',
      'deactivate key-deactivated',
      'delete key-deleted',
      'rotate finding orphan-discarded',
      'rotate key-promoted',
      'rotate finding foreign-key',
      'rotate finding quarantined',
      'sync labels-cleaned',
      ...['rotate', 'deactivate', 'delete', 'sync'].map((name) => `${name} finding step-failed`),
    ]) {
      expect(history, moment).toContain(moment);
    }
    expect(eventful.deployed.deployment.queues.flatMap(({ messages }) => messages).length).toBeGreaterThanOrEqual(4);
  });

  it('every setting works, a customer-managed KMS key and a forgotten key included', () => {
    const { deployed } = whole;
    expect(deployed.unsettled()).toEqual([]);
    expect(deployed.audits.filter(({ event }) => event === 'key-stored')).toHaveLength(deployed.entries.length);
    const replaced = deployed.audits.filter(
      ({ event, reason }) => event === 'key-deactivated' && reason === 'replace-idle',
    );
    expect(replaced).toHaveLength(1);
    const gone = deployed.audits.filter(({ key }) => key === 'leaving');
    expect(gone.map(({ event, reason }) => `${event} ${reason}`)).toContain('key-deactivated replaced');
    expect(gone.map(({ event }) => event)).toContain('key-deleted');
    // One for the secrets, one for the topic, one for the seal.
    expect(deployed.deployment.keys).toHaveLength(3);
    expect(deployed.pipelines.failures).toEqual([]);
  });

  it('nothing is allowed that nothing needs', () => {
    expect(missing([eventful.enforcement, whole.enforcement], UNUSED)).toEqual([]);
  });

  it('the list of what is not used has no row too many', () => {
    expect(stale([eventful.enforcement, whole.enforcement], UNUSED)).toEqual([]);
  });

  it('the topic has the key that the evaluation takes it to have', () => {
    for (const { deployed } of [eventful, whole]) {
      const template = readFileSync(join(deployed.cdkOut, 'Keyturn.template.json'), 'utf8');
      expect(template).toMatch(/"KmsMasterKeyId":\s*\{\s*"Fn::GetAtt":\s*\[\s*"KeyRotationNotificationsKey/);
    }
  });
});
