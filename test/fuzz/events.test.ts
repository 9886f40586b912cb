import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { dailyRunOf } from '../../functions/core/config/asked';
import { keyIdSchema } from '../../functions/core/config/registry';
import { rotateRequestOf } from '../../functions/rotate/trigger';
import { syncRequestOf } from '../../functions/sync/trigger';
import { anyJson, anyText, deepJson, isPrototypeClean, mutated } from './hostile';

const STORED = {
  source: 'aws.secretsmanager',
  'detail-type': 'AWS API Call via CloudTrail',
  detail: {
    eventName: 'PutSecretValue',
    requestParameters: { secretId: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/shop-a1B2c3' },
  },
};
const LABELLED = {
  source: 'aws.secretsmanager',
  'detail-type': 'Secret Label Updated',
  detail: { name: 'keyturn/shop', labelUpdated: 'AWSCURRENT' },
};
const HOURLY = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
const REQUEST = { keys: ['shop'] };

const events = fc.oneof(
  anyJson,
  ...[STORED, LABELLED, HOURLY, REQUEST].map((event) => mutated(event)),
  anyText.map((name) => ({ ...LABELLED, detail: { name } })),
  anyText.map((secretId) => ({ ...STORED, detail: { ...STORED.detail, requestParameters: { secretId } } })),
  fc.constantFrom(JSON.parse(deepJson(1_000)), undefined),
);

/** What is read; undefined for what is refused with a reason. */
function orRefused<Read>(read: () => Read): Read | undefined {
  try {
    return read();
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'invalid-request' });
    return undefined;
  }
}

afterEach(() => expect(isPrototypeClean()).toBe(true));

describe('an event that starts a run', () => {
  it('makes sync look at keys with well-formed ids, or at all of them', () => {
    fc.assert(
      fc.property(events, (event) => {
        const { trigger, ids, unknown } = orRefused(() => syncRequestOf(event)) ?? { trigger: 'request' };
        expect(['event', 'hourly', 'request']).toContain(trigger);
        for (const id of ids ?? []) expect(keyIdSchema.safeParse(id).success).toBe(true);
        if (unknown === true) expect(ids).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the daily run only as the exact event of a rule, or as the empty request (K14)', () => {
    fc.assert(
      fc.property(events, (event) => {
        const isDaily = orRefused(() => dailyRunOf(event)) !== undefined;
        expect(orRefused(() => rotateRequestOf(event))?.trigger === 'daily').toBe(isDaily);
        if (!isDaily) return;
        const { source } = event as { source?: unknown };
        expect(['aws.events', 'aws.cloudformation', undefined]).toContain(source);
        if (source === undefined) expect(Object.keys(event as object)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('makes rotate go before its time only by the exact request', () => {
    fc.assert(
      fc.property(events, (event) => {
        const request = orRefused(() => rotateRequestOf(event));
        if (request?.requested === undefined) return;
        const { trigger, requested } = request;
        expect(trigger).toBe('request');
        expect(Object.keys(event as object)).toEqual(['keys']);
        for (const id of requested) expect(keyIdSchema.safeParse(id).success).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
