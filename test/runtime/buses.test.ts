import { describe, expect, it } from 'vitest';
import type { SealKey } from '../../functions/account/ports';
import { type AuditEvent, attemptOfEvent } from '../../functions/core/audit';
import { KeyturnError } from '../../functions/core/errors';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';
import { SealCheck } from '../../functions/core/seal/check-seal';
import type { AwsFault } from '../../local/account/wire/server';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';
import { otherSealKey, SEAL_KEY, sealed } from '../support/seal-key';
import type { SceneOptions } from '../support/stage';

const CENTRAL = 'arn:aws:events:eu-west-1:444455556666:event-bus/security';
const FAILED: AwsFault = { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no' };

/** A key in a world whose events go to a central account too. */
async function forwardingScene(options?: SceneOptions): Promise<Scene> {
  const scene = await newScene(options);
  scene.forwardTo = CENTRAL;
  scene.manage('shop');
  return scene;
}

function recordOf(scene: Scene): readonly AuditEvent[] {
  const { events } = scene.account.logs.filterLogEvents({ logGroupName: AUDIT_LOG_GROUP });
  return events.map(({ message }) => JSON.parse(message));
}

function centralOf(scene: Scene): readonly AuditEvent[] {
  return scene.account.otherBuses.arrived.map(({ event }) => event.detail as unknown as AuditEvent);
}

function defaultOf(scene: Scene): readonly AuditEvent[] {
  return scene.events.map((event) => JSON.parse(event).detail);
}

const idsOf = (events: readonly AuditEvent[]) => [...new Set(events.map(({ id }) => id))].sort();
const sorted = (events: readonly AuditEvent[]) => events.map((event) => JSON.stringify(event)).sort();
const unsentOf = (scene: Scene) => recordOf(scene).filter(({ event }) => event === 'events-unsent');

/** The last function of the next day. */
async function nextDay(scene: Scene) {
  scene.hours(24);
  return scene.sealDays();
}

describe('the buses (K7)', () => {
  it('have every event as the record has it, byte for byte, once, sealed', async () => {
    const scene = await forwardingScene();
    const { summary } = await scene.rotate();
    await scene.sync();
    expect(recordOf(scene).length).toBeGreaterThan(10);
    expect(sorted(centralOf(scene))).toEqual(sorted(recordOf(scene)));
    expect(sorted(defaultOf(scene))).toEqual(sorted(recordOf(scene)));
    expect(summary).toMatchObject({ unpublished: 0, unforwarded: 0 });
    const check = new SealCheck([await SEAL_KEY.publicKey()]);
    expect(new Set(centralOf(scene).map((event) => check.verdictOf(event)))).toEqual(new Set(['sealed']));
    expect(new Set(scene.account.otherBuses.arrived.map(({ busArn }) => busArn))).toEqual(new Set([CENTRAL]));
  });

  it('get nothing that is not sealed: they tell the same as the record', async () => {
    const scene = await forwardingScene();
    let isDown = true;
    const sign: SealKey['sign'] = async (text) => {
      if (!isDown) return SEAL_KEY.sign(text);
      throw new KeyturnError('aws-uncertain', 'kms:Sign: AWS gave no clear answer.', { retryable: true });
    };
    scene.sealKey = { ...SEAL_KEY, sign };
    const { summary, audits } = await scene.rotate();
    expect(recordOf(scene)).toEqual([]);
    expect([...centralOf(scene), ...defaultOf(scene)]).toEqual([]);
    expect(summary.rotated).toBe(1);
    expect(summary).toMatchObject({ unpublished: audits.length, unforwarded: audits.length });
    isDown = false;
    await scene.sync();
    expect(sorted(centralOf(scene))).toEqual(sorted(recordOf(scene)));
  });

  it('tell as sealed what is sealed after the run has stopped waiting for it', async () => {
    const scene = await forwardingScene();
    let calls = 0;
    // The end of the run asks twice; the first answer does not come.
    const sign: SealKey['sign'] = async (text) => {
      calls += 1;
      if (calls === 1) throw new KeyturnError('aws-uncertain', 'kms:Sign: no answer', { retryable: true });
      return SEAL_KEY.sign(text);
    };
    scene.sealKey = { ...SEAL_KEY, sign };
    await scene.deactivate();
    expect(recordOf(scene).map(({ event }) => event)).toEqual(['run-started', 'run-finished']);
    expect(sorted(centralOf(scene))).toEqual(sorted(recordOf(scene)));
    expect(sorted(defaultOf(scene))).toEqual(sorted(recordOf(scene)));
  });

  it('fail no run: what the central one refuses is counted, named, and sent again the day after', async () => {
    const refusing = { is: true };
    const scene = await forwardingScene({ admitsOnBus: () => !refusing.is });
    const { summary, audits, thrown } = await scene.rotate();
    expect(thrown).toBeUndefined();
    expect(summary).toMatchObject({ rotated: 1, failed: 0, unrecorded: 0, unpublished: 0, unforwarded: audits.length });
    expect(unsentOf(scene)).toMatchObject([
      {
        outcome: 'failed',
        reason: 'forwardTo',
        code: 'aws-rejected',
        message: `events:PutEvents on ${CENTRAL}: events were refused (AccessDeniedException).`,
        facts: { attempts: [attemptOfEvent(audits[0] as AuditEvent)] },
      },
    ]);
    // The default bus has all of it, with what says so.
    expect(sorted(defaultOf(scene))).toEqual(sorted(recordOf(scene)));
    refusing.is = false;
    const before = sorted(defaultOf(scene)).length;
    const again = await nextDay(scene);
    expect(again.summary).toMatchObject({ unforwarded: 0, unpublished: 0 });
    expect(sorted(centralOf(scene))).toEqual(sorted(recordOf(scene)));
    // Nothing twice on the bus that had it.
    expect(defaultOf(scene).length - before).toBe(again.audits.length);
  });

  it('may be down for days: what waits is carried on, told each day, and comes in the end, each event once', async () => {
    const refusing = { is: true };
    const scene = await forwardingScene({ admitsOnBus: () => !refusing.is });
    await scene.day();
    for (let day = 0; day < 3; day += 1) {
      const { summary, audits } = await nextDay(scene);
      expect(summary.unforwarded).toBeGreaterThan(audits.length);
      await scene.rotate();
    }
    expect(centralOf(scene)).toEqual([]);
    refusing.is = false;
    expect((await nextDay(scene)).summary.unforwarded).toBe(0);
    expect(sorted(centralOf(scene))).toEqual(sorted(recordOf(scene)));
    expect((await nextDay(scene)).summary.unforwarded).toBe(0);
    expect(sorted(centralOf(scene))).toEqual(sorted(recordOf(scene)));
  });

  it('get all others, where one event is refused for good', async () => {
    const refusing = { is: true };
    const scene = await forwardingScene({
      admitsOnBus: ({ detailType }) => !refusing.is && detailType !== 'key-created',
    });
    const { audits } = await scene.rotate();
    await scene.sync();
    refusing.is = false;
    await nextDay(scene);
    expect(idsOf(centralOf(scene))).toEqual(idsOf(recordOf(scene).filter(({ event }) => event !== 'key-created')));
    expect(unsentOf(scene).at(-1)?.facts).toEqual({ attempts: [attemptOfEvent(audits[0] as AuditEvent)] });
  });

  it('are asked about three attempts a day, where they refuse whatever comes', async () => {
    let began = 0;
    const scene = await forwardingScene({
      admitsOnBus: ({ detailType }) => {
        began += detailType === 'run-started' ? 1 : 0;
        return false;
      },
    });
    for (let run = 0; run < 6; run += 1) await scene.sync();
    began = 0;
    await nextDay(scene);
    // What is refused is sent once more; and the attempt of that day has a beginning of its own.
    expect(began).toBe(2 * (3 + 1));
  });

  it('get from the next day’s run what the record has of an attempt that has died', async () => {
    const scene = await forwardingScene();
    // Dies after the rotation's announcement was recorded, and before its end.
    const isDead = await scene.kill(12, () => scene.rotate());
    expect(isDead).toBe(true);
    expect(recordOf(scene).length).toBeGreaterThan(0);
    expect([...centralOf(scene), ...defaultOf(scene)]).toEqual([]);
    await nextDay(scene);
    expect(sorted(centralOf(scene))).toEqual(sorted(recordOf(scene)));
    expect(sorted(defaultOf(scene))).toEqual(sorted(recordOf(scene)));
  });

  it('get all of it the day after, wherever the last function of the day has died (K9)', async () => {
    for (let at = 1; ; at += 1) {
      const refusing = { is: true };
      const scene = await forwardingScene({ admitsOnBus: () => !refusing.is });
      await scene.rotate();
      await nextDay(scene);
      scene.hours(24);
      // It has what waits for two days.
      if (!(await scene.kill(at, () => scene.sealDays()))) break;
      refusing.is = false;
      await nextDay(scene);
      expect([at, idsOf(centralOf(scene))]).toEqual([at, idsOf(recordOf(scene))]);
      expect(at).toBeLessThan(30);
    }
  });

  it('get the day after, too, what says that another one refuses, wherever its attempt has died (K9)', async () => {
    for (let at = 1; ; at += 1) {
      const refusing = { is: true };
      const scene = await forwardingScene({ admitsOnBus: () => !refusing.is });
      if (!(await scene.kill(at, () => scene.deactivate()))) break;
      refusing.is = false;
      await nextDay(scene);
      // A run that has done nothing may die when a bus has its events, and the record has not.
      expect(idsOf(defaultOf(scene)), `died at ${at}`).toEqual(expect.arrayContaining(idsOf(recordOf(scene))));
      expect(idsOf(centralOf(scene)), `died at ${at}`).toEqual(expect.arrayContaining(idsOf(recordOf(scene))));
      expect(at).toBeLessThan(30);
    }
  });

  it('are each told what the other refuses, or lack that by name: one fails when it is to hear of it', async () => {
    const refusing = { is: true };
    const scene = await forwardingScene({ admitsOnBus: () => !refusing.is });
    let heard = false;
    scene.awsFault = ({ action, input }) => {
      if (action !== 'PutEvents' || JSON.stringify(input).includes(`"EventBusName":"${CENTRAL}"`)) return undefined;
      const fails = heard;
      heard = true;
      return fails ? FAILED : undefined;
    };
    await scene.deactivate();
    expect(unsentOf(scene).map(({ reason }) => reason)).toEqual(['forwardTo', 'default']);
    expect(idsOf(defaultOf(scene))).not.toEqual(idsOf(recordOf(scene)));
    refusing.is = false;
    scene.awsFault = undefined;
    await nextDay(scene);
    expect(idsOf(defaultOf(scene))).toEqual(idsOf(recordOf(scene)));
    expect(idsOf(centralOf(scene))).toEqual(idsOf(recordOf(scene)));
  });

  it('get what no function of a day has sent again yet, because each of them has died since the deployment (K9)', async () => {
    const refusing = { is: true };
    const scene = await forwardingScene({ admitsOnBus: () => !refusing.is });
    await scene.rotate();
    await scene.kill(12, () => scene.rotate());
    for (let day = 0; day < 4; day += 1) {
      scene.hours(24);
      expect(await scene.kill(2, () => scene.sealDays())).toBe(true);
    }
    refusing.is = false;
    await nextDay(scene);
    expect(unsentOf(scene).length).toBeGreaterThan(0);
    expect(idsOf(centralOf(scene))).toEqual(idsOf(recordOf(scene)));
  });

  it('get what a stack before this one has sealed and could not send, where the deployment knows its key', async () => {
    const refusing = { is: true };
    const scene = await forwardingScene({ admitsOnBus: () => !refusing.is });
    await scene.rotate();
    await nextDay(scene);
    await scene.sync();
    const before = recordOf(scene);
    refusing.is = false;
    const former = scene.sealKey;
    scene.sealKey = otherSealKey('5ea15ea1-0000-4000-8000-00000000000d');
    // Destroyed, and deployed again days later.
    scene.hours(24 * 4);
    scene.formerSealKeys = [former];
    await scene.sync();
    await nextDay(scene);
    expect(idsOf(centralOf(scene))).toEqual(idsOf(recordOf(scene)));
    expect(centralOf(scene).length).toBeGreaterThan(before.length);
    // Its attempts are no business of this one's manifests.
    const manifests = recordOf(scene).filter(({ event }) => event === 'manifest-written');
    const [first] = before.map(attemptOfEvent);
    expect(JSON.stringify(manifests.at(-1))).not.toContain(first);
    const sent = centralOf(scene).length;
    const { audits } = await nextDay(scene);
    expect(centralOf(scene).length - sent).toBe(audits.length);
  });

  it('lose what the record has no more, and that is said once', async () => {
    const scene = await forwardingScene();
    const { audits } = await scene.rotate();
    const [first] = audits;
    if (first === undefined) expect.fail('a run has events');
    const lost = [`gone-${Date.parse(first.time).toString(36)}`];
    const time = new Date(scene.clock.now()).toISOString();
    const attempt = `says-${scene.clock.now().toString(36)}`;
    const started = { ...first, id: `${attempt}-1`, run: 'says', sequence: 1, time };
    const finished: AuditEvent = { ...started, id: `${attempt}-2`, sequence: 2, event: 'run-finished' };
    const said: AuditEvent = {
      ...started,
      id: `${attempt}-3`,
      sequence: 3,
      event: 'events-unsent',
      reason: 'forwardTo',
      facts: { attempts: lost },
    };
    scene.account.logs.putLogEvents({
      logGroupName: AUDIT_LOG_GROUP,
      logStreamName: 'rotate/2026-01',
      logEvents: (await sealed([started, finished, said])).map((event) => ({
        timestamp: Date.parse(event.time),
        message: JSON.stringify(event),
      })),
    });
    expect((await nextDay(scene)).summary.unforwarded).toBe(0);
    expect(unsentOf(scene).at(-1)).toMatchObject({ reason: 'forwardTo', facts: { attempts: [], lost } });
    const before = unsentOf(scene).length;
    await nextDay(scene);
    expect(unsentOf(scene)).toHaveLength(before);
  });

  it('are each on their own: the default one refuses, and the central one has all, the other way round too', async () => {
    const scene = await forwardingScene();
    scene.awsFault = ({ action, input }) =>
      action === 'PutEvents' && !JSON.stringify(input).includes(CENTRAL) ? FAILED : undefined;
    const { summary, audits } = await scene.rotate();
    expect(summary).toMatchObject({ unpublished: audits.length, unforwarded: 0 });
    expect(unsentOf(scene)).toMatchObject([{ reason: 'default', code: 'aws-denied' }]);
    expect(sorted(centralOf(scene))).toEqual(sorted(recordOf(scene)));
    scene.awsFault = undefined;
    await nextDay(scene);
    expect(idsOf(defaultOf(scene))).toEqual(idsOf(recordOf(scene)));
    expect(sorted(centralOf(scene))).toEqual(sorted(recordOf(scene)));
  });

  it('are sent again what a line in the record says only where a function has sealed it', async () => {
    const scene = await forwardingScene();
    await scene.rotate();
    const before = centralOf(scene).length;
    const [first] = recordOf(scene);
    const { seal: _seal, ...event } = first as AuditEvent;
    const forged = {
      ...event,
      id: 'forged-abc-1',
      sequence: 1,
      event: 'events-unsent',
      reason: 'forwardTo',
      facts: { attempts: [attemptOfEvent(event)] },
      time: new Date(scene.clock.now()).toISOString(),
    };
    scene.account.logs.putLogEvents({
      logGroupName: AUDIT_LOG_GROUP,
      logStreamName: 'rotate/2026-01',
      logEvents: [{ timestamp: scene.clock.now(), message: JSON.stringify(forged) }],
    });
    const { audits } = await nextDay(scene);
    expect(centralOf(scene).length - before).toBe(audits.length);
  });

  it('keep nothing waiting that the run has no time for: it stays named, and the day after sends it', async () => {
    const refusing = { is: true };
    const scene = await forwardingScene({ admitsOnBus: () => !refusing.is });
    await scene.rotate();
    scene.hours(24);
    refusing.is = false;
    scene.lifetime = 60_000;
    await scene.sealDays();
    scene.lifetime = 15 * 60_000;
    await scene.sealDays();
    expect(sorted(centralOf(scene))).toEqual(sorted(recordOf(scene)));
  });
});
