import { describe, expect, it } from 'vitest';
import { exposureOf, type OnExposed } from '../../functions/core/config/exposed';
import { datedTag } from '../../functions/core/key/dated-tag';
import { TAG } from '../../functions/core/names';
import { rotateRequestOf } from '../../functions/rotate/trigger';
import { delivered, deliveredKey, expectSettled, supersededKey } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';

/** EventBridge may bring it much later. */
const SAID_AT = new Date('2026-02-09T01:02:03Z');

const health = (accessKeyId: string, eventTypeCode = 'AWS_RISK_CREDENTIALS_EXPOSED') => ({
  version: '0',
  source: 'aws.health',
  'detail-type': 'AWS Health Event',
  account: '111122223333',
  time: '2026-02-09T01:02:03Z',
  region: 'us-east-1',
  resources: [],
  detail: {
    eventArn: `arn:aws:health:us-east-1::event/RISK/${eventTypeCode}/1`,
    service: 'RISK',
    eventTypeCode,
    eventTypeCategory: 'issue',
    affectedEntities: [{ entityValue: accessKeyId }],
  },
});
const guardDuty = (accessKeyId: string, userName = 'ci-shop') => ({
  version: '0',
  source: 'aws.guardduty',
  'detail-type': 'GuardDuty Finding',
  account: '111122223333',
  time: '2026-02-09T01:02:03Z',
  region: 'eu-central-1',
  resources: [],
  detail: {
    type: 'UnauthorizedAccess:IAMUser/MaliciousIPCaller',
    severity: 5,
    resource: {
      resourceType: 'AccessKey',
      accessKeyDetails: { accessKeyId, principalId: 'AIDAEXAMPLE', userType: 'IAMUser', userName },
    },
  },
});

const LOOK = { look: ['shop'] };

function exposed(scene: Scene, event: unknown, onExposed: OnExposed = 'rotate') {
  const { exposure } = rotateRequestOf(event);
  return scene.rotate({ exposure, onExposed });
}

/** The access keys that the messages name for a code, one message after the other. */
function toldOf(scene: Scene, code: string): readonly (string | undefined)[] {
  return scene.account.sns.messages
    .filter(({ message }) => message.includes(`[${code}]`))
    .map(({ message }) => /\b(AKIA\w+)\b.* has leaked/.exec(message)?.[1]);
}

function statusOf(scene: Scene, accessKeyId: string): string | undefined {
  return scene.keys('ci-shop').find((key) => key.AccessKeyId === accessKeyId)?.Status;
}

async function used(day = 40) {
  const scene = await deliveredKey();
  scene.toDay(day);
  return { scene, old: scene.currentKey('shop') ?? '' };
}

describe('a managed key that AWS says has leaked', () => {
  it.each([
    ['AWS Health', health],
    ['GuardDuty', guardDuty],
  ] as const)('is rotated, delivered and made Inactive without a person (%s)', async (_who, event) => {
    const { scene, old } = await used();
    const { audits, summary } = await exposed(scene, event(old));
    expect(summary.rotated).toBe(1);
    const names = audits.map(({ event }) => event);
    expect(names.indexOf('exposed')).toBeLessThan(names.indexOf('key-created'));
    expect(audits.find(({ event }) => event === 'exposed')).toMatchObject({
      accessKeyId: old,
      facts: { do: 'compromised', tag: scene.tag('shop')[TAG.compromised], saidAt: SAID_AT.toISOString() },
    });
    await scene.sync();
    const done = await scene.deactivate(LOOK);
    expect([done.findings, statusOf(scene, old)]).toEqual([['compromised-disabled'], 'Inactive']);
    await expectSettled(scene);
  });

  it('is rotated once, however often AWS says it', async () => {
    const { scene, old } = await used();
    await exposed(scene, health(old));
    expect((await exposed(scene, guardDuty(old))).summary.rotated).toBe(0);
    await scene.sync();
    await scene.deactivate(LOOK);
    expect(statusOf(scene, old)).toBe('Inactive');
    const again = await exposed(scene, health(old));
    expect([again.summary.rotated, again.findings]).toEqual([0, []]);
    expect(again.audits.filter(({ event }) => event === 'exposed')).toEqual([]);
  });

  it('is made Inactive first where that is configured: rotate has deactivate look once it has said so', async () => {
    const { scene, old } = await used();
    await exposed(scene, health(old), 'disable-first');
    expect(scene.started).toEqual([{ name: 'deactivate', keys: ['shop'] }]);
    const { findings } = await scene.deactivate(LOOK);
    expect([findings, statusOf(scene, old)]).toEqual([['compromised-disabled'], 'Inactive']);
  });

  it('is only told where that is configured, and where a person holds it back (K14)', async () => {
    const { scene, old } = await used();
    const told = await exposed(scene, health(old), 'notify');
    expect([told.findings, told.summary.rotated, scene.tag('shop')[TAG.compromised]]).toEqual([
      ['exposed'],
      0,
      undefined,
    ]);
    const until = new Date(scene.clock.now() + 86_400_000).toISOString();
    scene.setTag('shop', TAG.paused, `${until} alice freeze`);
    const paused = await exposed(scene, health(old));
    expect([paused.findings, paused.summary.rotated]).toEqual([['exposed'], 0]);
    expect(statusOf(scene, old)).toBe('Active');
  });

  it('is remembered when another one of its user leaks: neither is delivered again (K1)', async () => {
    const { scene, old } = await supersededKey();
    scene.toDay(92);
    const current = scene.currentKey('shop') ?? '';
    for (const leaked of [old, current]) await exposed(scene, health(leaked));
    expect(scene.tag('shop')[TAG.compromised]?.split(' ')).toEqual([
      old,
      expect.anything(),
      current,
      expect.anything(),
    ]);
    const { findings } = await scene.rotate();
    expect(findings).toEqual(['compromised', 'two-keys']);
    await scene.sync();
    await scene.deactivate(LOOK);
    expect([scene.currentKey('shop'), scene.held('shop').accessKeyId]).toEqual([current, current]);
    expect([old, current].map((key) => statusOf(scene, key))).toEqual(['Inactive', 'Active']);
  });

  it.each([
    ['at the same moment', 'TagResource'],
    ['only when its request is repeated', 'CreateAccessKey'],
  ])('is not forgotten where another writer, %s, writes back what the tag said before (K14)', async (_when, action) => {
    const { scene, old } = await used();
    scene.onCall = (call) => {
      if (call.action !== action || scene.tag('shop')[TAG.compromised] === undefined) return;
      scene.onCall = undefined;
      scene.setTag('shop', TAG.compromised, datedTag('AKIAIOSFODNN7EXAMPLE', new Date(scene.clock.now())));
    };
    const { audits } = await exposed(scene, health(old));
    expect(scene.onCall).toBeUndefined();
    const word = audits.find(({ event }) => event === 'exposed')?.facts?.tag;
    expect(scene.tag('shop')[TAG.compromised]).toContain(word);
    await scene.sync();
    await scene.deactivate(LOOK);
    expect(statusOf(scene, old)).toBe('Inactive');
  });

  it('may be one from before Keyturn, which only IAM knows', async () => {
    const scene = await newScene();
    scene.addUser('ci-shop');
    const adopted = scene.createKey('ci-shop').AccessKeyId;
    scene.clock.advanceBy(60_000);
    scene.manage('shop');
    await scene.rotate();
    await scene.sync();
    scene.clock.advanceBy(2 * 3_600_000);
    await exposed(scene, health(adopted));
    await scene.deactivate(LOOK);
    expect(statusOf(scene, adopted)).toBe('Inactive');
    await expectSettled(scene);
  });

  it('is nobody’s that Keyturn manages: people are told, and nothing is done', async () => {
    const { scene, old } = await used();
    const outcomes = [
      await exposed(scene, health('AKIAIOSFODNN7EXAMPLE')),
      await exposed(scene, guardDuty('AKIAIOSFODNN7EXAMPLE', 'somebody')),
    ];
    expect(outcomes.map(({ findings, summary }) => [findings, summary.rotated])).toEqual([
      [['exposed-unmanaged'], 0],
      [['exposed-unmanaged'], 0],
    ]);
    expect(scene.currentKey('shop')).toBe(old);
    expect(toldOf(scene, 'exposed-unmanaged')).toEqual(['AKIAIOSFODNN7EXAMPLE']);
  });

  it('is nobody’s as far as IAM can be asked: whose keys are not known is in the log (K11)', async () => {
    const { scene } = await used();
    scene.awsFault = ({ action }) =>
      action === 'ListAccessKeys' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
    const { findings, lines } = await exposed(scene, health('AKIAIOSFODNN7EXAMPLE'));
    expect(findings).toContain('exposed-unmanaged');
    expect(lines.find((line) => line.includes('"the keys of a user are not known"'))).toContain(
      '"key":"shop","code":"aws-denied"',
    );
  });

  it('is told of each one that leaks, on the same day too, and of each once', async () => {
    const { scene } = await used();
    for (const leaked of ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE', 'AKIAIOSFODNN7EXAMPLE']) {
      await exposed(scene, health(leaked));
      scene.hours(2);
    }
    expect(toldOf(scene, 'exposed-unmanaged')).toEqual(['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE']);
  });
});

describe('two access keys of one user that leak on the same day', () => {
  it('are both told where nothing is done about them', async () => {
    const { scene, old } = await supersededKey();
    scene.toDay(92);
    const current = scene.currentKey('shop') ?? '';
    for (const leaked of [old, current]) await exposed(scene, health(leaked), 'notify');
    expect(toldOf(scene, 'exposed')).toEqual([old, current]);
  });
});

/** Two delivered keys of two users, both of which one event names. */
async function twoLeaked() {
  const { scene, old } = await used(1);
  await delivered(scene, 'blog');
  scene.toDay(40);
  const other = scene.currentKey('blog') ?? '';
  const { detail, ...event } = health(old);
  const affectedEntities = [old, other].map((entityValue) => ({ entityValue }));
  return { scene, old, other, both: { ...event, detail: { ...detail, affectedEntities } } };
}

describe('several keys that one event names', () => {
  it('are declared in spite of one that cannot be looked at (K11)', async () => {
    const { scene, old, other, both } = await twoLeaked();
    scene.awsFault = ({ action, input }) =>
      action === 'ListAccessKeys' && input.UserName === 'ci-shop'
        ? { kind: 'error', status: 404, code: 'NoSuchEntity' }
        : undefined;
    const outcome = await exposed(scene, both);
    expect([outcome.findings, outcome.summary.rotated]).toEqual([['user-missing', 'compromised'], 1]);
    // Nothing that another try could do.
    expect(outcome.thrown).toBeUndefined();
    expect(scene.currentKey('blog')).not.toBe(other);
    scene.awsFault = undefined;
    expect((await exposed(scene, both)).summary.rotated).toBe(1);
    expect(scene.currentKey('shop')).not.toBe(old);
  });

  it('are all made Inactive in spite of one whose secret cannot be described (K11)', async () => {
    const { scene, old, other, both } = await twoLeaked();
    await exposed(scene, both, 'disable-first');
    expect(scene.started).toEqual([{ name: 'deactivate', keys: ['shop', 'blog'] }]);
    scene.awsFault = ({ action, input }) =>
      action === 'DescribeSecret' && JSON.stringify(input).includes('keyturn/shop')
        ? { kind: 'error', status: 400, code: 'AccessDeniedException' }
        : undefined;
    const { thrown, findings } = await scene.deactivate({ look: ['shop', 'blog'] });
    expect([thrown, findings.length]).toEqual([undefined, 2]);
    const others = scene.keys('ci-blog').find(({ AccessKeyId }) => AccessKeyId === other);
    expect([statusOf(scene, old), others?.Status]).toEqual(['Active', 'Inactive']);
  });

  it('have deactivate started by the repeated run where the first could not (K8)', async () => {
    const { scene, old } = await used();
    scene.startsNothing = true;
    expect((await exposed(scene, health(old), 'disable-first')).thrown).toBeDefined();
    scene.startsNothing = false;
    const { thrown, audits } = await exposed(scene, health(old), 'disable-first');
    expect([thrown, audits.filter(({ event }) => event === 'exposed')]).toEqual([undefined, []]);
  });

  it('are told where they are of a user whom the managed key does not have any more', async () => {
    const { scene, old } = await used();
    scene.account.invoke(scene.admin, 'iam', 'DeleteAccessKey', { UserName: 'ci-shop', AccessKeyId: old });
    // Keyturn's own, of this user, and gone: harmless.
    expect((await exposed(scene, health(old))).findings).toEqual([]);
    scene.setTag('shop', TAG.user, 'ci-before');
    expect((await exposed(scene, health(old))).findings).toEqual(['exposed-unmanaged']);
    expect((await exposed(scene, guardDuty('AKIAIOSFODNN7EXAMPLE'))).findings).toEqual(['exposed-unmanaged']);
  });
});

describe('an event that names leaked keys', () => {
  it('is refused where nobody has asked for them: whoever may invoke the function could make one up', async () => {
    const { scene, old } = await used();
    const { exposure } = rotateRequestOf(health(old));
    const { thrown, summary } = await scene.rotate({ exposure });
    expect([thrown, summary.rotated]).toEqual([expect.objectContaining({ code: 'invalid-request' }), 0]);
    expect(scene.tag('shop')[TAG.compromised]).toBeUndefined();
  });

  it.each([
    ['of another kind', health('AKIAIOSFODNN7EXAMPLE', 'AWS_RISK_SOMETHING_ELSE')],
    ['of a session’s key', guardDuty('ASIAIOSFODNN7EXAMPLE')],
    ['of a sample', guardDuty('GeneratedFindingAccessKeyId')],
    ['of somebody else', { ...health('AKIAIOSFODNN7EXAMPLE'), source: 'my.app' }],
    ['of no shape', { source: 'aws.health', detail: { eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED' } }],
  ])('is not one %s', (_what, event) => {
    expect(exposureOf(event)).toBeUndefined();
    expect(() => rotateRequestOf(event)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });

  it('names each long-term key once, and nothing else', () => {
    const event = health('AKIAIOSFODNN7EXAMPLE');
    const affectedEntities = ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE', 'UNKNOWN', 'ASIAIOSFODNN7EXAMPLE'].map(
      (entityValue) => ({ entityValue }),
    );
    expect(exposureOf({ ...event, detail: { ...event.detail, affectedEntities } })?.accessKeyIds).toEqual([
      'AKIAIOSFODNN7EXAMPLE',
    ]);
  });
});
