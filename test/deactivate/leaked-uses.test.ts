import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import type { Exposure } from '../../functions/core/config/exposed';
import { MINUTE } from '../../functions/core/duration';
import { TAG } from '../../functions/core/names';
import { delivered, deliveredKey, supersededKey } from '../support/converge';
import type { Outcome, Scene } from '../support/scene';

const LOOK = { look: ['shop'] };
const found = ({ audits }: Outcome, code: string) =>
  audits.filter(({ event, reason }) => event === 'finding' && reason === code);

/** The key leaks on day 40, and AWS says so; its successor is delivered. */
async function leaked(options?: Parameters<typeof deliveredKey>[0]) {
  const scene = await deliveredKey(options);
  scene.toDay(40);
  const { accessKeyId: old, secretAccessKey = '' } = scene.held('shop');
  const use = async (region: string) => {
    const client = new STSClient({ region, credentials: { accessKeyId: old ?? '', secretAccessKey } });
    await client.send(new GetCallerIdentityCommand({}));
    client.destroy();
  };
  const exposure: Exposure = { source: 'aws.health', what: 'X', accessKeyIds: [old ?? ''] };
  await scene.rotate({ exposure, onExposed: 'rotate' });
  await scene.sync();
  return { scene, use, old };
}

const toNextRun = (scene: Scene) => scene.hours(23);

/** Two keys that AWS has named in one event, each to go first. */
async function bothLeaked() {
  const scene = await deliveredKey();
  await delivered(scene, 'api');
  scene.toDay(40);
  const ids = ['shop', 'api'].map((id) => scene.currentKey(id) ?? '');
  const exposure: Exposure = { source: 'aws.health', what: 'X', accessKeyIds: ids };
  await scene.rotate({ exposure, onExposed: 'disable-first' });
  return scene;
}

describe('what a leaked key did since it was said to have leaked', () => {
  it('is told with the minutes when it is made Inactive: services, addresses, regions and the last time', async () => {
    const { scene, use } = await leaked();
    for (const region of ['eu-west-1', 'us-east-1', 'ap-southeast-2']) await use(region);
    scene.clock.advanceBy(3 * MINUTE);
    const [told] = found(await scene.deactivate(LOOK), 'compromised-disabled');
    expect(told?.facts).toMatchObject({
      minutes: expect.any(Number),
      used: {
        calls: expect.any(Number),
        isWhole: true,
        services: ['sts'],
        addresses: ['127.0.0.1'],
        addressCount: 1,
        regions: ['eu-west-1', 'us-east-1', 'ap-southeast-2'],
        unasked: [],
      },
    });
    expect(told?.message).toMatch(
      / minutes after .* CloudTrail has \d+ calls by it since .* for sts; from 127\.0\.0\.1; the last/,
    );
  });

  it('is told again by the next daily run: CloudTrail shows a call late; and then no more', async () => {
    const { scene, use, old } = await leaked({ trailDelay: 10 * MINUTE });
    await use('us-east-1');
    const [first] = found(await scene.deactivate(LOOK), 'compromised-disabled');
    expect(first?.facts?.used).toMatchObject({ calls: 0 });
    expect(found(await scene.deactivate(), 'compromised-uses')).toEqual([]);
    toNextRun(scene);
    const outcome = await scene.deactivate();
    expect(found(outcome, 'compromised-uses')).toMatchObject([
      {
        key: 'shop',
        accessKeyId: old,
        facts: {
          minutes: first?.facts?.minutes,
          disabledAt: expect.any(String),
          used: { since: first?.facts?.since, calls: 1, services: ['sts'] },
        },
      },
    ]);
    expect(scene.account.sns.messages.filter(({ message }) => message.includes('[compromised-uses]'))).toHaveLength(1);
    scene.hours(24);
    expect((await scene.deactivate()).findings).toEqual([]);
  });

  it.each([
    ['is denied', { kind: 'error', status: 400, code: 'AccessDeniedException' }],
    ['throttles', { kind: 'error', status: 400, code: 'ThrottlingException' }],
  ] as const)(
    'is not known where CloudTrail %s, and the key is made Inactive all the same (K11)',
    async (_how, fault) => {
      const { scene, old } = await leaked();
      scene.awsFault = ({ action }) => (action === 'LookupEvents' ? fault : undefined);
      const outcome = await scene.deactivate(LOOK);
      expect(outcome).toMatchObject({ thrown: undefined, summary: { deactivated: 1, failed: 0 } });
      expect(scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === old)?.Status).toBe('Inactive');
      expect(found(outcome, 'compromised-disabled')[0]?.message).toContain(
        'CloudTrail could not be asked what it did (eu-west-1, us-east-1).',
      );
    },
  );

  it('is told as not all where there are more calls than are read, or a page is refused (K11)', async () => {
    const { scene, use } = await leaked();
    for (let call = 0; call < 60; call += 1) await use('eu-west-1');
    scene.awsFault = ({ action, input }) =>
      action === 'LookupEvents' && input.NextToken !== undefined
        ? { kind: 'error', status: 400, code: 'ThrottlingException' }
        : undefined;
    const [told] = found(await scene.deactivate(LOOK), 'compromised-disabled');
    expect(told?.facts?.used).toMatchObject({ calls: 50, isWhole: false });
    expect(told?.message).toContain('more than 50 calls');
  });

  it('keeps no other leaked key waiting: all are Inactive before CloudTrail is asked', async () => {
    const scene = await bothLeaked();
    const from = scene.calls.length;
    const outcome = await scene.deactivate({ look: ['shop', 'api'] });
    expect(outcome.findings).toEqual(['compromised-disabled', 'compromised-disabled']);
    const asked = scene.calls.slice(from).map(({ action }) => action);
    expect(asked.indexOf('LookupEvents')).toBeGreaterThan(asked.lastIndexOf('UpdateAccessKey'));
  });

  it('is told by the next run that comes by, where one died after it had made the key Inactive (K9)', async () => {
    const whole = await leaked();
    const from = whole.scene.calls.length;
    await whole.scene.deactivate(LOOK);
    const asked = whole.scene.calls.slice(from).map(({ action }) => action);
    const taken = asked.indexOf('UpdateAccessKey') + 1;
    const ways = new Set<string>();
    for (const at of [taken, taken + 1, asked.indexOf('LookupEvents') + 1]) {
      const { scene, old } = await leaked();
      const isInactive = () => scene.keys('ci-shop').find((key) => key.AccessKeyId === old)?.Status === 'Inactive';
      const messages = () =>
        scene.account.sns.messages.filter(({ message }) => message.includes(`the leaked key ${old} was made Inactive`));
      expect(await scene.kill(at, () => scene.deactivate(LOOK))).toBe(true);
      ways.add(`${isInactive() ? 'Inactive' : 'Active'}, ${messages().length === 0 ? 'not told' : 'told'}`);
      scene.clock.advanceBy(2 * MINUTE);
      await scene.deactivate(LOOK);
      toNextRun(scene);
      await scene.deactivate();
      expect([isInactive(), messages().length]).toEqual([true, 1]);
    }
    expect([...ways]).toContain('Inactive, not told');
  });

  it('is told by the next daily run, where the message could not be sent', async () => {
    const { scene } = await leaked();
    scene.awsFault = ({ action }) =>
      action === 'Publish' ? { kind: 'error', status: 403, code: 'AuthorizationError' } : undefined;
    expect((await scene.deactivate(LOOK)).findings).toContain('compromised-disabled');
    scene.awsFault = undefined;
    toNextRun(scene);
    expect((await scene.deactivate()).findings).toEqual(['compromised-disabled']);
    expect(scene.account.sns.messages.at(-1)?.message).toContain('[compromised-disabled]');
  });

  it('is read out of the record once a run, whatever the number of leaked keys', async () => {
    const scene = await bothLeaked();
    await scene.deactivate({ look: ['shop', 'api'] });
    toNextRun(scene);
    const from = scene.calls.length;
    expect((await scene.deactivate()).findings.filter((code) => code === 'compromised-uses')).toHaveLength(2);
    const reads = scene.calls
      .slice(from)
      .filter(({ action, input }) => action === 'FilterLogEvents' && JSON.stringify(input).includes('key-deactivated'));
    expect(reads).toHaveLength(1);
  });

  it('is asked of no key of which a tag alone says that it has leaked, and that it was made Inactive', async () => {
    const { scene, old } = await supersededKey();
    scene.setStatus('ci-shop', old, 'Inactive');
    const at = new Date(scene.clock.now()).toISOString();
    for (const tag of [TAG.compromised, TAG.deactivated]) scene.setTag('shop', tag, `${old} ${at}`);
    toNextRun(scene);
    const from = scene.calls.length;
    expect((await scene.deactivate()).findings).not.toContain('compromised-uses');
    expect(scene.calls.slice(from).map(({ action }) => action)).not.toContain('LookupEvents');
  });

  /** Whether a daily run has looked what the record says of leaked keys that are Inactive. */
  async function isLookedUp(scene: Scene): Promise<boolean> {
    const from = scene.calls.length;
    await scene.deactivate();
    return scene.calls.slice(from).some(({ action, input }) => {
      const asked = JSON.stringify(input);
      return action === 'FilterLogEvents' && asked.includes('people-told') && asked.includes('compromised-disabled');
    });
  }

  it('is looked for in the record on the day after alone, and of no key that is Active still', async () => {
    const { scene, old } = await leaked();
    await scene.deactivate(LOOK);
    expect(await isLookedUp(scene)).toBe(false);
    toNextRun(scene);
    expect(await isLookedUp(scene)).toBe(true);
    scene.hours(24);
    expect(await isLookedUp(scene)).toBe(false);
    scene.setTag('shop', TAG.deactivated, '');
    expect(await isLookedUp(scene)).toBe(true);
    scene.setStatus('ci-shop', old ?? '', 'Active');
    expect(await isLookedUp(scene)).toBe(false);
  });

  it('stays untold for a day where the record cannot be read, which stops nothing and is in the log (K11)', async () => {
    const { scene } = await leaked();
    await scene.deactivate(LOOK);
    toNextRun(scene);
    scene.awsFault = ({ action, input }) =>
      action === 'FilterLogEvents' && JSON.stringify(input).includes('people-told')
        ? { kind: 'error', status: 400, code: 'AccessDeniedException' }
        : undefined;
    const { thrown, findings, lines } = await scene.deactivate();
    expect([thrown, findings.filter((code) => code.startsWith('compromised'))]).toEqual([undefined, []]);
    expect(lines.filter((line) => line.includes('"what leaked keys did is not told"'))).toEqual([
      expect.stringMatching(/"key":"shop","code":"aws-denied"/),
    ]);
  });
});
