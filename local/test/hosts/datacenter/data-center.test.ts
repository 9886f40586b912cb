import { describe, expect, it } from 'vitest';
import { Account } from '../../../account/account';
import { Clock } from '../../../clock';
import { DataCenters } from '../../../hosts/datacenter/data-center';

const NODES = ['i-0aaaaaaaaaaaaaaaa', 'i-0bbbbbbbbbbbbbbbb'] as const;
const LINES = [
  'encrypted-property.cipher.classname=com.atlassian.secrets.store.aws.AwsSecretsManagerStore',
  'jdbc.password={ENC}{"region":"eu-west-1","secretId":"database","secretPointer":"/password"}',
].join('\n');

function cluster() {
  const clock = new Clock(Date.parse('2026-01-01T00:00:00Z'));
  const account = new Account({ clock });
  const put = (password: string) =>
    account.secretsManager.putSecretValue({ SecretId: 'database', SecretString: JSON.stringify({ password }) });
  const { ARN } = account.secretsManager.createSecret({ Name: 'database', SecretString: '{"password":"one"}' });
  const centers = new DataCenters(account);
  for (const id of NODES)
    centers.add(id, { role: 'arn:aws:iam::111122223333:role/Bitbucket', properties: () => LINES });
  account.runCommand.addDocument('restart', { parameters: ['SecretArn', 'VersionId'], needed: ['VersionId'] });
  const restart = (node: string, version: string) =>
    account.runCommand.sendCommand({
      DocumentName: 'restart',
      InstanceIds: [node],
      Parameters: { SecretArn: [ARN], VersionId: [version] },
    }).Command.CommandId;
  const password = (node: string) => centers.node(node).properties?.get('jdbc.password');
  return { clock, account, centers, put, restart, password };
}

describe('a node of a cluster', () => {
  it('has what it has read until it is started again, and serves nobody meanwhile', () => {
    const { clock, centers, put, restart, password } = cluster();
    put('two');
    expect(password(NODES[0])).toBe('one');
    restart(NODES[0], 'two');
    clock.advanceBy(10_000);
    expect(password(NODES[0])).toBeUndefined();
    expect(centers.node(NODES[0]).read.get('jdbc.password')).toBe('one');
    clock.advanceBy(90_000);
    expect([password(NODES[0]), password(NODES[1])]).toEqual(['two', 'one']);
  });

  it('is restarted once for a version, however often it is told, and one command after the other', () => {
    const { clock, centers, restart } = cluster();
    restart(NODES[0], 'two');
    restart(NODES[0], 'two');
    clock.advanceBy(300_000);
    restart(NODES[0], 'two');
    restart(NODES[0], 'three');
    clock.advanceBy(300_000);
    expect(centers.outages.map(({ versionId }) => versionId)).toEqual(['two', 'three']);
    expect(centers.mostDown(NODES)).toBe(1);
  });

  it('two that are restarted at once are seen to be down at once', () => {
    const { clock, centers, restart } = cluster();
    for (const node of NODES) restart(node, 'two');
    clock.advanceBy(300_000);
    expect(centers.mostDown(NODES)).toBe(2);
  });

  it('that does not come back is down until somebody starts it, and has what it had', () => {
    const { clock, centers, account, restart, password } = cluster();
    account.secretsManager.putResourcePolicy({
      SecretId: 'database',
      ResourcePolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*' }],
      }),
    });
    const CommandId = restart(NODES[0], 'two');
    clock.advanceBy(700_000);
    expect(account.runCommand.listCommands({ CommandId }).Commands[0]?.Status).toBe('Failed');
    expect(password(NODES[0])).toBeUndefined();
    expect(() => centers.node(NODES[0]).start()).toThrow();
    account.secretsManager.deleteResourcePolicy({ SecretId: 'database' });
    centers.node(NODES[0]).start();
    expect(password(NODES[0])).toBe('one');
  });
});
