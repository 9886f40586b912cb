import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, LEVELS } from '../../functions/core/names';
import { tagsOf } from '../../functions/core/verbs';
import { mayFunction, statementsOf } from './access';
import { ACCOUNT, arnOfSecret, REGION } from './deployed';
import { ONE_KEY, resourcesOf, synthesize } from './synthesized';

const template = synthesize({ ...ONE_KEY, operators: true });
const without = synthesize(ONE_KEY);
const SECRETS = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/*`;
const titled = (level: string) => `${level.charAt(0).toUpperCase()}${level.slice(1)}`;

describe('the functions that people ask', () => {
  it('are there only when they are asked for, and open nothing before', () => {
    expect(resourcesOf(without, 'AWS::Lambda::Url')).toEqual([]);
    expect(JSON.stringify(without)).not.toMatch(
      /KeyRotationOperator|KeyRotationAdministrator|pause-written|KEYTURN_LEVEL/,
    );
    expect(synthesize({ ...ONE_KEY, operators: false })).toEqual(without);
  });

  it('leave everything else as it is, but for who seals the record and what none may be used for', () => {
    const changed = Object.entries(without.Resources)
      .filter(([id, resource]) => JSON.stringify(resource) !== JSON.stringify(template.Resources[id]))
      .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(changed.sort()).toEqual([
      'KeyRotationFactsRights',
      'KeyRotationGuardrailsPolicy',
      // An administrator may want a key back.
      'KeyRotationRotateRole',
      'KeyRotationSealKey',
      // The fronts start functions, too.
      'KeyRotationStarts',
      // A key that somebody says has leaked goes with the delivery of its successor.
      'KeyRotationTriggersDeactivate',
    ]);
  });

  it.each(LEVELS)('%s has a name that a policy can have, a URL for signed requests, and lets nobody in', (level) => {
    const [front] = resourcesOf(template, 'AWS::Lambda::Function').filter(({ id }) =>
      id.startsWith(`KeyRotation${titled(level)}`),
    );
    expect(front?.Properties).toMatchObject({ FunctionName: `Keyturn-KeyRotation${titled(level)}`, Timeout: 60 });
    expect(JSON.stringify(front?.Properties.Environment)).toContain(`"KEYTURN_LEVEL":"${level}"`);
    const [url] = resourcesOf(template, 'AWS::Lambda::Url').filter(({ id }) =>
      id.startsWith(`KeyRotation${titled(level)}`),
    );
    expect(url?.Properties).toEqual({ AuthType: 'AWS_IAM', TargetFunctionArn: { 'Fn::GetAtt': [front?.id, 'Arn'] } });
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission');
    expect(
      permissions.filter(({ Properties }) => JSON.stringify(Properties.FunctionName).includes(front?.id ?? '')),
    ).toEqual([]);
    expect(JSON.stringify(template)).toContain(`"${titled(level)}Url":{"Description"`);
  });

  it.each(LEVELS)('K12: %s may do this and nothing else', (level) => {
    // The one policy that starts functions has a statement of sync's too.
    const own = statementsOf(template, level).filter(({ Sid }) => Sid !== 'StartRotation');
    expect(own.map(({ Sid, Action }) => [Sid, [Action].flat()])).toEqual([
      ['WriteOwnLog', ['logs:CreateLogStream', 'logs:PutLogEvents']],
      ['ListRegistry', ['ssm:GetParametersByPath']],
      ['ListSecrets', ['secretsmanager:ListSecrets']],
      ['TellPeople', ['sns:Publish']],
      ['EncryptMessages', ['kms:GenerateDataKey', 'kms:Decrypt']],
      ['KeepFailedRuns', ['sqs:SendMessage']],
      ['KeepRecord', ['logs:CreateLogStream', 'logs:PutLogEvents']],
      ['ReadRecord', ['logs:FilterLogEvents']],
      ['RecordAudit', ['events:PutEvents']],
      ['ReadPins', ['secretsmanager:GetResourcePolicy']],
      ['ReadRegistry', ['ssm:GetParameter']],
      ['SeeManagedSecrets', ['secretsmanager:DescribeSecret']],
      ['WriteRequests', ['secretsmanager:TagResource', 'secretsmanager:UntagResource']],
      ['StartFunctions', ['lambda:InvokeFunction']],
    ]);
  });

  it.each(LEVELS)(
    'K12: %s writes the tags of what is asked for, and neither another one nor one beside it',
    async (level) => {
      const tag = (...names: string[]) =>
        mayFunction(template, level, {
          action: 'secretsmanager:TagResource',
          resource: arnOfSecret('keyturn/web-shop'),
          context: { 'aws:TagKeys': names },
        });
      for (const name of tagsOf(level)) expect(await tag(name)).toBe(true);
      expect(await tag('keyturn:intent')).toBe(false);
      expect(await tag('keyturn:paused', 'keyturn:intent')).toBe(false);
      for (const action of [
        'GetSecretValue',
        'PutSecretValue',
        'UpdateSecretVersionStage',
        'PutResourcePolicy',
        'DeleteSecret',
      ])
        expect(
          await mayFunction(template, level, { action: `secretsmanager:${action}`, resource: SECRETS }),
          action,
        ).toBe(false);
      for (const action of ['CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey'])
        expect(
          await mayFunction(template, level, {
            action: `iam:${action}`,
            resource: `arn:aws:iam::${ACCOUNT}:user/bitbucket-web-shop`,
          }),
        ).toBe(false);
    },
  );

  it('K12: they start the functions that do what is asked, and sync starts rotate alone', async () => {
    const starts = async (of: typeof template, name: (typeof FUNCTION_NAMES)[number] | (typeof LEVELS)[number]) => {
      const may = FUNCTION_NAMES.map(async (started) => {
        const one = resourcesOf(of, 'AWS::Lambda::Function').find(({ id }) =>
          id.startsWith(`KeyRotation${titled(started)}Function`),
        );
        const resource = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${one?.id}`;
        return (await mayFunction(of, name, { action: 'lambda:InvokeFunction', resource })) ? [started] : [];
      });
      return (await Promise.all(may)).flat();
    };
    for (const level of LEVELS) expect(await starts(template, level)).toEqual(['rotate', 'deactivate', 'sync']);
    for (const name of ['rotate', 'deactivate', 'delete'] as const) expect(await starts(template, name)).toEqual([]);
    const exposed = synthesize({ ...ONE_KEY, exposed: true });
    expect([await starts(template, 'sync'), await starts(exposed, 'sync')]).toEqual([['rotate'], ['rotate']]);
    expect(await starts(exposed, 'rotate')).toEqual(['deactivate']);
    expect(await starts(synthesize({ ...ONE_KEY, exposed: true, onExposed: 'notify' }), 'rotate')).toEqual([]);
    expect(await starts(without, 'sync')).toEqual(['rotate']);
    for (const name of ['rotate', 'deactivate', 'delete'] as const) expect(await starts(without, name)).toEqual([]);
  });

  it('K12: only they tell on the bus what people asked, and no deed of another function', async () => {
    const may = (name: (typeof FUNCTION_NAMES)[number] | (typeof LEVELS)[number], detailType: string) =>
      JSON.stringify(statementsOf(template, name).find(({ Sid }) => Sid === 'RecordAudit')?.Condition).includes(
        `"${detailType}"`,
      );
    for (const name of FUNCTION_NAMES)
      expect([may(name, 'requested'), may(name, 'key-created')]).toEqual([false, true]);
    for (const name of LEVELS) expect([may(name, 'requested'), may(name, 'key-created')]).toEqual([true, false]);
  });
});
