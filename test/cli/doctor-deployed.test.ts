import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checked, Diagnosis } from '../../cli/doctor/checks';
import type { AwsCall } from '../../local/account/wire/server';
import { LACKS_AWS } from '../../local/test/account/aws-command';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { typed } from './typed';

let deployed: DeployedWorld;

/** The stack as it is deployed, and its functions as they are built, on their third day. */
beforeAll(async () => {
  const tokensAreClosed = ({ action, principal: { arn } }: AwsCall) =>
    action === 'GetSecretValue' && arn.endsWith(':root')
      ? ({ kind: 'error', status: 400, code: 'AccessDeniedException', message: 'the policy of the secret' } as const)
      : undefined;
  deployed = await DeployedWorld.open(synthesized('docs/examples/keyturn.yaml'), {
    // Every hourly run is lived through.
    world: { passOver: () => false, accountServer: { fault: tokensAreClosed, allowedSkew: Number.POSITIVE_INFINITY } },
  });
  await deployed.until(2, 6);
}, 120_000);
afterAll(() => deployed.close());

function env(): Record<string, string> {
  const { account, accountUrl } = deployed.world;
  const { accessKeyId, secretAccessKey, sessionToken } = account.rootSession();
  return {
    AWS_ENDPOINT_URL: accountUrl,
    AWS_REGION: account.region,
    AWS_DEFAULT_REGION: account.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
  };
}

async function doctor(): Promise<Diagnosis> {
  const { clock } = deployed.world;
  const before = { ...process.env };
  delete process.env.AWS_SESSION_TOKEN;
  Object.assign(process.env, env());
  const now = () => new Date(clock.now());
  try {
    const given = { folder: '/nonexistent', time: { now, sleep: async (time: number) => clock.advanceBy(time) } };
    const { stdout, stderr } = await typed(['doctor', '--json'], given);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Diagnosis;
  } finally {
    process.env = before;
  }
}

function told({ checks }: Diagnosis): readonly string[] {
  return checks.filter(({ status }) => status !== 'ok').map(({ id, status }) => `${id} ${status}`);
}

/** Runs each command of a cure in a shell. */
async function follow({ cures = [] }: Checked): Promise<void> {
  for (const { run } of cures) {
    if (run === undefined) continue;
    // Version 1 of the AWS CLI, which may be the one here, takes payloads as they are; a pipe can be opened as /dev/stdout.
    const command = run.replace(' --cli-binary-format raw-in-base64-out', '');
    await promisify(execFile)('bash', ['-eo', 'pipefail', '-c', `{ ${command}; } | cat`], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', AWS_PAGER: '', ...env() },
    });
  }
}

/** What nobody has done in this account, and what nobody may read there. */
const ALWAYS = [
  'identity warn',
  'trail fail',
  'notifications fail',
  'registry-as-configured unknown',
  'places unknown',
  'token-scopes unknown',
];

describe('keyturn doctor, of the stack as it is deployed', () => {
  it('finds nothing wrong with it', async () => {
    expect(told(await doctor())).toEqual(ALWAYS);
  });

  it.skipIf(LACKS_AWS)(
    'finds a rule that somebody has disabled and what came of it, and its commands cure both',
    async () => {
      const { world } = deployed;
      const { checks: before } = await doctor();
      expect(before.find(({ id }) => id === 'rules')?.status).toBe('ok');
      const { Rules } = world.account.invoke(deployed.admin, 'events', 'ListRules', { NamePrefix: 'Keyturn-' });
      const hourly = Rules.find(({ ScheduleExpression }) => ScheduleExpression === 'rate(1 hour)')?.Name ?? '';
      world.account.invoke(deployed.admin, 'events', 'DisableRule', { Name: hourly });
      await deployed.until(2, 12);

      const ill = await doctor();
      const found = new Map(ill.checks.map((check) => [check.id, check]));
      expect(told(ill).filter((one) => !ALWAYS.includes(one))).toEqual([
        'rules fail',
        'runs fail',
        'alarms warn',
        'changed-by-hand warn',
      ]);
      expect(found.get('rules')?.saw).toContain(`Somebody disabled ${hourly} (DisableRule by `);
      expect(found.get('alarms')?.saw).toBe('Keyturn-silent-sync: on now.');
      expect(found.get('changed-by-hand')?.saw).toContain(`DisableRule of ${hourly}`);
      for (const id of ['rules', 'runs']) {
        const check = found.get(id);
        if (check !== undefined) await follow(check);
      }
      await deployed.until(2, 15);
      expect(told(await doctor()).filter((one) => !ALWAYS.includes(one))).toEqual(['changed-by-hand warn']);
    },
  );

  it('finds each single thing of it that somebody has deleted, and says who did it', async () => {
    const { account } = deployed.world;
    const { admin } = deployed;
    const { Rules } = account.invoke(admin, 'events', 'ListRules', { NamePrefix: 'Keyturn-' });
    const [rule = '', other = ''] = Rules.map(({ Name }) => Name);
    for (const Rule of [rule, other]) {
      const { Targets } = account.invoke(admin, 'events', 'ListTargetsByRule', { Rule });
      account.invoke(admin, 'events', 'RemoveTargets', { Rule, Ids: Targets.map(({ Id }) => Id) });
    }
    account.invoke(admin, 'events', 'DeleteRule', { Name: other });
    account.invoke(admin, 'monitoring', 'DeleteAlarms', { AlarmNames: ['Keyturn-overdue'] });
    const { Parameters } = account.invoke(admin, 'ssm', 'GetParametersByPath', { Path: '/keyturn/keys/' });
    const Name = Parameters[0]?.Name ?? '';
    account.invoke(admin, 'ssm', 'DeleteParameter', { Name });

    const found = new Map((await doctor()).checks.map(({ id, status, saw }) => [id, `${status} ${saw}`]));
    expect(found.get('rules')).toContain(`fail Somebody deleted ${other} (DeleteRule by `);
    expect(found.get('rules')).toContain(`Nothing of the stack is a target of ${rule} (RemoveTargets by `);
    expect(found.get('alarms')).toContain('fail Somebody deleted Keyturn-overdue (DeleteAlarms by ');
    expect(found.get('registry-complete')).toContain(
      `fail Somebody deleted the entry of ${Name.split('/').at(-1)} (DeleteParameter by `,
    );
  });
});
