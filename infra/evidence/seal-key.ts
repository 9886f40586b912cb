import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  AnyPrincipal,
  Effect,
  type IRole,
  PolicyDocument,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { KEY_ADMINISTRATION } from '../access/key-administration';

export interface SealKeyProps {
  /** By which people find it. */
  readonly alias: string;
  /** What it seals. */
  readonly of: string;
  /** The roles of the functions that write into that record. */
  readonly writers: readonly IRole[];
  /** Those that read it and check its seals. */
  readonly readers: readonly IRole[];
}

/**
 * The KMS key that seals a record: asymmetric, so that anybody with its public half can check a seal, and nobody
 * can make one but the functions. It outlives the stack, as the record does that it proves.
 */
export class SealKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, { alias, of, writers, readers }: SealKeyProps) {
    super(scope, id);
    // In a key policy, "*" is the key itself.
    const resources = ['*'];
    this.key = new Key(this, 'Key', {
      description: `Keyturn: seals ${of}`,
      alias,
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      policy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            sid: 'Administer',
            principals: [new AccountRootPrincipal()],
            actions: [...KEY_ADMINISTRATION, 'kms:GetPublicKey'],
            resources,
          }),
          new PolicyStatement({ sid: 'Seal', principals: [...writers], actions: ['kms:Sign'], resources }),
          ...(readers.length === 0
            ? []
            : [
                new PolicyStatement({
                  sid: 'CheckSeals',
                  principals: [...readers],
                  actions: ['kms:GetPublicKey'],
                  resources,
                }),
              ]),
          // Also what an IAM policy or a grant may say.
          new PolicyStatement({
            sid: 'NobodyElseSeals',
            effect: Effect.DENY,
            principals: [new AnyPrincipal()],
            actions: ['kms:Sign', 'kms:CreateGrant'],
            resources,
            conditions: { ArnNotEquals: { 'aws:PrincipalArn': writers.map(({ roleArn }) => roleArn) } },
          }),
        ],
      }),
    });
  }
}
