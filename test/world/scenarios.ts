import { randomUUID } from 'node:crypto';
import { MINUTE } from '../../functions/core/duration';
import { registryParameterName, secretName, TAG } from '../../functions/core/names';
import { REQUEST_SCHEMA } from '../../functions/core/request/request';
import type { AwsFault } from '../../local/account/wire/server';
import type { Scene } from '../support/scene';
import type { KeyOptions, SceneOptions } from '../support/stage';
import { whoIs } from '../support/who-is';
import { Transcript } from './transcript';

/** Something that happens to keys, and that leaves a record. */
export interface Scenario {
  readonly of: string;
  readonly begins?: SceneOptions;
  readonly tells: (scene: Scene) => Promise<Transcript>;
}

export const DENIED: AwsFault = {
  kind: 'error',
  status: 400,
  code: 'AccessDeniedException',
  message: 'not authorized',
};

/** Keys that are everywhere, each with a user of its own. */
async function delivered(scene: Scene, ids: readonly string[] = ['shop'], options: KeyOptions = {}) {
  for (const id of ids) scene.manage(id, options);
  await scene.rotate();
  await scene.sync();
  return new Transcript(scene, Object.fromEntries(ids.map((id) => [id, `ci-${id}`])));
}

async function superseded(scene: Scene) {
  await delivered(scene);
  const old = scene.held('shop');
  scene.toDay(90);
  await scene.rotate();
  await scene.sync();
  const use = () => whoIs(old.accessKeyId ?? '', old.secretAccessKey ?? '');
  return { told: new Transcript(scene), old: old.accessKeyId ?? '', use };
}

async function asked(scene: Scene, does: string, more: object = {}) {
  const document = {
    schema: REQUEST_SCHEMA,
    id: randomUUID(),
    do: does,
    keys: ['shop'],
    why: 'it was in a log',
    ...more,
  };
  const { answer } = await scene.ask(document, { level: 'administrator' });
  await scene.ask({ ...document, plan: answer?.plan?.digest }, { level: 'administrator' });
}

function failing(scene: Scene, action: string, fault: AwsFault, times = Number.POSITIVE_INFINITY): void {
  let left = times;
  scene.awsFault = (call) => (call.action === action && left-- > 0 ? fault : undefined);
}

/** Deploys the key `shop` under the id `store`: its parameter is gone, and its secret is retained. */
function renamed(scene: Scene): void {
  scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: registryParameterName('shop') });
  scene.makeSecret('store');
  scene.register(scene.entry('store', { user: 'ci-shop', deliverTo: [{ repository: 'acme/shop' }] }));
}

const placeOf = (scene: Scene) =>
  ({
    level: 'deployment',
    workspace: 'acme',
    repository: 'shop',
    environment: scene.bitbucket.environments({ workspace: 'acme', repository: 'shop' })[0]?.uuid ?? '',
  }) as const;

/** Somebody deletes a variable at the host. */
function variableGone(scene: Scene, name: string): void {
  const place = placeOf(scene);
  const { uuid = '' } = scene.bitbucket.variables(place).find(({ key }) => key === name) ?? {};
  scene.bitbucket.removeVariable(place, uuid);
}

/** The connection's token may also read what a repository is. */
function mayIdentify(scene: Scene): void {
  const accessToken = scene.bitbucket.addAccessToken({
    workspace: 'acme',
    scopes: ['pipeline', 'pipeline:variable', 'repository'],
  });
  const SecretString = JSON.stringify({ accessToken });
  scene.account.invoke(scene.admin, 'secretsmanager', 'PutSecretValue', {
    SecretId: 'keyturn/connections/acme',
    SecretString,
  });
}

const LOOK = { look: ['shop'] };

export const SCENARIOS: readonly Scenario[] = [
  {
    of: 'a fresh key that may not be deleted again, and a user whose keys others make',
    tells: async (scene) => {
      scene.manage('shop');
      const told = new Transcript(scene);
      scene.awsFault = ({ action }) => (/^(PutSecretValue|DeleteAccessKey)$/.test(action) ? DENIED : undefined);
      await told.of(() => scene.rotate());
      scene.hours(2);
      failing(scene, 'CreateAccessKey', { kind: 'error', status: 409, code: 'LimitExceeded' });
      await told.of(() => scene.rotate());
      return told;
    },
  },
  {
    of: 'two keys that name one place',
    tells: async (scene) => {
      scene.manage('one');
      scene.manage('two');
      const [{ uuid = '' } = {}] = scene.bitbucket.environments({ workspace: 'acme', repository: 'one' });
      scene.register(scene.entry('two', { deliverTo: [{ repository: 'acme/one', environment: uuid }] }));
      const told = new Transcript(scene, { one: 'ci-one', two: 'ci-two' });
      await told.of(() => scene.rotate());
      await told.of(() => scene.sync());
      return told;
    },
  },
  {
    of: 'a fresh key that nobody can use',
    begins: { newKeyDelay: 180_000 },
    tells: async (scene) => {
      scene.manage('shop');
      const told = new Transcript(scene);
      await told.of(() => scene.rotate());
      return told;
    },
  },
  {
    of: 'a token that the host refuses, and one that is gone',
    tells: async (scene) => {
      scene.manage('shop');
      scene.manage('gone', { connectionSecret: 'keyturn/connections/gone' });
      const told = new Transcript(scene, { shop: 'ci-shop', gone: 'ci-gone' });
      await told.of(() => scene.rotate());
      scene.hostFault = () => ({ kind: 'status', status: 401 });
      await told.of(() => scene.sync());
      scene.hours(26);
      await told.of(() => scene.rotate());
      await told.of(() => scene.sync());
      return told;
    },
  },
  {
    of: 'a place that comes to be another one',
    tells: async (scene) => {
      mayIdentify(scene);
      const told = await delivered(scene);
      scene.hours(21);
      await told.of(() => scene.sync());
      told.says('the repository is deleted, and another one gets its name');
      scene.bitbucket.removeRepository('acme', 'shop');
      scene.bitbucket.addRepository('acme', 'shop');
      scene.bitbucket.addEnvironment('acme', 'shop', 'Production');
      scene.hours(21);
      await told.of(() => scene.sync());
      scene.hours(21);
      await told.of(() => scene.sync());
      return told;
    },
  },
  {
    of: 'entries and secrets that do not fit, and events that nobody knows',
    tells: async (scene) => {
      const told = await delivered(scene);
      scene.parameter('broken', '{"version": 1}');
      scene.register(scene.entry('nosecret'));
      scene.makeSecret('left-over');
      scene.hours(1);
      await told.of(() => scene.rotate());
      await told.of(() => scene.sync());
      await told.of(() => scene.deactivate());
      await told.of(() => scene.delete());
      for (const id of ['broken', 'nosecret', 'left-over']) await told.of(() => scene.sync({ keys: [id] }));
      await told.of(() => scene.sync({ source: 'aws.secretsmanager', detail: {} }));
      const put = (secretId: string) => ({
        source: 'aws.secretsmanager',
        detail: { eventName: 'PutSecretValue', requestParameters: { secretId } },
      });
      await told.of(() => scene.sync(put('keyturn/left-over')));
      await told.of(() => scene.sync(put('keyturn/shop')));
      return told;
    },
  },
  {
    of: 'keys of which none has been rotated yet, and a limit',
    tells: async (scene) => {
      for (const id of ['a', 'b', 'c']) scene.manage(id);
      const told = new Transcript(scene, { a: 'ci-a', b: 'ci-b', c: 'ci-c' });
      await told.of(() => scene.rotate({ maxRotations: 2, justDeployed: true }));
      await told.of(() => scene.sync());
      return told;
    },
  },
  {
    of: 'users whom AWS has put in quarantine',
    tells: async (scene) => {
      const told = await delivered(scene);
      scene.addUser('stranger');
      for (const UserName of ['ci-shop', 'stranger']) {
        const PolicyArn = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2';
        scene.account.invoke(scene.admin, 'iam', 'AttachUserPolicy', { UserName, PolicyArn });
      }
      for (const day of [1, 2]) {
        scene.toDay(day);
        await told.of(() => scene.rotate());
      }
      scene.awsFault = ({ action }) => (/ListPolicies/.test(action) ? DENIED : undefined);
      for (const day of [3, 4]) {
        scene.toDay(day);
        await told.of(() => scene.rotate());
      }
      return told;
    },
  },
  {
    of: 'a token that may not say any more whose a place is',
    tells: async (scene) => {
      mayIdentify(scene);
      const told = await delivered(scene);
      scene.hostFault = ({ kind }) => (kind === 'repository' ? { kind: 'status', status: 403 } : undefined);
      scene.toDay(90);
      await told.of(() => scene.rotate());
      await told.of(() => scene.sync());
      scene.hours(21);
      await told.of(() => scene.sync());
      scene.hostFault = undefined;
      scene.hours(21);
      await told.of(() => scene.sync());
      return told;
    },
  },
  {
    of: 'a half that is refused, and cannot be put back',
    tells: async (scene) => {
      const told = await delivered(scene);
      scene.toDay(90);
      await scene.rotate();
      let writes = 0;
      scene.hostFault = ({ key, method }) => {
        if (method !== 'PUT' || key?.startsWith('AWS_') !== true) return undefined;
        if (key === 'AWS_ACCESS_KEY_ID') writes += 1;
        return key === 'AWS_ACCESS_KEY_ID' && writes <= 1 ? undefined : { kind: 'status', status: 403 };
      };
      await told.of(() => scene.sync());
      scene.hostFault = undefined;
      scene.hours(1);
      await told.of(() => scene.sync());
      return told;
    },
  },
  {
    of: 'a run that dies after it has made a key',
    tells: async (scene) => {
      const told = await delivered(scene);
      scene.toDay(90);
      let at = 0;
      while (scene.keys('ci-shop').length === 1) {
        at += 1;
        await scene.kill(at + 12, () => scene.rotate());
      }
      told.says('minutes later');
      scene.hours(0.2);
      await told.of(() => scene.rotate());
      scene.hours(2);
      failing(scene, 'LookupEvents', DENIED);
      await told.of(() => scene.rotate());
      scene.awsFault = undefined;
      await told.of(() => scene.rotate());
      await told.of(() => scene.sync());
      return told;
    },
  },
  {
    of: 'a current key that somebody has deleted',
    tells: async (scene) => {
      const { told } = await superseded(scene);
      scene.deleteKey('ci-shop', scene.currentKey('shop') ?? '');
      await told.day(91);
      return told;
    },
  },
  {
    of: 'a fresh key that somebody makes Inactive before it is delivered',
    tells: async (scene) => {
      const told = await delivered(scene);
      scene.toDay(90);
      await scene.rotate();
      const version = scene.current('shop') ?? '';
      const { SecretString = '' } = scene.account.invoke(scene.admin, 'secretsmanager', 'GetSecretValue', {
        SecretId: secretName('shop'),
        VersionId: version,
      });
      const { accessKeyId } = JSON.parse(SecretString) as { accessKeyId: string };
      scene.setStatus('ci-shop', accessKeyId, 'Inactive');
      await told.of(() => scene.sync());
      scene.hours(2);
      await told.of(() => scene.rotate());
      await told.of(() => scene.sync());
      return told;
    },
  },
  {
    of: 'a key that a person makes Inactive, and Active again',
    tells: async (scene) => {
      const { told, old } = await superseded(scene);
      scene.toDay(95);
      scene.setStatus('ci-shop', old, 'Inactive');
      await told.day(96);
      scene.toDay(97);
      scene.setStatus('ci-shop', old, 'Active');
      await told.day(97);
      return told;
    },
  },
  {
    of: 'drift that is put right, and drift that is told',
    tells: async (scene) => {
      const told = await delivered(scene);
      scene.hours(21);
      await told.of(() => scene.sync());
      told.says('a variable is deleted');
      variableGone(scene, 'AWS_SECRET_ACCESS_KEY');
      scene.hours(21);
      await told.of(() => scene.sync());
      told.says('and again, where drift is only told');
      scene.hours(3);
      await told.of(() => scene.sync());
      variableGone(scene, 'AWS_ACCESS_KEY_ID');
      for (let day = 0; day < 2; day += 1) {
        scene.hours(21);
        await told.of(() => scene.sync(undefined, { drift: 'report' }));
      }
      told.says('the host is down');
      scene.hostFault = () => ({ kind: 'status', status: 503 });
      scene.hours(30);
      await told.of(() => scene.sync());
      scene.hostFault = undefined;
      await told.of(() => scene.sync({ look: ['shop'], only: 'check' }));
      return told;
    },
  },
  {
    of: 'a half that is refused, and put back',
    tells: async (scene) => {
      const told = await delivered(scene);
      scene.toDay(90);
      await told.of(() => scene.rotate());
      scene.hostFault = ({ key, method }) =>
        method === 'PUT' && key === 'AWS_SECRET_ACCESS_KEY' ? { kind: 'status', status: 403 } : undefined;
      await told.of(() => scene.sync());
      scene.hostFault = undefined;
      await told.of(() => scene.sync());
      return told;
    },
  },
  {
    of: 'a key that is to go first',
    tells: async (scene) => {
      const told = await delivered(scene);
      scene.toDay(40);
      await asked(scene, 'disable-first');
      await told.of(() => scene.deactivate(LOOK));
      await told.of(() => scene.rotate(LOOK));
      await told.of(() => scene.sync());
      await told.day(41);
      return told;
    },
  },
  {
    of: 'a key that gets another id',
    tells: async (scene) => {
      await superseded(scene);
      scene.toDay(95);
      renamed(scene);
      const told = new Transcript(scene, { shop: 'ci-shop', store: 'ci-shop' });
      await told.day(95);
      await told.of(() => scene.sync({ keys: ['store'] }));
      await told.day(100);
      return told;
    },
  },
  {
    of: 'a key that gets another user',
    tells: async (scene) => {
      await superseded(scene);
      scene.toDay(95);
      scene.addUser('deploy');
      scene.register(scene.entry('shop', { user: 'deploy' }));
      const told = new Transcript(scene, { shop: 'deploy' });
      await told.day(95);
      for (const { AccessKeyId } of scene.keys('ci-shop')) scene.deleteKey('ci-shop', AccessKeyId);
      await told.day(96);
      return told;
    },
  },
  {
    of: 'keys that AWS says have leaked',
    tells: async (scene) => {
      const ids = ['one', 'two', 'held'];
      const told = await delivered(scene, ids);
      scene.toDay(40);
      scene.setTag('held', TAG.paused, '2026-04-05 alice a freeze');
      const accessKeyIds = [...ids.map((id) => scene.currentKey(id) ?? ''), 'AKIASTRANGERSTRANGER'];
      const saidAt = new Date(scene.clock.now() - 5 * MINUTE);
      const exposure = { source: 'aws.health', what: 'AWS_RISK_CREDENTIALS_EXPOSED', accessKeyIds, saidAt } as const;
      await told.of(() => scene.rotate({ exposure, onExposed: 'notify' }));
      await told.of(() => scene.rotate({ exposure }));
      await told.of(() => scene.rotate({ exposure, onExposed: 'rotate' }));
      told.says('AWS says it once more');
      await told.of(() => scene.rotate({ exposure, onExposed: 'rotate' }));
      await told.of(() => scene.sync());
      await told.of(() => scene.deactivate({ look: ids }));
      return told;
    },
  },
  {
    of: 'days without a credential report',
    tells: async (scene) => {
      const { told } = await superseded(scene);
      scene.awsFault = ({ action }) => (action === 'GenerateCredentialReport' ? DENIED : undefined);
      await told.day(91);
      await told.day(92);
      return told;
    },
  },
  {
    of: 'a fresh key that is not stored',
    tells: async (scene) => {
      scene.manage('shop');
      const told = new Transcript(scene);
      failing(scene, 'PutSecretValue', DENIED);
      await told.of(() => scene.rotate());
      scene.hours(2);
      failing(scene, 'PutSecretValue', { kind: 'drop-before' });
      await told.of(() => scene.rotate());
      scene.awsFault = undefined;
      scene.hours(2);
      await told.of(() => scene.rotate());
      return told;
    },
  },
  {
    of: 'more keys than one run rotates',
    tells: async (scene) => {
      const ids = ['a', 'b', 'c'];
      const told = await delivered(scene, ids);
      for (const day of [87, 88, 90]) {
        scene.toDay(day);
        await told.of(() => scene.rotate({ maxRotations: 1 }));
        await told.of(() => scene.sync());
      }
      return told;
    },
  },
  {
    of: 'a key that is paused, and one that is only observed',
    tells: async (scene) => {
      const told = await delivered(scene, ['shop', 'seen']);
      scene.register(scene.entry('seen', { mode: 'observe' }));
      scene.setTag('shop', TAG.paused, '2026-04-05 alice a freeze');
      await told.day(90);
      told.says('somebody asks for it');
      await told.of(() => scene.rotate({ requested: ['seen', 'shop', 'nobody'] }));
      await told.of(() => scene.sync({ keys: ['seen', 'nobody'] }));
      await told.day(100);
      return told;
    },
  },
  {
    of: 'a key that has leaked',
    tells: async (scene) => {
      const told = await delivered(scene);
      const { accessKeyId = '', secretAccessKey = '' } = scene.held('shop');
      scene.toDay(40);
      await asked(scene, 'compromised');
      await told.of(() => scene.rotate(LOOK));
      await told.of(() => scene.deactivate(LOOK));
      await told.of(() => scene.sync());
      scene.hours(0.1);
      await whoIs(accessKeyId, secretAccessKey);
      await told.of(() => scene.deactivate(LOOK));
      await told.day(41);
      await told.day(51);
      return told;
    },
  },
  {
    of: 'a rollback to a key that is Inactive',
    tells: async (scene) => {
      const { told } = await superseded(scene);
      await told.day(100);
      scene.toDay(101);
      await asked(scene, 'rollback');
      await told.of(() => scene.rotate(LOOK));
      await told.of(() => scene.sync(LOOK));
      await told.day(102);
      await told.day(112);
      return told;
    },
  },
  {
    of: 'a host that takes nothing for a day, and the keys behind it',
    tells: async (scene) => {
      const ids = ['a', 'b', 'c', 'd'];
      const told = await delivered(scene, ids);
      scene.hostFault = () => ({ kind: 'status', status: 503 });
      scene.toDay(90);
      await told.of(() => scene.rotate({ maxRotations: 3 }));
      await told.of(() => scene.sync());
      scene.hours(3);
      await told.of(() => scene.rotate());
      scene.hostFault = undefined;
      await told.of(() => scene.sync());
      return told;
    },
  },
  {
    of: 'a key that is still in use, to the end of its hold',
    tells: async (scene) => {
      const { told, use } = await superseded(scene);
      for (const day of [100, 101, 110]) {
        scene.toDay(day);
        await use();
        await scene.sync();
        await told.of(() => scene.deactivate());
      }
      scene.toDay(115);
      await told.of(() => scene.delete());
      scene.toDay(120);
      await told.of(() => scene.delete());
      return told;
    },
  },
  {
    of: 'two keys that were there before',
    tells: async (scene) => {
      scene.addUser('ci-shop');
      scene.createKey('ci-shop');
      scene.createKey('ci-shop');
      scene.hours(1);
      scene.manage('shop');
      const told = new Transcript(scene);
      await told.day(1);
      told.says('adopt: replace-idle');
      scene.register(scene.entry('shop', { adopt: 'replace-idle' }));
      await told.day(2);
      for (const day of [100, 101, 111, 112]) await told.day(day);
      return told;
    },
  },
  {
    of: 'the life of one key',
    tells: async (scene) => {
      scene.manage('shop');
      const told = new Transcript(scene);
      for (const day of [0, 89, 90, 100, 110]) await told.day(day);
      return told;
    },
  },
];
