import type { BitbucketFault, BitbucketRequest } from '../../local/hosts/bitbucket/server';
import { mayAdministrator, mayFunction, type PolicyDocument, secretPolicyOf } from '../infra/access';
import { ACCOUNT, arnOfSecret, deployed, REGION } from '../infra/deployed';
import { resourcesOf } from '../infra/synthesized';
import { policyThatPins } from '../support/policy-that-pins';
import { compare, compareSeen, type Example, type Seen } from './compared';
import { configOf, type Estate, TOKEN } from './estate';

const HOUR = 3_600_000;
const RECORD = '/keyturn/audit';
const ENTRY = '/keyturn/keys/web-shop';

function entryOf(estate: Estate): string {
  return estate.world.account.invoke(estate.admin, 'ssm', 'GetParameter', { Name: ENTRY }).Parameter.Value;
}

function putEntry(estate: Estate, id: string, entry: object): void {
  estate.world.account.invoke(estate.admin, 'ssm', 'PutParameter', {
    Name: `/keyturn/keys/${id}`,
    Value: JSON.stringify(entry),
    Type: 'String',
    Overwrite: true,
  });
}

const parameterWriter: readonly Example[] = [
  {
    name: 'who may write a parameter puts a user of their own into the URL, and a target of their own',
    earlier: 'they hold the key',
    now: 'they hold nothing',
    story: async (estate) => {
      const { bitbucket } = estate.world.hosts;
      bitbucket.addWorkspace('evil');
      bitbucket.addRepository('evil', 'loot');
      bitbucket.addEnvironment('evil', 'loot', 'Production');
      const scopes = ['read:repository:bitbucket', 'read:pipeline:bitbucket', 'admin:pipeline:bitbucket'];
      const theirs = bitbucket.addApiToken({ email: 'mallory@example.com', scopes });
      await estate.settle();
      const entry = JSON.parse(entryOf(estate));
      entry.connections.acme.url = `https://mallory%40example.com:${theirs}@api.bitbucket.org/2.0`;
      entry.targets[0].repository = 'evil/loot';
      putEntry(estate, 'web-shop', entry);
      await estate.pass(HOUR);
      await estate.runs('sync');
      const held = bitbucket.pipelineVariables('evil', 'loot', 'Production').AWS_SECRET_ACCESS_KEY;
      return held === undefined ? 'they hold nothing' : 'they hold the key';
    },
  },
  {
    name: 'who may make secrets and write parameters adds an entry for the user of another key',
    earlier: 'its key is made into their secret',
    now: 'nothing is made',
    story: async (estate) => {
      await estate.settle();
      const { account } = estate.world;
      const entry = { ...JSON.parse(entryOf(estate)), id: 'evil', targets: [] };
      account.invoke(estate.admin, 'secretsmanager', 'CreateSecret', { Name: 'keyturn/evil' });
      account.invoke(estate.admin, 'secretsmanager', 'PutResourcePolicy', {
        SecretId: 'keyturn/evil',
        ResourcePolicy: policyThatPins(JSON.stringify(entry)),
      });
      putEntry(estate, 'evil', entry);
      await estate.toDay(1);
      await estate.runs('rotate');
      const secret = account.secretsManager.describeSecret({ SecretId: 'keyturn/evil' });
      return 'VersionIdsToStages' in secret ? 'its key is made into their secret' : 'nothing is made';
    },
  },
];

/** The host lists this one environment. */
function calls(name: string): (request: BitbucketRequest) => BitbucketFault | undefined {
  const values = [{ uuid: '{7b3e4a52-6a52-4d2b-9a53-000000000001}', name }];
  return ({ kind }) =>
    kind === 'environments' ? { kind: 'status', status: 200, body: { values, size: 1, pagelen: 100 } } : undefined;
}

const host: readonly Example[] = [
  {
    name: 'a host calls its environment by the Authorization header that it was sent',
    earlier: 'the token is in the log and in the mail',
    now: 'the token is nowhere',
    story: async (estate) => {
      const { account } = estate.world;
      const { SecretString = '' } = account.secretsManager.getSecretValue({ SecretId: TOKEN });
      const { accessToken } = JSON.parse(SecretString) as { readonly accessToken: string };
      estate.hostFault = calls(`Bearer ${accessToken}`);
      await estate.runs('rotate', 'sync');
      await estate.pass(HOUR);
      await estate.runs('sync');
      const places = {
        log: estate.world.logs.some(({ line }) => line.includes(accessToken)),
        mail: account.sns.messages.some(({ message }) => message.includes(accessToken)),
      };
      const found = Object.entries(places).flatMap(([place, is]) => (is ? [`in the ${place}`] : []));
      return found.length === 0 ? 'the token is nowhere' : `the token is ${found.join(' and ')}`;
    },
  },
  {
    name: 'a host has an environment with a name of 1.2 MB',
    earlier: 'events are in no record',
    now: 'every event is recorded',
    story: async (estate) => {
      estate.hostFault = calls('x'.repeat(1_200_000));
      await estate.runs('rotate');
      const { unrecorded } = JSON.parse(await estate.run('sync')) as { readonly unrecorded?: number };
      return unrecorded === 0 ? 'every event is recorded' : 'events are in no record';
    },
  },
];

/** Mails about a key of the user that somebody made by hand, on the days 3 to 5; each morning a line is put into the record. */
async function mailsOfForeignKey(estate: Estate, forge: () => void): Promise<number> {
  await estate.settle();
  estate.world.account.invoke(estate.admin, 'iam', 'CreateAccessKey', { UserName: 'ci-web-shop' });
  await estate.toDay(2);
  await estate.runs('rotate');
  const from = estate.mails().length;
  for (const day of [3, 4]) {
    await estate.toDay(day);
    forge();
    await estate.pass(HOUR);
    await estate.runs('rotate');
  }
  return estate.mails().slice(from).length;
}

const logWriter: Example = {
  name: 'who may write into the log group says each day that people were told of a foreign key',
  earlier: 'people are not mailed any more',
  now: 'people are mailed every day',
  story: async (estate) => {
    const { account, clock } = estate.world;
    const mails = await mailsOfForeignKey(estate, () => {
      const { events } = account.logs.filterLogEvents({ logGroupName: RECORD });
      const told = events.find(({ message }) => /"event":"people-told".*"foreign-key"/.test(message));
      const { seal, ...plain } = JSON.parse(told?.message ?? '{}');
      const line = { ...plain, time: new Date(clock.now()).toISOString(), run: 'forged', id: 'forged-1' };
      account.logs.putLogEvents({
        logGroupName: RECORD,
        logStreamName: told?.logStreamName ?? '',
        logEvents: [{ timestamp: clock.now(), message: JSON.stringify(line) }],
      });
    });
    return mails === 0 ? 'people are not mailed any more' : mails === 2 ? 'people are mailed every day' : `${mails}`;
  },
};

const metricWriter: Example = {
  name: 'who may put metrics says every hour that each run has finished, and nothing runs',
  earlier: 'no alarm rings',
  now: 'four alarms ring',
  story: async (estate) => {
    const { world } = estate;
    await estate.days(0);
    for (const rule of world.bus.rules) world.bus.putRule({ ...rule, enabled: false });
    for (let hour = 0; hour < 41; hour += 1) {
      for (const name of ['rotate', 'deactivate', 'delete', 'sync']) {
        const dimensions = { service: 'keyturn', function: name };
        world.account.cloudWatch.metrics.put({
          namespace: 'Keyturn',
          name: 'Finished',
          dimensions,
          value: 1,
          at: world.clock.now(),
        });
      }
      await estate.pass(HOUR);
    }
    const ringing = world.alarms.list().filter(({ name, state }) => name.includes('-silent-') && state === 'ALARM');
    return ringing.length === 4 ? 'four alarms ring' : ringing.length === 0 ? 'no alarm rings' : `${ringing.length}`;
  },
};

const RULE_DISABLED = {
  userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/mallory` },
  eventTime: '2026-01-01T12:00:00Z',
  eventSource: 'events.amazonaws.com',
  eventName: 'DisableRule',
  awsRegion: REGION,
  sourceIPAddress: '198.51.100.7',
  eventID: 'e0b7c4c6-3a3e-4a5e-8f51-6ad2f0a3c1d2',
  readOnly: false,
  managementEvent: true,
};

const ruleDisabled: Example = {
  name: 'somebody disables a rule of the stack',
  earlier: 'nobody is told',
  now: 'told by mail, with a name',
  story: async (estate) => {
    const { world } = estate;
    await estate.settle();
    estate.runsByItself = true;
    world.bus.publish({
      version: '0',
      id: 'f7c3a7f0-2c1e-4b9e-9a55-0c5d8d0b9d10',
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.events',
      account: world.account.accountId,
      time: '2026-01-01T12:00:00Z',
      region: world.account.region,
      resources: [],
      detail: { ...RULE_DISABLED, requestParameters: { name: world.bus.rules[0]?.name } },
    });
    await estate.pass(HOUR / 4);
    const { messages } = world.account.sns;
    const isTold = messages.some(({ message }) => message.includes('DisableRule') && message.includes('user/mallory'));
    return isTold ? 'told by mail, with a name' : 'nobody is told';
  },
};

const ARCHIVE = configOf(['web-shop'], { audit: { archive: { years: 7 } } });
const SECRET = arnOfSecret('keyturn/web-shop');

const rights: readonly Seen[] = [
  {
    name: 'an administrator adds an object to the archive',
    earlier: 'taken',
    now: 'refused',
    see: async (commit) => {
      const template = await commit.template(ARCHIVE);
      const [bucket] = resourcesOf(template, 'AWS::S3::Bucket').filter(({ id }) => id.includes('Archive'));
      const [policy] = resourcesOf(template, 'AWS::S3::BucketPolicy').filter(({ id }) => id.includes('Archive'));
      const may = await mayAdministrator(`arn:aws:iam::${ACCOUNT}:role/administrator`, {
        action: 's3:PutObject',
        resource: `${deployed(template, { 'Fn::GetAtt': [bucket?.id, 'Arn'] })}/events/2026/01/01/forged.jsonl`,
        context: { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3', 's3:if-none-match': '*' },
        resourcePolicy: deployed(template, policy?.Properties.PolicyDocument) as PolicyDocument,
      });
      return may ? 'taken' : 'refused';
    },
  },
  {
    name: 'who may pass roles gives those of the functions to a function of their own',
    earlier: 'of use there: rotate, deactivate, delete, sync',
    now: 'of no use there',
    see: async (commit) => {
      const template = await commit.template(configOf(['web-shop']));
      const context = { 'lambda:SourceFunctionArn': `arn:aws:lambda:${REGION}:${ACCOUNT}:function:theirs` };
      const resource = `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/keyturn/keys/`;
      const of: string[] = [];
      for (const name of ['rotate', 'deactivate', 'delete', 'sync'] as const) {
        const request = { action: 'ssm:GetParametersByPath', resource, context };
        if (await mayFunction(template, name, request)) of.push(name);
      }
      return of.length === 0 ? 'of no use there' : `of use there: ${of.join(', ')}`;
    },
  },
  {
    name: 'the stolen role of rotate says of a key what only sync knows',
    earlier: 'taken',
    now: 'refused',
    see: async (commit) => {
      const template = await commit.template(configOf(['web-shop']));
      const may = await mayFunction(template, 'rotate', {
        action: 'secretsmanager:TagResource',
        resource: SECRET,
        context: { 'aws:TagKeys': ['keyturn:delivered'] },
        resourcePolicy: secretPolicyOf(template, 'web-shop'),
      });
      return may ? 'taken' : 'refused';
    },
  },
];

compare('who writes the registry', parameterWriter);
compare('a host', host);
compare('who writes into the record or beside it', [logWriter, metricWriter]);
compare('who changes Keyturn itself', [ruleDisabled]);
compareSeen('rights', rights);
