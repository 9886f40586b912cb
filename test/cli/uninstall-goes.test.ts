import { afterEach, beforeEach, expect, it } from 'vitest';
import { uninstallSchema } from '../../cli/documents/uninstall';
import { thingsDocument } from '../../functions/core/deployed-facts';
import { DEPLOYMENT_PARAMETERS } from '../../functions/core/names';
import { DeployedScene, NAMES } from '../support/deployed-scene';
import { SEAL_KEY_ARN } from '../support/seal-key';
import { STACK } from '../support/stage';
import { typed } from './typed';

let scene: DeployedScene;
beforeEach(async () => {
  scene = await new DeployedScene().start();
  scene.roles = ['web-shop-deploy', `${NAMES}RotateRole-1A2B`, 'Mine-CustomS3AutoDelete-5E6F', 'web-shop-plan'];
  scene.keepStack();
  const provider = { api: 'a1b2c3', table: `${NAMES}UsedTokens`, logs: [`${NAMES}ProviderLogs`], key: 'any' };
  const own = { stacks: [STACK], names: NAMES, topic: scene.topicArn, keys: [SEAL_KEY_ARN.replace(/^.*\//, '')] };
  scene.writeParameter(DEPLOYMENT_PARAMETERS.things, thingsDocument({ ...own, provider }));
});
afterEach(() => scene.close());

async function uninstall() {
  const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
  const { code, stdout } = await typed(['uninstall', '--json'], { time });
  const people = await typed(['uninstall'], { time });
  return { code, text: people.stdout, ...uninstallSchema.parse(JSON.parse(stdout)) };
}

it('says which roles and which endpoint go with the stack, which of them pipelines perhaps use, and names them before the command that takes it away', async () => {
  const { code, goes, commands, text } = await uninstall();
  expect([code, goes.map(({ type, id }) => `${type} ${id}`)]).toEqual([
    0,
    [
      // Of the app beside: nobody here knows who takes a role.
      'AWS::IAM::Role Mine-CustomS3AutoDelete-5E6F',
      'AWS::IAM::Role web-shop-deploy',
      'AWS::IAM::Role web-shop-plan',
      'AWS::ApiGatewayV2::Api a1b2c3.execute-api.eu-west-1',
    ],
  ]);
  const runs = commands.map(({ to, run }) => run ?? to);
  const destroy = runs.findIndex((run) => run.startsWith('npx cdk destroy'));
  expect(runs.slice(destroy - 5, destroy)).toEqual([
    'aws kms get-public-key --key-id alias/keyturn-provider-seal > provider-seal.json',
    'aws iam get-role --role-name Mine-CustomS3AutoDelete-5E6F --query Role.RoleLastUsed',
    'aws iam get-role --role-name web-shop-deploy --query Role.RoleLastUsed',
    'aws iam get-role --role-name web-shop-plan --query Role.RoleLastUsed',
    "Take a1b2c3.execute-api.eu-west-1 out of Bitbucket's settings and those of each runner: steps that ask it then get nothing",
  ]);
  const [, section = ''] = /^(What goes with the stack(?:.|\n)*?)\n\n/m.exec(text) ?? [];
  expect(section).toContain('web-shop-deploy');
  expect(section).toContain('whoever takes it stops, a pipeline perhaps');
  expect(section.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

it('says nothing of it where nothing goes that pipelines use', async () => {
  scene.roles = [`${NAMES}RotateRole-1A2B`];
  scene.writeDeployment();
  const { code, goes, text } = await uninstall();
  expect([code, goes]).toEqual([0, []]);
  expect(text).not.toContain('What goes with the stack');
});

it.each(['things', 'rights'] as const)('names no command where the stack does not say its %s', async (fact) => {
  scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: DEPLOYMENT_PARAMETERS[fact] });
  const { code, isReady, unseen, goes, commands, text } = await uninstall();
  expect([code, isReady, goes, commands]).toEqual([3, false, [], []]);
  expect(unseen).toEqual([{ id: 'the stack', code: 'invalid-config', message: expect.stringContaining('deploy') }]);
  expect(text).not.toContain('cdk destroy');
});

it('names no command where it may not read what goes', async () => {
  scene.awsFault = ({ action }) =>
    action === 'ListStackResources' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
  const { code, isReady, unseen, commands } = await uninstall();
  expect([code, isReady, unseen.map(({ id }) => id), commands]).toEqual([3, false, ['the stack'], []]);
});
