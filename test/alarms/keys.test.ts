import { expect, it } from 'vitest';
import { DUE, USER, WatchedLife } from './watched-life';

const HOUR = 3_600_000;

it('overdue: a key cannot be rotated for more than three days past its time', async () => {
  const life = await WatchedLife.start();
  await life.until(DUE - 1);
  expect(life.ringing).toEqual([]);
  life.aws = ({ action }) =>
    action === 'CreateAccessKey' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
  await life.until(DUE + 3);
  // The same step has failed in two daily runs by then; nothing is late yet.
  expect(life.fired).toEqual(['failing']);

  await life.until(DUE + 4, 5);

  expect(life.fired).toEqual(['overdue', 'failing']);
  expect(life.ringing).toEqual(['Keyturn-failing', 'Keyturn-overdue']);
  expect(life.told('overdue')).toEqual(['ALARM']);

  life.aws = undefined;
  await life.until(DUE + 7);
  expect(life.told('overdue')).toEqual(['ALARM', 'OK']);
  expect(life.ringing).toEqual([]);
  expect(life.fired).toEqual(['overdue', 'failing']);
});

it('undelivered: the CI host is down for more than two hours', async () => {
  const life = await WatchedLife.start();
  await life.until(DUE);
  life.bitbucket = { kind: 'status', status: 503 };
  await life.until(DUE, 5);
  expect(life.fired).toEqual([]);

  await life.until(DUE, 8);

  expect(life.fired).toEqual(['undelivered']);
  expect(life.told('undelivered')).toEqual(['ALARM']);

  life.bitbucket = undefined;
  await life.until(DUE, 12);
  expect(life.told('undelivered')).toEqual(['ALARM', 'OK']);
  expect(life.ringing).toEqual([]);
  expect(life.fired).toEqual(['undelivered']);
});

it('two-keys: the user has two keys, and Keyturn may delete neither', async () => {
  const life = await WatchedLife.start({
    before: ({ account }) => {
      const admin = account.authenticate(account.rootSession(), 'iam');
      account.invoke(admin, 'iam', 'CreateAccessKey', { UserName: USER });
    },
  });
  await life.until(1, 12);

  expect(life.fired).toEqual(['two-keys']);
  // A daily run finds the same again, and says so once.
  expect(life.told('two-keys')).toEqual(['ALARM']);

  const [, second] = life.deployed.keys(USER);
  const { admin, world } = life.deployed;
  world.account.invoke(admin, 'iam', 'DeleteAccessKey', { UserName: USER, AccessKeyId: second?.id ?? '' });
  await life.until(4);
  expect(life.ringing).toEqual([]);
  // Of a finding that is over only the state tells.
  expect(life.told('two-keys')).toEqual(['ALARM']);
  expect(life.fired).toEqual(['two-keys']);
});

it('foreign-key: somebody makes a key by hand', async () => {
  const life = await WatchedLife.start();
  await life.until(3);
  expect([life.ringing, life.deployed.keys(USER).length]).toEqual([[], 1]);
  const { admin, world } = life.deployed;
  const { AccessKey } = world.account.invoke(admin, 'iam', 'CreateAccessKey', { UserName: USER });
  await life.until(3, 12);

  expect(life.fired).toEqual(['foreign-key']);
  expect(life.told('foreign-key')).toEqual(['ALARM']);

  world.account.invoke(admin, 'iam', 'DeleteAccessKey', { UserName: USER, AccessKeyId: AccessKey.AccessKeyId });
  await life.until(DUE);
  expect(life.ringing).toEqual([]);
  expect(life.fired).toEqual(['foreign-key']);
});

it('hold-limit: something goes on using a superseded key until its hold is over', async () => {
  const life = await WatchedLife.start();
  const { account, scheduler } = life.deployed.world;
  const [old] = life.deployed.keys(USER);
  const credentials = { accessKeyId: old?.id ?? '', secretAccessKey: old?.secretAccessKey ?? '' };
  const forgotten = scheduler.every(
    (after) => after + 6 * HOUR,
    'a job that nobody remembers',
    async () => {
      const isActive = life.deployed.keys(USER).some(({ id, status }) => id === old?.id && status === 'Active');
      if (isActive) account.authenticate(credentials, 'sts');
    },
  );
  await life.until(1, 12);
  expect(life.deployed.history()).toContain('deactivate finding in-use');
  expect(life.fired).toEqual([]);

  await life.until(2, 5);

  expect(life.fired).toEqual(['hold-limit']);
  expect(life.told('hold-limit')).toEqual(['ALARM']);

  forgotten.cancel();
  await life.until(4);
  expect(life.ringing).toEqual([]);
  expect(life.fired).toEqual(['hold-limit']);
});

it('registry-lost: another deployment has taken every entry out of the registry', async () => {
  const life = await WatchedLife.start();
  await life.until(1);
  const { ssm } = life.deployed.world.account;
  const [entry] = ssm.getParametersByPath({ Path: '/keyturn/keys/' }).Parameters;
  ssm.deleteParameter({ Name: '/keyturn/keys/shop' });
  await life.until(2, 6);

  expect(life.fired).toEqual(['registry-lost']);
  expect(life.told('registry-lost')).toEqual(['ALARM']);
  expect(life.deployed.history()).toContain('rotate finding registry-lost');

  const { admin, world } = life.deployed;
  const put = { Name: '/keyturn/keys/shop', Type: 'String', Value: entry?.Value ?? '' } as const;
  world.account.invoke(admin, 'ssm', 'PutParameter', put);
  await life.until(5);
  expect(life.ringing).toEqual([]);
  expect(life.fired).toEqual(['registry-lost']);
});
