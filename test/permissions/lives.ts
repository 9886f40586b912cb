import { randomUUID } from 'node:crypto';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { callerConfig } from '../../functions/aws/client-config';
import { findFront } from '../../functions/aws/front';
import type { ConfigInput } from '../../functions/core/config/config';
import { LEVELS, type Level } from '../../functions/core/names';
import { REQUEST_SCHEMA } from '../../functions/core/request/request';
import { readConfigFile } from '../../infra/config/config-file';
import type { AwsCall, AwsFault } from '../../local/account/wire/server';
import type { BitbucketFault } from '../../local/hosts/bitbucket/fault';
import { functionNameOf } from '../../local/stack/deployment';
import { DeployedWorld, type DeployedWorldOptions, synthesized } from '../support/deployed-world';
import { Enforcement } from './enforcement';
import { busPolicy } from './evidence-life';
import { askForLambda } from './lambda-itself';

const USER = 'bitbucket-web-shop';
const PARTNER = {
  secret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/connections/partner-a1B2c3',
  key: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
};
/** That of docs/examples/many-keys.yaml for queues and the functions' logs. */
const QUEUES_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/9012abcd-90ab-12cd-34ef-901234abcdef';
/** The bus of docs/examples/many-keys.yaml. */
const CENTRAL_BUS = 'arn:aws:events:eu-west-1:444455556666:event-bus/security';
const READER = 'arn:aws:iam::111122223333:role/bitbucket-data-center';

/** A world whose calls the deployed policies decide, with faults that are switched on and off. */
export interface EnforcedLife {
  readonly deployed: DeployedWorld;
  readonly enforcement: Enforcement;
  /** Asked for every call of a function. */
  awsFault: ((call: AwsCall) => AwsFault | undefined) | undefined;
  /** Answers every request to Bitbucket. */
  bitbucketFault: BitbucketFault | undefined;
  afterCall: ((call: AwsCall) => void) | undefined;
}

export async function enforcedLife(cdkOut: string, before?: DeployedWorldOptions['before']): Promise<EnforcedLife> {
  const enforcement = new Enforcement();
  const switches: Pick<EnforcedLife, 'awsFault' | 'bitbucketFault' | 'afterCall'> = {
    awsFault: undefined,
    bitbucketFault: undefined,
    afterCall: undefined,
  };
  const deployed = await DeployedWorld.open(cdkOut, {
    before,
    onDeploy: (deployment, world) => {
      enforcement.enforce(deployment, world);
      enforcement.enforceElsewhere(CENTRAL_BUS, busPolicy(CENTRAL_BUS));
    },
    world: {
      accountServer: {
        authorize: enforcement.authorize,
        fault: (call) => (call.principal.kind === 'role' ? switches.awsFault?.(call) : undefined),
        onCall: (call) => switches.afterCall?.(call),
      },
      hosts: { bitbucket: { server: { fault: () => switches.bitbucketFault } } },
    },
  });
  return Object.assign(switches, { deployed, enforcement });
}

/** One fault for the first call of an action. */
function once(action: string, fault: AwsFault): (call: AwsCall) => AwsFault | undefined {
  let left = 1;
  return (call) => (call.action === action && left-- > 0 ? fault : undefined);
}

/**
 * The example: the life of a key with everything that goes wrong in it. A failed store, a late delivery, a key that
 * people deactivate and reactivate, a process that dies, a current key that dies, keys made by hand, other targets, and
 * an hour without the registry. What fails for good lies in queues that a KMS key of somebody's own encrypts.
 */
export async function eventfulLife(): Promise<EnforcedLife> {
  const { deployment, ...example } = readConfigFile('docs/examples/keyturn.yaml').config;
  const config = { ...example, deployment: { ...deployment, encryptionKey: QUEUES_KEY } };
  const life = await enforcedLife(synthesized(config));
  const { deployed } = life;
  const { world } = deployed;
  const rotate = deployed.functionName('rotate');

  life.awsFault = once('PutSecretValue', { kind: 'error', status: 400, code: 'InvalidRequestException' });
  await deployed.until(0, 2);
  // The key of the second try waits for its targets for hours.
  life.bitbucketFault = { kind: 'status', status: 503 };
  await deployed.until(0, 6);
  life.bitbucketFault = undefined;
  await deployed.until(2);

  const [old] = deployed.keys(USER);
  deployed.setStatus(USER, old?.id ?? '', 'Inactive');
  await deployed.until(4);
  deployed.setStatus(USER, old?.id ?? '', 'Active');
  // AWS puts the user in quarantine, and people end it.
  const quarantine = { UserName: USER, PolicyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3' };
  world.account.invoke(deployed.admin, 'iam', 'AttachUserPolicy', quarantine);
  await deployed.until(5);
  world.account.invoke(deployed.admin, 'iam', 'DetachUserPolicy', quarantine);
  // Idle, overlapped again, deactivated, recovered, deleted.
  await deployed.until(26);

  // The process dies when the key is made; a day later the orphan is found and discarded.
  life.afterCall = ({ action }) => {
    if (action !== 'CreateAccessKey') return;
    life.afterCall = undefined;
    void world.functions.kill(rotate);
  };
  await deployed.run('rotate', { keys: ['web-shop-production'] });
  await deployed.until(27);

  // The successor dies by hand while its predecessor fills the other slot.
  await deployed.run('rotate', { keys: ['web-shop-production'] });
  await deployed.until(27, 2);
  deployed.setStatus(USER, deployed.keys(USER).at(-1)?.id ?? '', 'Inactive');
  await deployed.until(28);

  // A key that is deleted by hand makes room for one that is made by hand.
  const dead = deployed.keys(USER).find(({ status }) => status === 'Inactive');
  world.account.invoke(deployed.admin, 'iam', 'DeleteAccessKey', { UserName: USER, AccessKeyId: dead?.id ?? '' });
  world.account.invoke(deployed.admin, 'iam', 'CreateAccessKey', { UserName: USER });
  await deployed.until(40);
  deployed.setStatus(USER, deployed.keys(USER).at(-1)?.id ?? '', 'Inactive');
  await deployed.until(41);

  await deployed.redeploy(synthesized(renamedVariables(config)));
  await deployed.until(42, 1);

  // Stops every run; a refusal, because the SDK waits in real time before it repeats a call that a server error ended.
  const noRegistry: AwsFault = { kind: 'error', status: 400, code: 'InvalidFilterKey' };
  life.awsFault = ({ action }) => (action === 'GetParametersByPath' ? noRegistry : undefined);
  // Until sync looks at what was delivered, which is less than a day.
  await deployed.until(42, 23);
  life.awsFault = undefined;
  await deployed.until(43);
  await askForLambda(deployed, life.enforcement);
  return life;
}

/** Delivered under another name than before, so that every key has to be delivered again. */
function renamedVariables(config: ConfigInput): ConfigInput {
  return {
    ...config,
    keys: config.keys?.map((key) => ({
      ...key,
      deliverTo: (key.deliverTo ?? []).map((target) => ({ ...target, variables: { secretAccessKey: 'AWS_SECRET' } })),
    })),
  };
}

/** A key whose role takes over within the life. */
const LEAVING = 'leaving';
const TAKES_OVER = { name: 'leaving-deploy', arn: 'arn:aws:iam::111122223333:role/leaving-deploy' };

/** Every setting there is, with a customer-managed KMS key, forgotten keys, a reader of the secret, and a key that goes for good. */
export async function wholeLife(): Promise<EnforcedLife> {
  const { keys, ...settings } = readConfigFile('docs/examples/many-keys.yaml').config;
  const leaving = { id: LEAVING, user: LEAVING, replacedBy: { roles: [TAKES_OVER.arn], idleFor: 5 } };
  const life = await enforcedLife(synthesized({ ...settings, keys: [...keys, leaving] }), ({ account }) => {
    account.iam.roles.create({ RoleName: TAKES_OVER.name, AssumeRolePolicyDocument: '{}' });
    account.secretsManager.updateSecret({ SecretId: PARTNER.secret, KmsKeyId: PARTNER.key });
    account.iam.roles.create({ RoleName: 'bitbucket-data-center', AssumeRolePolicyDocument: '{}' });
  });
  const { deployed } = life;
  // Before there is any key, when only a look at all secrets shows whether one goes on after another.
  for (const level of LEVELS) await pauseAndResume(level, life);
  // The answer to a store is lost, so it is repeated: Secrets Manager compares, and that takes a Decrypt.
  life.awsFault = once('PutSecretValue', { kind: 'drop-after' });
  // Something still uses the old keys when their time has come.
  await deployed.until(9, 12);
  const { iam } = deployed.world.account;
  for (const { user } of deployed.entries) {
    const [old] = iam.accessKeys.of(iam.users.get(user));
    if (old !== undefined && user !== LEAVING) iam.accessKeys.recordUse(old.id, 's3', deployed.world.account.region);
  }
  iam.roles.recordUse(TAKES_OVER.name, deployed.world.account.region);
  // Over the second day of the second month, on which the report is written.
  await deployed.until(32, 8);
  // A person asks for the report of a month that has not ended: Lambda tries three times and gives the event up.
  const report = functionNameOf(deployed.deployment, 'ReportFunction');
  await deployed.world.functions.invokeAsynchronously(report, JSON.stringify({ month: '2026-12' }));
  // So it does with what comes to a front by another way than through its URL; people are told.
  for (const level of LEVELS) {
    await deployed.world.functions.invokeAsynchronously(functionNameOf(deployed.deployment, `${level}Function`), '{}');
  }
  await deployed.until(32, 9);
  await askForLambda(deployed, life.enforcement);
  await readAs(READER, life);
  return life;
}

/** What a person asks of a front, through its URL: the account's root, whom everything is allowed. */
async function pauseAndResume(level: Level, { deployed: { world, deployment } }: EnforcedLife): Promise<void> {
  const { account, clock, accountUrl: endpoint } = world;
  const access = { endpoint, region: account.region, credentials: account.rootSession() };
  const front = await findFront(functionNameOf(deployment, `${level}Function`), callerConfig(access));
  const until = new Date(clock.now() + 86_400_000).toISOString();
  for (const what of [{ do: 'pause', until }, { do: 'resume' }]) {
    const request = { schema: REQUEST_SCHEMA, id: randomUUID(), keys: ['data-center'], why: 'a try', ...what };
    const { plan } = await front.ask(request, new Date(clock.now()));
    const { outcome } = await front.ask({ ...request, plan: plan?.digest }, new Date(clock.now()));
    if (outcome !== 'done') throw new Error(`${level}: ${what.do} was ${outcome}`);
  }
}

async function readAs(roleArn: string, { deployed: { world } }: EnforcedLife): Promise<void> {
  const { accessKeyId, secretAccessKey, sessionToken } = world.account.roleSession(roleArn, 'bitbucket');
  const client = new SecretsManagerClient({
    endpoint: world.accountUrl,
    region: world.account.region,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    systemClockOffset: world.clock.now() - Date.now(),
    maxAttempts: 1,
  });
  const SecretId = 'keyturn/data-center';
  await client.send(new DescribeSecretCommand({ SecretId }));
  await client.send(new GetSecretValueCommand({ SecretId }));
  client.destroy();
}
