import { gzipSync } from 'node:zlib';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import type { SessionCredentials } from '../../../local/account/principal';
import { assembly, lambdaFunction, ROLE, ruleFor } from '../../../local/test/stack/assembly';
import { endpointThatGives } from '../../infra/synthesized';
import { CONNECTION, KEY, type Scene, type SceneOptions, USER } from './scene';

/** What is true when somebody comes to a page, and what they put into its commands. */
export interface Page extends SceneOptions {
  /** Does what other people and accidents have done before. */
  readonly plant?: (scene: Scene) => unknown;
  /** Does what happens between its blocks, by the number of the next block. */
  readonly meanwhile?: Readonly<Record<number, (scene: Scene) => unknown>>;
  /** Text of a command, and what stands there instead. `AKIA…` is the old key where nothing is said. */
  readonly fill?: (scene: Scene) => Readonly<Record<string, string>>;
  /** Exit codes other than 0, by what a command begins with; of several times where it stands there more than once. */
  readonly exits?: Readonly<Record<string, number | readonly number[]>>;
  /** Somebody else who types a command, by what it begins with. */
  readonly as?: Readonly<Record<string, (scene: Scene) => SessionCredentials>>;
  /** What a command prints, by what it begins with. */
  readonly prints?: Readonly<Record<string, RegExp>>;
}

const SHELL = 'docs/operate/runbooks/README.md';
/** Pages that begin with the shell of the runbooks. */
export const withShell = (page: string) =>
  (page.startsWith('docs/operate/runbooks/') && page !== SHELL) || page === 'docs/start/configuration.md';
export const SHELL_PAGE = SHELL;

const SECRET = `keyturn/${KEY}`;
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'sts:AssumeRole' }],
});
const READER = 'arn:aws:iam::111122223333:role/web-shop-reader';
const DATA_CENTER = 'arn:aws:iam::111122223333:role/Bitbucket';
const EXAMPLE_KEY = {
  id: KEY,
  user: USER,
  deliverTo: [{ connection: 'acme', repository: 'acme/web-shop', environment: 'Production' }],
};
const EXAMPLE = {
  connections: { acme: { bitbucket: { secret: CONNECTION } } },
  keys: [EXAMPLE_KEY],
  notify: ['security@example.com'],
};

const ROLE_INSTEAD = 'web-shop-deploy';
const replacedBy = (idleFor: number) => {
  const roles = [`arn:aws:iam::111122223333:role/${ROLE_INSTEAD}`];
  return { ...EXAMPLE, keys: [{ ...EXAMPLE_KEY, replacedBy: { roles, idleFor } }] };
};

const role = (RoleName: string) => (scene: Scene) =>
  scene.does('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: TRUST });
const noConnection = (scene: Scene) =>
  scene.does('secretsmanager', 'DeleteSecret', { SecretId: CONNECTION, ForceDeleteWithoutRecovery: true });
const tag =
  (Key: string, Value: string, SecretId = SECRET) =>
  (scene: Scene) =>
    scene.does('secretsmanager', 'TagResource', { SecretId, Tags: [{ Key, Value }] });
/** The old key is gone, as after its recovery. */
const settled = (scene: Scene) => scene.deleteKey(scene.oldKey);
const newest = (scene: Scene) => ({ 'AKIA…': scene.currentKey });
/** Does something, and lets the run that finds it go by. */
const thenRuns =
  (plant: (scene: Scene) => unknown, name: 'rotate' | 'sync' | 'deactivate' = 'rotate') =>
  async (scene: Scene) => {
    await plant(scene);
    // A credential report is four hours old at most.
    await scene.passes(5 * HOUR);
    await scene.runs(name);
  };
/** A finding that its own runbook asks the record for. */
const finds = (code: string) => ({ [`found ${code}`]: new RegExp(`"reason":"${code}"`) });
const message = (part: string, body: (scene: Scene) => string) => (scene: Scene) => {
  const queue = scene.account.sqs.queues.list().find(({ name }) => name.includes(part));
  const attributes = { ERROR_CODE: '200', ERROR_MESSAGE: 'it failed' };
  queue?.messages.push({ body: body(scene), attributes, at: scene.account.clock.now() });
};
/** What CloudWatch Logs has handed to the archive's function. */
function batch({ account }: Scene): string {
  const { events } = account.logs.filterLogEvents({ logGroupName: '/keyturn/audit' });
  const logEvents = events
    .slice(0, 3)
    .map(({ eventId: id, timestamp, message: text }) => ({ id, timestamp, message: text }));
  const data = gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: '/keyturn/audit', logEvents }));
  return JSON.stringify({ awslogs: { data: data.toString('base64') } });
}
const entry = (change: (value: string) => string) => (scene: Scene) => {
  const Name = `/keyturn/keys/${KEY}`;
  const { Value = '' } = scene.account.ssm.getParameter({ Name }).Parameter;
  scene.does('ssm', 'PutParameter', { Name, Value: change(Value), Type: 'String', Overwrite: true });
};
/** What has come to a bus of the security team, which logs it. */
async function onBus(scene: Scene): Promise<void> {
  await scene.passes(5 * MINUTE);
  const logGroupName = '/security/keyturn';
  const logStreamName = 'bus';
  const { logs } = scene.account;
  const { events } = logs.filterLogEvents({ logGroupName: '/keyturn/audit' });
  logs.createLogGroup({ logGroupName });
  logs.createLogStream({ logGroupName, logStreamName });
  const logEvents = events.map(({ timestamp, message: text }) => ({ timestamp, message: `{"detail":${text}}` }));
  logs.putLogEvents({ logGroupName, logStreamName, logEvents });
}
const archiveOf = ({ account, served }: Scene) => {
  const Bucket = served.deployment.outputs.ArchiveBucketName ?? '';
  return { Bucket, Key: account.s3.listObjectsV2({ Bucket }).Contents[0]?.Key ?? '' };
};

export const PAGES: Readonly<Record<string, Page>> = {
  'README.md': { plant: noConnection, exits: { 'npm run --silent keyturn -- doctor': 1 } },
  'docs/start/keyless.md': {
    plant: (scene) =>
      scene.does('iam', 'CreateOpenIDConnectProvider', {
        Url: 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc',
        ClientIDList: ['ari:cloud:bitbucket::workspace/0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31'],
      }),
  },
  'docs/audit/auditors.md': {
    plant: async (scene) => {
      role('YOUR-ROLE')(scene);
      await scene.passes(5 * MINUTE);
    },
    fill: (scene) => {
      const { Bucket, Key } = archiveOf(scene);
      return { '--bucket BUCKET': `--bucket ${Bucket}`, '--key KEY': `--key ${Key}` };
    },
    prints: {
      'aws cloudtrail lookup-events --region us-east-1': /"user":"bitbucket-web-shop","key":"AKIA\w{16}"/,
      'aws cloudtrail lookup-events --lookup': /"version":"access-key-AKIA/,
      'aws secretsmanager describe-secret': /^access-key-AKIA\w{16}-\d{8}T\d{6}Z$/m,
      'aws iam get-credential-report': /bitbucket-web-shop,true/,
      'aws s3api get-object-retention': /"Mode": "(COMPLIANCE|GOVERNANCE)"/,
      'aws s3api get-object-lock': /"ObjectLockEnabled": "Enabled"/,
    },
  },
  'docs/audit/record.md': {
    plant: onBus,
    // The old key is made Inactive on day 10.
    fill: (scene) => ({ 's3://BUCKET': `s3://${archiveOf(scene).Bucket}`, '--days 366': '--days 14' }),
    exits: { 'npm run --silent keyturn -- verify year': [0, 1] },
    prints: { 'npm run --silent keyturn -- verify archive': /Intact/ },
  },
  'docs/audit/report.md': { exits: { 'npm run --silent keyturn -- report --format json --check': 1 } },
  'docs/operate/day-to-day.md': {
    plant: settled,
    meanwhile: { 6: (scene) => scene.makeKey() },
    prints: {
      'aws cloudformation describe-stacks': /RotateFunctionName/,
      'aws lambda invoke': /"findings"|"run"|"keys"/,
      'aws secretsmanager describe-secret': /AWSCURRENT/,
    },
  },
  'docs/operate/deployment.md': { prints: { 'aws cloudformation describe-stack-drift': /DETECTION_COMPLETE/ } },
  'docs/start/package.md': { exits: { 'npx keyturn doctor': 1 } },
  'docs/operate/doctor.md': { exits: { 'npx keyturn doctor': 1 } },
  'docs/operate/permissions.md': { plant: role('YOUR-ROLE') },
  'docs/operate/runbooks/archive.md': {
    plant: message('UnarchivedEvents', batch),
    prints: {
      'aws sqs receive-message': /awslogs/,
      'aws logs describe-subscription': /keyturn-archive/,
      'alarm archive': /keyturn-archive\s+(OK|ALARM|INSUFFICIENT_DATA)/i,
    },
  },
  'docs/operate/runbooks/current-key-inactive.md': {
    plant: (scene) => scene.setKey(scene.currentKey, 'Inactive'),
    fill: newest,
  },
  'docs/operate/runbooks/current-key-missing.md': { plant: (scene) => scene.deleteKey(scene.currentKey) },
  'docs/operate/runbooks/dead-letters.md': {
    plant: message('FailedRuns', () => '{}'),
    prints: { 'for queue in $(aws sqs list-queues': /ERROR_MESSAGE|^$/ },
  },
  'docs/operate/runbooks/foreign-key.md': {
    plant: thenRuns((scene) => {
      settled(scene);
      scene.makeKey();
    }),
    meanwhile: { 2: (scene) => scene.makeKey() },
    prints: finds('foreign-key'),
  },
  'docs/operate/runbooks/hold-limit.md': { plant: (scene) => scene.setKey(scene.oldKey, 'Inactive') },
  'docs/operate/runbooks/invalid-pause.md': {
    plant: thenRuns(tag('keyturn:paused', 'tomorrow')),
    prints: finds('invalid-pause'),
  },
  'docs/operate/runbooks/invalid-entry.md': {
    plant: thenRuns(entry(() => '{"id":')),
    prints: finds('invalid-entry'),
  },
  'docs/operate/runbooks/key-promoted.md': { plant: (scene) => scene.setKey(scene.oldKey, 'Inactive') },
  'docs/operate/runbooks/keyturn-changed.md': {
    plant: (scene) => {
      const Name = scene.served.world.bus.rules[0]?.name ?? '';
      scene.does('events', 'DisableRule', { Name });
    },
    fill: ({ account }) => ({ 'EVENT=…': `EVENT=${account.trail.at(-1)?.eventID}`, 'WHO=…': 'WHO=root' }),
    prints: {
      'aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventId': /DisableRule/,
      'aws cloudformation describe-stack-resource-drifts': /"ActualValue": "DISABLED"/,
      'aws cloudformation describe-stacks': /StackDriftStatus/,
    },
  },
  'docs/operate/runbooks/not-deployed.md': {
    plant: thenRuns(
      entry((value) => value.replace('Production', 'Elsewhere')),
      'sync',
    ),
    prints: finds('not-deployed'),
  },
  'docs/operate/runbooks/not-replaced-yet.md': {
    config: replacedBy(30),
    plant: thenRuns(role(ROLE_INSTEAD), 'deactivate'),
    prints: finds('not-replaced-yet'),
  },
  'docs/operate/runbooks/replaced.md': {
    config: replacedBy(1),
    plant: async (scene) => {
      const { Arn } = role(ROLE_INSTEAD)(scene).Role;
      settled(scene);
      await scene.days(2);
      const { account } = scene;
      account.authenticate(account.roleSession(Arn, 'step'), 'sns');
      // It goes in the first run, and the second one says what is left of it.
      for (let run = 0; run < 2; run++) await scene.runs('deactivate');
    },
    prints: finds('replaced'),
  },
  'docs/operate/runbooks/observed.md': {
    config: { ...EXAMPLE, mode: 'observe' },
    plant: thenRuns(() => undefined),
    prints: finds('observed'),
  },
  'docs/operate/runbooks/paused.md': {
    plant: tag('keyturn:paused', '2099-01-10T08:00:00Z alice release freeze'),
  },
  'docs/operate/runbooks/quarantined.md': {
    plant: thenRuns((scene) =>
      scene.does('iam', 'AttachUserPolicy', {
        UserName: USER,
        PolicyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3',
      }),
    ),
    prints: { ...finds('quarantined'), 'aws iam list-attached': /AWSCompromisedKeyQuarantineV3/ },
  },
  'docs/operate/runbooks/rotation-in-progress.md': {
    plant: thenRuns(tag('keyturn:intent', 'nonsense')),
    prints: finds('rotation-in-progress'),
  },
  'docs/operate/runbooks/provider-failing.md': {
    config: {
      ...EXAMPLE,
      provider: endpointThatGives({ keys: [{ id: KEY }] }),
    },
  },
  'docs/operate/runbooks/provider-throttled.md': {
    config: {
      ...EXAMPLE,
      provider: endpointThatGives({ keys: [{ id: KEY }] }),
    },
  },
  'docs/operate/runbooks/provider-refusing.md': {
    config: {
      ...EXAMPLE,
      provider: endpointThatGives({ keys: [{ id: KEY }] }),
    },
  },
  'docs/operate/runbooks/token-reused.md': {
    config: {
      ...EXAMPLE,
      provider: endpointThatGives({ keys: [{ id: KEY }] }),
    },
  },
  'docs/operate/runbooks/secret-missing.md': {
    plant: thenRuns((scene) => scene.does('secretsmanager', 'DeleteSecret', { SecretId: SECRET })),
    prints: finds('secret-missing'),
  },
  'docs/operate/runbooks/silent-archive.md': {
    plant: ({ account }: Scene) => {
      const [filter] = account.logs.describeSubscriptionFilters({ logGroupName: '/keyturn/audit' }).subscriptionFilters;
      if (filter !== undefined) account.logs.deleteSubscriptionFilter(filter);
    },
  },
  'docs/operate/runbooks/token-expires.md': {
    plant: thenRuns(tag('keyturn:expires', '2026-12-01', CONNECTION), 'sync'),
    prints: finds('token-expires'),
  },
  'docs/operate/runbooks/torn-pair.md': {
    config: { ...EXAMPLE, keys: [{ ...EXAMPLE_KEY, readers: [READER] }] },
    plant: role('web-shop-reader'),
    as: { 'aws secretsmanager get-secret-value': ({ account }) => account.roleSession(READER, 'alice') },
    prints: { 'aws secretsmanager get-secret-value': /"secretAccessKey"/ },
  },
  'docs/operate/runbooks/two-keys.md': {
    plant: (scene) => {
      settled(scene);
      scene.makeKey();
    },
  },
  'docs/operate/runbooks/unmanaged-secret.md': {
    plant: thenRuns((scene) => scene.does('ssm', 'DeleteParameter', { Name: `/keyturn/keys/${KEY}` })),
    prints: finds('unmanaged-secret'),
  },
  'docs/operate/runbooks/user-missing.md': {
    plant: thenRuns((scene) => scene.does('iam', 'UpdateUser', { UserName: USER, NewUserName: 'renamed' })),
    prints: { ...finds('user-missing'), 'for ID in $CURRENT': /^renamed$/m },
  },
  'docs/operate/uninstall.md': {
    prints: { 'aws iam list-access-keys': /"Status": "Active"/ },
  },
  'docs/start/bitbucket.md': {
    plant: noConnection,
    meanwhile: { 0: (scene) => scene.keepConnection(), 1: noConnection, 2: noConnection, 3: noConnection },
  },
  'docs/start/configuration.md': { prints: { ACCOUNT: /^$|^arn:aws:kms:/ } },
  'docs/start/first-deployment.md': { plant: noConnection },
  'docs/start/getting-started.md': {
    plant: (scene) => {
      noConnection(scene);
      settled(scene);
    },
    fill: (scene) => ({ AKIAIOSFODNN7EXAMPLE: scene.currentKey }),
  },
  'docs/start/init.md': {
    plant: (scene) => {
      scene.does('iam', 'CreateUser', { UserName: 'ci-shop' });
      scene.makeKey('ci-shop');
      scene.shell.remove('keyturn.yaml');
    },
    meanwhile: { 2: (scene) => scene.shell.remove('keyturn.yaml') },
  },
  'docs/start/datacenter.md': {
    config: { ...EXAMPLE, keys: [{ ...EXAMPLE_KEY, readers: [DATA_CENTER] }] },
    plant: (scene) =>
      scene.does('secretsmanager', 'CreateSecret', {
        Name: 'bitbucket/database',
        SecretString: JSON.stringify({ password: 'example' }),
      }),
    as: { 'aws secretsmanager get-secret-value': ({ account }) => account.roleSession(DATA_CENTER, 'i-0123') },
    prints: {
      'keyturn datacenter web-shop-production':
        /^plugin\.backup\.secret-key=\{ENC\}\{"region":"eu-west-1","secretId":"keyturn\/web-shop-production","secretPointer":"\/secretAccessKey"\}$/m,
      'keyturn datacenter --secret': /ok {7}pointer/,
      'aws secretsmanager get-secret-value': /^access-key-AKIA\w{16}-\d{8}T\d{6}Z$/m,
    },
  },
  'docs/start/migrating.md': {
    plant: async ({ served }) => {
      const resources = {
        Role: ROLE,
        Inventory: lambdaFunction('inventory', { FunctionName: 'ASA-Account-Inventory' }),
        ...ruleFor('Inventory', { Name: 'asa-daily', ScheduleExpression: 'rate(1 day)' }),
      };
      const source = 'export const handler = async () => {};';
      await served.world.deploy(await assembly({ Resources: resources }, { inventory: source }, 'Asa'), 'Asa');
    },
  },
  'docs/start/observe.md': {
    config: { ...EXAMPLE, mode: 'observe' },
    prints: { 'aws logs filter-log-events': /mode: observe/ },
  },
};
