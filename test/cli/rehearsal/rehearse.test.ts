import { rmSync } from 'node:fs';
import { DeleteAccessKeyCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RehearsalOptions, type Report, rehearse } from '../../../cli/rehearsal/rehearse';
import type { World } from '../../../local/world';
import { synthesized } from '../../support/deployed-world';

let cdkOut: string;

beforeAll(() => {
  cdkOut = synthesized('docs/examples/keyturn.yaml');
});

afterAll(() => {
  rmSync(cdkOut, { recursive: true, force: true });
});

const USER = 'bitbucket-web-shop';

function live(days: number, more: Partial<RehearsalOptions> = {}): Promise<Report> {
  return rehearse({ cdkOut, days, seed: 'test', ...more });
}

/** What a person does, on one day. */
function onDay(wanted: number, act: (world: World, keys: readonly string[]) => void): Partial<RehearsalOptions> {
  return {
    onDay: (day, world) => {
      if (day !== wanted) return;
      const { iam } = world.account;
      act(
        world,
        iam.accessKeys.of(iam.users.get(USER)).map(({ id }) => id),
      );
    },
  };
}

function verdict(report: Report, promise: string): boolean | undefined {
  return report.promises.find((row) => row.promise === promise)?.held;
}

it('tells the life of an adopted key with the deployed bundles, and every promise holds (K1–K8, K10)', async () => {
  const report = await live(22);
  const days = (event: string) => report.timeline.filter((moment) => moment.event === event).map(({ day }) => day);
  expect(days('created')).toEqual([0]);
  expect(days('delivered')).toEqual([0]);
  expect(days('deactivated')).toEqual([10]);
  expect(days('deleted')).toEqual([20]);
  expect(report.promises.filter(({ held }) => !held)).toEqual([]);
  expect(report.held).toBe(true);
  expect(report.pipelineLogins).toBeGreaterThan(100);
  expect(report.pipelineLoginFailures).toBe(0);
  expect(report.passedOver).toBeGreaterThan(400);
  expect(report.keys).toHaveLength(1);
  expect(report.keys[0]?.heldBy).toEqual(['acme/web-shop/Production']);
}, 60_000);

it('makes the same history with every hourly run as without those that cannot find anything', async () => {
  const story = ({ timeline }: Report) => timeline.map(({ day, event, key }) => [day, event, key]);
  const [all, some] = [await live(12, { everyHour: true }), await live(12)];
  expect(all.passedOver).toBe(0);
  expect(all.runs).toBe(some.runs + some.passedOver);
  expect(story(all)).toEqual(story(some));
}, 60_000);

it('judges K1 broken while a person has deactivated the current key, and the next run repairs it', async () => {
  const report = await live(
    32,
    onDay(30, (world, [current = '']) => {
      const admin = world.account.authenticate(world.account.rootSession(), 'iam');
      world.account.invoke(admin, 'iam', 'UpdateAccessKey', {
        UserName: USER,
        AccessKeyId: current,
        Status: 'Inactive',
      });
    }),
  );
  expect(verdict(report, 'K1')).toBe(false);
  expect(report.held).toBe(false);
  expect(report.timeline.some(({ reason, day }) => reason === 'current-key-inactive' && day === 30)).toBe(true);
  const lastFailure = report.pipelineLoginFailures;
  expect(lastFailure).toBeGreaterThan(0);
  expect(report.keys.find(({ status }) => status === 'Active')?.heldBy).toEqual(['acme/web-shop/Production']);
}, 60_000);

it('judges K6 broken when a secret reaches a log', async () => {
  const report = await live(3, {
    onDay: (day, world) => {
      const { iam } = world.account;
      const [key] = iam.accessKeys.of(iam.users.get(USER));
      if (day !== 2 || key === undefined) return;
      world.logs.push({
        at: 0,
        functionName: 'x',
        logGroupName: 'x',
        logStreamName: 'x',
        line: `oops ${key.secretAccessKey}`,
      });
    },
  });
  expect(verdict(report, 'K6')).toBe(false);
}, 60_000);

it('judges K5 broken when a function touches a key that a person made by hand, and not when it leaves it alone', async () => {
  let foreign = '';
  const byHand = (world: World, action: 'CreateAccessKey' | 'DeleteAccessKey') => {
    const role = world.account.iam.roles.all().find(({ name }) => name.includes('Delete'));
    const session = world.account.roleSession(role?.arn ?? '', 'impostor');
    const admin = world.account.authenticate(world.account.rootSession(), 'iam');
    if (action === 'CreateAccessKey') {
      foreign = world.account.invoke(admin, 'iam', action, { UserName: USER }).AccessKey.AccessKeyId;
      return Promise.resolve();
    }
    const client = new IAMClient({
      endpoint: world.accountUrl,
      region: world.account.region,
      credentials: { ...session, sessionToken: session.sessionToken ?? '' },
      systemClockOffset: world.clock.now() - Date.now(),
    });
    return client
      .send(new DeleteAccessKeyCommand({ UserName: USER, AccessKeyId: foreign }))
      .then(() => client.destroy());
  };
  const alone = await live(26, { onDay: (day, world) => (day === 22 ? byHand(world, 'CreateAccessKey') : undefined) });
  expect(verdict(alone, 'K5')).toBe(true);
  expect(alone.timeline.some(({ reason }) => reason === 'foreign-key')).toBe(true);
  expect(alone.keys.map(({ accessKeyId }) => accessKeyId)).toContain(foreign);

  const touched = await live(26, {
    onDay: (day, world) =>
      day === 22 ? byHand(world, 'CreateAccessKey') : day === 23 ? byHand(world, 'DeleteAccessKey') : undefined,
  });
  expect(verdict(touched, 'K5')).toBe(false);
}, 60_000);

it('is not content with a current key that never reached its target, although no login failed (K1)', async () => {
  const report = await live(92, {
    onDay: (day, world) => {
      if (day !== 89) return;
      const { SecretString = '' } = world.account.secretsManager.getSecretValue({
        SecretId: 'keyturn/connections/acme',
      });
      world.hosts.bitbucket.revoke(JSON.parse(SecretString).accessToken);
    },
  });
  expect(verdict(report, 'K1')).toBe(true);
  expect(verdict(report, 'delivery')).toBe(false);
  expect(report.held).toBe(false);
  expect(report.timeline.some(({ message = '' }) => message.includes('token-rejected'))).toBe(true);
}, 60_000);

it('a key that is only observed has no promise but that it is left as it is (K14)', async () => {
  const folder = synthesized({
    mode: 'observe',
    keys: ['watched', 'rotated'].map((id) => ({
      id,
      user: `ci-${id}`,
      mode: id === 'rotated' ? 'rotate' : undefined,
      deliverTo: [{ connection: 'acme', repository: `acme/${id}`, environment: 'Production' }],
    })),
    connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  });
  try {
    const report = await live(2, { cdkOut: folder });
    expect(report.promises.filter(({ held }) => !held)).toEqual([]);
    const evidence = Object.fromEntries(report.promises.map((row) => [row.promise, row.evidence]));
    expect(evidence).toMatchObject({ delivery: '1 keys', K8: '1 keys on time', K14: '1 observed, 0 changed' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
