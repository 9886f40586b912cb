import { describe, expect, it } from 'vitest';
import type { SealKey } from '../../functions/account/ports';
import { type AuditEvent, attemptOfEvent } from '../../functions/core/audit';
import { KeyturnError } from '../../functions/core/errors';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';
import { SealCheck } from '../../functions/core/seal/check-seal';
import { digestOf } from '../../functions/core/sealed';
import { supersededKey } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';
import { SEAL_KEY, sealed } from '../support/seal-key';

const DOWN = new KeyturnError('aws-uncertain', 'kms:Sign: AWS gave no clear answer.', { retryable: true });

/** A key that counts what it signs, and does not sign while it is down. */
function watchedKey() {
  const texts: string[] = [];
  const key = { texts, isDown: false, fails: 0 };
  const sealKey: SealKey = {
    ...SEAL_KEY,
    sign: async (text) => {
      if (key.isDown) {
        key.fails += 1;
        throw DOWN;
      }
      texts.push(text);
      return SEAL_KEY.sign(text);
    },
  };
  return { key, sealKey };
}

/** The lines of the record as they were written down. */
function linesOf(scene: Scene): readonly AuditEvent[] {
  const { events } = scene.account.logs.filterLogEvents({ logGroupName: AUDIT_LOG_GROUP });
  return events.map(({ message }) => JSON.parse(message));
}

/** What an attempt of delete has left that died after this event. */
async function recordSealed(scene: Scene, more: Pick<AuditEvent, 'event' | 'facts'>): Promise<void> {
  const { seal: _seal, ...line } = linesOf(scene)[0] ?? expect.fail('the record has a line');
  const time = new Date(scene.clock.now()).toISOString();
  const [event] = await sealed([{ ...line, ...more, id: 'died-abc-1', run: 'died', function: 'delete', time }]);
  scene.account.logs.putLogEvents({
    logGroupName: AUDIT_LOG_GROUP,
    logStreamName: 'delete/2026-01',
    logEvents: [{ timestamp: scene.clock.now(), message: JSON.stringify(event) }],
  });
}

async function expectProved(events: readonly AuditEvent[]): Promise<void> {
  const check = new SealCheck([await SEAL_KEY.publicKey()]);
  const before = new Map<string, AuditEvent>();
  for (const event of events) {
    expect(check.verdictOf(event), event.id).toBe('sealed');
    const last = before.get(attemptOfEvent(event));
    expect(event.seal?.previous, event.id).toBe(last && digestOf(last));
    expect(event.sequence).toBe((last?.sequence ?? 0) + 1);
    before.set(attemptOfEvent(event), event);
  }
}

describe('the seal (K7)', () => {
  it('is on every event in the record and on the bus, each naming the one before; KMS signs once an attempt', async () => {
    const scene = await newScene();
    const { key, sealKey } = watchedKey();
    scene.sealKey = sealKey;
    scene.manage('shop');
    await scene.rotate();
    await scene.sync();
    await expectProved(linesOf(scene));
    await expectProved(scene.events.map((event) => JSON.parse(event).detail));
    expect(linesOf(scene).length).toBeGreaterThan(10);
    expect(key.texts).toHaveLength(2);
    expect(key.texts.map((text) => text.split('\n').slice(0, 5))).toEqual([
      [
        'keyturn.seal/v1',
        scene.account.accountId,
        scene.account.region,
        'rotate',
        attemptOfEvent(linesOf(scene)[0] as AuditEvent),
      ],
      [
        'keyturn.seal/v1',
        scene.account.accountId,
        scene.account.region,
        'sync',
        attemptOfEvent(linesOf(scene).at(-1) as AuditEvent),
      ],
    ]);
  });

  it('keeps what takes a key away from being done while KMS does not sign, and it is done when it signs again', async () => {
    const { scene, old } = await supersededKey();
    const { key, sealKey } = watchedKey();
    scene.sealKey = sealKey;
    scene.toDay(100);
    // The look at the targets that every deactivation needs.
    await scene.sync();
    key.isDown = true;
    const { findings, summary } = await scene.deactivate();
    const status = () => scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === old)?.Status;
    expect(status()).toBe('Active');
    expect(findings).toContain('record-unavailable');
    expect(summary.unrecorded).toBeGreaterThan(0);
    key.isDown = false;
    scene.hours(24);
    await scene.sync();
    await scene.deactivate();
    expect(status()).toBe('Inactive');
    await expectProved(linesOf(scene));
  });

  it('keeps no pipeline waiting: a key is made and delivered while KMS does not sign, and nothing unsealed is written', async () => {
    const scene = await newScene();
    const { key, sealKey } = watchedKey();
    scene.sealKey = sealKey;
    key.isDown = true;
    scene.manage('shop');
    const { summary } = await scene.rotate();
    await scene.sync();
    expect(summary).toMatchObject({ rotated: 1, failed: 0 });
    expect(scene.held('shop').accessKeyId).toBe(scene.currentKey('shop'));
    expect(linesOf(scene)).toEqual([]);
    expect(key.fails).toBeGreaterThan(1);
    // The bus tells the same as the record.
    expect(scene.events).toEqual([]);
  });

  it('is made up for within the run: what waited is sealed in its order, without a gap', async () => {
    const scene = await newScene();
    const { key, sealKey } = watchedKey();
    scene.sealKey = sealKey;
    key.isDown = true;
    scene.manage('shop');
    scene.awsFault = ({ action }) => {
      if (action === 'PutSecretValue') key.isDown = false;
      return undefined;
    };
    const { summary, audits } = await scene.rotate();
    expect(summary.unrecorded).toBe(0);
    expect(linesOf(scene).map(({ event }) => event)).toEqual(audits.map(({ event }) => event));
    await expectProved(linesOf(scene));
  });
});

describe('the manifest of a day (K7)', () => {
  const manifests = (scene: Scene) => linesOf(scene).filter(({ event }) => event === 'manifest-written');

  it('names the attempts of the day before, each with its end, and the manifest before it', async () => {
    const scene = await newScene();
    scene.manage('shop');
    await scene.day();
    const ofFirstDay = linesOf(scene);
    scene.hours(24);
    await scene.sealDays();
    await scene.day();
    scene.hours(24);
    await scene.sealDays();
    const [first, second] = manifests(scene);
    const ends = [...new Set(ofFirstDay.map(attemptOfEvent))].sort().map((attempt) => {
      const last = ofFirstDay.filter((event) => attemptOfEvent(event) === attempt).at(-1) as AuditEvent;
      return `${attempt} ${last.sequence} ${digestOf(last)}`;
    });
    expect(first?.facts).toEqual({
      day: '2026-01-01',
      part: 1,
      parts: 1,
      attempts: ends.length,
      events: ofFirstDay.length,
      ends,
    });
    expect(second?.facts).toMatchObject({ day: '2026-01-02', previous: first?.seal?.signature });
    expect(manifests(scene)).toHaveLength(2);
  });

  it('is written once, and made up for after days without one', async () => {
    const scene = await newScene();
    scene.manage('shop');
    await scene.day();
    scene.hours(24);
    await scene.sealDays();
    await scene.sealDays();
    expect(manifests(scene).map(({ facts }) => facts?.day)).toEqual(['2026-01-01']);
    for (let day = 0; day < 3; day++) {
      scene.hours(24);
      await scene.rotate();
    }
    scene.hours(24);
    await scene.sealDays();
    expect(manifests(scene).map(({ facts }) => facts?.day)).toEqual([
      '2026-01-01',
      '2026-01-02',
      '2026-01-03',
      '2026-01-04',
      '2026-01-05',
    ]);
  });

  it('is written anew where its run died when one part of two was recorded, and names that part (K9)', async () => {
    const scene = await newScene();
    scene.manage('shop');
    await scene.day();
    scene.hours(24);
    const facts = { day: '2026-01-01', part: 1, parts: 2, attempts: 401, events: 802, ends: [] };
    await recordSealed(scene, { event: 'manifest-written', facts });
    scene.hours(24);
    await scene.sealDays();
    const [half, ...whole] = manifests(scene);
    expect(whole.map(({ facts: told }) => [told?.day, told?.part, told?.parts])).toEqual([
      ['2026-01-01', 1, 1],
      ['2026-01-02', 1, 1],
    ]);
    expect(whole.map(({ facts: told }) => told?.previous)).toEqual([half?.seal?.signature, half?.seal?.signature]);
    scene.hours(1);
    await scene.sealDays();
    expect(manifests(scene)).toHaveLength(3);
  });

  it('waits for the day after where the run’s time is nearly up', async () => {
    const scene = await newScene();
    scene.manage('shop');
    await scene.day();
    scene.hours(24);
    scene.lifetime = 60_000;
    await scene.sealDays();
    expect(manifests(scene)).toEqual([]);
    scene.lifetime = 15 * 60_000;
    await scene.sealDays();
    expect(manifests(scene)).toHaveLength(1);
  });

  it('leaves out what nobody has sealed, and stops nothing when the record cannot be read (K11)', async () => {
    const scene = await newScene();
    scene.manage('shop');
    await scene.day();
    const [line] = linesOf(scene);
    const { seal: _seal, ...unsealed } = { ...(line as AuditEvent), id: 'forged-abc-1', sequence: 1 };
    scene.account.logs.putLogEvents({
      logGroupName: AUDIT_LOG_GROUP,
      logStreamName: 'rotate/2026-01',
      logEvents: [{ timestamp: scene.clock.now(), message: JSON.stringify(unsealed) }],
    });
    scene.hours(24);
    scene.awsFault = ({ action }) =>
      action === 'FilterLogEvents' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
    const { thrown, lines } = await scene.sealDays();
    expect(thrown).toBeUndefined();
    expect(lines.join('\n')).toContain('the manifest of the day could not be written');
    scene.awsFault = undefined;
    await scene.sealDays();
    expect(JSON.stringify(manifests(scene)[0]?.facts)).not.toContain('forged');
  });
});
