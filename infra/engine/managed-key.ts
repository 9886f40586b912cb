import { Annotations, RemovalPolicy } from 'aws-cdk-lib';
import { type IRole, type PolicyDocument, User } from 'aws-cdk-lib/aws-iam';
import { CfnResourcePolicy, CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct, type IDependable } from 'constructs';
import { entryDigest } from '../../functions/core/config/entry-pin';
import type { KeyConfig } from '../../functions/core/config/key-config';
import { REGISTRY_ENTRY_BYTES } from '../../functions/core/config/registry';
import { registryParameterName, secretName } from '../../functions/core/names';
import { deployerOf } from '../access/deployer';
import { foreignReaders } from '../access/foreign-readers';
import { accountOf, knownAccount } from '../access/known-account';
import { policySize } from '../access/policy-size';
import { SECRET_POLICY_CHARACTERS, secretPolicy } from '../access/secret-policy';
import type { Delivery } from '../targets/delivery';
import type { IKeyRotation } from './key-engine';
import { validateKey } from './key-validation';
import type { ManagedKeyProps } from './managed-key-props';
import { registryDocument } from './registry-document';

/**
 * One managed key: its secret, its entry in the registry and, where asked for, its user. The construct's ID is the key's
 * ID. `rotation.manage()` creates it in the rotation's own stack; create it in another stack when that one is full
 * (CloudFormation: 500 resources a stack, of which a key takes two to four).
 *
 * The secret and a created user are retained when the key is taken out of the code.
 */
export class ManagedKey extends Construct {
  /** The key's ID. */
  readonly keyId: string;
  /** Name of the secret that holds the live credential. */
  readonly secretName: string;
  /** Name of the registry parameter. */
  readonly parameterName: string;

  private readonly rotation: IKeyRotation;
  /** Who reads beside the functions, and the policy that says so; none where the key has mistakes. */
  private reading: Reading | undefined;

  constructor(scope: Construct, id: string, props: ManagedKeyProps) {
    super(scope, id);
    const { rotation } = props;
    this.rotation = rotation;
    this.keyId = id;
    this.secretName = secretName(id);
    this.parameterName = registryParameterName(id);

    const { checked, problems } = validateKey(id, props);
    for (const problem of problems) Annotations.of(this).addError(problem);
    if (checked === undefined) return;

    const deliveries = (props.deliverTo ?? []).map(({ _delivery }) => _delivery);
    const fetchers = deliveries.flatMap((delivery) => delivery.readers ?? []);
    const readers = [...new Set([...(props.readers ?? []), ...fetchers])];
    const document = registryDocument(checked.key, checked.connections, {
      policy: rotation._policy,
      mode: rotation._mode,
    });
    const deployer = this.deployer();
    const policyFor = (those: readonly string[]) =>
      secretPolicy({ roles: rotation._roles, readers: those, deployer, entry: entryDigest(document) });
    const resourcePolicy = policyFor(readers);
    this.checkSize(document, checked.key);
    this.checkReaders(readers, resourcePolicy);
    this.checkReplacing(checked.key);

    // Where the stack has the KMS key, that key's policy alone says who decrypts.
    const decrypting = deployer === undefined ? readers : [...readers, deployer];
    const rights = rotation._admit(this, { ...checked.key, readers: decrypting, deliveries });
    const policy = this.createAll(checked.key, deployed(document, deliveries), resourcePolicy, rights);
    this.reading = { readers, policyFor, policy };
  }

  /**
   * Lets the role of a Bitbucket Data Center's hosts read this key's secret, through the stack's own KMS key too where it
   * has one. Each node reads it when it starts, by these lines of its `bitbucket.properties`, which
   * `npx keyturn datacenter <id> --property <name> --pointer /secretAccessKey` prints for your region and checks:
   *
   *     encrypted-property.cipher.classname=com.atlassian.secrets.store.aws.AwsSecretsManagerStore
   *     <name>={ENC}{"region":"<region>","secretId":"keyturn/<id>","secretPointer":"/secretAccessKey"}
   *
   * A role of the key's own account needs no policy of its own; one of another account does, and the secret has to be
   * encrypted by a customer-managed key.
   *
   * @param role the role that the hosts have
   */
  public grantDataCenterRead(role: IRole): void {
    this._admitReader(role.roleArn);
  }

  /** Lets one more role read the secret. @returns what says so @internal */
  public _admitReader(roleArn: string): CfnResourcePolicy | undefined {
    if (this.reading === undefined) return undefined;
    const { policy, policyFor } = this.reading;
    if (this.reading.readers.includes(roleArn)) return policy;
    const readers = [...this.reading.readers, roleArn];
    const resourcePolicy = policyFor(readers);
    this.checkReaders(readers, resourcePolicy);
    policy.resourcePolicy = resourcePolicy;
    this.rotation._encryption?.addReader(roleArn);
    this.reading = { readers, policyFor, policy };
    return policy;
  }

  private createAll(
    { user, createUser, secret }: KeyConfig,
    document: string,
    resourcePolicy: PolicyDocument,
    rights: IDependable,
  ): CfnResourcePolicy {
    const policy = new CfnResourcePolicy(this, 'SecretPolicy', {
      secretId: secret === 'existing' ? this.secretName : this.createSecret(user).ref,
      resourcePolicy,
      blockPublicPolicy: true,
    });
    // A secret that outlives the stack stays closed; one that was there before does so even when the deployment is rolled back.
    policy.applyRemovalPolicy(secret === 'existing' ? RemovalPolicy.RETAIN : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    const parameter = new StringParameter(this, 'Registry', {
      parameterName: this.parameterName,
      // No description: the name says what it is, and a full template has no room to say it twice.
      stringValue: document,
    });
    // The functions act on what the registry says, so it speaks last: when they may do what it asks for.
    parameter.node.addDependency(policy, rights);
    if (createUser) parameter.node.addDependency(this.createUser(user));
    this.rotation._made(parameter);
    return policy;
  }

  /** Empty, so that its first version is a real key. The L2 construct would generate a value. */
  private createSecret(user: string): CfnSecret {
    const secret = new CfnSecret(this, 'Secret', {
      name: this.secretName,
      description: `Keyturn: live key of IAM user ${user}`,
      kmsKeyId: this.rotation._encryption?.key.keyArn,
    });
    // Retained, except when the very deployment that creates it is rolled back: an empty secret with the same name would
    // stand in the way of the next attempt.
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return secret;
  }

  /** The role that deploys, where the configuration lets it read. */
  private deployer(): string | undefined {
    const { mayReadSecrets, role = deployerOf(this) } = this.rotation._deployment;
    if (mayReadSecrets && role === undefined) {
      Annotations.of(this).addError(
        'deployment.role: expected the ARN of the role that deploys, found nothing; this stack is deployed without the ' +
          'role of a bootstrap stack, so name the one whose rights CloudFormation uses',
      );
    }
    return mayReadSecrets ? role : undefined;
  }

  private createUser(userName: string): User {
    const user = new User(this, 'User', { userName, path: this.rotation._usersPath });
    user.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return user;
  }

  private checkReaders(readers: readonly string[], policy: PolicyDocument): void {
    const size = policySize(this, policy);
    if (size > SECRET_POLICY_CHARACTERS) {
      Annotations.of(this).addError(
        `readers: ${readers.length} roles make a resource policy of up to ${size} characters, and Secrets Manager takes ` +
          `${SECRET_POLICY_CHARACTERS}; name one role that they all assume`,
      );
    }
    const foreign = this.rotation._encryption === undefined ? foreignReaders(this, readers) : [];
    if (foreign.length > 0) {
      Annotations.of(this).addError(
        `readers: expected roles of the account of the stack, found ${foreign.join(', ')}; other accounts cannot decrypt ` +
          'with the key aws/secretsmanager, so set encryption: customer-managed, or take them out',
      );
    }
  }

  /** IAM is asked for a role by its name, which is one of the own account. */
  private checkReplacing({ replacedBy }: KeyConfig): void {
    const account = knownAccount(this);
    const foreign = (replacedBy?.roles ?? []).filter((role) => accountOf(role) !== account);
    if (foreign.length === 0 || account === undefined) return;
    Annotations.of(this).addError(
      `replacedBy.roles: expected roles of the account ${account}, in which the key is, found ${foreign.join(', ')}`,
    );
  }

  private checkSize(document: string, key: KeyConfig): void {
    const bytes = Buffer.byteLength(document);
    if (bytes <= REGISTRY_ENTRY_BYTES) return;
    Annotations.of(this).addError(
      `The key "${key.id}" needs ${bytes} bytes in the registry, and an SSM parameter holds ${REGISTRY_ENTRY_BYTES}. ` +
        `Give it fewer than its ${key.deliverTo.length} targets: deliver to the repository or the workspace in place of ` +
        'single environments, or use a second IAM user for some of them.' +
        (key.replacedBy === undefined
          ? ''
          : ` Its ${key.replacedBy.roles.length} roles stand there too: take out targets whose steps take a role already.`),
    );
  }
}

interface Reading {
  /** ARNs of their roles. */
  readonly readers: readonly string[];
  readonly policyFor: (readers: readonly string[]) => PolicyDocument;
  readonly policy: CfnResourcePolicy;
}

/** The registry's text with what only the deployment knows in its place. */
function deployed(document: string, deliveries: readonly Delivery[]): string {
  const standIns = deliveries.flatMap((delivery) => [...(delivery.standIns ?? [])]);
  return standIns.reduce((text, [standIn, token]) => text.replaceAll(standIn, token), document);
}
