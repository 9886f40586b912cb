import { describe, expect, it } from 'vitest';
import { type AuditEvent, auditEventSchema } from '../../functions/core/audit';
import { ENDPOINT } from '../../functions/core/names';
import { DecisionRecord, type DecisionRecordProps } from '../../functions/provider/decision-record';

/** What stands in the record, whom it waits for, and what was sealed. */
class Kept {
  readonly calls: (readonly AuditEvent[])[] = [];
  readonly sealed: (readonly [attempt: string, events: number])[] = [];
  now = new Date('2026-06-01T12:00:00Z');
  /** What becomes of a call. @default - it succeeds */
  fate: () => Promise<void> = () => Promise.resolve();

  record(props: Partial<DecisionRecordProps> = {}): DecisionRecord {
    return new DecisionRecord({
      as: ENDPOINT,
      run: 'run-1',
      origin: { account: '111122223333', region: 'eu-west-1', functionVersion: '7' },
      time: { now: () => this.now },
      append: async (events) => {
        this.calls.push(events);
        await this.fate();
      },
      ...props,
    });
  }

  /** Seals by a chain that shows which attempt an event is of. */
  readonly sealing = (attempt: string) => async (events: readonly AuditEvent[]) => {
    this.sealed.push([attempt, events.length]);
    return events.map((event) => ({ ...event, facts: { ...event.facts, sealed: attempt } }));
  };

  get events(): readonly AuditEvent[] {
    return this.calls.flat();
  }
}

const given = (step: string) => ({ event: 'secrets-given', outcome: 'ok', facts: { step } }) as const;
const sequences = (events: readonly AuditEvent[]) => events.map(({ sequence }) => sequence);
const attempts = (events: readonly AuditEvent[]) => [...new Set(events.map(({ id }) => id.replace(/-\d+$/, '')))];

/** A call that ends when it is told to. */
function held(): { readonly fate: () => Promise<void>; readonly end: () => void; readonly fail: (why: Error) => void } {
  let end: () => void = () => undefined;
  let fail: (why: Error) => void = () => undefined;
  const waiting = new Promise<void>((resolve, reject) => {
    [end, fail] = [resolve, reject];
  });
  return { fate: () => waiting, end: () => end(), fail: (why) => fail(why) };
}

describe('what a provider has decided (K14)', () => {
  it('is one event of this form, run, time and place in its attempt', async () => {
    const kept = new Kept();
    const record = kept.record();
    await record.write(given('one'));
    kept.now = new Date('2026-06-01T12:00:05Z');
    await record.write(given('two'));
    const [first, second] = kept.events.map((event) => auditEventSchema.parse(event));
    expect(first).toMatchObject({
      ...given('one'),
      run: 'run-1',
      function: ENDPOINT,
      account: '111122223333',
      functionVersion: '7',
      time: '2026-06-01T12:00:00.000Z',
      sequence: 1,
    });
    expect(second).toMatchObject({ ...given('two'), time: '2026-06-01T12:00:05.000Z', sequence: 2 });
    expect(new Set([first?.id, second?.id]).size).toBe(2);
    expect(attempts([first, second] as AuditEvent[])).toHaveLength(1);
  });

  it('goes in one call with all that waits for the one before, and each waits for its own', async () => {
    const kept = new Kept();
    const record = kept.record();
    const first = held();
    kept.fate = first.fate;
    const ended: string[] = [];
    const writes = ['one', 'two', 'three'].map((step) => record.write(given(step)).then(() => ended.push(step)));
    await expect.poll(() => kept.calls.length).toBe(1);
    const later = record.write(given('four')).then(() => ended.push('four'));
    await new Promise((resolve) => setImmediate(resolve));
    expect([kept.calls.length, ended]).toEqual([1, []]);
    kept.fate = () => Promise.resolve();
    first.end();
    await Promise.all([...writes, later]);
    expect(kept.calls.map((events) => events.map(({ facts }) => facts?.step))).toEqual([
      ['one', 'two', 'three'],
      ['four'],
    ]);
    expect(sequences(kept.events)).toEqual([1, 2, 3, 4]);
  });

  it('is told where it is not in the record, and the next events are of another attempt, from one on', async () => {
    const kept = new Kept();
    const record = kept.record();
    await record.write(given('one'));
    const failing = held();
    kept.fate = failing.fate;
    const lost = record.write(given('two'));
    const told = expect(lost).rejects.toThrow('throttled');
    await expect.poll(() => kept.calls.length).toBe(2);
    const next = record.write(given('three'));
    kept.fate = () => Promise.resolve();
    failing.fail(new Error('throttled'));
    await told;
    await next;
    expect(sequences(kept.events)).toEqual([1, 2, 1]);
    expect(attempts(kept.events)).toHaveLength(2);
  });

  it.each([0, -60_000])('has attempts of different names, where the clock has gone %d ms on', async (passed) => {
    const kept = new Kept();
    const record = kept.record();
    kept.fate = () => Promise.reject(new Error('throttled'));
    for (let number = 0; number < 3; number += 1) {
      await expect(record.write(given(`${number}`))).rejects.toThrow('throttled');
      kept.now = new Date(kept.now.getTime() + passed);
    }
    expect(attempts(kept.events)).toHaveLength(3);
  });

  it('is sealed by its attempt, and what seals it is made before anybody waits', async () => {
    const kept = new Kept();
    const record = kept.record({ sealing: kept.sealing });
    await record.begin();
    const [[attempt] = ['']] = kept.sealed;
    expect(kept.sealed).toEqual([[attempt, 0]]);
    expect(kept.calls).toEqual([]);
    await Promise.all([record.write(given('one')), record.write(given('two'))]);
    expect(new Set(kept.sealed.map(([name]) => name))).toEqual(new Set([attempt]));
    expect(kept.sealed.at(-1)).toEqual([attempt, 2]);
    expect(kept.events.map(({ id, facts }) => [id.startsWith(attempt), facts?.sealed])).toEqual([
      [true, attempt],
      [true, attempt],
    ]);
  });

  it('is not in the record where it cannot be sealed, and does not come later with what can be', async () => {
    const kept = new Kept();
    let kms: Promise<void> = Promise.reject(new Error('kms'));
    const sealing = (attempt: string) => (events: readonly AuditEvent[]) =>
      kms.then(() => kept.sealing(attempt)(events));
    const record = kept.record({ sealing });
    await Promise.all(['one', 'two'].map((step) => expect(record.write(given(step))).rejects.toThrow('kms')));
    expect(kept.calls).toEqual([]);
    kms = Promise.resolve();
    await record.write(given('three'));
    expect(kept.events.map(({ sequence, facts }) => [sequence, facts?.step])).toEqual([[1, 'three']]);
  });
});
