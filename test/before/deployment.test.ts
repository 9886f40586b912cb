import { madeBefore, resourcesOf } from '../infra/synthesized';
import type { Commit } from './commit';
import { compare, compareSeen, type Example, type Seen } from './compared';
import { configOf, type Estate, keyOf } from './estate';

const managed = ({ world: { account } }: Estate) =>
  account.ssm.getParametersByPath({ Path: '/keyturn/keys/' }).Parameters.length;

const growth: readonly Example[] = [
  {
    name: 'two keys, and then a stack of keys by the context of then',
    earlier: 'failed half-way, and 0 keys are managed',
    now: 'refused, and 2 keys are managed',
    estate: { names: ['web-shop', 'api'] },
    config: configOf(['web-shop', 'api']),
    story: async (estate, commit) => {
      const end = await estate.update(commit, configOf(['web-shop', 'api']), { keyStacks: 1 });
      return `${end}, and ${managed(estate)} keys are managed`;
    },
  },
];

function everything(count: number): object {
  const { keys, ...rest } = configOf(Array.from({ length: count }, (_, at) => `key-${at}-`.padEnd(50, 'x')));
  return {
    ...rest,
    ...EVERYTHING_OF_THE_ENGINE,
    keys: keys.map((key, at) => ({
      ...key,
      policy: { rotateAfter: 30, deactivateAfter: 37, deleteAfter: 44, idleFor: 3, holdLimit: 7 },
      adopt: 'replace-idle',
      readers: [`arn:aws:iam::111122223333:role/reader-${at}`],
    })),
  };
}

const EVERYTHING_OF_THE_ENGINE = {
  trail: 'create',
  encryption: 'customer-managed',
  audit: { archive: { years: 7 }, report: {} },
};

const changes: readonly Example[] = [
  {
    name: "another user under a key's id, in an overlap",
    earlier: 'told: current-key-missing',
    now: 'told: user-changed',
    story: async (estate, commit) => {
      await estate.settle();
      await estate.days(90);
      estate.world.account.invoke(estate.admin, 'iam', 'CreateUser', { UserName: 'ci-next' });
      await estate.update(commit, configOf([], { keys: [keyOf('web-shop', { user: 'ci-next' })] }));
      await estate.days(95, 96);
      return `told: ${estate.findings()}`;
    },
  },
  {
    name: 'another id for a user, in an overlap',
    earlier: 'blocked by two keys on day 180',
    now: 'rotated by day 180',
    story: async (estate, commit) => {
      await estate.settle();
      await estate.days(90);
      await estate.update(commit, configOf([], { keys: [{ ...keyOf('web-shop'), id: 'shop' }] }));
      await estate.days(95, 101, 111, 180);
      const age = estate.world.clock.now() - Number(estate.keys('ci-web-shop').at(-1)?.createdAt);
      if (estate.findings().includes('two-keys')) return 'blocked by two keys on day 180';
      return age < 90 * 86_400_000 ? 'rotated by day 180' : 'not rotated';
    },
  },
  {
    name: 'a secret that is left over, in the record of a day',
    earlier: 'every hour',
    now: 'once',
    estate: { names: ['web-shop', 'api'] },
    config: configOf(['web-shop', 'api']),
    story: async (estate, commit) => {
      await estate.settle();
      await estate.update(commit, configOf(['api']));
      for (let hour = 0; hour < 6; hour += 1) {
        await estate.pass(3_600_000);
        await estate.run('sync');
      }
      await estate.run('rotate');
      const times = estate.world.logs.filter(({ line }) => /"event":"finding".*"unmanaged-secret"/.test(line)).length;
      return times === 1 ? 'once' : times >= 6 ? 'every hour' : `${times} times`;
    },
  },
];

/** How a key that was taken out of the configuration may be put back: as one that has its secret, or as it was. */
const WAYS_BACK: readonly object[] = [{ secret: 'existing' }, {}];

/** What stays of a stack that was destroyed is named: the record, and in one way or another the secrets. */
const RECORD_IS_THERE = { audit: { logGroup: 'existing' } };

const comingBack: readonly Example[] = [
  {
    name: 'a registry that has lost its keys, and who is told',
    earlier: 'nobody',
    now: 'people, by mail',
    story: async (estate) => {
      await estate.settle();
      estate.world.account.invoke(estate.admin, 'ssm', 'DeleteParameter', { Name: '/keyturn/keys/web-shop' });
      await estate.days(1, 2);
      return estate.mails().length === 0 ? 'nobody' : 'people, by mail';
    },
  },
  {
    name: 'a key that is taken out of the configuration and put back',
    earlier: 'cannot be put back',
    now: 'goes on with its secret',
    config: configOf(['web-shop', 'api']),
    estate: { names: ['web-shop', 'api'] },
    story: async (estate, commit) => {
      await estate.settle();
      await estate.update(commit, configOf(['api']));
      for (const way of WAYS_BACK) {
        const keys = [keyOf('web-shop', way), keyOf('api')];
        if ((await estate.update(commit, configOf([], { keys }))) === 'deployed') return ranOn(estate);
      }
      return 'cannot be put back';
    },
  },
  {
    name: 'a stack that is destroyed and deployed again',
    earlier: 'does not come back with its secrets',
    now: 'goes on with its secret',
    story: async (estate, commit) => {
      await estate.settle();
      await estate.destroy();
      for (const way of WAYS_BACK) {
        const config = configOf([], { keys: [keyOf('web-shop', way)], ...RECORD_IS_THERE });
        if ((await estate.update(commit, config)) === 'deployed') return ranOn(estate);
      }
      return 'does not come back with its secrets';
    },
  },
];

/** A day later. @returns what has become of the key that was current before */
async function ranOn(estate: Estate): Promise<string> {
  const held = estate.keys('ci-web-shop').at(-1)?.id;
  await estate.days(1, 2);
  const isSame = estate.keys('ci-web-shop').at(-1)?.id === held && estate.login('web-shop') === 'logs in';
  return isSame ? 'goes on with its secret' : 'starts anew';
}

const HOMES = [
  { where: 'China', region: 'cn-north-1' },
  { where: 'the European Sovereign Cloud', region: 'eusc-de-east-1' },
] as const;
const UNKNOWN = { env: { account: '111122223333', region: 'us-iso-east-1' } };

const templates: readonly Seen[] = [
  {
    name: '120 keys with everything turned on, in one stack',
    earlier: 'more than CloudFormation takes',
    now: 'with a fifth of reserve',
    see: async (commit) => {
      const { length } = await commit.templateText(everything(120));
      if (length > 1_000_000) return 'more than CloudFormation takes';
      return length < 800_000 ? 'with a fifth of reserve' : `${length} bytes`;
    },
  },
  {
    name: 'a second stack in the account, which fails at a name of the first',
    earlier: 'may leave the protected record, at which the next try fails',
    now: 'leaves nothing',
    see: async (commit) => {
      const template = await commit.template(configOf(['web-shop']));
      const [record] = resourcesOf(template, 'AWS::Logs::LogGroup').filter(
        ({ Properties }) => Properties.LogGroupName === '/keyturn/audit',
      );
      const [policy] = resourcesOf(template, 'AWS::IAM::ManagedPolicy').filter(
        ({ Properties }) => Properties.ManagedPolicyName === 'KeyturnAuditor',
      );
      const isKept = record?.DeletionPolicy === 'Retain';
      return isKept && !madeBefore(template, record.id).has(policy?.id ?? '')
        ? 'may leave the protected record, at which the next try fails'
        : 'leaves nothing';
    },
  },
  ...HOMES.map(({ where, region }) => ({
    name: `hosts of services in ${where}, in kms:ViaService`,
    earlier: 'amazonaws.com',
    now: "the partition's own",
    see: async (commit: Commit) => {
      const home = { env: { account: '111122223333', region } };
      const template = await commit.templateText({ ...configOf(['web-shop']), ...EVERYTHING_OF_THE_ENGINE }, home);
      const hosts = [...template.matchAll(/"kms:ViaService":\s*("[^"]*"|\{.*?\}|\[.*?\])/gs)].map(([, host]) => host);
      const end = (host = '') =>
        host.includes('AWS::URLSuffix') ? "the partition's own" : (/amazonaws\.[a-z.]+(?=")/.exec(host)?.[0] ?? host);
      return [...new Set(hosts.map(end))].join();
    },
  })),
  {
    name: 'a partition that nobody has looked at',
    earlier: 'made as if it were known',
    now: 'refused',
    see: async (commit) => {
      const made = await commit.synthesize(configOf(['web-shop']), UNKNOWN);
      return 'refused' in made ? 'refused' : 'made as if it were known';
    },
  },
  {
    name: 'what writes the archive, whose objects are locked',
    earlier: 'Firehose, of whose checksums nobody says anything',
    now: 'a function',
    see: async (commit) => {
      const template = await commit.templateText({ ...configOf(['web-shop']), ...EVERYTHING_OF_THE_ENGINE });
      return /KinesisFirehose::DeliveryStream/.test(template)
        ? 'Firehose, of whose checksums nobody says anything'
        : 'a function';
    },
  },
];

compare('growth', growth);
compare('changes of keys', changes);
compare('what comes back', comingBack);
compareSeen('templates', templates);
