import { describe, expect, it } from 'vitest';
import { parseRights } from '../../functions/core/deployed-facts';
import { FUNCTION_NAMES, type FunctionName } from '../../functions/core/names';
import { mayAdministrator, mayFunction, policiesOf, roleOf, secretPolicyOf, statementsOf } from './access';
import { ACCOUNT, arnOfSecret, REGION, roleArn } from './deployed';
import { ACME, errorsOf, ONE_KEY, resourcesOf, stackOf, synthesize, templateOf } from './synthesized';

const READER = `arn:aws:iam::${ACCOUNT}:role/data-center`;
const RECORD = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/keyturn/audit`;
const USER = `arn:aws:iam::${ACCOUNT}:user/bitbucket-web-shop`;
const template = synthesize({
  ...ONE_KEY,
  keys: [
    ...ONE_KEY.keys,
    { id: 'data-center', user: 'bitbucket-data-center', readers: [READER] },
    { id: 'made-here', user: 'made-here', createUser: true },
  ],
});
const secret = { resource: arnOfSecret('keyturn/web-shop'), resourcePolicy: secretPolicyOf(template, 'web-shop') };

function actionsOf(name: FunctionName): readonly string[] {
  return statementsOf(template, name).flatMap(({ Action }) => Action);
}

describe('K12: each function can do only what it needs', () => {
  it.each(FUNCTION_NAMES)(
    '%s has a wildcard only where AWS has no resource level, or where the name is a part',
    (name) => {
      const wild = statementsOf(template, name)
        .filter(({ Resource }) => [Resource].flat().some((arn) => arn.includes('*')))
        .map(({ Sid, Resource }) => [Sid, [Resource].flat().filter((arn) => arn.includes('*'))]);

      expect(wild).toEqual([
        // Streams of one log group.
        ['WriteOwnLog', [expect.stringMatching(/^arn:aws:logs:[^*]+:log-group:[^*]+:\*$/)]],
        // Neither has a resource level.
        ['ListSecrets', ['*']],
        // Its own streams of the record, one a month.
        ['KeepRecord', [`${RECORD}:log-stream:${name}/*`]],
        // The other way to write the group itself.
        ['ReadRecord', [`${RECORD}:*`]],
        // What the deployment has said of each key stands in the policy of its secret.
        ['ReadPins', [`arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/*`]],
        ...(name === 'sync'
          ? [['ReadRegistry', [`arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/keyturn/keys/*`]]]
          : [
              ['ReadCredentialReport', ['*']],
              ...(name === 'rotate' || name === 'deactivate' ? [['TraceKeys', ['*']]] : []),
              ...(name === 'rotate'
                ? [
                    ['SeeAttachedPolicies', ['*']],
                    // AWS's own policies of one name, whatever their version.
                    ['SeeQuarantined', ['arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine*']],
                  ]
                : []),
              // A user's path is not known; its name is, and is unique in the account.
              [
                'ManagedUsersKeys',
                [
                  `arn:aws:iam::${ACCOUNT}:user/*/bitbucket-web-shop`,
                  `arn:aws:iam::${ACCOUNT}:user/*/bitbucket-data-center`,
                ],
              ],
            ]),
      ]);
    },
  );

  it.each(FUNCTION_NAMES)('%s has a name for every statement and a wildcard in no action', (name) => {
    expect(statementsOf(template, name).every(({ Sid, Effect }) => Sid !== undefined && Effect === 'Allow')).toBe(true);
    expect(actionsOf(name).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('gives no function anything else than this', () => {
    const common = [
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'ssm:GetParametersByPath',
      'secretsmanager:ListSecrets',
      'sns:Publish',
      'kms:GenerateDataKey',
      'kms:Decrypt',
      'sqs:SendMessage',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'logs:FilterLogEvents',
      'events:PutEvents',
      'secretsmanager:GetResourcePolicy',
    ];
    const report = ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'];
    const look = ['iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed'];
    expect({
      rotate: actionsOf('rotate'),
      deactivate: actionsOf('deactivate'),
      delete: actionsOf('delete'),
      sync: actionsOf('sync'),
    }).toEqual({
      rotate: [
        ...common,
        ...report,
        'cloudtrail:LookupEvents',
        'iam:ListPolicies',
        'iam:ListEntitiesForPolicy',
        'iam:ListAccessKeys',
        'iam:CreateAccessKey',
        'iam:DeleteAccessKey',
      ],
      deactivate: [...common, ...report, 'cloudtrail:LookupEvents', ...look, 'iam:UpdateAccessKey'],
      delete: [...common, ...report, ...look, 'iam:DeleteAccessKey'],
      sync: [...common, 'ssm:GetParameter', 'secretsmanager:GetSecretValue', 'lambda:InvokeFunction'],
    });
  });

  it('has no AWS managed policy on a role, and lets Lambda alone assume it', () => {
    for (const name of FUNCTION_NAMES) {
      const role = template.Resources[roleOf(template, name)]?.Properties;
      expect(role?.ManagedPolicyArns).toBeUndefined();
      expect(JSON.stringify(role?.AssumeRolePolicyDocument)).toContain('"Service":"lambda.amazonaws.com"');
    }
  });

  it.each([
    ['rotate', ['CreateAccessKey', 'DeleteAccessKey', 'ListAccessKeys'], ['UpdateAccessKey', 'GetAccessKeyLastUsed']],
    ['deactivate', ['UpdateAccessKey', 'ListAccessKeys'], ['CreateAccessKey', 'DeleteAccessKey']],
    ['delete', ['DeleteAccessKey', 'ListAccessKeys'], ['CreateAccessKey', 'UpdateAccessKey']],
    ['sync', [], ['CreateAccessKey', 'DeleteAccessKey', 'UpdateAccessKey', 'ListAccessKeys', 'GetAccessKeyLastUsed']],
  ] as const)('%s may do %j to the managed users, and not %j', async (name, may, mayNot) => {
    for (const action of may) {
      expect(await mayFunction(template, name, { action: `iam:${action}`, resource: USER }), action).toBe(true);
    }
    for (const action of mayNot) {
      expect(await mayFunction(template, name, { action: `iam:${action}`, resource: USER }), action).toBe(false);
    }
  });

  it.each([
    ['rotate', ['keyturn:intent', 'keyturn:user'], ['keyturn:delivered', 'keyturn:checked', 'keyturn:held']],
    ['deactivate', ['keyturn:held', 'keyturn:deactivated'], ['keyturn:checked', 'keyturn:intent', 'keyturn:delivered']],
    ['delete', ['keyturn:deactivated'], ['keyturn:intent', 'keyturn:checked', 'keyturn:delivered', 'keyturn:paused']],
    ['sync', ['keyturn:delivered', 'keyturn:checked'], ['keyturn:intent', 'keyturn:deactivated', 'keyturn:paused']],
  ] as const)(
    '%s may say %j of a key, and not %j: what another function knows is not its to say',
    async (name, own, others) => {
      const may = (...tags: readonly string[]) =>
        mayFunction(template, name, {
          ...secret,
          action: 'secretsmanager:TagResource',
          context: { 'aws:TagKeys': [...tags] },
        });
      expect(await may(...own)).toBe(true);
      for (const tag of others) {
        expect(await may(tag), tag).toBe(false);
        expect(await may(...own, tag), `${tag} beside its own`).toBe(false);
      }
    },
  );

  it.each([
    ['nobody can ask, and AWS says nothing', {}, false],
    ['people can ask', { operators: true }, true],
    ['AWS says that keys have leaked', { exposed: true }, false],
  ])(
    'lets rotate make a key Active only where it may have to, and always take over what is said of leaked ones: %s',
    async (_when, settings, takesBack) => {
      const deployed = synthesize({ ...ONE_KEY, ...settings });
      const own = { resource: arnOfSecret('keyturn/web-shop'), resourcePolicy: secretPolicyOf(deployed, 'web-shop') };
      expect(await mayFunction(deployed, 'rotate', { action: 'iam:UpdateAccessKey', resource: USER })).toBe(takesBack);
      for (const tag of ['keyturn:compromised', 'keyturn:disable-first']) {
        const context = { 'aws:TagKeys': [tag] };
        const may = await mayFunction(deployed, 'rotate', { ...own, action: 'secretsmanager:TagResource', context });
        expect(may, tag).toBe(true);
      }
      // What people are told of it.
      const facts = resourcesOf(deployed, 'AWS::SSM::Parameter').find(({ id }) => id.includes('FactsRights'));
      const makes = parseRights('rights', String(facts?.Properties.Value)).find(({ may }) => /Inactive/.test(may));
      expect(makes?.who).toEqual(takesBack ? ['rotate', 'deactivate'] : ['deactivate']);
    },
  );

  it('lets no rotation take a mark of deactivation back, and no other function than delete', async () => {
    const takesBack = await Promise.all(
      FUNCTION_NAMES.map(async (name) => {
        const context = { 'aws:TagKeys': ['keyturn:deactivated', 'keyturn:held'] };
        const may = await mayFunction(template, name, { ...secret, action: 'secretsmanager:UntagResource', context });
        return may ? [name] : [];
      }),
    );
    expect(takesBack.flat()).toEqual(['delete']);
  });

  it('lets sync mark what it delivered, and not move the current version', async () => {
    const may = (label: string) =>
      mayFunction(template, 'sync', {
        ...secret,
        action: 'secretsmanager:UpdateSecretVersionStage',
        context: { 'secretsmanager:VersionStage': label },
      });
    expect(await may('DELIVERED-0123456789ab')).toBe(true);
    for (const label of ['AWSCURRENT', 'AWSPREVIOUS', 'AWSPENDING', 'delivered-0123456789ab'])
      expect(await may(label), label).toBe(false);
  });

  it.each([...FUNCTION_NAMES])(
    '%s’s role is of no use in another function, and Lambda keeps failed events with it',
    async (name) => {
      const asked = {
        action: 'ssm:GetParametersByPath',
        resource: `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/keyturn/keys/`,
      };
      const functionArn = (id: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${id}`;
      const from = (source: string) =>
        mayFunction(template, name, { ...asked, context: { 'lambda:SourceFunctionArn': source } });
      const own = resourcesOf(template, 'AWS::Lambda::Function').find(({ Properties }) =>
        JSON.stringify(Properties.Role).includes(roleOf(template, name)),
      );
      expect(await from(functionArn(own?.id ?? ''))).toBe(true);
      expect(await from(functionArn('somebody-elses'))).toBe(false);
      expect(await mayFunction(template, name, asked)).toBe(true);
    },
  );

  it('reaches a managed user under any path, and no other user', async () => {
    const may = (user: string) =>
      mayFunction(template, 'rotate', {
        action: 'iam:CreateAccessKey',
        resource: `arn:aws:iam::${ACCOUNT}:user/${user}`,
      });

    expect(await may('ci/teams/bitbucket-web-shop')).toBe(true);
    expect(await may('made-here')).toBe(true);
    expect(await may('ci/made-here')).toBe(false);
    expect(await may('administrator')).toBe(false);
    expect(await may('not-bitbucket-web-shop')).toBe(false);
    expect(await may('bitbucket-web-shop-2')).toBe(false);
    expect(await may('bitbucket-web-shop/administrator')).toBe(false);
  });

  it.each(FUNCTION_NAMES)('%s writes into its own streams of the record, and into those of no other', async (name) => {
    for (const owner of [...FUNCTION_NAMES, 'report', `${name}-2`]) {
      for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) {
        const resource = `${RECORD}:log-stream:${owner}/2026-04`;
        expect(await mayFunction(template, name, { action, resource }), `${action} ${resource}`).toBe(owner === name);
      }
    }
  });

  it.each(FUNCTION_NAMES)('%s reads the record, and neither deletes nor changes it', async (name) => {
    const may = (action: string, resource: string) => mayFunction(template, name, { action, resource });

    expect(await may('logs:FilterLogEvents', RECORD)).toBe(true);
    expect(await may('logs:FilterLogEvents', RECORD.replace('audit', 'other'))).toBe(false);
    expect(await may('logs:DeleteLogStream', `${RECORD}:log-stream:${name}/2026-04`)).toBe(false);
    expect(await may('logs:DeleteLogGroup', RECORD)).toBe(false);
    expect(await may('logs:PutRetentionPolicy', RECORD)).toBe(false);
  });

  it.each(FUNCTION_NAMES)('%s publishes audit events under its own name only', (name) => {
    expect(statementsOf(template, name).find(({ Sid }) => Sid === 'RecordAudit')).toMatchObject({
      Resource: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`,
      Condition: { StringEquals: { 'events:source': 'keyturn' } },
    });
  });
});

describe('K6, K12: the value of a managed secret', () => {
  const read = 'secretsmanager:GetSecretValue';
  const store = 'secretsmanager:PutSecretValue';
  const move = 'secretsmanager:UpdateSecretVersionStage';
  const untag = 'secretsmanager:UntagResource';

  it.each([
    ['rotate', [store, move, 'secretsmanager:DescribeSecret', 'secretsmanager:TagResource'], [read]],
    ['deactivate', ['secretsmanager:DescribeSecret', 'secretsmanager:TagResource'], [read, store, move, untag]],
    ['delete', ['secretsmanager:ListSecretVersionIds', 'secretsmanager:TagResource', untag], [read, store, move]],
    ['sync', [read, move, 'secretsmanager:DescribeSecret', 'secretsmanager:TagResource'], [store, untag]],
  ] as const)('%s may do %j to a managed secret, and not %j', async (name, may, mayNot) => {
    for (const action of may) expect(await mayFunction(template, name, { action, ...secret }), action).toBe(true);
    for (const action of mayNot) expect(await mayFunction(template, name, { action, ...secret }), action).toBe(false);
  });

  it('is allowed to each by name, so that not even the Deny has to hold it back', () => {
    const allowed = secret.resourcePolicy.Statement.filter(({ Effect }) => Effect === 'Allow').map(
      ({ Sid, Principal, Action }) => [Sid, Principal, [Action].flat().map((action) => action.split(':')[1])],
    );
    const look = ['DescribeSecret', 'ListSecretVersionIds'];
    const arn = (name: FunctionName) => roleArn(roleOf(template, name));

    expect(allowed).toEqual([
      [
        'Rotate',
        { AWS: arn('rotate') },
        [...look, 'TagResource', 'UntagResource', 'PutSecretValue', 'UpdateSecretVersionStage'],
      ],
      ['Deactivate', { AWS: arn('deactivate') }, [...look, 'TagResource']],
      ['Delete', { AWS: arn('delete') }, [...look, 'TagResource', 'UntagResource']],
      [
        expect.stringMatching(/^DeliverEntry[0-9a-f]{40}$/),
        { AWS: arn('sync') },
        ['DescribeSecret', 'TagResource', 'GetSecretValue', 'UpdateSecretVersionStage'],
      ],
    ]);
  });

  it.each(FUNCTION_NAMES)('%s cannot touch a secret that is not managed', async (name) => {
    for (const resource of [arnOfSecret('keyturn/stranger'), arnOfSecret('database')]) {
      for (const action of [read, store, move, 'secretsmanager:TagResource', 'secretsmanager:DescribeSecret']) {
        expect(await mayFunction(template, name, { action, resource }), action).toBe(false);
      }
    }
  });

  it('is closed to an administrator, who can still open the policy in an emergency', async () => {
    const administrator = roleArn('administrator');

    for (const action of [read, store, move]) {
      expect(await mayAdministrator(administrator, { action, ...secret }), action).toBe(false);
    }
    expect(await mayAdministrator(administrator, { action: 'secretsmanager:PutResourcePolicy', ...secret })).toBe(true);
  });

  it('is open to the readers of this key, and to no reader of another key', async () => {
    const own = {
      resource: arnOfSecret('keyturn/data-center'),
      resourcePolicy: secretPolicyOf(template, 'data-center'),
    };

    expect(await mayAdministrator(READER, { action: read, ...own })).toBe(true);
    expect(await mayAdministrator(READER, { action: store, ...own })).toBe(false);
    expect(await mayAdministrator(READER, { action: read, ...secret })).toBe(false);
  });
});

describe('the tokens of connections', () => {
  const partner = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/connections/partner-x9Y8z7`;
  const key = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
  const several = synthesize({
    connections: {
      ...ACME,
      partner: { bitbucket: { secret: partner, encryptionKey: key } },
      unused: { bitbucket: { secret: 'keyturn/connections/unused' } },
    },
    keys: [
      {
        id: 'web-shop',
        user: 'bitbucket-web-shop',
        deliverTo: [
          { connection: 'acme', repository: 'acme/web-shop' },
          { connection: 'partner', workspace: 'partner' },
          { connection: 'partner', repository: 'partner/shop' },
        ],
      },
    ],
  });

  it('are read by sync alone, by name or exact ARN, and only where a key uses the connection', () => {
    const statement = statementsOf(several, 'sync').find(({ Sid }) => Sid === 'ReadConnectionTokens');

    expect(statement?.Resource).toEqual([
      `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/connections/acme-??????`,
      partner,
    ]);
    for (const name of ['rotate', 'deactivate', 'delete'] as const) {
      expect(statementsOf(several, name).flatMap(({ Action }) => Action)).not.toContain(
        'secretsmanager:GetSecretValue',
      );
    }
  });

  it('are read by name however many they are, in policies that each fit into what IAM allows', () => {
    const names = Array.from({ length: 200 }, (_, at) => `repository-${at}-of-the-web-shop-team`);
    const many = stackOf({
      connections: Object.fromEntries(
        names.map((name) => [name, { bitbucket: { secret: `keyturn/connections/${name}`, encryptionKey: key } }]),
      ),
      keys: names
        .map((name, at) => ({
          id: `key-${at}`,
          user: `user-${at}`,
          deliverTo: [{ connection: name, repository: `acme/${name}` }],
        }))
        .slice(0, 120),
    });
    const template = templateOf(many);
    const sizes = policiesOf(template, 'sync').map(({ policy }) => JSON.stringify(policy).length);
    const read = statementsOf(template, 'sync').filter(({ Sid }) => Sid === 'ReadConnectionTokens');

    expect(errorsOf(many)).toEqual([]);
    expect(read.flatMap(({ Resource }) => Resource)).toEqual(
      names
        .slice(0, 120)
        .map((name) => `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/connections/${name}-??????`),
    );
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes[0]).toBeLessThanOrEqual(10_240);
    for (const size of sizes.slice(1)) expect(size).toBeLessThanOrEqual(6_144);
  });

  it('are decrypted with the given KMS key, through Secrets Manager only', async () => {
    const decrypt = (via: string) =>
      mayFunction(several, 'sync', {
        action: 'kms:Decrypt',
        resource: key,
        context: { 'kms:ViaService': via },
        resourcePolicy: delegating,
      });
    const delegating = {
      Statement: [
        { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
      ],
    };

    expect(await decrypt(`secretsmanager.${REGION}.amazonaws.com`)).toBe(true);
    expect(await decrypt(`s3.${REGION}.amazonaws.com`)).toBe(false);
  });
});
