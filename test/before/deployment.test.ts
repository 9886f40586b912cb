import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Commit } from './commit';
import { compare, type Example } from './compared';
import { configOf, type Estate, keyOf } from './estate';

/** Brings the stack up to date. @returns what has become of it */
async function update(estate: Estate, commit: Commit, config: object, options?: object): Promise<string> {
  const made = await commit.synthesize(config, options);
  if ('refused' in made) return 'refused';
  return estate.deploy(made.cdkOut).then(
    () => 'deployed',
    () => 'failed half-way',
  );
}

/** The template of a configuration. @throws Error with the mistakes */
async function templateOf(commit: Commit, config: object, options?: object): Promise<string> {
  const made = await commit.synthesize(config, options);
  if ('refused' in made) throw new Error(made.refused.join('\n'));
  return readFileSync(join(made.cdkOut, 'Keyturn.template.json'), 'utf8');
}

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
      const end = await update(estate, commit, configOf(['web-shop', 'api']), { keyStacks: 1 });
      return `${end}, and ${managed(estate)} keys are managed`;
    },
  },
  {
    name: '120 keys with everything turned on, in one stack',
    earlier: 'more than CloudFormation takes',
    now: 'with a fifth of reserve',
    story: async (_estate, commit) => {
      const { length } = await templateOf(commit, everything(120));
      if (length > 1_000_000) return 'more than CloudFormation takes';
      return length < 800_000 ? 'with a fifth of reserve' : `${length} bytes`;
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
      await update(estate, commit, configOf([], { keys: [keyOf('web-shop', { user: 'ci-next' })] }));
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
      await update(estate, commit, configOf([], { keys: [{ ...keyOf('web-shop'), id: 'shop' }] }));
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
      await update(estate, commit, configOf(['api']));
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

const CHINA = { env: { account: '111122223333', region: 'cn-north-1' } };
const UNKNOWN = { env: { account: '111122223333', region: 'us-iso-east-1' } };

const elsewhere: readonly Example[] = [
  {
    name: 'hosts of services in China, in kms:ViaService',
    earlier: 'amazonaws.com',
    now: 'amazonaws.com.cn',
    story: async (_estate, commit) => {
      const template = await templateOf(commit, { ...configOf(['web-shop']), ...EVERYTHING_OF_THE_ENGINE }, CHINA);
      const hosts = [...template.matchAll(/"kms:ViaService":\s*("[^"]*"|\{.*?\}|\[.*?\])/gs)].map(([, host]) => host);
      return hosts.every((host) => /amazonaws\.com\.cn|AWS::URLSuffix/.test(host ?? ''))
        ? 'amazonaws.com.cn'
        : hosts.some((host) => /amazonaws\.com"/.test(host ?? ''))
          ? 'amazonaws.com'
          : hosts.join();
    },
  },
  {
    name: 'a partition that nobody has looked at',
    earlier: 'made as if it were known',
    now: 'refused',
    story: async (_estate, commit) => {
      const made = await commit.synthesize(configOf(['web-shop']), UNKNOWN);
      return 'refused' in made ? 'refused' : 'made as if it were known';
    },
  },
  {
    name: 'what writes the archive, whose objects are locked',
    earlier: 'Firehose, of whose checksums nobody says anything',
    now: 'a function',
    story: async (_estate, commit) => {
      const template = await templateOf(commit, { ...configOf(['web-shop']), ...EVERYTHING_OF_THE_ENGINE });
      return /KinesisFirehose::DeliveryStream/.test(template)
        ? 'Firehose, of whose checksums nobody says anything'
        : 'a function';
    },
  },
];

compare('growth', growth);
compare('changes of keys', changes);
compare('partitions and the archive', elsewhere);
