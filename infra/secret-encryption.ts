import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  ArnPrincipal,
  type IPrincipal,
  PolicyDocument,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** Condition: the KMS key is used on behalf of a caller of Secrets Manager, never directly. */
export function onlyThroughSecretsManager(stack: Stack): Record<string, Record<string, string>> {
  return { StringEquals: { 'kms:ViaService': `secretsmanager.${stack.region}.amazonaws.com` } };
}

/** Administration without use: nobody decrypts a secret by way of these. */
const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListAliases',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListKeyRotations',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

export interface SecretEncryptionProps {
  /** Stores credentials. */
  readonly writer: IPrincipal;
  /** Reads them for delivery. */
  readonly reader: IPrincipal;
}

/** The customer-managed KMS key of the managed secrets. Its policy alone decides who decrypts: no IAM policy can add to it. */
export class SecretEncryption extends Construct {
  readonly key: Key;
  private readonly readers = new Set<string>();

  constructor(scope: Construct, id: string, props: SecretEncryptionProps) {
    super(scope, id);
    const conditions = onlyThroughSecretsManager(Stack.of(this));
    this.key = new Key(this, 'Key', {
      description: 'Keyturn: encrypts the managed secrets',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: new PolicyDocument({
        statements: [
          // In a key policy, "*" is the key itself.
          new PolicyStatement({
            sid: 'Administer',
            principals: [new AccountRootPrincipal()],
            actions: ADMINISTRATION,
            resources: ['*'],
          }),
          // Whoever deploys the stack may point a secret at this key; it encrypts for them and does not decrypt.
          new PolicyStatement({
            sid: 'EncryptOnDeployment',
            principals: [new AccountRootPrincipal()],
            actions: ['kms:GenerateDataKey'],
            resources: ['*'],
            conditions,
          }),
          new PolicyStatement({
            sid: 'StoreCredentials',
            principals: [props.writer],
            actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
            resources: ['*'],
            conditions,
          }),
          new PolicyStatement({
            sid: 'ReadCredentials',
            principals: [props.reader],
            actions: ['kms:Decrypt'],
            resources: ['*'],
            conditions,
          }),
        ],
      }),
    });
  }

  /** Lets a role decrypt what it may read. */
  addReader(roleArn: string): void {
    if (this.readers.has(roleArn)) return;
    this.readers.add(roleArn);
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: `Reader${this.readers.size}`,
        principals: [new ArnPrincipal(roleArn)],
        actions: ['kms:Decrypt'],
        resources: ['*'],
        conditions: onlyThroughSecretsManager(Stack.of(this)),
      }),
    );
  }
}
