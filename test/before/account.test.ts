import type { AwsFault } from '../../local/account/wire/server';
import { mayAdministrator, secretPolicyOf } from '../infra/access';
import { ACCOUNT, arnOfSecret, REGION } from '../infra/deployed';
import { compare, compareSeen, type Example, type Seen } from './compared';
import { configOf, type Estate, keyOf } from './estate';

const DEPLOYER = `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-${REGION}`;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const mailed = (estate: Estate, words: RegExp) => estate.mails().some((mail) => words.test(mail));

/** A person deletes the current key on day 5, and something happens besides. */
async function deletedByHand(estate: Estate, besides: () => void): Promise<string> {
  await estate.settle();
  await estate.toDay(5);
  const current = estate.keys('ci-web-shop').at(-1);
  estate.world.account.invoke(estate.admin, 'iam', 'DeleteAccessKey', {
    UserName: 'ci-web-shop',
    AccessKeyId: current?.id ?? '',
  });
  besides();
  await estate.toDay(6);
  await estate.runs('rotate', 'sync');
  return estate.login('web-shop');
}

/** What AWS answers once a story says so. */
class Answers {
  fault: { readonly action: string; readonly answer: AwsFault } | undefined;
  readonly world = {
    accountServer: {
      fault: ({ action }: { readonly action: string }) =>
        this.fault?.action === action ? this.fault.answer : undefined,
    },
  };
}

const NO_CAPACITY: AwsFault = { kind: 'error', status: 409, code: 'LimitExceeded' };

/** Minutes, so that no run waits for it. */
const NEVER = 60 * MINUTE;

/** Of one whose report never comes. @returns when people were told */
async function toldWithoutReport(estate: Estate): Promise<string> {
  await estate.settle();
  if (mailed(estate, /report-unavailable/)) return 'on the first day';
  await estate.toDay(1);
  await estate.run('rotate');
  return mailed(estate, /report-unavailable/) ? 'on the second day' : 'not on the second day';
}

function report(): readonly Example[] {
  const full = new Answers();
  return [
    {
      name: 'a credential report that takes half a minute, and a current key that somebody deleted',
      earlier: 'dead',
      now: 'logs in',
      estate: { world: { account: { credentialReportTime: 30 * SECOND } } },
      story: (estate) => deletedByHand(estate, () => undefined),
    },
    {
      name: 'IAM that has no capacity for a report, and the same',
      earlier: 'dead',
      now: 'logs in',
      estate: { world: full.world },
      story: (estate) => {
        full.fault = undefined;
        return deletedByHand(estate, () => {
          full.fault = { action: 'GenerateCredentialReport', answer: NO_CAPACITY };
        });
      },
    },
    {
      name: 'a report that does not come on any day, and when people are told',
      earlier: 'not on the second day',
      now: 'on the second day',
      estate: { world: { account: { credentialReportTime: NEVER } } },
      story: toldWithoutReport,
    },
  ];
}

const THREE = ['a', 'b', 'c'];

const breaker: readonly Example[] = [
  {
    name: 'three keys on a dead host, and a fourth one elsewhere that is due',
    earlier: 'never rotated',
    now: 'rotated',
    estate: { names: [...THREE, 'web-shop'] },
    config: {
      ...configOf([]),
      connections: {
        ...configOf([]).connections,
        dead: { bitbucket: { secret: 'keyturn/connections/acme', url: 'https://bitbucket.example.com/2.0' } },
      },
      keys: [
        ...THREE.map((name) =>
          keyOf(name, {
            deliverTo: [{ connection: 'dead', repository: `acme/${name}`, environment: 'Production' }],
          }),
        ),
        keyOf('web-shop'),
      ],
    },
    story: dueElsewhere,
  },
  {
    name: 'three repositories that were deleted, and a fourth key of their host that is due',
    earlier: 'never rotated',
    now: 'rotated',
    estate: { names: ['web-shop'] },
    config: configOf([...THREE, 'web-shop']),
    story: async (estate) => {
      for (const name of THREE) {
        estate.world.account.invoke(estate.admin, 'iam', 'CreateUser', { UserName: `ci-${name}` });
      }
      return dueElsewhere(estate);
    },
  },
];

async function dueElsewhere(estate: Estate): Promise<string> {
  await estate.settle();
  const before = estate.keys('ci-web-shop').at(-1)?.id;
  for (const day of [90, 91]) {
    await estate.toDay(day);
    await estate.runs('sync');
    await estate.pass(30 * MINUTE);
    await estate.runs('rotate');
  }
  return estate.keys('ci-web-shop').at(-1)?.id === before ? 'never rotated' : 'rotated';
}

const DENIED_BY_SCP: AwsFault = {
  kind: 'error',
  status: 403,
  code: 'AccessDenied',
  message:
    'User: arn:aws:sts::111122223333:assumed-role/rotate/rotate is not authorized to perform: iam:CreateAccessKey on ' +
    'resource: user ci-web-shop with an explicit deny in a service control policy',
};
const NOT_ALLOWED: AwsFault = { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'not authorized' };

function advice(): readonly Example[] {
  const scp = new Answers();
  const purged = new Answers();
  return [
    {
      name: 'an SCP that denies CreateAccessKey',
      earlier: 'told to deploy the stack again',
      now: 'told of the SCP alone',
      estate: { world: scp.world },
      story: async (estate) => {
        scp.fault = { action: 'CreateAccessKey', answer: DENIED_BY_SCP };
        await estate.days(0);
        return mailed(estate, /[Dd]eploy(ing)? the stack again/)
          ? 'told to deploy the stack again'
          : 'told of the SCP alone';
      },
    },
    {
      name: 'a secret that was purged, of which AWS says access denied',
      earlier: 'told to deploy the stack again',
      now: 'told that it is gone',
      estate: { world: purged.world },
      story: async (estate) => {
        purged.fault = undefined;
        await estate.days(0, 1);
        const seen = estate.mails().length;
        estate.world.account.invoke(estate.admin, 'secretsmanager', 'DeleteSecret', {
          SecretId: 'keyturn/web-shop',
          ForceDeleteWithoutRecovery: true,
        });
        purged.fault = { action: 'DescribeSecret', answer: NOT_ALLOWED };
        await estate.toDay(2);
        await estate.run('sync', { keys: ['web-shop'] });
        const mails = estate.mails().slice(seen).join('\n=====\n');
        if (/secret-missing/.test(mails)) return 'told that it is gone';
        return /[Dd]eploy(ing)? the stack again/.test(mails) ? 'told to deploy the stack again' : mails;
      },
    },
    {
      name: 'a user that was renamed',
      earlier: 'told as broken now',
      now: 'told that keys may go on working',
      story: async (estate) => {
        await estate.days(0, 1);
        estate.world.account.invoke(estate.admin, 'iam', 'UpdateUser', {
          UserName: 'ci-web-shop',
          NewUserName: 'pipeline',
        });
        await estate.days(2);
        return mailed(estate, /Broken now: pipelines .* cannot log in/)
          ? 'told as broken now'
          : 'told that keys may go on working';
      },
    },
    {
      name: 'a rotation that is asked for while the list of keys is stale',
      earlier: 'told as broken now',
      now: 'not told as broken',
      estate: { world: { account: { keyListDelay: 10 * MINUTE } } },
      story: async (estate) => {
        await estate.run('rotate');
        await estate.run('sync');
        await estate.pass(3 * MINUTE);
        await estate.run('rotate', { keys: ['web-shop'] });
        return mailed(estate, /Broken now/) ? 'told as broken now' : 'not told as broken';
      },
    },
    {
      name: 'a user that IAM spells otherwise',
      earlier: 'step-failed',
      now: 'user-spelling',
      config: { ...configOf([]), keys: [keyOf('web-shop', { user: 'CI-Web-Shop' })] },
      story: async (estate) => {
        await estate.days(0, 1);
        return estate.findings().join();
      },
    },
    {
      name: 'Deploy and deploy in one file',
      earlier: 'deployed',
      now: 'refused',
      config: { ...configOf([]), keys: [keyOf('web-shop', { user: 'Deploy' }), keyOf('api', { user: 'deploy' })] },
      story: async () => 'deployed',
    },
  ];
}

const KEYS = ['a', 'b', 'c'];

const cap: Example = {
  name: 'three keys that a deployment has made on one day under a cap of two, on day 90',
  earlier: 'one is late',
  now: 'none is late',
  estate: { names: KEYS },
  config: configOf(KEYS, { maxRotationsPerRun: 2 }),
  story: async (estate) => {
    await estate.settle();
    await estate.toDay(0);
    await estate.settle();
    for (const day of [89, 90]) {
      await estate.toDay(day);
      await estate.runs('rotate', 'sync');
    }
    const now = estate.world.clock.now();
    const late = KEYS.filter((name) => now - Number(estate.keys(`ci-${name}`).at(-1)?.createdAt) > 90 * 86_400_000);
    return late.length === 0 ? 'none is late' : late.length === 1 ? 'one is late' : `${late.length} are late`;
  },
};

const longest: Example = {
  name: 'a finding about an id of 63 characters',
  earlier: 'nobody is mailed',
  now: 'mailed',
  config: { ...configOf([]), keys: [keyOf('web-shop', { id: 'a'.repeat(63), user: 'nobody' })] },
  story: async (estate) => {
    await estate.days(0);
    return mailed(estate, /user-missing/) ? 'mailed' : 'nobody is mailed';
  },
};

/** A key's old and new pair, each used by somebody in the overlap. */
async function usedInOverlap(estate: Estate, uses: 'both' | 'the old one'): Promise<void> {
  const { account, hosts } = estate.world;
  const pair = () => hosts.bitbucket.pipelineVariables('acme', 'web-shop', 'Production');
  const use = ({ AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' }) => {
    const principal = account.authenticate({ accessKeyId, secretAccessKey }, 'sts');
    account.perform({
      service: 'sts',
      action: 'GetCallerIdentity',
      principal,
      input: {},
      at: account.clock.now(),
      sourceIpAddress: '192.0.2.7',
      userAgent: 'nightly-backup/1.0',
    });
  };
  await estate.settle();
  const old = pair();
  await estate.days(90);
  const fresh = pair();
  for (const day of [97, 98, 99]) {
    await estate.toDay(day);
    use(old);
    if (uses === 'both') use(fresh);
  }
  await estate.days(100);
}

const used: readonly Example[] = [
  {
    name: 'a superseded key that is still in use on its day',
    earlier: 'held, and nobody is told what uses it',
    now: 'held, and told with address and client',
    story: async (estate) => {
      await usedInOverlap(estate, 'both');
      if (!estate.findings().includes('in-use')) return `not held: ${estate.findings()}`;
      const told = estate.world.logs.some(({ line }) => /192\.0\.2\.7.*nightly-backup/.test(line));
      return told ? 'held, and told with address and client' : 'held, and nobody is told what uses it';
    },
  },
  {
    name: 'a delivered key that nobody uses while the one before it is used',
    earlier: 'not told',
    now: 'not-adopted',
    story: async (estate) => {
      await usedInOverlap(estate, 'the old one');
      return estate.findings().includes('not-adopted') ? 'not-adopted' : 'not told';
    },
  },
];

compare('the credential report', report());
compare('the breaker', breaker);
compare('advice', advice());
/** What CloudFormation does for `{{resolve:secretsmanager:…}}`, for drift and for an import, with the setting if there is one. */
const cloudFormation: Seen = {
  name: 'the role that CloudFormation deploys with reads a secret that it is to change or import',
  earlier: 'denied, and no setting lets it',
  now: 'allowed by the setting, and denied without it',
  see: async (commit) => {
    const may = async (config: object) => {
      if ('refused' in (await commit.synthesize(config))) return 'no such setting';
      const template = await commit.template(config);
      const resourcePolicy = secretPolicyOf(template, 'web-shop');
      const request = {
        action: 'secretsmanager:GetSecretValue',
        resource: arnOfSecret('keyturn/web-shop'),
        resourcePolicy,
      };
      return (await mayAdministrator(DEPLOYER, request)) ? 'allowed' : 'denied';
    };
    const without = await may(configOf(['web-shop']));
    const on = await may(configOf(['web-shop'], { deployment: { mayReadSecrets: true } }));
    return on === 'no such setting'
      ? `${without}, and no setting lets it`
      : `${on} by the setting, and ${without} without it`;
  },
};

compare('the cap', [cap]);
compare('mails', [longest]);
compareSeen('the role that deploys', [cloudFormation]);
compare('what uses a key', used);
