import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { DEPLOYED_FUNCTIONS } from '../../functions/core/names';
import { mayFunction, mayService, type PolicyDocument, type Request } from './access';
import { ACCOUNT, deployed, REGION } from './deployed';
import { errorsOf, ONE_KEY, resourcesOf, rotationIn, stackOf, synthesize } from './synthesized';

const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/9012abcd-90ab-12cd-34ef-901234abcdef`;
const audit: ConfigInput['audit'] = { archive: { years: 7 }, report: {} };
const plain = synthesize({ ...ONE_KEY, operators: true, audit });
const encrypted = synthesize({ ...ONE_KEY, operators: true, audit, deployment: { encryptionKey: KEY } });

const queuesOf = (template: typeof plain) => resourcesOf(template, 'AWS::SQS::Queue');
const logsOf = (template: typeof plain) => resourcesOf(template, 'AWS::Logs::LogGroup');
const isRecord = ({ id }: { readonly id: string }) => id.includes('AuditLog');

describe('deployment.encryptionKey', () => {
  it('encrypts the log of each function and every queue', () => {
    const logs = logsOf(encrypted).filter((one) => !isRecord(one));

    expect(logs.map(({ Properties }) => Properties.KmsKeyId)).toEqual(DEPLOYED_FUNCTIONS.map(() => KEY));
    expect(queuesOf(encrypted).map(({ Properties }) => Properties.KmsMasterKeyId)).toEqual([KEY, KEY, KEY]);
  });

  it('says nothing about the record, which audit.encryptionKey does', () => {
    expect(logsOf(encrypted).find(isRecord)?.Properties.KmsKeyId).toBeUndefined();
  });

  it('adds nothing but a rule that tells when the key is changed, and nothing at all where it is not set', () => {
    const added = Object.keys(encrypted.Resources).filter((id) => !(id in plain.Resources));
    expect(added).toEqual([expect.stringMatching(/^KeyRotationOwnChangesKeys/)]);
    expect(Object.keys(plain.Resources).filter((id) => !(id in encrypted.Resources))).toEqual([]);
    expect(JSON.stringify(plain)).not.toContain('EncryptFailedRuns');
    for (const { Properties } of [...logsOf(plain), ...queuesOf(plain)]) {
      expect(Properties).not.toHaveProperty('KmsKeyId');
      expect(Properties).not.toHaveProperty('KmsMasterKeyId');
    }
  });

  it.each(['audit', 'deployment'] as const)('refuses a KMS key of another region than the stack’s (%s)', (setting) => {
    const env = { account: ACCOUNT, region: 'eu-central-1' };
    const stack = stackOf({ ...ONE_KEY, [setting]: { encryptionKey: KEY } }, { env });

    expect(errorsOf(stack)).toEqual([
      `${setting}.encryptionKey: expected a KMS key of eu-central-1, where the stack is, found one of eu-west-1; ` +
        'name a key of that region',
    ]);
    expect(errorsOf(stackOf({ ...ONE_KEY, [setting]: { encryptionKey: KEY } }, { env: { region: REGION } }))).toEqual(
      [],
    );
  });

  it('is refused as an alias, by the constructs too', () => {
    const stack = new Stack(new App(), 'Keyturn');
    rotationIn(stack, { deployment: { encryptionKey: `arn:aws:kms:${REGION}:${ACCOUNT}:alias/keyturn` } });

    expect(errorsOf(stack)).toEqual([
      expect.stringContaining('deployment.encryptionKey: expected the ARN of one KMS key'),
    ]);
  });
});

/** As the command of docs/start/configuration.md makes it for this account, region and stack. */
const keyPolicy: PolicyDocument = JSON.parse(readFileSync('docs/examples/encryption-key-policy.json', 'utf8'));
const throughSqs = { 'kms:ViaService': `sqs.${REGION}.amazonaws.com` };
const use = (action: string, context: Request['context'] = {}): Request => ({
  action,
  resource: KEY,
  context,
  resourcePolicy: keyPolicy,
});
const ofLog = (logGroup: string) => ({
  'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${logGroup}`,
});
const LOGS = `logs.${REGION}.amazonaws.com`;

describe('K12: by the key policy of docs/examples and the deployed roles, the KMS key is used', () => {
  const SEND = ['kms:GenerateDataKey', 'kms:Decrypt'];

  it.each(DEPLOYED_FUNCTIONS)('by %s for what it sends to a queue, and for nothing else', async (name) => {
    for (const action of SEND) {
      expect(await mayFunction(encrypted, name, use(action, throughSqs)), action).toBe(true);
      expect(await mayFunction(encrypted, name, use(action)), `${action} by itself`).toBe(false);
      const otherwise = use(action, { 'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com` });
      expect(await mayFunction(encrypted, name, otherwise), `${action} for a secret`).toBe(false);
    }
    for (const action of ['kms:Encrypt', 'kms:CreateGrant', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion']) {
      expect(await mayFunction(encrypted, name, use(action, throughSqs)), action).toBe(false);
    }
  });

  it('by no function whose deployment does not name it', async () => {
    for (const name of DEPLOYED_FUNCTIONS)
      for (const action of SEND) expect(await mayFunction(plain, name, use(action, throughSqs)), name).toBe(false);
  });

  it.each(['Keyturn-KeyRotationRotateLogs1-abc', '/keyturn/audit'])('by CloudWatch Logs for %s', async (logGroup) => {
    for (const action of ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:GenerateDataKey'])
      expect(await mayService(LOGS, use(action, ofLog(logGroup))), action).toBe(true);
  });

  it.each(['/aws/lambda/other', 'keyturn/audit', '/keyturn/audit2'])(
    'not by CloudWatch Logs for %s',
    async (logGroup) => {
      for (const action of ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey'])
        expect(await mayService(LOGS, use(action, ofLog(logGroup))), action).toBe(false);
    },
  );

  it('by EventBridge for events that started no run, which each queue’s policy narrows to the stack’s rules', async () => {
    for (const action of SEND) expect(await mayService('events.amazonaws.com', use(action))).toBe(true);
    expect(await mayService('events.amazonaws.com', use('kms:Encrypt'))).toBe(false);

    const statements = resourcesOf(encrypted, 'AWS::SQS::QueuePolicy')
      .flatMap(({ Properties }) => (deployed(encrypted, Properties.PolicyDocument) as PolicyDocument).Statement)
      .filter(({ Principal }) => JSON.stringify(Principal).includes('events.amazonaws.com'));
    expect(statements.length).toBeGreaterThan(0);
    for (const { Condition } of statements) {
      expect(Object.keys(Condition ?? {})).toEqual(['ArnEquals']);
      const rules = Object.values(Condition ?? {}).flatMap((equals) => Object.entries(equals as object));
      for (const [name, arns] of rules) {
        expect(name).toBe('aws:SourceArn');
        for (const arn of [arns].flat()) expect(arn).toMatch(/:KeyRotation\w+$/);
      }
    }
  });

  it.each(['s3.amazonaws.com', 'sns.amazonaws.com', 'cloudwatch.amazonaws.com'])('not by %s', async (service) => {
    for (const action of SEND) expect(await mayService(service, use(action))).toBe(false);
  });
});
