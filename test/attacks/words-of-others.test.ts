import { describe, expect, it } from 'vitest';
import { formsOf } from '../../cli/rehearsal/witness/forms';
import { createAuditRecord } from '../../functions/aws/audit-record';
import { createEventBus } from '../../functions/aws/event-bus';
import { keysAsked } from '../../functions/core/config/asked';
import { MOST_EVENT_BYTES } from '../../functions/core/recordable';
import { Journal } from '../../functions/runtime/journal';
import { hunt } from '../leaks/hunt';
import { deliveredKey } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';
import { SEAL_KEY } from '../support/seal-key';
import { textsIn, UNCLEAN } from './attacked';

/** Everything that left the functions: their logs and answers, the record, the bus and the mails. */
function writtenBy(scene: Scene, outcomes: readonly Outcome[]) {
  return [
    { place: 'logs and answers', text: JSON.stringify(outcomes) },
    { place: 'record', text: JSON.stringify(scene.recorded()) },
    { place: 'bus', text: scene.events.join('\n') },
    { place: 'mails', text: JSON.stringify(scene.account.sns.messages) },
  ];
}

const unclean = (scene: Scene) =>
  textsIn([
    scene.recorded(),
    scene.events.map((event) => JSON.parse(event)),
    scene.account.sns.messages.flatMap(({ subject = '', message }) => [subject, ...message.split('\n')]),
  ]).filter((text) => UNCLEAN.test(text));

describe('who answers in the place of AWS, or writes a policy that AWS names in its answer', () => {
  it('and says the fresh key or the function’s own credentials back finds them nowhere (K6)', async () => {
    const scene = await newScene();
    scene.manage('shop');
    const own = process.env.AWS_SECRET_ACCESS_KEY ?? '';
    const outcomes: Outcome[] = [];
    const forms = formsOf(own).length;
    for (let at = 0; at < forms; at += 1) {
      scene.awsFault = ({ action, input }) => {
        if (action !== 'PutSecretValue') return undefined;
        const { secretAccessKey } = JSON.parse(String(input.SecretString));
        const said = [formsOf(own)[at], formsOf(secretAccessKey)[at]].map((form) => form?.text).join(' and ');
        return { kind: 'error', status: 400, code: 'AccessDeniedException', message: `You sent ${said}` };
      };
      outcomes.push(await scene.rotate());
      scene.toDay(at + 1);
    }
    expect(outcomes.flatMap(({ findings }) => findings)).toEqual(expect.arrayContaining(['step-failed']));
    expect(outcomes[0]?.audits.find(({ event }) => event === 'step-failed')?.message).toContain(
      '(not shown: it could hold a secret)',
    );
    const secrets = new Map(scene.material.map((secret, number) => [`secret ${number}`, secret]));
    expect(hunt(writtenBy(scene, outcomes), secrets.set('the function’s own', own))).toEqual([]);
  });

  it('and says a line of its own, 1.2 MB of it, keeps no event out of the record, of no key (K7, K11)', async () => {
    const scene = await newScene();
    for (const id of ['shop', 'other']) scene.manage(id);
    const message = `with an explicit deny in an SCP\r\nRun 2\u202e ${'because '.repeat(150_000)}`;
    scene.awsFault = ({ action, input }) =>
      action === 'PutSecretValue' && String(input.SecretId).includes('shop')
        ? { kind: 'error', status: 400, code: 'AccessDeniedException', message }
        : undefined;
    const { summary, audits, lines } = await scene.rotate();
    expect(summary).toMatchObject({ unrecorded: 0, unpublished: 0, untold: 0 });
    expect(audits).toContainEqual(expect.objectContaining({ event: 'key-stored', key: 'other' }));
    expect(scene.recorded().map(({ sequence }) => sequence)).toEqual(audits.map((_event, at) => at + 1));
    expect(unclean(scene)).toEqual([]);
    expect(Buffer.byteLength(lines.join('\n'))).toBeLessThan(20_000);
  });
});

describe('who may tag a managed secret', () => {
  it('and gives a reason in lines of its own writes none in the record and in the mails (K7)', async () => {
    const scene = await deliveredKey();
    scene.toDay(90);
    scene.setTag('shop', 'keyturn:paused', '2026-08-01 mall\u202eory for\u2028Run 9 of rotate:\u200b all is well');
    await scene.rotate();
    scene.setTag('shop', 'keyturn:paused', 'some\u202etime\nRun 9');
    await scene.rotate();
    const said = scene.recorded().filter(({ reason = '' }) => ['paused', 'invalid-pause'].includes(reason));
    expect(said.length).toBeGreaterThan(0);
    expect(unclean(scene)).toEqual([]);
  });
});

describe('who may invoke a function', () => {
  it('and says who they are in lines of their own writes none in the record (K7)', async () => {
    const scene = await deliveredKey();
    scene.hours(24);
    const asked = keysAsked({ keys: ['shop'], by: 'al\u202eice\nRun 9', why: '\u2028'.repeat(200) });
    if (asked === 'everything') throw new Error('keys were asked for');
    const { audits } = await scene.rotate({ requested: asked.keys }, asked.facts);
    expect(audits[0]?.facts).toEqual({ requestedBy: 'al ice Run 9', requestedWhy: '' });
    expect(unclean(scene)).toEqual([]);
  });
});

describe('whoever finds a way to a text that nobody has thought of', () => {
  it('keeps no event out of the record and off the bus: one of 1.2 MB is shortened, and says so (K7, K11)', async () => {
    const scene = await newScene();
    const record = createAuditRecord(SEAL_KEY);
    const journal = new Journal({
      id: 'run-1',
      function: 'sync',
      origin: { account: '111122223333', region: 'eu-west-1', functionVersion: 'test' },
      time: { now: () => new Date(scene.clock.now()), sleep: async () => undefined },
      auditLog: { write: () => undefined },
      record,
      sealKey: SEAL_KEY,
    });
    const huge = 'x'.repeat(1_200_000);
    journal.write({ event: 'target-failed', outcome: 'failed', key: 'shop', target: `bitbucket acme/${huge}` });
    journal.write({ event: 'finding', outcome: 'failed', key: 'shop', message: huge, facts: { [huge]: [huge] } });
    journal.write({ event: 'version-delivered', outcome: 'ok', key: 'other' });
    await journal.keep();
    expect(await createEventBus().publish(journal.sealed)).toEqual({ unpublished: 0 });
    expect(journal.unrecorded).toBe(0);
    expect(scene.recorded()).toMatchObject([
      { sequence: 1, key: 'shop', shortened: expect.any(Number) },
      { sequence: 2, key: 'shop', shortened: expect.any(Number) },
      { sequence: 3, key: 'other' },
    ]);
    expect(scene.recorded()[2]).not.toHaveProperty('shortened');
    expect(scene.events.map((event) => JSON.parse(event).detail)).toMatchObject(scene.recorded());
    for (const event of scene.recorded()) {
      expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(MOST_EVENT_BYTES);
    }
  });
});
