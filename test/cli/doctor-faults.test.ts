import { expect, it } from 'vitest';
import type { Status } from '../../cli/doctor/check';
import { DAY } from '../../functions/core/duration';
import { DEPLOYMENT_PARAMETERS, registryParameterName, secretName } from '../../functions/core/names';
import { LACKS_AWS } from '../../local/test/account/aws-command';
import { NAMES } from '../support/deployed-scene';
import { SEAL_KEY_ARN } from '../support/seal-key';
import { DoctorScene } from './doctor-scene';

const CONNECTION = 'keyturn/connections/acme';

interface Fault {
  readonly what: string;
  readonly check: string;
  readonly status: Status;
  /** Of what was seen. */
  readonly says: string;
  readonly plant: (doctor: DoctorScene) => unknown;
  /** What people do beside or instead of commands. @default - the commands do it all */
  readonly byHand?: (doctor: DoctorScene) => unknown;
  /** What a person decides, when the commands have shown what there is. */
  readonly lastly?: (doctor: DoctorScene) => unknown;
  /** What the check says afterwards. @default 'ok' */
  readonly after?: Status;
}

function admin({ scene }: DoctorScene) {
  const { account, admin: me } = scene;
  return {
    secret: (action: 'DeleteResourcePolicy' | 'DeleteSecret', SecretId: string) =>
      account.invoke(me, 'secretsmanager', action, { SecretId }),
    gone: (SecretId: string) =>
      account.invoke(me, 'secretsmanager', 'DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true }),
    value: (SecretString: string) =>
      account.invoke(me, 'secretsmanager', 'PutSecretValue', { SecretId: CONNECTION, SecretString }),
    token: (scopes: readonly string[]) => {
      const token = scene.bitbucket.addAccessToken({ workspace: 'acme', scopes });
      scene.material.push(token);
      const SecretString = JSON.stringify({ accessToken: token });
      account.invoke(me, 'secretsmanager', 'PutSecretValue', { SecretId: CONNECTION, SecretString });
    },
    expires: (Value: string) =>
      account.invoke(me, 'secretsmanager', 'TagResource', {
        SecretId: CONNECTION,
        Tags: [{ Key: 'keyturn:expires', Value }],
      }),
    silentTopic: () => {
      account.invoke(me, 'sns', 'DeleteTopic', { TopicArn: scene.topicArn });
      account.invoke(me, 'sns', 'CreateTopic', { Name: 'findings' });
    },
  };
}

const ACCESS_DENIED = {
  kind: 'error',
  status: 403,
  code: 'AccessDenied',
  message: 'not authorized to perform: iam:CreateAccessKey with an explicit deny in a service control policy',
} as const;

const FAULTS: readonly Fault[] = [
  {
    what: 'a clock that is ten minutes ahead',
    check: 'clock',
    status: 'fail',
    says: 'seconds ahead of that of AWS. AWS refuses what is signed five minutes off.',
    plant: (doctor) => {
      const now = () => new Date(Date.now() + 600_000);
      doctor.terminal = { time: { now, sleep: async () => {} } };
    },
    byHand: (doctor) => {
      doctor.terminal = {};
    },
  },
  {
    what: 'a trail that somebody has stopped',
    check: 'trail',
    status: 'fail',
    says: 'No trail logs them',
    plant: ({ scene }) => scene.account.invoke(scene.admin, 'cloudtrail', 'StopLogging', { Name: 'management' }),
  },
  {
    what: 'a service control policy that denies',
    check: 'denied',
    status: 'fail',
    says: 'service control policy',
    plant: async ({ scene, entries }) => {
      entries.push(scene.manage('new'));
      scene.awsFault = ({ action }) => (action === 'CreateAccessKey' ? ACCESS_DENIED : undefined);
      await scene.rotate();
      scene.awsFault = undefined;
    },
    byHand: ({ scene }) => scene.rotate(),
  },
  {
    what: 'a denial that a quiet run for another key came after',
    check: 'denied',
    status: 'fail',
    says: 'service control policy',
    plant: async ({ scene, entries }) => {
      entries.push(scene.manage('new'));
      scene.awsFault = ({ action }) => (action === 'CreateAccessKey' ? ACCESS_DENIED : undefined);
      await scene.rotate();
      scene.awsFault = undefined;
      await scene.rotate({ requested: ['api'] });
    },
    byHand: ({ scene }) => scene.rotate(),
  },
  {
    what: 'the word of the deployment taken away',
    check: 'stack',
    status: 'warn',
    says: 'no word of what is deployed',
    plant: ({ scene }) =>
      scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: DEPLOYMENT_PARAMETERS.things }),
  },
  {
    what: 'one function of another release',
    check: 'version',
    status: 'fail',
    says: 'of several versions',
    plant: async ({ scene }) => {
      scene.release = '0.0.9+fedcba';
      await scene.sync();
    },
  },
  {
    what: 'a rule that somebody has disabled',
    check: 'rules',
    status: 'fail',
    says: `disabled ${NAMES}RotateRule`,
    plant: ({ scene }) => scene.account.invoke(scene.admin, 'events', 'DisableRule', { Name: `${NAMES}RotateRule` }),
  },
  {
    what: 'a rule that somebody has deleted',
    check: 'rules',
    status: 'fail',
    says: `deleted ${NAMES}DeleteRule (DeleteRule by `,
    plant: ({ scene }) => {
      scene.account.invoke(scene.admin, 'events', 'RemoveTargets', { Rule: `${NAMES}DeleteRule`, Ids: ['Target0'] });
      scene.account.invoke(scene.admin, 'events', 'DeleteRule', { Name: `${NAMES}DeleteRule` });
    },
  },
  {
    what: 'a rule without its target',
    check: 'rules',
    status: 'fail',
    says: `Nothing of the stack is a target of ${NAMES}RotateRule (RemoveTargets by `,
    plant: ({ scene }) =>
      scene.account.invoke(scene.admin, 'events', 'RemoveTargets', { Rule: `${NAMES}RotateRule`, Ids: ['Target0'] }),
  },
  {
    what: 'a rule that starts something else',
    check: 'rules',
    status: 'fail',
    says: `Nothing of the stack is a target of ${NAMES}RotateRule (PutTargets by `,
    plant: ({ scene }) => {
      const Arn = 'arn:aws:lambda:eu-west-1:111122223333:function:other';
      const rule = { Rule: `${NAMES}RotateRule`, Targets: [{ Id: 'Target0', Arn }] };
      scene.account.invoke(scene.admin, 'events', 'PutTargets', rule);
    },
  },
  {
    what: 'a function that somebody has deleted',
    check: 'functions',
    status: 'fail',
    says: `Somebody deleted ${NAMES}RotateFunction`,
    plant: ({ scene }) => scene.keepStack(`${NAMES}RotateFunction`),
  },
  {
    what: 'a function that has not run for a day',
    check: 'runs',
    status: 'fail',
    says: 'sync: no run has come to its end',
    plant: (doctor) => {
      const now = () => new Date(doctor.scene.clock.now());
      doctor.scene.hours(5);
      doctor.terminal = { time: { now, sleep: async () => {} } };
    },
  },
  {
    what: 'an hourly rule that starts nothing, beside events that do',
    check: 'runs',
    status: 'fail',
    says: 'sync: no run has come to its end',
    plant: async (doctor) => {
      const now = () => new Date(doctor.scene.clock.now());
      doctor.scene.hours(5);
      doctor.terminal = { time: { now, sleep: async () => {} } };
      const detail = { name: secretName('shop') };
      await doctor.scene.sync({ source: 'aws.secretsmanager', 'detail-type': 'Secret Label Updated', detail });
    },
  },
  {
    what: 'the key of the seal disabled',
    check: 'seal',
    status: 'fail',
    says: 'no function writes into the record',
    plant: ({ scene }) => scene.account.invoke(scene.admin, 'kms', 'DisableKey', { KeyId: SEAL_KEY_ARN }),
  },
  {
    what: 'a topic without a subscription',
    check: 'notifications',
    status: 'fail',
    says: 'the topic has no subscription',
    plant: (doctor) => admin(doctor).silentTopic(),
  },
  {
    what: 'a subscription that nobody has confirmed',
    check: 'notifications',
    status: 'fail',
    says: 'no subscription of the topic was confirmed',
    plant: (doctor) => {
      const { scene } = doctor;
      admin(doctor).silentTopic();
      const subscription = { TopicArn: scene.topicArn, Protocol: 'email', Endpoint: 'security@example.com' };
      scene.account.invoke(scene.admin, 'sns', 'Subscribe', subscription);
    },
    after: 'warn',
  },
  {
    what: 'alarms that tell nobody',
    check: 'alarms',
    status: 'fail',
    says: 'Keyturn-overdue: it tells nobody',
    plant: ({ scene }) =>
      scene.account.invoke(scene.admin, 'monitoring', 'DisableAlarmActions', { AlarmNames: ['Keyturn-overdue'] }),
  },
  {
    what: 'an alarm that somebody has deleted',
    check: 'alarms',
    status: 'fail',
    says: 'deleted Keyturn-overdue',
    plant: ({ scene }) =>
      scene.account.invoke(scene.admin, 'monitoring', 'DeleteAlarms', { AlarmNames: ['Keyturn-overdue'] }),
  },
  {
    what: "a function's role changed by hand",
    check: 'changed-by-hand',
    status: 'warn',
    says: `PutRolePolicy of ${NAMES}RotateRole`,
    plant: ({ scene }) => {
      const role = {
        RoleName: `${NAMES}RotateRole`,
        AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
      };
      scene.account.invoke(scene.admin, 'iam', 'CreateRole', role);
      const PolicyDocument = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      });
      const policy = { RoleName: role.RoleName, PolicyName: 'more', PolicyDocument };
      scene.account.invoke(scene.admin, 'iam', 'PutRolePolicy', policy);
    },
    after: 'warn',
  },
  {
    what: 'a user that somebody has deleted',
    check: 'users',
    status: 'fail',
    says: 'IAM has no user ci-shop',
    plant: ({ scene }) => {
      for (const { AccessKeyId } of scene.keys('ci-shop')) scene.deleteKey('ci-shop', AccessKeyId);
      scene.account.invoke(scene.admin, 'iam', 'DeleteUser', { UserName: 'ci-shop' });
    },
  },
  {
    what: 'a user in another spelling than that of IAM',
    check: 'user-spelling',
    status: 'fail',
    says: 'shop says CI-SHOP, IAM says ci-shop',
    plant: ({ scene, entries }) => {
      entries[0] = { ...scene.entry('shop'), user: 'CI-SHOP' };
      scene.register(entries[0]);
    },
    byHand: ({ scene, entries }) => {
      entries[0] = scene.entry('shop');
    },
  },
  {
    what: 'a second key that somebody made by hand',
    check: 'free-slots',
    status: 'fail',
    says: 'was made by hand',
    plant: ({ scene }) => scene.createKey('ci-shop'),
  },
  {
    what: 'two keys of before, of which neither may be taken away',
    check: 'free-slots',
    status: 'fail',
    says: 'old (ci-old): two keys',
    plant: ({ scene, entries }) => {
      scene.addUser('ci-old');
      scene.createKey('ci-old');
      scene.createKey('ci-old');
      scene.clock.advanceBy(1000);
      entries.push(scene.manage('old'));
    },
    lastly: ({ scene }) => scene.deleteKey('ci-old', scene.keys('ci-old')[0]?.AccessKeyId ?? ''),
  },
  {
    what: 'a registry entry that cannot be read',
    check: 'registry-readable',
    status: 'fail',
    says: `SSM parameter ${registryParameterName('shop')} is not JSON`,
    plant: ({ scene }) => scene.parameter('shop', '{'),
  },
  {
    what: 'a registry entry that somebody has deleted',
    check: 'registry-complete',
    status: 'fail',
    says: 'deleted the entry of shop (DeleteParameter by ',
    plant: ({ scene }) =>
      scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: registryParameterName('shop') }),
  },
  {
    what: 'a registry that somebody has wiped',
    check: 'registry-complete',
    status: 'fail',
    says: 'Nobody rotates them',
    plant: ({ scene }) => {
      for (const id of ['shop', 'api'])
        scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: registryParameterName(id) });
    },
  },
  {
    what: 'a registry entry that no deployment has written',
    check: 'registry-as-deployed',
    status: 'fail',
    says: 'shop: no deployment has written what the entry says',
    plant: ({ scene }) => scene.parameter('shop', JSON.stringify(scene.entry('shop', { adopt: 'replace-idle' }))),
  },
  {
    what: 'a key of the configuration that is not deployed',
    check: 'registry-as-configured',
    status: 'warn',
    says: 'keyturn.yaml: new is not deployed as it stands there',
    plant: (doctor) => doctor.config(configOf(['shop', 'api', 'new'])),
    byHand: ({ scene, entries }) => entries.push(scene.manage('new')),
  },
  {
    what: 'a key that nobody has rotated in time',
    check: 'rotated-in-time',
    status: 'fail',
    says: 'shop holds a key of',
    plant: (doctor) => {
      const now = () => new Date(doctor.scene.clock.now());
      doctor.scene.clock.advanceBy(93 * DAY);
      doctor.terminal = { time: { now, sleep: async () => {} } };
    },
  },
  {
    what: 'a key that waits for its delivery',
    check: 'delivered',
    status: 'warn',
    says: 'shop waits for its delivery',
    plant: ({ scene }) => {
      const versions = Object.entries(scene.labels('shop'));
      for (const [RemoveFromVersionId, labels] of versions) {
        for (const VersionStage of labels.filter((label) => label.startsWith('DELIVERED'))) {
          const move = { SecretId: secretName('shop'), VersionStage, RemoveFromVersionId };
          scene.account.invoke(scene.admin, 'secretsmanager', 'UpdateSecretVersionStage', move);
        }
      }
    },
  },
  {
    what: 'a secret that somebody has deleted',
    check: 'secrets',
    status: 'fail',
    says: 'There is no secret keyturn/shop',
    plant: (doctor) => admin(doctor).secret('DeleteSecret', 'keyturn/shop'),
  },
  {
    what: 'a managed secret without its policy',
    check: 'secrets-closed',
    status: 'fail',
    says: 'keyturn/shop: whoever has the right to read secrets reads it',
    plant: (doctor) => admin(doctor).secret('DeleteResourcePolicy', 'keyturn/shop'),
  },
  {
    what: 'a connection without its secret',
    check: 'connection-secrets',
    status: 'fail',
    says: 'There is no secret for acme',
    plant: (doctor) => admin(doctor).gone(CONNECTION),
  },
  {
    what: "a connection's secret in no form",
    check: 'connection-secrets',
    status: 'fail',
    says: 'is not JSON',
    plant: (doctor) => admin(doctor).value('the token itself, by mistake'),
  },
  {
    what: 'a token that everybody may read',
    check: 'tokens-closed',
    status: 'warn',
    says: `${CONNECTION}: whoever has the right to read secrets reads the token`,
    plant: (doctor) => admin(doctor).secret('DeleteResourcePolicy', CONNECTION),
  },
  {
    what: 'a token that has ended, as its tag says',
    check: 'token-expiry',
    status: 'fail',
    says: 'that of acme has ended',
    plant: (doctor) => admin(doctor).expires('2026-01-01'),
  },
  {
    what: 'a token whose tag is no date',
    check: 'token-expiry',
    status: 'warn',
    says: `the tag keyturn:expires of ${CONNECTION} is no date`,
    plant: (doctor) => admin(doctor).expires('next year'),
  },
  {
    what: 'a token that was revoked',
    check: 'places',
    status: 'fail',
    says: 'Bitbucket does not accept the token (401)',
    plant: ({ scene }) => scene.bitbucket.revoke(scene.token),
  },
  {
    what: 'an environment that somebody has deleted',
    check: 'places',
    status: 'fail',
    says: 'bitbucket acme/api environment Production',
    plant: ({ scene }) => scene.bitbucket.removeEnvironment('acme', 'api', 'Production'),
    byHand: ({ scene }) => scene.bitbucket.addEnvironment('acme', 'api', 'Production'),
  },
  {
    what: 'a host that is down',
    check: 'places',
    status: 'unknown',
    says: 'Bitbucket is not well (503)',
    plant: ({ scene }) => {
      scene.hostFault = () => ({ kind: 'status', status: 503 });
    },
    byHand: ({ scene }) => {
      scene.hostFault = undefined;
    },
  },
  {
    what: 'a token without the scope that it needs',
    check: 'token-scopes',
    status: 'fail',
    says: 'that of acme lacks pipeline:variable',
    plant: (doctor) => admin(doctor).token(['pipeline']),
  },
  {
    what: 'a token that may do more than it has to',
    check: 'token-scopes',
    status: 'warn',
    says: 'that of acme may also repository:write',
    plant: (doctor) => admin(doctor).token(['pipeline:variable', 'repository:write']),
  },
  {
    what: 'more places than a token can serve',
    check: 'quotas',
    status: 'warn',
    says: 'acme has 101',
    plant: (doctor) => doctor.config(configOf(Array.from({ length: 101 }, (_, at) => `key-${at}`))),
    byHand: (doctor) => doctor.config(configOf(['shop', 'api'])),
  },
];

function configOf(ids: readonly string[]): string {
  const keys = ids.map(
    (id) =>
      `  - { id: ${id}, user: ci-${id}, deliverTo: [{ connection: acme, repository: acme/${id}, environment: Production }] }`,
  );
  return `connections: { acme: { bitbucket: { secret: ${CONNECTION}, url: "http://127.0.0.1:1/2.0" } } }\nkeys:\n${keys.join('\n')}\n`;
}

it.skipIf(LACKS_AWS).each(FAULTS)(
  'finds $what ($check), and its advice, followed to the letter, cures it',
  async ({ check: id, status, says, plant, byHand, lastly, after = 'ok' }) => {
    const doctor = await DoctorScene.open();
    try {
      await plant(doctor);
      const ill = await doctor.check(id);
      expect(ill).toMatchObject({ id, status });
      expect(ill.saw).toContain(says);
      expect(ill.cures ?? []).not.toEqual([]);

      await byHand?.(doctor);
      for (const cure of ill.cures ?? []) if (!isGuess(cure.run)) await doctor.follow(cure);
      await lastly?.(doctor);
      const cured = await doctor.check(id);
      expect(cured).toMatchObject({ id, status: after });
    } finally {
      await doctor.close();
    }
  },
  60_000,
);

/** A person has to say which. */
function isGuess(run: string | undefined): boolean {
  return run?.includes('THE_KEY_THAT_NOBODY_USES') ?? false;
}
