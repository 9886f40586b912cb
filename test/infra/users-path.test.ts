import { App, Stack } from 'aws-cdk-lib';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { MOST_KEY_STACKS } from '../../functions/core/config/key-config';
import { REPORT_FUNCTION } from '../../functions/core/names';
import { KeyturnStack } from '../../infra';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { mayFunction, statementsOf } from './access';
import { ACCOUNT } from './deployed';
import { ACME, bundles, errorsOf, resourcesOf, stackOf, synthesize, templateOf } from './synthesized';

const users = { path: '/pipelines/' };
const keys: ConfigInput['keys'] = [
  { id: 'shop', user: 'ci-shop' },
  { id: 'made-here', user: 'ci-made-here', createUser: true },
];
const everything = synthesize({ keys, users, audit: { archive: { years: 1 }, report: {} } });
const arnOf = (pathAndName: string) => `arn:aws:iam::${ACCOUNT}:user/${pathAndName}`;

describe('rights by a path', () => {
  it.each(['rotate', 'deactivate', 'delete', REPORT_FUNCTION] as const)(
    '%s may act on users under it alone',
    (name) => {
      const own = statementsOf(everything, name).filter(({ Sid }) => Sid === 'ManagedUsersKeys');

      expect(own.map(({ Resource }) => Resource)).toEqual([arnOf('pipelines/*')]);
    },
  );

  it.each([
    ['pipelines/ci-shop', true],
    ['pipelines/acme/ci-shop', true],
    ['ci-shop', false],
    ['pipelines', false],
    ['pipelines-of-others/ci-shop', false],
    ['other/pipelines/ci-shop', false],
  ])('rotate and the user %s: %s', async (user, allowed) => {
    expect(await mayFunction(everything, 'rotate', { action: 'iam:CreateAccessKey', resource: arnOf(user) })).toBe(
      allowed,
    );
  });

  it('are told to rotate, which looks who is there, and to the users that the stack makes', () => {
    const environments = resourcesOf(everything, 'AWS::Lambda::Function').flatMap(({ Properties }) => {
      const { Variables } = Properties.Environment as { readonly Variables: Readonly<Record<string, unknown>> };
      return Variables.KEYTURN_USERS_PATH ?? [];
    });

    expect(environments).toEqual(['/pipelines/']);
    expect(resourcesOf(everything, 'AWS::IAM::User').map(({ Properties }) => Properties.Path)).toEqual(['/pipelines/']);
  });

  it.each(['/', 'pipelines', '/pipelines', '//', '/pipelines/*/', `/${'x'.repeat(520)}/`])(
    'are not given for %s',
    (path) => {
      expect(errorsOf(stackOf({ keys, users: { path } }))).toEqual([expect.stringMatching(/^users\.path: expected /)]);
    },
  );

  /** The functions know the stacks by their names. */
  const withoutStacks = (template: unknown): unknown =>
    JSON.parse(
      JSON.stringify(template)
        .replace(/"KEYTURN_STACKS":"[^"]+"/g, '"KEYTURN_STACKS":""')
        // What the deployment tells reports.
        .replace(/(\\"stacks\\":)\[[^\]]*\]/g, '$1[]'),
    );

  it('have room for 5,000 keys: the main template is the same for one key in a stack of keys and for hundreds, but for the names of the stacks', () => {
    const engineOf = (count: number) => {
      const many = Array.from({ length: count }, (_, at) => ({
        id: `key-${at}`,
        user: `bitbucket-pipeline-${at}`,
        stack: 1 + Math.floor(at / 120),
        deliverTo: [{ connection: 'acme', repository: `acme/repository-${at}` }],
      }));
      const app = new App();
      const engine = new KeyturnStack(app, 'Keyturn', { bundles, config: { connections: ACME, keys: many, users } });
      expect(errorsOf(engine)).toEqual([]);
      return {
        template: templateOf(engine),
        stacks: app.node.children.filter((child) => child instanceof Stack).length,
      };
    };
    const [one, hundreds] = [engineOf(1), engineOf(480)];

    expect(hundreds.stacks).toBe(5);
    expect(withoutStacks(hundreds.template)).toEqual(withoutStacks(one.template));
    expect(resourcesOf(one.template, 'AWS::IAM::ManagedPolicy').map(({ id }) => id)).toEqual([
      expect.stringContaining('Auditor'),
    ]);
    expect(5_000 / 120).toBeLessThanOrEqual(MOST_KEY_STACKS);
  }, 60_000);
});

describe('in the local account', () => {
  let world: DeployedWorld;
  afterEach(() => world.close());

  it('whoever is under the path and unmanaged is told, and a managed user that is not under it', async () => {
    world = await DeployedWorld.open(synthesized({ keys, users, notify: ['security@example.com'] }), {
      before: ({ account }) => {
        account.iam.users.create({ UserName: 'a-stranger', Path: '/pipelines/old/' });
        account.iam.users.create({ UserName: 'alice', Path: '/people/' });
      },
    });
    await world.until(1, 6);

    const found = world.audits.filter(({ event, reason }) => event === 'finding' && reason === 'users-path');
    const messages = new Set(found.map(({ message }) => message));
    expect([...messages]).toEqual([
      expect.stringMatching(/^1 user under \/pipelines\/ .*: a-stranger\./),
      expect.stringMatching(/^User ci-shop of key "shop" is under \/, .*--new-path \/pipelines\/\)/),
    ]);
    expect(new Set(found.map((audit) => audit.function))).toEqual(new Set(['rotate']));
    const mails = world.world.account.sns.messages.filter(({ message }) => message.includes('[users-path]'));
    expect(mails.length).toBeGreaterThan(0);
    expect(world.keys('a-stranger')).toEqual([]);
    expect(world.keys('ci-made-here')).toHaveLength(1);
  }, 60_000);
});
