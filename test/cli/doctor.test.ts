import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKS } from '../../cli/doctor/checks';
import { registryParameterName } from '../../functions/core/names';
import { DoctorScene } from './doctor-scene';

let doctor: DoctorScene;
beforeEach(async () => {
  doctor = await DoctorScene.open();
});
afterEach(() => doctor.close());

const ONLY_ROLES = `roles:
  - name: web-shop-deploy
    bitbucket:
      workspace: acme
      workspaceUuid: '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}'
      repositoryUuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}'
      anyStep: true
`;

const DENIED = { kind: 'error', status: 403, code: 'AccessDeniedException', message: 'no' } as const;

describe('keyturn doctor', () => {
  it('finds nothing wrong where all is well, beside what an app has in the stack, and changes nothing', async () => {
    const requests = doctor.scene.hostRequests.length;
    const calls = doctor.scene.calls.length;
    const { code, counts, checks } = await doctor.doctor();

    expect({ code, fail: counts.fail }).toEqual({ code: 0, fail: 0 });
    expect(checks.filter(({ status }) => status !== 'ok').map(({ id, status }) => [id, status])).toEqual([
      ['identity', 'warn'],
      ['registry-as-configured', 'unknown'],
    ]);
    expect(checks.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
    const actions = new Set(doctor.scene.calls.slice(calls).map(({ action }) => action));
    expect([...actions].filter((action) => !/^(Get|List|Describe|Lookup|Filter|Generate)/.test(action))).toEqual([]);
    const written = doctor.scene.hostRequests
      .slice(requests)
      .filter(({ method, path }) => method !== 'GET' && !path.includes('00000000-0000-4000-8000-000000000000'));
    expect(written).toEqual([]);
  });

  it('finds nothing wrong where there are only roles, and no key', async () => {
    await doctor.close();
    doctor = await DoctorScene.open([]);
    const notOk = async () => {
      const { code, checks } = await doctor.doctor();
      const found = checks.filter(({ status }) => status !== 'ok').map(({ id, status }) => `${id} ${status}`);
      return { code, found };
    };
    expect(await notOk()).toEqual({ code: 0, found: ['identity warn', 'registry-as-configured unknown'] });
    doctor.config(ONLY_ROLES);
    expect(await notOk()).toEqual({ code: 0, found: ['identity warn'] });
    const { code, stdout } = await doctor.type(['status']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('\nNo key is managed here. Roles and a provider need')]);
  });

  it('does not say that no key is managed where nobody can read which', async () => {
    await doctor.close();
    doctor = await DoctorScene.open([]);
    doctor.scene.writeParameter(registryParameterName('shop'), { id: 'shop', user: 12 });
    for (const yaml of ['', ONLY_ROLES]) {
      if (yaml !== '') doctor.config(yaml);
      const { checks } = await doctor.doctor();
      expect(checks.filter(({ saw }) => saw.includes('No key is managed'))).toEqual([]);
      const saw = 'No user is known: the entry of shop cannot be read.';
      const users = checks.filter(({ id }) => ['users', 'free-slots'].includes(id));
      expect(users.map((check) => [check.status, check.saw])).toEqual(Array(2).fill(['unknown', saw]));
    }
    doctor.scene.awsFault = ({ action }) => (action === 'GetParametersByPath' ? DENIED : undefined);
    expect((await doctor.check('users')).status).toBe('unknown');
  });

  it('does not call unchanged what CloudTrail has too much of to read, and asks about alarms only where one looks wrong', async () => {
    const { scene } = doctor;
    const named = (from: number) =>
      scene.calls
        .slice(from)
        .flatMap(({ action, input }) => (action === 'LookupEvents' ? [JSON.stringify(input)] : []));
    const before = scene.calls.length;
    expect((await doctor.check('changed-by-hand')).status).toBe('ok');
    expect(named(before).join()).not.toContain('PutMetricAlarm');

    // Another program writes parameters, and CloudTrail takes its time.
    for (let made = 0; made < 3; made += 1) {
      scene.account.invoke(scene.admin, 'ssm', 'PutParameter', { Name: `/other/${made}`, Value: '1', Type: 'String' });
    }
    let passed = 0;
    const sleep = async (time: number) => {
      passed += time * 1_000;
    };
    doctor.terminal = { time: { now: () => new Date(Date.now() + passed), sleep } };
    expect(await doctor.check('changed-by-hand')).toMatchObject({
      status: 'unknown',
      saw: expect.stringMatching(/too many calls of .*PutParameter/),
    });

    doctor.terminal = {};
    const mute = { AlarmNames: ['Keyturn-overdue'] };
    scene.account.invoke(scene.admin, 'monitoring', 'DisableAlarmActions', mute);
    const then = scene.calls.length;
    await doctor.doctor();
    expect(named(then).join()).toContain('PutMetricAlarm');
  });

  it('shows each check with what was seen, and commands to copy, in 80 columns', async () => {
    doctor.scene.parameter('shop', '{');
    const { code, stdout } = await doctor.type(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toContain('\nThe managed keys\n  ok       users\n');
    expect(stdout).toContain('  fail     registry-readable\n           SSM parameter /keyturn/keys/shop is not JSON.');
    expect(stdout).toContain('             npx cdk deploy --all --revert-drift -c config=keyturn.yaml\n');
    const wide = stdout.split('\n').filter((line) => line.length > 80 && !/^ +(aws|npx|sed) /.test(line));
    expect(wide).toEqual([]);
  });

  it('says of what it may not read which right it takes, and guesses nothing', async () => {
    doctor.scene.awsFault = ({ action }) => (action === 'GetCallerIdentity' ? undefined : DENIED);
    const { code, checks } = await doctor.doctor();
    expect(code).toBe(0);
    const [identity, clock, ...others] = checks;
    expect([identity?.status, clock?.status]).toEqual(['warn', 'ok']);
    expect(others.filter(({ status }) => status !== 'unknown').map(({ id }) => id)).toEqual([]);
    const seen = new Map(checks.map(({ id, saw }) => [id, saw]));
    expect(seen.get('rules')).toBe('It takes ssm:GetParameter on /keyturn/deployment/*, which is denied here.');
    expect(seen.get('registry-readable')).toBe(
      'It takes ssm:GetParametersByPath on /keyturn/keys/, which is denied here.',
    );
    expect(seen.get('trail')).toContain('cloudtrail:DescribeTrails');
  });

  it('tells a token that it may not read from one that is no good', async () => {
    doctor.scene.awsFault = ({ action }) => (action === 'GetSecretValue' ? DENIED : undefined);
    const { checks } = await doctor.doctor();
    const places = checks.find(({ id }) => id === 'places');
    expect(places).toMatchObject({
      status: 'unknown',
      saw: 'The token of acme cannot be read here, as it should be.',
      cures: [{ run: 'npx keyturn connect acme --dry-run' }],
    });
    expect(checks.find(({ id }) => id === 'connection-secrets')?.status).toBe('ok');
  });

  it('calls nothing well of which it saw nothing: a policy that it may not read, a right that stays unproved', async () => {
    doctor.scene.awsFault = ({ action, input }) =>
      action === 'GetResourcePolicy' && JSON.stringify(input).includes('keyturn/api') ? DENIED : undefined;
    doctor.scene.hostFault = ({ method, path }) =>
      method === 'PUT' && path.includes('00000000-') && path.includes('/acme/api/')
        ? { kind: 'status', status: 400 }
        : undefined;
    const found = new Map((await doctor.doctor()).checks.map((check) => [check.id, check]));
    expect(found.get('secrets-closed')).toMatchObject({
      status: 'unknown',
      saw: expect.stringContaining('The policy of keyturn/api cannot be read'),
    });
    expect(found.get('places')).toMatchObject({
      status: 'unknown',
      saw: expect.stringContaining('The places of api were not tried'),
    });
    doctor.scene.awsFault = undefined;
    expect(await doctor.check('places')).toMatchObject({
      status: 'unknown',
      saw: expect.stringMatching(
        /^bitbucket acme\/api environment Production: .* shows there whether the token may write/,
      ),
      cures: [{ run: 'npx keyturn status' }],
    });
  });

  it('takes a secret of nobody for that of no key, and knows a key by its former id', async () => {
    const { scene } = doctor;
    // Another id of the same user: its secret is empty, and the one of before tells which key is the current one.
    scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: '/keyturn/keys/shop' });
    scene.createKey('ci-shop');
    scene.clock.advanceBy(1000);
    scene.manage('web', { user: 'ci-shop' });
    // Somebody's own secret, with the name of a key that the file has and no deployment has made.
    scene.addUser('ci-new');
    const [first] = [scene.createKey('ci-new'), scene.createKey('ci-new')];
    const ClientRequestToken = `access-key-${first.AccessKeyId}-20260101T000000Z`;
    const made = { Name: 'keyturn/new', SecretString: '{}', ClientRequestToken };
    scene.account.invoke(scene.admin, 'secretsmanager', 'CreateSecret', made);
    doctor.config(`connections: { acme: { bitbucket: { secret: keyturn/connections/acme, url: "${scene.bitbucketUrl}" } } }
keys: [{ id: new, user: ci-new, deliverTo: [{ connection: acme, repository: acme/shop, environment: Production }] }]
`);
    const { saw, status } = await doctor.check('free-slots');
    expect(status).toBe('fail');
    expect(saw).toContain('new (ci-new): two keys');
    expect(saw).toMatch(/web \(ci-shop, AKIA\w{16} was made by hand\)/);
  });

  it('ends with 3 when AWS cannot be reached, and when a host gives no answer', async () => {
    doctor.scene.hostFault = () => ({ kind: 'drop-before' });
    expect((await doctor.doctor()).code).toBe(3);
    doctor.scene.awsFault = () => ({ kind: 'drop-before' });
    expect((await doctor.type(['doctor'])).code).toBe(3);
  });

  it('compares with a configuration before anything is deployed', async () => {
    const { scene } = doctor;
    for (const name of ['/keyturn/deployment/things', '/keyturn/keys/shop', '/keyturn/keys/api']) {
      scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: name });
    }
    scene.addUser('ci-new');
    doctor.config(`connections: { acme: { bitbucket: { secret: keyturn/connections/acme, url: "${scene.bitbucketUrl}" } } }
keys:
  - { id: new, user: ci-new, deliverTo: [{ connection: acme, repository: acme/shop, environment: Production }] }
  - { id: gone, user: ci-gone, deliverTo: [{ connection: acme, repository: acme/api, environment: Test }] }
`);
    const { code, checks } = await doctor.doctor();
    expect(code).toBe(1);
    expect(checks.filter(({ status }) => status === 'fail').map(({ id, saw }) => [id, saw.slice(0, 45)])).toEqual([
      ['users', 'IAM has no user ci-gone.'],
      ['places', 'bitbucket acme/api environment Test: there is'],
    ]);
    expect(checks.find(({ id }) => id === 'stack')?.status).toBe('unknown');
  });

  it('refuses a configuration that is not there, or wrong', async () => {
    expect(await doctor.type(['doctor', '--config', 'none.yaml'])).toMatchObject({ code: 2 });
    doctor.config('keys:\n  - id: a\n    usr: b\n');
    const { code, stderr } = await doctor.type(['doctor']);
    expect(code).toBe(1);
    expect(stderr).toContain('keyturn.yaml:3:5 keys[0].usr: ');
  });
});
