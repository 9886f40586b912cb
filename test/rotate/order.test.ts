import { expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { deliveredKey } from '../support/converge';
import { newScene } from '../support/dispose';

/** The first events of a month have no stream yet. */
const NEW_STREAM = ['logs:PutLogEvents', 'logs:CreateLogStream', 'logs:PutLogEvents'];

it('writes its intent, tells the record, makes the key, proves it and stores it, in this order (K2, K7, K9)', async () => {
  const scene = await deliveredKey();
  scene.toDay(90);
  const old = scene.currentKey('shop') ?? '';
  const intents: (string | undefined)[] = [];
  scene.awsFault = ({ action }) => {
    if (action === 'CreateAccessKey' || action === 'PutSecretValue') intents.push(scene.tag('shop')[TAG.intent]);
    return undefined;
  };
  const from = scene.calls.length;
  const { audits, summary } = await scene.rotate();
  const calls = scene.calls.slice(from);
  const made = scene.currentKey('shop');

  const steps = calls.map(({ service, action }) => `${service}:${action}`);
  expect(steps.slice(steps.indexOf('iam:ListAccessKeys'), -1)).toEqual([
    'iam:ListAccessKeys',
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetResourcePolicy',
    'secretsmanager:TagResource',
    ...NEW_STREAM,
    'iam:CreateAccessKey',
    'sts:GetCallerIdentity',
    'secretsmanager:PutSecretValue',
    // Whom AWS has put in quarantine: once a day, when all is done.
    'iam:ListPolicies',
    'logs:PutLogEvents',
    'events:PutEvents',
  ]);
  expect(calls.find(({ service }) => service === 'sts')?.principal.accessKeyId).toBe(made);
  expect(intents).toEqual(Array(2).fill(`2026-04-01T03:00:02.000Z run-3 ${old}`));
  expect(scene.openIntent('shop')).toBeUndefined();
  expect(summary).toMatchObject({ examined: 1, rotated: 1, failed: 0, blocked: 0 });
  expect(audits.map(({ event, accessKeyId, reason }) => [event, accessKeyId, reason])).toEqual([
    ['run-started', undefined, 'daily'],
    ['intent-written', undefined, 'due'],
    ['key-created', made, 'due'],
    ['key-proved', made, undefined],
    ['key-stored', made, 'due'],
    ['run-finished', undefined, undefined],
  ]);
});

it('says in every audit event which run did it, of which function, to which key of whom, and when (K7)', async () => {
  const scene = await newScene();
  scene.manage('shop');
  const { audits } = await scene.rotate();
  expect(audits.length).toBeGreaterThan(5);
  for (const event of audits) {
    expect(event).toMatchObject({ schema: 'keyturn.audit/v1', run: 'run-1', function: 'rotate' });
    expect(event.time).toMatch(/^2026-01-01T03:0\d:\d\d\.\d{3}Z$/);
    if (!event.event.startsWith('run-')) expect(event).toMatchObject({ key: 'shop', user: 'ci-shop' });
  }
  const sent = scene.events.map((json) => JSON.parse(json));
  // On the bus with their seals.
  expect(sent.map(({ detail: { seal: _seal, ...detail } }) => detail)).toEqual(audits);
  expect(sent.map((event) => event['detail-type'])).toEqual(audits.map(({ event }) => event));
});

it('says so when it changes nothing (K7)', async () => {
  const scene = await deliveredKey();
  scene.toDay(40);
  const { audits } = await scene.rotate();
  expect(audits.map(({ event }) => event)).toEqual(['run-started', 'run-finished']);
  expect(audits[1]?.facts).toMatchObject({ examined: 1, rotated: 0, failed: 0, oldestCurrentKeyDays: 40 });
});
