import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKS } from '../../cli/doctor/checks';
import { DoctorScene } from './doctor-scene';

let doctor: DoctorScene;
beforeEach(async () => {
  doctor = await DoctorScene.open();
});
afterEach(() => doctor.close());

const DENIED = { kind: 'error', status: 403, code: 'AccessDeniedException', message: 'no' } as const;

describe('keyturn doctor', () => {
  it('finds nothing wrong where all is well, and changes nothing', async () => {
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

  it('shows each check with what was seen, and commands to copy, in 80 columns', async () => {
    doctor.scene.parameter('shop', '{');
    const { code, stdout } = await doctor.type(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toContain('\nThe managed keys\n  ok       users\n');
    expect(stdout).toContain('  fail     registry-readable\n           SSM parameter /keyturn/keys/shop is not JSON.');
    expect(stdout).toContain('             npx cdk deploy --all -c config=keyturn.yaml\n');
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
