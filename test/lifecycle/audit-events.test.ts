import Ajv from 'ajv/dist/2020';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AUDIT_EVENTS,
  AUDIT_OUTCOMES,
  type AuditEvent,
  auditEventSchema,
  auditJsonSchema,
  PROVIDER_EVENTS,
} from '../../functions/core/audit';
import { DAY } from '../../functions/core/duration';
import { AUDIT_LOG_GROUP, registryParameterName, secretName, TAG } from '../../functions/core/names';
import type { Asking } from '../../functions/operate/operate';
import { makeReport } from '../../functions/report/judge/make-report';
import { rotateRequestOf } from '../../functions/rotate/trigger';
import type { AwsFault } from '../../local/account/wire/server';
import { delivered, live } from '../support/converge';
import { Scene } from '../support/scene';
import { whoIs } from '../support/who-is';

/** A secret provider writes into a log group of its own, and nodes of a Data Center are restarted over several runs: they have tests of their own. */
const OF_NODES: readonly string[] = ['target-begun', 'restart-ended'];
const OF_FUNCTIONS = AUDIT_EVENTS.filter((name) => !PROVIDER_EVENTS.includes(name) && !OF_NODES.includes(name));

const denied: AwsFault = { kind: 'error', status: 400, code: 'AccessDeniedException' };

/** A key is rotated, delivered, held because it is in use, made Inactive, made Active again by hand, deleted in the end, is paused for a while, and gets another id. */
async function wholeLife(scene: Scene): Promise<void> {
  scene.manage('shop');
  await scene.rotate();
  scene.hostFault = () => ({ kind: 'status', status: 404 });
  await scene.sync();
  scene.hostFault = undefined;
  await scene.sync();
  const { accessKeyId: old = '', secretAccessKey = '' } = scene.held('shop');
  await live(scene, [90]);
  scene.toDay(99);
  await whoIs(old, secretAccessKey);
  await live(scene, [100, 103]);
  scene.setStatus('ci-shop', old, 'Active');
  await live(scene, [104, 115]);
  expect(scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === old)?.Status).toBe('Inactive');
  // The record of its deactivation is lost.
  scene.removeTag('shop', TAG.deactivated);
  await live(scene, [116, 127]);
  expect(scene.keys('ci-shop')).toHaveLength(1);
  const until = new Date(scene.clock.now() + DAY).toISOString();
  await doneBy(scene, { do: 'pause', id: '0f8fad5b-d9cb-469f-a165-70867728950e', until });
  await doneBy(scene, { do: 'resume', id: '0f8fad5b-d9cb-469f-a165-70867728950f' });
  renamed(scene);
  await live(scene, [128]);
}

/** An operator asks a front, is shown the plan, and says yes. */
async function doneBy(scene: Scene, asked: object, asking: Partial<Asking> = {}): Promise<void> {
  const document = { schema: 'keyturn.request/v1', keys: ['shop'], why: 'release freeze', ...asked };
  const { answer } = await scene.ask(document, asking);
  const done = await scene.ask({ ...document, plan: answer?.plan?.digest }, asking);
  expect(done.answer?.outcome).toBe('done');
}

/** Deployed under another id: its secret is retained. */
function renamed(scene: Scene): void {
  scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: registryParameterName('shop') });
  scene.account.invoke(scene.admin, 'secretsmanager', 'CreateSecret', { Name: secretName('store') });
  scene.register(scene.entry('store', { user: 'ci-shop', deliverTo: [{ repository: 'acme/shop' }] }));
}

/** The environment is deleted and made again; that is told first, and put right when somebody has said so. */
async function driftedDay(scene: Scene): Promise<void> {
  scene.bitbucket.removeEnvironment('acme', 'shop', 'Production');
  scene.bitbucket.addEnvironment('acme', 'shop', 'Production');
  scene.hours(21);
  await scene.sync(undefined, { drift: 'report' });
  await scene.sync();
}

/** A fresh key cannot be stored and is discarded, people and the bus cannot be told of it, an intent is cleared, a dead key is replaced by one from before. */
async function troubledLife(scene: Scene): Promise<void> {
  await delivered(scene);
  await driftedDay(scene);
  const old = scene.currentKey('shop');
  scene.toDay(90);
  scene.awsFault = ({ action }) => (/^(PutSecretValue|Publish|PutEvents)$/.test(action) ? denied : undefined);
  await scene.rotate();
  scene.awsFault = undefined;
  // Another run may still be at work.
  scene.hours(0.5);
  expect((await scene.rotate()).findings).toEqual(['rotation-in-progress']);
  await live(scene, [91]);
  expect(scene.currentKey('shop')).not.toBe(old);
  scene.setStatus('ci-shop', scene.currentKey('shop') ?? '', 'Inactive');
  await live(scene, [92]);
  expect(scene.currentKey('shop')).toBe(old);
}

/** People ask for what they may; AWS says that the current key has leaked. */
async function askedLife(scene: Scene): Promise<void> {
  await delivered(scene);
  const old = scene.currentKey('shop') ?? '';
  await doneBy(scene, { do: 'deliver', id: 'asked-life-00000001' });
  await scene.sync({ look: ['shop'] });
  await doneBy(scene, { do: 'verify', id: 'asked-life-00000002' });
  const until = new Date(scene.clock.now() + 30 * DAY).toISOString();
  await doneBy(scene, { do: 'exempt', id: 'asked-life-00000003', until }, ADMINISTRATOR);
  await doneBy(scene, { do: 'end-exemption', id: 'asked-life-00000004' }, ADMINISTRATOR);
  await live(scene, [90, 91]);
  scene.setStatus('ci-shop', old, 'Inactive');
  await doneBy(scene, { do: 'rollback', id: 'asked-life-00000005' }, ADMINISTRATOR);
  await scene.rotate({ look: ['shop'] });
  await scene.sync({ look: ['shop'] });
  expect(scene.currentKey('shop')).toBe(old);
  const event = { detail: { service: 'RISK', eventTypeCode: LEAK, affectedEntities: [{ entityValue: old }] } };
  const { exposure } = rotateRequestOf({ source: 'aws.health', 'detail-type': 'AWS Health Event', ...event });
  scene.hours(24);
  await scene.rotate({ exposure, onExposed: 'rotate' });
}

const LEAK = 'AWS_RISK_CREDENTIALS_EXPOSED';
const ADMINISTRATOR = { level: 'administrator' } as const;

async function lived(life: (scene: Scene) => Promise<void>): Promise<readonly AuditEvent[]> {
  const scene = await new Scene().start();
  try {
    await life(scene);
    scene.hours(24);
    await scene.sealDays();
    expect(scene.recorded()).toEqual(scene.audits);
    return scene.recorded();
  } finally {
    await scene.close();
  }
}

let events: readonly AuditEvent[];

beforeAll(async () => {
  events = [...(await lived(wholeLife)), ...(await lived(troubledLife)), ...(await lived(askedLife))];
}, 120_000);

describe('the events that three lives leave in the record (K7)', () => {
  it('are of every type that there is', () => {
    const seen = new Set(events.map(({ event }) => event));
    expect(OF_FUNCTIONS.filter((name) => !seen.has(name))).toEqual([]);
  });

  it('are of every type in the report that is made from them', () => {
    const { account = '', region = '' } = events[0] ?? {};
    const ordered = [...events].sort((a, b) => (a.time < b.time ? -1 : 1));
    const since = new Date(ordered[0]?.time ?? 0);
    const until = new Date(Date.parse(ordered.at(-1)?.time ?? '') + 1);
    const report = makeReport({
      account,
      region,
      gatheredBy: 'arn:aws:iam::111122223333:role/Auditor',
      gatheredAt: until,
      since,
      until,
      record: { logGroup: AUDIT_LOG_GROUP, beginsAt: since, events: ordered, unreadable: [] },
      trail: undefined,
      credentialReport: undefined,
      entries: undefined,
      invalidEntries: [],
      secrets: undefined,
      listedKeys: undefined,
      failures: [],
    });
    const shown = new Set(report.events.map(({ event }) => event));
    expect(OF_FUNCTIONS.filter((name) => !shown.has(name))).toEqual([]);
    expect(report.attention.filter(({ kind }) => kind === 'tampering')).toEqual([]);
  });

  it('have every outcome that there is', () => {
    expect([...new Set(events.map(({ outcome }) => outcome))].sort()).toEqual([...AUDIT_OUTCOMES].sort());
  });

  it('are what the schema says, field by field, and nothing more', () => {
    for (const event of events) expect(auditEventSchema.strict().parse(event)).toEqual(event);
  });

  it('are what the shipped JSON Schema says', () => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(auditJsonSchema());
    for (const event of events) {
      validate(event);
      expect(validate.errors, event.event).toBeNull();
    }
  });

  it('name the key, its user and its policy, but for those of a whole run', () => {
    for (const { event, key, user, policy } of events) {
      if (/^(run-|finding|people-|manifest-|events-)/.test(event)) continue;
      expect({ event, key, user, policy: typeof policy }).toMatchObject({
        key: expect.stringMatching(/^(shop|store)$/),
        user: 'ci-shop',
        policy: 'object',
      });
    }
  });

  it('name the access key where one is changed, and why where there is a choice', () => {
    for (const { event, accessKeyId, reason } of events) {
      if (/^(key-|hold-|inactive-|reactivation-|target-|version-)/.test(event))
        expect(accessKeyId, event).toMatch(/^AKIA/);
      if (/^(key-created|key-deactivat|key-discarded|intent-|finding|people-)/.test(event)) {
        expect(reason, event).toMatch(/^[a-z-]+$/);
      }
    }
  });

  it('say with a code what failed', () => {
    const failed = events.filter(({ event }) => /^(step-failed|target-failed|people-not-told)$/.test(event));
    expect(failed.length).toBeGreaterThan(1);
    for (const event of failed)
      expect(event).toMatchObject({ outcome: 'failed', code: expect.stringMatching(/^[a-z-]+$/) });
  });
});
