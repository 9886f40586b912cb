import { describe, expect, it } from 'vitest';
import type { Outcome, Scene } from '../support/scene';
import { IDS, quietKeys, rotated } from './quiet-keys';

const policy = (version: string) => `arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine${version}`;

function attach(scene: Scene, UserName: string, PolicyArn: string): void {
  scene.account.invoke(scene.admin, 'iam', 'AttachUserPolicy', { UserName, PolicyArn });
}

const found = ({ audits }: Outcome) =>
  audits.flatMap(({ event, reason, key, user, facts, outcome }) =>
    event === 'finding' && reason === 'quarantined' ? [{ key, user, facts, outcome }] : [],
  );
const told = (scene: Scene) => scene.account.sns.messages.filter(({ message }) => message.includes('[quarantined]'));

describe('a user whom AWS has put in quarantine', () => {
  it.each(['', 'V9'])('is told for its managed key: AWSCompromisedKeyQuarantine%s', async (version) => {
    const scene = await quietKeys({});
    attach(scene, 'ci-c', policy(version));
    const outcome = await scene.rotate();
    expect(outcome.findings).toEqual(['quarantined']);
    expect(found(outcome)).toEqual([
      { key: 'c', user: 'ci-c', outcome: 'blocked', facts: { user: 'ci-c', policies: [policy(version)] } },
    ]);
    expect(told(scene).map(({ message }) => message)).toEqual([
      expect.stringContaining(`detach-user-policy --user-name ci-c --policy-arn ${policy(version)}`),
    ]);
  });

  it('is told until the policy is off, and costs one call a run when it is', async () => {
    const scene = await quietKeys({});
    attach(scene, 'ci-c', policy('V2'));
    attach(scene, 'ci-c', policy('V3'));
    expect(found(await scene.rotate())).toMatchObject([{ facts: { policies: [policy('V2'), policy('V3')] } }]);
    scene.toDay(21);
    expect((await scene.rotate()).findings).toEqual(['quarantined']);
    expect(told(scene)).toHaveLength(2);
    for (const version of ['V2', 'V3']) {
      const detached = { UserName: 'ci-c', PolicyArn: policy(version) };
      scene.account.invoke(scene.admin, 'iam', 'DetachUserPolicy', detached);
    }
    scene.toDay(22);
    const from = scene.calls.length;
    expect((await scene.rotate()).findings).toEqual([]);
    const asked = scene.calls.slice(from).map(({ action }) => action);
    expect(asked.filter((action) => /Polic/.test(action) && action !== 'GetResourcePolicy')).toEqual(['ListPolicies']);
  });

  it('is no other policy of AWS, and none of the same name that somebody has made', async () => {
    const scene = await quietKeys({});
    attach(scene, 'ci-c', 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess');
    attach(scene, 'ci-c', 'arn:aws:iam::111122223333:policy/AWSCompromisedKeyQuarantineV2');
    expect((await scene.rotate()).findings).toEqual([]);
  });

  it('is rotated and delivered as usual: its keys authenticate (K8)', async () => {
    const scene = await quietKeys({});
    attach(scene, 'ci-c', policy('V3'));
    scene.toDay(90);
    expect(rotated(await scene.rotate())).toContain('c');
  });

  it('is told in the run that AWS starts when it sees a key leak, not a day later', async () => {
    const scene = await quietKeys({});
    attach(scene, 'ci-c', policy('V3'));
    const exposure = { source: 'aws.health', what: 'X', accessKeyIds: [scene.currentKey('c') ?? ''] } as const;
    expect((await scene.rotate({ exposure, onExposed: 'notify' })).findings).toEqual(['exposed', 'quarantined']);
  });

  it('of no managed key is told once, with all others, and again where there is one more', async () => {
    const scene = await quietKeys({});
    for (const user of ['zoe', 'jo']) {
      scene.addUser(user);
    }
    attach(scene, 'zoe', policy('V3'));
    expect(found(await scene.rotate())).toEqual([
      { key: undefined, user: undefined, outcome: 'blocked', facts: { users: ['zoe'] } },
    ]);
    for (const day of [21, 22]) {
      scene.toDay(day);
      expect((await scene.rotate()).findings).toEqual(['quarantined']);
    }
    expect(told(scene)).toHaveLength(1);
    attach(scene, 'jo', policy('V4'));
    scene.toDay(23);
    await scene.rotate();
    expect(told(scene).map(({ message }) => /: (.*)\. Keyturn does nothing/.exec(message)?.[1])).toEqual([
      'zoe',
      'jo, zoe',
    ]);
  });
});

describe('a user of no managed key whom AWS puts in quarantine', () => {
  async function withOther() {
    const scene = await quietKeys({});
    for (const user of ['zoe', 'jo']) scene.addUser(user);
    attach(scene, 'zoe', policy('V3'));
    return scene;
  }
  const named = (scene: Scene) => told(scene).map(({ message }) => /: (.*)\. Keyturn does nothing/.exec(message)?.[1]);

  it('is told on the same day as another one', async () => {
    const scene = await withOther();
    await scene.rotate();
    scene.hours(5);
    attach(scene, 'jo', policy('V3'));
    const exposure = { source: 'aws.health', what: 'X', accessKeyIds: ['AKIAIOSFODNN7EXAMPLE'] } as const;
    for (let times = 0; times < 2; times += 1) await scene.rotate({ exposure, onExposed: 'rotate' });
    expect(named(scene)).toEqual(['zoe', 'jo, zoe']);
    for (const day of [21, 22, 23]) {
      scene.toDay(day);
      await scene.rotate();
    }
    expect(named(scene)).toEqual(['zoe', 'jo, zoe']);
  });

  it('is told the day after, where people could not be sent the message', async () => {
    const scene = await withOther();
    scene.awsFault = ({ action }) =>
      action === 'Publish' ? { kind: 'error', status: 403, code: 'AuthorizationError' } : undefined;
    await scene.rotate();
    scene.awsFault = undefined;
    expect(told(scene)).toHaveLength(0);
    for (const day of [21, 22, 23]) {
      scene.toDay(day);
      await scene.rotate();
    }
    expect(named(scene)).toEqual(['zoe']);
  });
});

describe('whom AWS has put in quarantine, where nobody says it', () => {
  it.each([
    ['ListPolicies', 'AccessDenied', 403],
    ['ListEntitiesForPolicy', 'AccessDenied', 403],
    ['ListEntitiesForPolicy', 'NoSuchEntity', 404],
  ])('%s is refused (%s): the rest of the run is done, and the record has it (K11)', async (refused, code, status) => {
    const scene = await quietKeys({});
    attach(scene, 'ci-c', policy('V3'));
    scene.awsFault = ({ action }) => (action === refused ? { kind: 'error', status, code } : undefined);
    scene.toDay(90);
    const outcome = await scene.rotate();
    expect(outcome.thrown).toBeUndefined();
    expect([...rotated(outcome)].sort()).toEqual(IDS);
    expect(found(outcome)).toEqual([
      { key: undefined, user: undefined, outcome: 'blocked', facts: { unknownSince: expect.any(String) } },
    ]);
    expect(told(scene)).toEqual([]);
  });

  it('is told when it lasts for two days', async () => {
    const scene = await quietKeys({});
    scene.awsFault = ({ action }) =>
      action === 'ListPolicies' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
    for (const day of [20, 21, 22]) {
      scene.toDay(day);
      await scene.rotate();
    }
    expect(told(scene).map(({ message }) => /since (.{10})/.exec(message)?.[1])).toEqual(['2026-01-21']);
  });

  it('hides nobody whom another policy shows (K11)', async () => {
    const scene = await quietKeys({});
    attach(scene, 'ci-c', policy('V2'));
    attach(scene, 'ci-b', policy('V3'));
    scene.awsFault = ({ action, input }) =>
      action === 'ListEntitiesForPolicy' && String(input.PolicyArn).endsWith('V2')
        ? { kind: 'error', status: 404, code: 'NoSuchEntity' }
        : undefined;
    expect(found(await scene.rotate()).map(({ key, facts }) => key ?? facts)).toEqual([
      'b',
      { unknownSince: expect.any(String) },
    ]);
  });
});
