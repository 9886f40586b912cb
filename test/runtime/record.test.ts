import { describe, expect, it } from 'vitest';
import type { AwsCall, AwsFault } from '../../local/account/wire/server';
import { deliveredKey, expectLogin, live, storedKey, superseded, supersededKey } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';

const denied: AwsFault = { kind: 'error', status: 400, code: 'AccessDeniedException' };
const unreachable = ({ service }: AwsCall) => (service === 'logs' ? denied : undefined);
const statuses = (scene: Scene) => scene.keys('ci-shop').map(({ Status }) => Status);
const names = ({ audits }: Outcome) => audits.map(({ event }) => event);

/** What the record had of this run at the instant of each change of a key. */
function watched(scene: Scene): { readonly action: string; readonly before: readonly unknown[] }[] {
  const seen: { readonly action: string; readonly before: readonly unknown[] }[] = [];
  scene.awsFault = ({ service, action, input }) => {
    if (service !== 'iam' || !/^(Create|Update|Delete)AccessKey$/.test(action)) return undefined;
    const last = scene.recorded().at(-1);
    seen.push({ action, before: [last?.event, last?.key, last?.accessKeyId === input.AccessKeyId] });
    return undefined;
  };
  return seen;
}

describe('before a key is changed the record says that it will be (K7)', () => {
  it('when it is created', async () => {
    const scene = await newScene();
    scene.manage('shop');
    const seen = watched(scene);
    await scene.rotate();
    expect(seen).toEqual([{ action: 'CreateAccessKey', before: ['intent-written', 'shop', true] }]);
  });

  it('when it is made Inactive and when it is deleted', async () => {
    const { scene } = await supersededKey();
    const seen = watched(scene);
    await live(scene, [100, 110]);
    expect(seen).toEqual([
      { action: 'UpdateAccessKey', before: ['key-deactivation-begun', 'shop', true] },
      { action: 'DeleteAccessKey', before: ['key-deletion-begun', 'shop', true] },
    ]);
  });

  it('when a key that could not be stored is discarded, and when one that a dead run left is', async () => {
    const scene = await deliveredKey();
    scene.toDay(90);
    const seen = watched(scene);
    const looking = scene.awsFault;
    const refusing = (action: RegExp) => (call: AwsCall) => (action.test(call.action) ? denied : looking?.(call));
    scene.awsFault = refusing(/^PutSecretValue$/);
    await scene.rotate();
    expect(seen.at(-1)).toEqual({ action: 'DeleteAccessKey', before: ['key-deletion-begun', 'shop', true] });
    scene.hours(1.1);
    scene.awsFault = refusing(/^(PutSecretValue|DeleteAccessKey)$/);
    await scene.rotate();
    seen.length = 0;
    scene.awsFault = looking;
    scene.toDay(91);
    await scene.rotate();
    expect(seen.map(({ action }) => action)).toEqual(['DeleteAccessKey', 'CreateAccessKey']);
    expect(seen[0]?.before).toEqual(['key-deletion-begun', 'shop', true]);
  });

  it('when a key is promoted: its label moves after that', async () => {
    const { scene, old } = await supersededKey();
    scene.setStatus('ci-shop', scene.currentKey('shop') ?? '', 'Inactive');
    scene.toDay(91);
    const before: unknown[] = [];
    scene.awsFault = ({ action }) => {
      if (action === 'UpdateSecretVersionStage') before.push(scene.recorded().at(-1));
      return undefined;
    };
    const outcome = await scene.rotate();
    expect(outcome.findings).toContain('key-promoted');
    expect(before[0]).toMatchObject({ event: 'key-promotion-begun', key: 'shop', accessKeyId: old });
  });
});

describe('while the record cannot be written', () => {
  it('no key is made Inactive, and the run says why for each of them and in one finding (K7)', async () => {
    const { scene } = await supersededKey();
    scene.toDay(100);
    await scene.sync();
    scene.awsFault = unreachable;
    const outcome = await scene.deactivate();
    expect(statuses(scene)).toEqual(['Active', 'Active']);
    expect(outcome.findings).toEqual(['record-unavailable', 'step-failed']);
    expect(outcome.summary).toMatchObject({ deactivated: 0, failed: 1 });
    expect(outcome.audits.find(({ event }) => event === 'step-failed')).toMatchObject({
      key: 'shop',
      code: 'aws-denied',
      message: expect.stringContaining('logs:PutLogEvents of /keyturn/audit'),
    });
    expect(names(outcome)).not.toContain('key-deactivated');
    expect(outcome.summary.unrecorded).toBe(outcome.audits.length);

    scene.awsFault = undefined;
    expect((await scene.deactivate()).summary).toMatchObject({ deactivated: 1, failed: 0, unrecorded: 0 });
  });

  it('no key is deleted (K7)', async () => {
    const { scene } = await supersededKey();
    await live(scene, [100]);
    scene.toDay(111);
    scene.awsFault = unreachable;
    const { findings, summary } = await scene.delete();
    expect(statuses(scene)).toEqual(['Inactive', 'Active']);
    expect(findings).toEqual(['record-unavailable', 'step-failed']);
    expect(summary).toMatchObject({ deleted: 0, failed: 1 });
    scene.awsFault = undefined;
    expect((await scene.delete()).summary).toMatchObject({ deleted: 1, unrecorded: 0 });
  });

  it('no fresh key is discarded: it stays with its intent, and a later run discards it (K7, K9)', async () => {
    const scene = await deliveredKey();
    scene.toDay(90);
    scene.awsFault = (call) => (call.action === 'PutSecretValue' ? denied : unreachable(call));
    const { findings, audits } = await scene.rotate();
    expect(findings).toEqual(['record-unavailable', 'step-failed']);
    expect(audits.find(({ event }) => event === 'step-failed')?.message).toContain('secretsmanager:PutSecretValue');
    expect(statuses(scene)).toEqual(['Active', 'Active']);
    scene.awsFault = undefined;
    const [rotation] = await live(scene, [91]);
    expect(rotation?.findings).toEqual(['orphan-discarded']);
  });

  it('keys are rotated and delivered all the same, because pipelines wait for them (K8)', async () => {
    const scene = await newScene();
    for (const id of ['shop', 'blog']) scene.manage(id);
    scene.awsFault = unreachable;
    const { findings, summary } = await scene.rotate();
    expect(summary).toMatchObject({ rotated: 2, failed: 0 });
    expect(findings).toEqual(['record-unavailable']);
    expect((await scene.sync()).summary).toMatchObject({ delivered: 2 });
    for (const id of ['shop', 'blog']) await expectLogin(scene, id);
    expect(scene.recorded()).toEqual([]);
  });

  it('the next key is not kept waiting for a record that has just failed (K8)', async () => {
    const scene = await newScene();
    for (const id of ['a', 'b', 'c', 'd']) scene.manage(id);
    scene.awsFault = unreachable;
    const asked = () => scene.calls.filter(({ action }) => action === 'PutLogEvents').length;
    const { summary } = await scene.rotate();
    expect(summary).toMatchObject({ rotated: 4 });
    // Two keys at a time, what is told, and the end.
    expect(asked()).toBeLessThanOrEqual(4);
  });

  it('events wait, and come at the end when the record is back', async () => {
    const scene = await newScene();
    scene.manage('shop');
    scene.awsFault = (call) => (scene.currentKey('shop') === undefined ? unreachable(call) : undefined);
    const { audits, findings, summary } = await scene.rotate();
    expect(findings).toEqual(['record-unavailable']);
    expect(summary.unrecorded).toBe(0);
    expect(scene.recorded()).toEqual(audits);
    expect(names({ audits } as Outcome)).toEqual([
      'run-started',
      'intent-written',
      'finding',
      'key-created',
      'key-proved',
      'key-stored',
      'people-told',
      'run-finished',
    ]);
  });

  it('the run counts what the record has not, and its own log has it', async () => {
    const scene = await deliveredKey();
    scene.toDay(40);
    scene.awsFault = unreachable;
    const { summary, audits, lines, thrown } = await scene.rotate();
    expect(thrown).toBeUndefined();
    expect(names({ audits } as Outcome)).toEqual(['run-started', 'run-finished']);
    expect(summary).toMatchObject({ unrecorded: 2, failed: 0 });
    expect(lines.join('\n')).toContain('audit record could not be sent');
  });
});

it('receipts are in the record before their version is marked, so that a run that dies then leaves them (K7)', async () => {
  const scene = await storedKey();
  const before: unknown[] = [];
  scene.awsFault = ({ action, input }) => {
    if (action === 'UpdateSecretVersionStage' && String(input.VersionStage).startsWith('DELIVERED-'))
      before.push(scene.recorded().at(-1));
    return undefined;
  };
  expect((await scene.sync()).summary).toMatchObject({ delivered: 1 });
  expect(before).toMatchObject([{ event: 'target-delivered', key: 'shop', facts: { readBack: true } }]);
});

describe('the events of a run', () => {
  it('are counted from 1 without a gap, have IDs that no other run has, and are all in the record', async () => {
    const scene = await newScene();
    const outcomes = [];
    await superseded(scene);
    outcomes.push(...(await live(scene, [100, 110])));
    expect(scene.recorded()).toEqual(scene.audits);
    expect(new Set(scene.audits.map(({ id }) => id)).size).toBe(scene.audits.length);
    for (const { audits } of outcomes) {
      expect(audits.map(({ sequence }) => sequence)).toEqual(audits.map((_audit, index) => index + 1));
    }
  });

  it('name the account, the region, the version of the code and the policy in force', async () => {
    const scene = await newScene();
    const entry = scene.manage('shop', { policy: { rotateAfter: 30, deactivateAfter: 35, deleteAfter: 40 } });
    const { audits } = await scene.rotate();
    for (const event of audits) {
      expect(event).toMatchObject({ account: '111122223333', region: scene.account.region, functionVersion: 'test' });
    }
    expect(audits.find(({ event }) => event === 'key-created')?.policy).toEqual(entry.policy);
  });
});
