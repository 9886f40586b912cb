import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import type { Report } from '../../cli/rehearsal/rehearse';
import { renderRehearsal } from '../../cli/render/rehearsal';

const KEY = 'web-shop-reports';
const TARGET = 'bitbucket acme/reports environment Reports';
const AT = '2026-07-20T03:00:02.539Z';
const NODES = 'data center i-0123456789abcdef0 i-0fedcba9876543210 by keyturn-restart-bitbucket';
const LONG =
  'The access key AKIAJBWIJ2ZVMYVEJUFU of bitbucket-web-shop-reports goes for good when nobody has used it for 30 days ' +
  'and every role was used since: it was used 2026-07-19 from 198.51.100.7 (sts), and the role ' +
  'arn:aws:iam::111122223333:role/web-shop-reports was used 2026-07-20. Until then it is rotated and delivered.';

const REPORT: Report = {
  days: 400,
  seed: 'keyturn',
  start: '2026-01-01T00:00:00.000Z',
  managedKeys: 3,
  runs: 5581,
  passedOver: 5249,
  rotations: 13,
  deliveries: 8,
  deactivations: 14,
  deletions: 14,
  findings: 400,
  pipelineLogins: 4868,
  pipelineLoginFailures: 0,
  longestTornMilliseconds: 115,
  awsCalls: 50_987,
  keys: [
    {
      key: 'web-shop-backup',
      user: 'bitbucket-web-shop-backup',
      accessKeyId: 'AKIAJBWIJ2ZVMYVEJUFU',
      status: 'Active',
      createdAt: AT,
      ageDays: 39,
      heldBy: [NODES],
    },
  ],
  promises: [
    { promise: 'delivery', says: 'in the end every target holds its current key', held: true, evidence: '2 keys' },
    {
      promise: 'provider',
      says: 'a step gets the secrets of its rules, whose keys authenticate, once; no other step gets any',
      held: false,
      evidence: `800 steps with 800 logins, 1 failed; 1600 steps of others and used tokens refused, 0 let in; first: ${KEY}`,
    },
  ],
  held: false,
  timeline: [
    {
      day: 12,
      at: AT,
      event: 'delivered',
      key: KEY,
      accessKeyId: 'AKIAJBWIJ2ZVMYVEJUFU',
      target: TARGET,
      tornMilliseconds: 115,
    },
    { day: 200, at: AT, event: 'finding', key: KEY, reason: 'not-replaced-yet', message: LONG },
    { day: 201, at: AT, event: 'finding', key: KEY, reason: 'not-replaced-yet', message: LONG },
    {
      day: 399,
      at: AT,
      event: 'not delivered',
      key: KEY,
      accessKeyId: 'AKIAJBWIJ2ZVMYVEJUFU',
      target: NODES,
      reason: 'host-unavailable',
    },
  ],
  wayOut: [
    {
      key: KEY,
      roles: ['arn:aws:iam::111122223333:role/web-shop-reports'],
      exits: { at: AT, role: 'perhaps', calls: 1012, clients: 1, blockers: [] },
      movedAt: AT,
      stages: [
        { stage: 'retire', at: '2026-07-21T00:00:00.000Z' },
        { stage: 'waits', at: '2026-07-22T00:00:00.000Z' },
      ],
      writtenAt: '2026-07-21T00:00:00.000Z',
      goneAt: '2026-09-01T00:00:00.000Z',
    },
  ],
  realSeconds: 61.2,
};

const text = stripVTControlCharacters(renderRehearsal(REPORT));
const lines = text.split('\n');

it('tells people in 80 columns what happened to which key, and which promise held', () => {
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines).toContain('held all in the end every target holds its current key');
  expect(lines).toContain('BROKE provider a step gets the secrets of its rules, whose keys authenticate,');
  expect(lines).toContain('web-shop-backup  AKIAJBWIJ2ZVMYVEJUFU  Active, of 2026-07-20, 39 days old');
  expect(lines.at(-1)).toBe('A promise was broken.');
});

it('leaves no word of it out', () => {
  const words = text.replaceAll(/\s+/g, ' ');
  for (const said of [LONG, NODES, TARGET, 'torn for 115 ms', '(not-replaced-yet, and 1 more times)'])
    expect(words).toContain(said);
});

it('tells what exits said of a key that leaves, when its pipelines moved, and when it was gone', () => {
  const at = lines.indexOf('The way out');
  expect(lines.slice(at + 1, at + 8)).toEqual([
    KEY,
    '  2026-07-20  exits says: a role can take over: perhaps (1012 calls by 1 client',
    '              in 90 days)',
    '  2026-07-20  its pipelines take arn:aws:iam::111122223333:role/web-shop-reports',
    '  2026-07-21  migrate says retire',
    '  2026-07-21  what it wrote stands under the key, and is deployed',
    '  2026-07-22  migrate says waits',
  ]);
  expect(lines[at + 8]).toBe('  2026-09-01  the key is gone');
  expect(renderRehearsal({ ...REPORT, wayOut: [] })).not.toContain('The way out');
});

it('says nothing of keys where there are none, and does not call held what was never tried', () => {
  const none = { ...REPORT, managedKeys: 0, keys: [], promises: [], held: true };
  const text = stripVTControlCharacters(renderRehearsal(none));
  expect(text).toContain('\nKeys\nNone is managed, so that nothing is said of any below.\n');
  expect(text).toMatch(/\nNothing was tried: there is no key, no role and no endpoint\.$/);
});
