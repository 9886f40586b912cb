import { Annotations, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  ArnPrincipal,
  type IPrincipal,
  PolicyDocument,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { KEY_ADMINISTRATION } from './key-administration';
import { onlyThrough } from './kms-use';
import { policySize } from './policy-size';
import { RIGHTS } from './rights';

/** KMS: a key policy has at most 32 KB. */
const KEY_POLICY_CHARACTERS = 32_768;

export interface SecretEncryptionProps {
  /** Stores credentials. */
  readonly writer: IPrincipal;
  /** Reads them for delivery. */
  readonly reader: IPrincipal;
}

/** The customer-managed KMS key of the managed secrets. Its policy alone decides who decrypts: no IAM policy can add to it. */
export class SecretEncryption extends Construct {
  readonly key: Key;
  private readonly policy: PolicyDocument;
  private readonly readers = new Set<string>();
  private readReaders: PolicyStatement | undefined;
  private characters = 0;
  private full = false;

  constructor(scope: Construct, id: string, props: SecretEncryptionProps) {
    super(scope, id);
    const conditions = onlyThrough(Stack.of(this), 'secretsmanager');
    this.policy = new PolicyDocument({
      statements: [
        // In a key policy, "*" is the key itself.
        new PolicyStatement({
          sid: 'Administer',
          principals: [new AccountRootPrincipal()],
          actions: [...KEY_ADMINISTRATION],
          resources: ['*'],
        }),
        // Whoever deploys the stack may point a secret at this key; it encrypts for them and decrypts no secret.
        new PolicyStatement({
          sid: 'EncryptOnDeployment',
          principals: [new AccountRootPrincipal()],
          actions: ['kms:GenerateDataKey'],
          resources: ['*'],
          conditions,
        }),
        // When a secret is created with a key or given another one, Secrets Manager tries both calls in the caller's
        // name, under this version ID, which no version of a secret can have ("Secret encryption and decryption in AWS
        // Secrets Manager": the IDs are tokens of the caller, of 32 characters at least).
        new PolicyStatement({
          sid: 'ValidateOnDeployment',
          principals: [new AccountRootPrincipal()],
          actions: ['kms:Decrypt'],
          resources: ['*'],
          conditions: {
            StringEquals: {
              ...conditions.StringEquals,
              'kms:EncryptionContext:SecretVersionId': 'RequestToValidateKeyAccess',
            },
          },
        }),
        new PolicyStatement({
          sid: 'StoreCredentials',
          principals: [props.writer],
          actions: [...RIGHTS.rotate.secretsKey],
          resources: ['*'],
          conditions,
        }),
        new PolicyStatement({
          sid: 'ReadCredentials',
          principals: [props.reader],
          actions: [...RIGHTS.sync.secretsKey],
          resources: ['*'],
          conditions,
        }),
      ],
    });
    this.key = new Key(this, 'Key', {
      description: 'Keyturn: encrypts the managed secrets',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      policy: this.policy,
    });
  }

  /** Lets a role decrypt what it may read. */
  addReader(roleArn: string): void {
    if (this.readers.has(roleArn)) return;
    this.readers.add(roleArn);
    const reader = new ArnPrincipal(roleArn);
    if (this.readReaders === undefined) {
      this.readReaders = new PolicyStatement({
        sid: 'Readers',
        principals: [reader],
        actions: ['kms:Decrypt'],
        resources: ['*'],
        conditions: onlyThrough(Stack.of(this), 'secretsmanager'),
      });
      this.policy.addStatements(this.readReaders);
      // The brackets of the list that the second one makes.
      this.characters = policySize(this, this.policy) + '[]'.length;
    } else {
      this.readReaders.addPrincipals(reader);
      this.characters += policySize(this, roleArn) + '"",'.length;
    }
    this.checkSize();
  }

  private checkSize(): void {
    if (this.full || this.characters <= KEY_POLICY_CHARACTERS) return;
    this.full = true;
    Annotations.of(this).addError(
      `readers: the policy of the KMS key has no room for more than ${this.readers.size - 1} of them (KMS: ` +
        `${KEY_POLICY_CHARACTERS} characters); name one role that several of them assume`,
    );
  }
}
