import { describe, expect, it } from 'vitest';
import { after, MINUTE } from '../../functions/core/duration';
import { datedTag } from '../../functions/core/key/dated-tag';
import { TAG } from '../../functions/core/names';
import { delivered, deliveredKey, expectLogin, expectSettled, live, supersededKey } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';

const LEAKED = {
  schema: 'keyturn.request/v1',
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  do: 'compromised',
  keys: ['shop'],
  why: 'leaked in a log',
};
const NOW = { ...LEAKED, do: 'disable-first' };
const LOOK = { look: ['shop'] };

/** Shown, and then done. */
async function declared(scene: Scene, document: object) {
  const { answer } = await scene.ask(document, { level: 'administrator' });
  return scene.ask({ ...document, plan: answer?.plan?.digest }, { level: 'administrator' });
}

function statusOf(scene: Scene, accessKeyId: string): string | undefined {
  return scene.keys('ci-shop').find((key) => key.AccessKeyId === accessKeyId)?.Status;
}

function told({ audits }: Outcome, code: string) {
  return audits.find(({ event, reason }) => event === 'finding' && reason === code);
}

async function leaked(document: object = LEAKED, day = 40) {
  const scene = await deliveredKey();
  const old = scene.currentKey('shop') ?? '';
  scene.toDay(day);
  const { answer } = await declared(scene, document);
  return { scene, old, answer };
}

/** Somebody who may tag secrets writes what only an administrator may ask for. */
function forge(scene: Scene, tag: string, accessKeyId: string, at = new Date(scene.clock.now())): void {
  scene.account.secretsManager.tagResource({
    SecretId: 'keyturn/shop',
    Tags: [{ Key: tag, Value: datedTag(accessKeyId, at) }],
  });
}

describe('a key that is declared compromised', () => {
  it('is told with what it waits for: “within minutes” keeps nobody from hearing that a person has to make room (K14)', async () => {
    const { scene, old } = await supersededKey();
    scene.toDay(92);
    await declared(scene, { ...LEAKED, accessKey: old });
    await scene.deactivate(LOOK);
    expect(statusOf(scene, old)).toBe('Inactive');
    scene.hours(1);
    const current = scene.currentKey('shop') ?? '';
    await declared(scene, { ...LEAKED, id: 'a3bb189e-8bf9-4c1c-9d5a-2f1d3c4b5a69' });
    const ofCurrent = () =>
      scene.account.sns.messages.filter(({ message }) => message.includes(`${current} has leaked`));
    for (let times = 1; times <= 2; times += 1) {
      await scene.deactivate(LOOK);
      await scene.rotate(LOOK);
      expect(ofCurrent().map(({ message }) => message)).toEqual([
        expect.stringContaining('within minutes'),
        expect.stringContaining(`Delete the one beside ${current}`),
      ]);
    }
  });

  it('is Inactive within minutes, when its successor is at every target, and no pipeline notices (K1, K3)', async () => {
    const { scene, old, answer } = await leaked();
    expect([answer?.outcome, answer?.plan?.words.join('\n')]).toEqual(['done', expect.stringContaining(old)]);
    expect(scene.started.map(({ name }) => name)).toEqual(['rotate', 'deactivate']);
    expect(await scene.deactivate(LOOK)).toMatchObject({ summary: { deactivated: 0 }, findings: ['compromised'] });
    const { summary, audits } = await scene.rotate(LOOK);
    expect([summary.rotated, audits.find(({ event }) => event === 'key-stored')?.reason]).toEqual([1, 'compromised']);
    expect((await scene.deactivate(LOOK)).findings).toEqual(['compromised']);
    expect(statusOf(scene, old)).toBe('Active');
    await scene.sync();
    const done = await scene.deactivate(LOOK);
    expect([done.summary.deactivated, done.findings, statusOf(scene, old)]).toEqual([
      1,
      ['compromised-disabled'],
      'Inactive',
    ]);
    expect(done.audits.find(({ event }) => event === 'key-deactivated')).toMatchObject({
      accessKeyId: old,
      reason: 'compromised',
      facts: { minutes: expect.any(Number), wasCurrent: false },
    });
    await expectSettled(scene);
  });

  it('is deleted after its recovery, not before, and leaves no tag behind (K4)', async () => {
    const { scene, old } = await leaked();
    await scene.rotate(LOOK);
    await scene.sync();
    await scene.deactivate(LOOK);
    for (const day of [41, 45, 49]) {
      scene.toDay(day);
      await scene.day();
      expect(statusOf(scene, old)).toBe('Inactive');
    }
    for (const day of [89, 120, 131]) {
      scene.toDay(day);
      await scene.day();
    }
    expect(statusOf(scene, old)).toBeUndefined();
    expect(scene.tag('shop')[TAG.compromised]).toBeUndefined();
  });

  it.each([
    ['right after it', 'TagResource'],
    ['a moment later', 'DescribeSecret'],
  ])('is not forgotten where another writer, %s, writes back what the tag said before (K14)', async (_when, action) => {
    const scene = await deliveredKey();
    const old = scene.currentKey('shop') ?? '';
    scene.toDay(40);
    scene.onCall = (call) => {
      if (call.action !== action || scene.tag('shop')[TAG.compromised] === undefined) return;
      scene.onCall = undefined;
      scene.setTag('shop', TAG.compromised, datedTag('AKIAIOSFODNN7EXAMPLE', new Date(scene.clock.now())));
    };
    const { audits, answer } = await declared(scene, LEAKED);
    expect([scene.onCall, answer?.outcome]).toEqual([undefined, 'done']);
    const word = audits.find(({ event }) => event === 'ask-written')?.facts?.tag;
    expect(scene.tag('shop')[TAG.compromised]).toContain(word);
    expect(scene.tag('shop')[TAG.compromised]).toContain(old);
  });

  it('is made Inactive first where that was asked for, which the words say', async () => {
    const { scene, old, answer } = await leaked(NOW);
    expect(answer?.plan?.words.join('\n')).toContain('Every pipeline that uses it fails');
    const first = await scene.deactivate(LOOK);
    expect([first.findings, statusOf(scene, old)]).toEqual([['compromised-disabled'], 'Inactive']);
    expect(told(first, 'compromised-disabled')?.message).toContain('pipelines fail until they have it');
    const { summary, findings } = await scene.rotate(LOOK);
    expect([summary.rotated, findings]).toEqual([1, []]);
    await scene.sync();
    await expectSettled(scene);
    expect(statusOf(scene, old)).toBe('Inactive');
  });

  it('is made within minutes of the hourly sync that sees it settled, where it was made moments before (K9)', async () => {
    const scene = await deliveredKey();
    const young = scene.currentKey('shop') ?? '';
    const { answer } = await declared(scene, LEAKED);
    expect(answer?.plan?.words.join('\n')).toContain('by the next hourly run of sync then');
    const waiting = await scene.rotate(LOOK);
    expect(waiting.findings).toEqual(['compromised', 'settling']);
    expect(told(waiting, 'compromised')?.message).not.toContain('within minutes');
    scene.started.splice(0);
    for (let hour = 1; hour <= 3 && scene.started.length === 0; hour += 1) {
      await scene.sync();
      if (scene.started.length === 0) scene.clock.advanceBy(60 * MINUTE);
    }
    expect(scene.started).toEqual([{ name: 'rotate', keys: ['shop'] }]);
    expect((await scene.rotate(LOOK)).summary.rotated).toBe(1);
    scene.started.splice(0);
    await scene.sync();
    await scene.deactivate(LOOK);
    expect([statusOf(scene, young), scene.started]).toEqual(['Inactive', []]);
    await expectSettled(scene);
  });

  it('is not looked at again by the hour while a person holds it back, and delivers all the same where nothing starts', async () => {
    const { scene, old } = await leaked();
    scene.startsNothing = true;
    expect((await scene.sync()).thrown).toBeUndefined();
    scene.startsNothing = false;
    scene.started.splice(0);
    scene.setTag(
      'shop',
      TAG.paused,
      `${after(new Date(scene.clock.now()), 60 * 60 * MINUTE).toISOString()} alice freeze`,
    );
    await scene.sync();
    expect([scene.started, statusOf(scene, old)]).toEqual([[], 'Active']);
  });

  it('begins no recovery anew of the key before, which is Inactive already (K4, K8)', async () => {
    const { scene, old } = await supersededKey();
    await live(scene, [91, 100.1]);
    const [recorded, current] = [scene.tag('shop')[TAG.deactivated], scene.currentKey('shop') ?? ''];
    expect(recorded).toContain(old);
    scene.toDay(109);
    await declared(scene, NOW);
    await scene.deactivate(LOOK);
    expect([statusOf(scene, old), statusOf(scene, current)]).toEqual(['Inactive', 'Inactive']);
    expect(scene.tag('shop')[TAG.deactivated]).toBe(recorded);
    // A person makes room, and then it is recorded of the leaked one.
    scene.deleteKey('ci-shop', old);
    await scene.day();
    await scene.day();
    expect([statusOf(scene, current), scene.currentKey('shop')]).toEqual([
      'Inactive',
      expect.not.stringMatching(current),
    ]);
    expect(scene.tag('shop')[TAG.deactivated]).toContain(current);
    await expectSettled(scene);
  });

  it('gets room by the ordinary end of an adopted key, for which its own targets are still looked at (K3, K8)', async () => {
    const scene = await newScene();
    scene.addUser('ci-shop');
    const adopted = scene.createKey('ci-shop').AccessKeyId;
    scene.clock.advanceBy(MINUTE);
    await delivered(scene);
    const current = scene.currentKey('shop') ?? '';
    scene.toDay(2);
    await declared(scene, LEAKED);
    expect((await scene.rotate(LOOK)).findings).toContain('compromised');
    // It is gone before the current one would be due, as any superseded key (K8).
    for (const day of [3, 68, 69, 70, 88, 89, 90, 91, 92]) {
      scene.toDay(day);
      await scene.day();
      await scene.sync();
      await scene.deactivate(LOOK);
    }
    expect([statusOf(scene, adopted), statusOf(scene, current)]).toEqual([undefined, 'Inactive']);
    await expectLogin(scene);
  });

  it('is done by the daily runs when nothing was started', async () => {
    const { scene, old } = await leaked();
    await scene.day();
    expect(statusOf(scene, old)).toBe('Inactive');
    await expectSettled(scene);
  });

  it('is made Inactive again when somebody makes it Active', async () => {
    const { scene, old } = await leaked();
    await scene.day();
    scene.setStatus('ci-shop', old, 'Active');
    scene.toDay(41);
    await scene.day();
    expect(statusOf(scene, old)).toBe('Inactive');
  });

  it('may be the superseded one: that is made Inactive at once, and nothing is rotated', async () => {
    const { scene, old } = await supersededKey();
    scene.clock.advanceBy(2 * 60 * MINUTE);
    await declared(scene, { ...LEAKED, accessKey: old });
    const current = scene.currentKey('shop');
    await scene.rotate(LOOK);
    expect((await scene.deactivate(LOOK)).summary.deactivated).toBe(1);
    expect([statusOf(scene, old), scene.currentKey('shop')]).toEqual(['Inactive', current]);
    await expectSettled(scene);
  });

  it('is not delivered again, and its successor is not held up by that (K1)', async () => {
    const { scene, old } = await supersededKey();
    const current = scene.currentKey('shop') ?? '';
    scene.clock.advanceBy(2 * 60 * MINUTE);
    await declared(scene, LEAKED);
    // There is no room: the key before, which works, takes its place.
    expect((await scene.rotate(LOOK)).findings).toEqual(['compromised', 'key-promoted']);
    await scene.sync();
    expect([scene.currentKey('shop'), scene.held('shop').accessKeyId]).toEqual([old, old]);
    await scene.deactivate(LOOK);
    expect([statusOf(scene, current), statusOf(scene, old)]).toEqual(['Inactive', 'Active']);
  });

  it('may be both of them: each is remembered, and none takes the place of the other (K1)', async () => {
    const { scene, old } = await supersededKey();
    scene.toDay(92);
    const current = scene.currentKey('shop') ?? '';
    await declared(scene, { ...LEAKED, accessKey: old });
    const { answer } = await declared(scene, { ...LEAKED, id: 'd'.repeat(20), accessKey: current });
    expect(answer?.outcome).toBe('done');
    expect((await scene.rotate(LOOK)).findings).toEqual(['compromised', 'two-keys']);
    await scene.sync();
    await scene.deactivate(LOOK);
    expect([old, current].map((key) => statusOf(scene, key))).toEqual(['Inactive', 'Active']);
    // The deletion of the one makes room for the rotation of the other, and the tag goes with the last of them.
    for (const day of [141, 142]) {
      scene.toDay(day);
      await scene.day();
    }
    expect([old, current].map((key) => statusOf(scene, key))).toEqual([undefined, 'Inactive']);
    await expectSettled(scene);
    scene.toDay(200);
    await scene.day();
    expect([statusOf(scene, current), scene.tag('shop')[TAG.compromised]]).toEqual([undefined, undefined]);
  });

  it('waits while a target cannot be written, and people are told what to do', async () => {
    const { scene, old } = await leaked();
    await scene.rotate(LOOK);
    scene.clock.advanceBy(MINUTE);
    const waiting = await scene.deactivate(LOOK);
    expect([waiting.findings, statusOf(scene, old)]).toEqual([['compromised'], 'Active']);
    expect(told(waiting, 'compromised')).toMatchObject({
      message: expect.stringContaining(`--compromised --key ${old} --now`),
      facts: { waits: 'delivery' },
    });
  });
});

describe('a tag that nobody may have written', () => {
  for (const tag of [TAG.compromised, TAG.disableFirst]) {
    it(`is a finding and nothing else (${tag})`, async () => {
      const scene = await deliveredKey();
      const old = scene.currentKey('shop') ?? '';
      scene.toDay(40);
      forge(scene, tag, old, after(new Date(scene.clock.now()), -60 * MINUTE));
      const outcomes = [await scene.rotate(LOOK), await scene.deactivate(LOOK), ...(await scene.day())];
      expect(outcomes.map(({ summary }) => [summary.rotated, summary.deactivated])).toEqual(outcomes.map(() => [0, 0]));
      expect(outcomes[0]?.findings).toEqual(['compromised-unproved']);
      expect([scene.currentKey('shop'), statusOf(scene, old)]).toEqual([old, 'Active']);
    });
  }

  it('is not proved by the word for another key, another time, another order, or of an operator', async () => {
    const { scene, old } = await supersededKey();
    scene.clock.advanceBy(2 * 60 * MINUTE);
    await declared(scene, { ...LEAKED, accessKey: old });
    const current = scene.currentKey('shop') ?? '';
    const said = new Date(scene.tag('shop')[TAG.compromised]?.split(' ')[1] ?? '');
    await scene.deactivate(LOOK);
    scene.clock.advanceBy(10 * MINUTE);
    for (const [tag, key, at] of [
      [TAG.compromised, current, said],
      [TAG.disableFirst, current, said],
      [TAG.disableFirst, old, said],
    ] as const) {
      forge(scene, tag, key, at);
      expect((await scene.rotate(LOOK)).summary.rotated).toBe(0);
      expect((await scene.deactivate(LOOK)).summary.deactivated).toBe(0);
    }
    expect(statusOf(scene, current)).toBe('Active');
    const { answer } = await scene.ask({ ...LEAKED, id: 'b'.repeat(20) });
    expect(answer?.refused?.reason).toBe('beyond-level');
  });
});

describe('what is refused', () => {
  it('is what a pause holds back: it is let go first (K14)', async () => {
    const scene = await deliveredKey();
    scene.toDay(40);
    const until = new Date(scene.clock.now() + 86_400_000).toISOString();
    const pause = { ...LEAKED, id: 'a'.repeat(20), do: 'pause', until };
    const { answer } = await scene.ask(pause);
    await scene.ask({ ...pause, plan: answer?.plan?.digest });
    expect((await scene.ask(LEAKED, { level: 'administrator' })).answer?.refused).toMatchObject({
      reason: 'held-back',
      message: expect.stringContaining('keyturn resume'),
    });
  });

  it('is a key that is Inactive already', async () => {
    const { scene, old } = await leaked();
    await scene.day();
    const again = { ...LEAKED, id: 'c'.repeat(20), accessKey: old };
    expect((await scene.ask(again, { level: 'administrator' })).answer?.refused?.reason).toBe('nothing-to-do');
  });

  it('is told, when the user has no such key (K14)', async () => {
    const { scene } = await leaked({ ...LEAKED, accessKey: 'AKIAIOSFODNN7EXAMPLE' });
    const { findings, summary } = await scene.deactivate(LOOK);
    expect([findings, summary.deactivated]).toEqual([['request-refused'], 0]);
  });
});

describe('a look that every delivery starts', () => {
  it('ends with the description of the secret where nothing has leaked', async () => {
    const scene = await newScene();
    scene.manage('shop');
    await scene.day();
    const from = scene.calls.length;
    await scene.deactivate(LOOK);
    const asked = scene.calls.slice(from).map(({ action }) => action);
    expect(
      asked.filter((action) => !/^(PutLogEvents|CreateLogStream|Sign|PutEvents|FilterLogEvents)$/.test(action)),
    ).toEqual(['DescribeSecret']);
  });
});
