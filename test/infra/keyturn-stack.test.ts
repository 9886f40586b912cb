import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  Adopt,
  Connection,
  DeliveryTarget,
  Drift,
  Encryption,
  FirstRotation,
  KeyRotation,
  KeyturnStack,
  Mode,
  RotationPolicies,
  Trail,
} from '../../infra';
import {
  bundles,
  errorsOf,
  ONE_KEY,
  registryEntriesOf,
  resourcesOf,
  rotationIn,
  stackOf,
  templateOf,
} from './synthesized';

const EXAMPLES = join(__dirname, '..', '..', 'docs', 'examples');

describe('KeyturnStack', () => {
  it.each(['keyturn.yaml', 'many-keys.yaml'])('deploys the example %s', (file) => {
    const stack = KeyturnStack.fromFile(new App(), 'Keyturn', join(EXAMPLES, file), { bundles });

    expect(Annotations.fromStack(stack).findError('*', Match.anyValue())).toEqual([]);
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
    expect(resourcesOf(templateOf(stack), 'AWS::SecretsManager::Secret').length).toBeGreaterThan(0);
  });

  it('makes of the YAML file what the constructs make of the same content', () => {
    const fromYaml = KeyturnStack.fromFile(new App(), 'Keyturn', join(EXAMPLES, 'many-keys.yaml'), { bundles });
    const byHand = new Stack(new App(), 'Keyturn', { description: fromYaml.templateOptions.description ?? '' });
    const acme = Connection.bitbucket('acme', { secret: 'keyturn/connections/acme' });
    const partner = Connection.bitbucket('partner', {
      secret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/connections/partner-a1B2c3',
      encryptionKey: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    });
    const rotation = new KeyRotation(byHand, 'KeyRotation', {
      policy: { rotateAfter: 60, deactivateAfter: 70, deleteAfter: 80 },
      notify: ['security@example.com', 'platform@example.com'],
      schedule: {
        rotate: 'cron(0 5 * * ? *)',
        deactivate: 'cron(20 5 * * ? *)',
        delete: 'cron(40 5 * * ? *)',
        reconcile: 'rate(30 minutes)',
      },
      trail: Trail.CREATE,
      encryption: Encryption.CUSTOMER_MANAGED,
      deployment: {
        role: 'arn:aws:iam::111122223333:role/deployment',
        rolePath: '/keyturn/',
        encryptionKey: 'arn:aws:kms:eu-west-1:111122223333:key/9012abcd-90ab-12cd-34ef-901234abcdef',
      },
      audit: {
        retentionDays: 1096,
        encryptionKey: 'arn:aws:kms:eu-west-1:111122223333:key/5678abcd-56ab-78cd-90ef-567890abcdef',
        forwardTo: 'arn:aws:events:eu-west-1:444455556666:event-bus/security',
        archive: { years: 7, mode: 'compliance', glacierAfterDays: 30, accessLog: 'acme-access-logs' },
        report: { schedule: 'cron(0 7 2 * ? *)' },
        trailFiles: {
          bucket: 'acme-trails',
          prefix: 'management',
          organization: 'o-exampleorgid',
          encryptionKey: 'arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab',
        },
        frameworks: ['cis-7.0', 'pci-dss-4.0.1'],
        exceptions: [
          {
            user: 'legacy-deploy',
            control: 'cis-1.14',
            approver: 'Grace Hopper, CISO',
            reason: 'It moves to roles with the new build farm; its rights are cut down to one bucket.',
            approvedOn: '2026-11-28',
            until: '2027-05-31',
          },
        ],
      },
      alarms: {
        overdueDays: 2,
        undeliveredHours: 4,
        silentDailyHours: 30,
        silentReconcileHours: 2,
        tokenExpiresInDays: 30,
        runbooks: 'https://wiki.example.com/keyturn/runbooks/',
        off: ['foreign-key'],
      },
      logRetentionDays: 731,
      drift: Drift.REPORT,
      operators: true,
      maxRotationsPerRun: 10,
      concurrency: 8,
      bundles,
    });
    rotation.manage('web-shop', {
      user: 'bitbucket-web-shop',
      deliverTo: [
        DeliveryTarget.bitbucketDeployment({
          connection: acme,
          repository: 'acme/web-shop',
          environment: 'Staging',
          region: 'eu-west-1',
          variables: {
            accessKeyId: 'SHOP_ACCESS_KEY_ID',
            secretAccessKey: 'SHOP_SECRET_ACCESS_KEY',
            region: 'SHOP_REGION',
          },
        }),
        DeliveryTarget.bitbucketDeployment({
          connection: acme,
          repository: 'acme/web-shop',
          environment: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}',
        }),
      ],
    });
    rotation.manage('image-builder', {
      user: 'bitbucket-image-builder',
      deliverTo: [
        DeliveryTarget.bitbucketRepository({
          connection: acme,
          repository: 'acme/images',
          secureAccessKeyId: true,
          variables: { bundle: 'AWS_CREDENTIAL' },
        }),
      ],
    });
    rotation.manage('all-pipelines', {
      user: 'bitbucket-all-pipelines',
      createUser: true,
      deliverTo: [DeliveryTarget.bitbucketWorkspace({ connection: partner, workspace: 'acme-partner' })],
    });
    rotation.manage('legacy-deployer', {
      user: 'legacy.deployer@example.com',
      adopt: Adopt.REPLACE_IDLE,
      firstRotation: FirstRotation.WHEN_DUE,
      policy: { rotateAfter: 30, deactivateAfter: 37, deleteAfter: 44, idleFor: 3, holdLimit: 7 },
      deliverTo: [
        DeliveryTarget.bitbucketDeployment({ connection: acme, repository: 'acme/legacy', environment: 'Production' }),
      ],
    });
    rotation.manage('data-center', {
      user: 'bitbucket-data-center',
      readers: ['arn:aws:iam::111122223333:role/bitbucket-data-center'],
    });

    const { Outputs: _outputs, ...yaml } = templateOf(fromYaml);
    expect(templateOf(byHand)).toEqual(yaml);
  });

  it('takes modes and policies by their names, as the constructs do', () => {
    const [key] = ONE_KEY.keys ?? [];
    const { user = '', deliverTo: _deliverTo, ...rest } = { ...key };
    const named = stackOf({
      ...ONE_KEY,
      mode: 'observe',
      policy: 'cis',
      keys: [
        { ...rest, id: 'watched', user },
        { ...rest, id: 'rotated', user: `${user}-2`, mode: 'rotate', policy: 'standard' },
      ],
    });
    const byHand = new Stack(new App(), 'Keyturn');
    const rotation = rotationIn(byHand, { mode: Mode.OBSERVE, policy: RotationPolicies.cis() });
    rotation.manage('watched', { user });
    rotation.manage('rotated', { user: `${user}-2`, mode: Mode.ROTATE, policy: RotationPolicies.standard() });

    const entriesOf = (stack: Stack) => registryEntriesOf(templateOf(stack)).map(({ Properties }) => Properties);
    expect(entriesOf(byHand)).toEqual(entriesOf(named));
    expect(entriesOf(named).map(({ Value }) => JSON.parse(String(Value)))).toMatchObject([
      {
        id: 'watched',
        mode: 'observe',
        policy: { rotateAfter: 70, deactivateAfter: 80, deleteAfter: 90, holdLimit: 9 },
      },
      { id: 'rotated', policy: { rotateAfter: 90, deactivateAfter: 100, deleteAfter: 110, holdLimit: 10 } },
    ]);
    expect(errorsOf(byHand)).toEqual([]);
  });

  it('names the topic and the functions in its outputs, and exports what stacks of keys import', () => {
    expect(Object.keys(templateOf(stackOf(ONE_KEY)).Outputs ?? {})).toEqual([
      'TopicArn',
      'AuditorPolicyArn',
      'RotateFunctionName',
      'DeactivateFunctionName',
      'DeleteFunctionName',
      'SyncFunctionName',
      ...Array.from({ length: 4 }, () => expect.stringMatching(/^ExportsOutputFnGetAttKeyRotation.*Role.*Arn/)),
    ]);
  });

  it('names the archive and the report function where there are', () => {
    const audit = { archive: { years: 7 }, report: {} };

    expect(Object.keys(templateOf(stackOf({ ...ONE_KEY, audit })).Outputs ?? {})).toEqual(
      expect.arrayContaining(['ArchiveBucketName', 'ReportFunctionName']),
    );
  });

  it('reports what is wrong with a configuration in code, and creates nothing of it', () => {
    const stack = stackOf({
      keys: [
        { id: 'a', user: 'shared' },
        { id: 'b', user: 'shared' },
      ],
      notify: ['nobody'],
    });

    expect(errorsOf(stack)).toEqual([
      'notify[0]: expected an e-mail address, found "nobody"; correct it',
      expect.stringMatching(/^keys\[1\]\.user: expected a user of its own/),
    ]);
    expect(templateOf(stack).Resources).toBeUndefined();
  });

  it('is what it was: a masked snapshot', () => {
    const text = JSON.stringify(templateOf(stackOf(ONE_KEY)), undefined, 1).replace(/[0-9a-f]{64}/g, '<asset>');

    expect(text.length).toBeLessThan(150_000);
    expect(text).toMatchSnapshot();
  });
});
