import { describe, expect, it } from 'vitest';
import { registryParameterName, secretName, TAG } from '../../functions/core/names';
import { deliveredKey, supersededKey } from '../support/converge';
import type { Outcome, Scene } from '../support/scene';

/** Deploys a key under another id: its parameter is gone, and its secret is retained. */
function rename(scene: Scene, id = 'store', { from = 'shop', user = 'ci-shop' } = {}): void {
  withdraw(scene, from);
  scene.account.invoke(scene.admin, 'secretsmanager', 'CreateSecret', { Name: secretName(id) });
  changeUser(scene, user, id);
}

function withdraw(scene: Scene, id = 'shop'): void {
  scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: registryParameterName(id) });
}

/** Its pipelines are those of `shop` under whatever id. */
function changeUser(scene: Scene, user: string, id: string): void {
  scene.register(scene.entry(id, { user, deliverTo: [{ repository: 'acme/shop' }] }));
}

/** Deploys the key `shop` under another id, with pipelines in another repository. */
function moveElsewhere(scene: Scene): void {
  withdraw(scene);
  scene.manage('store', { user: 'ci-shop' });
}

/** Users whose keys a run says that people have to end. */
const followed = ({ audits }: Outcome) =>
  audits.flatMap(({ reason, message }) =>
    reason === 'user-changed' ? (/and (\S+) still has/.exec(message ?? '')?.[1] ?? []) : [],
  );

/** No function may do anything to the retained secret any more, as after the stack was destroyed and made anew. */
function lockOut(scene: Scene, id = 'shop'): void {
  scene.awsFault = ({ service, input }) =>
    service === 'secretsmanager' && JSON.stringify(input).includes(`"${secretName(id)}"`)
      ? { kind: 'error', status: 400, code: 'AccessDeniedException' }
      : undefined;
}

const codes = (outcomes: readonly Outcome[]) => outcomes.flatMap(({ findings }) => findings);
const changes = (outcomes: readonly Outcome[]) =>
  outcomes
    .flatMap(({ audits }) => audits.map(({ event }) => event))
    .filter((event) => /key-(created|deactivated|deleted)/.test(event));

describe('a key that gets another id', () => {
  it('in an overlap goes on where the retained secret left off, and is not blocked by two keys (K8, K14)', async () => {
    const { scene, old } = await supersededKey();
    const current = scene.currentKey('shop') ?? '';
    scene.toDay(95);
    rename(scene);
    const first = await scene.day();
    expect(codes(first)).toEqual(['unmanaged-secret', 'taking-over']);
    expect(first[0]?.audits.find(({ reason }) => reason === 'taking-over')?.message).toContain(
      `${current} is current and ${old} is superseded. That one is made Inactive from 2026-04-11 on`,
    );
    expect(first[0]?.summary.mostOverdueDays).toBe(0);
    const done: [number, readonly string[]][] = [];
    for (const day of [99, 100, 105, 110, 111]) {
      scene.toDay(day);
      done.push([day, changes(await scene.day())]);
      expect(await scene.login('shop')).toContain(':user/ci-shop');
    }
    expect(done).toEqual([
      [99, []],
      [100, ['key-deactivated']],
      [105, []],
      [110, ['key-deleted']],
      [111, ['key-created']],
    ]);
    expect(scene.held('shop').accessKeyId).toBe(scene.currentKey('store'));
    scene.toDay(190);
    await scene.day();
    expect(scene.keys('ci-shop').map(({ Status }) => Status)).toContain('Active');
    expect(scene.currentKey('store')).not.toBe(current);
  });

  it('and has leaked is made harmless all the same: the word for the id before counts (K3)', async () => {
    const scene = await deliveredKey();
    const old = scene.currentKey('shop') ?? '';
    scene.toDay(40);
    const leaked = {
      schema: 'keyturn.request/v1',
      id: 'a-key-that-has-leaked',
      do: 'compromised',
      keys: ['shop'],
      why: 'in a log',
    };
    const { answer } = await scene.ask(leaked, { level: 'administrator' });
    await scene.ask({ ...leaked, plan: answer?.plan?.digest }, { level: 'administrator' });
    rename(scene);
    const outcomes = [...(await scene.day())];
    // What may have been overtaken is marked by the next hour's run.
    scene.hours(1.5);
    outcomes.push(await scene.sync(), await scene.deactivate({ look: ['store'] }));
    expect([changes(outcomes), codes(outcomes)]).toEqual([['key-created', 'key-deactivated'], expect.anything()]);
    expect(codes(outcomes)).toContain('compromised-disabled');
    expect(codes(outcomes)).not.toContain('compromised-unproved');
    expect(scene.keys('ci-shop').map(({ AccessKeyId, Status }) => [AccessKeyId, Status])).toContainEqual([
      old,
      'Inactive',
    ]);
    expect(scene.tag('store')[TAG.compromised]).toContain(old);
  });

  it('outside of an overlap is rotated at once, and its old key retires in the ordinary way', async () => {
    const scene = await deliveredKey();
    const current = scene.currentKey('shop') ?? '';
    scene.toDay(30);
    rename(scene);
    expect(codes(await scene.day())).toEqual(['unmanaged-secret']);
    expect(scene.currentKey('store')).not.toBe(current);
    expect(scene.held('shop').accessKeyId).toBe(scene.currentKey('store'));
    scene.toDay(31);
    expect((await scene.rotate()).findings).toEqual(['unmanaged-secret']);
  });

  it('leaves a foreign key foreign, before and after its own first key (K5)', async () => {
    const scene = await deliveredKey();
    scene.toDay(20);
    const foreign = scene.createKey('ci-shop').AccessKeyId;
    scene.toDay(30);
    rename(scene);
    const run = await scene.rotate();
    expect(run.findings).toEqual(['unmanaged-secret', 'foreign-key', 'two-keys']);
    for (const day of [130, 160]) {
      scene.toDay(day);
      expect(changes(await scene.day())).toEqual([]);
    }
    expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).toContain(foreign);
  });

  it('with two young keys keeps its pause, and says on which secret it stands (K14)', async () => {
    const { scene } = await supersededKey();
    scene.setTag('shop', TAG.paused, '2026-05-01 alice freeze');
    scene.toDay(105);
    rename(scene);
    const [run] = await scene.day();
    expect(run?.audits.find(({ reason }) => reason === 'paused')?.message).toContain('of keyturn/shop to go on sooner');
    expect(scene.keys('ci-shop').map(({ Status }) => Status)).toEqual(['Active', 'Active']);
  });

  it('and whose current key somebody made Inactive says so, and takes nothing from the retained secret', async () => {
    const { scene } = await supersededKey();
    scene.setStatus('ci-shop', scene.currentKey('shop') ?? '', 'Inactive');
    scene.toDay(95);
    rename(scene);
    const run = await scene.rotate();
    expect(run.findings).toEqual(['unmanaged-secret', 'current-key-inactive', 'two-keys']);
    expect(run.summary.failed).toBe(0);
  });

  it('does not take over the secret of another user', async () => {
    const { scene } = await supersededKey();
    scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: '/keyturn/keys/shop' });
    scene.manage('blog');
    const { audits, findings } = await scene.rotate();
    expect(findings).toEqual(['unmanaged-secret']);
    expect(audits.find(({ reason }) => reason === 'unmanaged-secret')?.message).toContain('keep it for as long as');
  });
});

describe('a key that gets another id and other pipelines in an overlap (K3)', () => {
  it('brings its current key to them, and retires the other one when they have had it for the overlap', async () => {
    const { scene, old } = await supersededKey();
    const current = scene.currentKey('shop');
    scene.toDay(95);
    moveElsewhere(scene);
    const [told] = await scene.day();
    const message = ({ audits }: Outcome) => audits.find(({ reason }) => reason === 'taking-over')?.message;
    expect(told && message(told)).toContain("That one stays until the current one is at all of today's targets");
    expect(scene.held('store').accessKeyId).toBe(current);
    const done: [number, readonly string[]][] = [];
    for (const day of [96, 100, 104, 107, 117, 118]) {
      scene.toDay(day);
      const outcomes = await scene.day();
      done.push([day, changes(outcomes)]);
      const [run] = outcomes;
      if (day === 100)
        expect(run && message(run)).toMatch(/Inactive from 2026-04-17 on and deleted from 2026-04-27 on/);
      expect(await scene.login('store')).toContain(':user/ci-shop');
    }
    expect(done).toEqual([
      [96, []],
      [100, []],
      [104, []],
      [107, ['key-deactivated']],
      [117, ['key-deleted']],
      [118, ['key-created']],
    ]);
    expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).not.toContain(old);
    expect(scene.held('store').accessKeyId).toBe(scene.currentKey('store'));
  });

  it('brings it to them when a person asks for that (K14)', async () => {
    const { scene } = await supersededKey();
    scene.toDay(95);
    moveElsewhere(scene);
    await scene.sync({ keys: ['store'] });
    expect(scene.held('store').accessKeyId).toBe(scene.currentKey('shop'));
  });

  it('retires nothing while they refuse it, or do not hold it any more', async () => {
    const { scene, old } = await supersededKey();
    scene.toDay(95);
    moveElsewhere(scene);
    scene.hostFault = ({ path }) => (path.includes('/store/') ? { kind: 'status', status: 503 } : undefined);
    const found: string[] = [];
    for (const day of [96, 101, 115]) {
      scene.toDay(day);
      const outcomes = await scene.day();
      expect(changes(outcomes)).toEqual([]);
      found.push(...codes(outcomes));
    }
    expect(found).toContain('undelivered');
    scene.hostFault = undefined;
    for (const day of [116, 117]) {
      scene.toDay(day);
      await scene.day();
    }
    scene.hostFault = ({ path }) => (path.includes('/store/') ? { kind: 'status', status: 503 } : undefined);
    scene.toDay(130);
    expect(codes(await scene.day())).toContain('unchecked');
    expect(scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === old)?.Status).toBe('Active');
  });

  it('where the value cannot be read any more says so; when a person has made room, the first own key comes', async () => {
    const { scene, old } = await supersededKey();
    scene.toDay(95);
    moveElsewhere(scene);
    lockOut(scene);
    const outcomes = await scene.day();
    expect(codes(outcomes)).toEqual(expect.arrayContaining(['taking-over', 'proof-failed']));
    scene.toDay(112);
    expect(changes(await scene.day())).toEqual([]);
    scene.deleteKey('ci-shop', old);
    scene.toDay(113);
    expect(changes(await scene.day())).toEqual(['key-created']);
    expect(scene.held('store').accessKeyId).toBe(scene.currentKey('store'));
  });
});

it('a key that gets another id, the same pipelines and no right to its retained secret goes on all the same (K8)', async () => {
  const { scene, old } = await supersededKey();
  scene.toDay(95);
  rename(scene);
  lockOut(scene);
  for (const day of [95, 96, 100, 110, 111]) {
    scene.toDay(day);
    await scene.day();
    expect(await scene.login('shop')).toContain(':user/ci-shop');
  }
  expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).not.toContain(old);
  expect(scene.held('shop').accessKeyId).toBe(scene.currentKey('store'));
});

describe('the keys of former users are followed to their end', () => {
  type Change = (scene: Scene) => void;
  const toUser =
    (user: string, id: string): Change =>
    (scene) =>
      changeUser(scene, user, id);
  const elsewhere =
    (user: string, id: string): Change =>
    (scene) => {
      const variables = { accessKeyId: 'DEPLOY_KEY_ID', secretAccessKey: 'DEPLOY_KEY' };
      scene.register(scene.entry(id, { user, deliverTo: [{ repository: 'acme/shop', variables }] }));
    };
  const toId =
    (id: string, from: string, user: string): Change =>
    (scene) =>
      rename(scene, id, { from, user });

  it.each<[string, readonly string[], readonly Change[]]>([
    ['the user, then the id', ['ci-shop'], [toUser('b', 'shop'), toId('store', 'shop', 'b')]],
    ['the id, then the user', ['ci-shop'], [toId('store', 'shop', 'ci-shop'), toUser('b', 'store')]],
    [
      'the id, then the user and the pipelines',
      ['ci-shop'],
      [toId('store', 'shop', 'ci-shop'), elsewhere('b', 'store')],
    ],
    ['both at once', ['ci-shop'], [toId('store', 'shop', 'b')]],
    [
      'the user, the id, the user, the id',
      ['ci-shop', 'b'],
      [toUser('b', 'shop'), toId('store', 'shop', 'b'), toUser('c', 'store'), toId('shelf', 'store', 'c')],
    ],
    ['both at once, twice', ['ci-shop', 'b'], [toId('store', 'shop', 'b'), toId('shelf', 'store', 'c')]],
  ])('when this changes: %s (K14)', async (_what, former, steps) => {
    const { scene } = await supersededKey();
    for (const user of ['b', 'c']) scene.addUser(user);
    let at = 95;
    for (const change of steps) {
      scene.toDay(at);
      change(scene);
      await scene.day();
      at += 1;
      expect(await scene.login('shop')).toMatch(/:user\//);
    }
    scene.toDay(at);
    const outcomes = await scene.day();
    expect(outcomes.flatMap(followed)).toEqual(former);
    for (const user of former) for (const { AccessKeyId } of scene.keys(user)) scene.deleteKey(user, AccessKeyId);
    scene.toDay(at + 1);
    expect((await scene.day()).flatMap(followed)).toEqual([]);
    scene.toDay(at + 2);
    const [quiet] = await scene.day();
    expect(quiet?.audits.filter(({ reason }) => reason === 'record-former-users')).toEqual([]);
  });

  it('also when that is known before the new secret has a key, and is not told again then', async () => {
    const { scene } = await supersededKey();
    scene.addUser('b');
    changeUser(scene, 'b', 'shop');
    scene.toDay(95);
    await scene.day();
    // In an overlap the new id waits for its first key.
    scene.createKey('b');
    scene.toDay(96);
    rename(scene, 'store', { user: 'b' });
    const [first] = await scene.day();
    expect(first && followed(first)).toEqual(['ci-shop']);
    for (const { AccessKeyId } of scene.keys('ci-shop')) scene.deleteKey('ci-shop', AccessKeyId);
    const ended: string[] = [];
    for (const day of [97, 98, 99]) {
      scene.toDay(day);
      const [run] = await scene.day();
      expect(run && followed(run)).toEqual([]);
      ended.push(...(run?.audits ?? []).flatMap(({ reason }) => (reason === 'record-former-users' ? [reason] : [])));
    }
    expect(ended).toHaveLength(1);
  });

  it('and a run that dies when the first key of a new user under a new id is stored forgets none (K9)', async () => {
    const scene = await deliveredKey();
    scene.addUser('b');
    scene.toDay(20);
    rename(scene, 'store', { user: 'b' });
    scene.awsFault = ({ action, input }) =>
      action === 'TagResource' && JSON.stringify(input).includes(TAG.formerUsers)
        ? { kind: 'error', status: 400, code: 'AccessDeniedException' }
        : undefined;
    await scene.rotate();
    scene.awsFault = undefined;
    for (const day of [21, 22]) {
      scene.toDay(day);
      await scene.day();
    }
    scene.toDay(23);
    expect((await scene.day()).flatMap(followed)).toEqual(['ci-shop']);
  });
});

describe('a secret that is left over', () => {
  it('is told once a day, and not every hour', async () => {
    const scene = await deliveredKey();
    scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: '/keyturn/keys/shop' });
    scene.toDay(1);
    const outcomes = await scene.day();
    for (let hour = 0; hour < 5; hour++) {
      scene.hours(1);
      outcomes.concat(await scene.sync());
    }
    expect(scene.recorded().filter(({ reason }) => reason === 'unmanaged-secret')).toHaveLength(1);
  });
});
