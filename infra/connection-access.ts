import { Stack } from 'aws-cdk-lib';
import { type PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { secretArn } from './arns';
import type { Connection } from './connection';
import { onlyThroughSecretsManager } from './secret-encryption';

/** The right of sync to read the tokens of exactly the connections that are used. */
export class ConnectionAccess {
  private readonly scope: Construct;
  private readonly policy: PolicyDocument;
  private readonly added = new Set<string>();
  private readonly read = new PolicyStatement({
    sid: 'ReadConnectionTokens',
    actions: ['secretsmanager:GetSecretValue'],
  });
  private readonly decrypt: PolicyStatement;

  /** @param policy the inline policy of sync's role */
  constructor(scope: Construct, policy: PolicyDocument) {
    this.scope = scope;
    this.policy = policy;
    this.decrypt = new PolicyStatement({
      sid: 'DecryptConnectionTokens',
      actions: ['kms:Decrypt'],
      conditions: onlyThroughSecretsManager(Stack.of(scope)),
    });
  }

  add(connection: Connection): void {
    const { secret, encryptionKey } = connection._config.bitbucket;
    this.addOnce(this.read, secretArn(this.scope, secret));
    if (encryptionKey !== undefined) this.addOnce(this.decrypt, encryptionKey);
  }

  private addOnce(statement: PolicyStatement, arn: string): void {
    if (this.added.has(arn)) return;
    this.added.add(arn);
    if (!statement.hasResource) this.policy.addStatements(statement);
    statement.addResources(arn);
  }
}
