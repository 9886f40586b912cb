import { Annotations, RemovalPolicy } from 'aws-cdk-lib';
import { type PolicyDocument, User } from 'aws-cdk-lib/aws-iam';
import { CfnResourcePolicy, CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { KeyConfig } from '../../functions/core/config/config';
import { REGISTRY_ENTRY_BYTES } from '../../functions/core/config/registry';
import { registryParameterName, secretName } from '../../functions/core/names';
import { foreignReaders } from '../access/foreign-readers';
import { policySize } from '../access/policy-size';
import { SECRET_POLICY_CHARACTERS, secretPolicy } from '../access/secret-policy';
import type { Delivery } from '../targets/delivery';
import type { DeliveryTarget } from '../targets/delivery-target';
import type { Adopt } from './adopt';
import type { FirstRotation } from './first-rotation';
import type { KeyRotation } from './key-rotation';
import { checkKey } from './key-validation';
import { registryDocument } from './registry-document';
import type { RotationPolicy } from './rotation-policy';

/** What there is to say about one managed key. */
export interface ManagedKeyOptions {
  /** Name of the IAM user whose access key is rotated. A user has one managed key. */
  readonly user: string;
  /** Whether the stack creates the user, without a password and without rights. Otherwise it must exist. @default false */
  readonly createUser?: boolean;
  /** Where each fresh key is delivered. @default - nowhere; readers take it from the secret */
  readonly deliverTo?: DeliveryTarget[];
  /** What differs from the rotation's policy. @default - nothing */
  readonly policy?: RotationPolicy;
  /** When the key is rotated for the first time. @default FirstRotation.AT_ONCE */
  readonly firstRotation?: FirstRotation;
  /** What to do with a user that has two keys already. @default Adopt.KEEP */
  readonly adopt?: Adopt;
  /** ARNs of IAM roles that may read the secret beside the functions. @default - nobody else reads it */
  readonly readers?: string[];
}

export interface ManagedKeyProps extends ManagedKeyOptions {
  /** The engine that rotates the key. */
  readonly rotation: KeyRotation;
}

/**
 * One managed key: its secret, its entry in the registry and, where asked for, its user. The construct's ID is the key's
 * ID. `rotation.manage()` creates it in the rotation's own stack; create it in another stack when that one is full
 * (CloudFormation: 500 resources a stack, of which a key takes three or four).
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

  constructor(scope: Construct, id: string, given: ManagedKeyProps) {
    super(scope, id);
    const deliveries = (given.deliverTo ?? []).map(({ _delivery }) => _delivery);
    const fetchers = deliveries.flatMap(({ readers = [] }) => readers);
    const props = { ...given, readers: [...new Set([...(given.readers ?? []), ...fetchers])] };
    this.keyId = id;
    this.secretName = secretName(id);
    this.parameterName = registryParameterName(id);
    const { rotation } = props;

    const checked = checkKey(id, props, rotation._policy, rotation._keysLike(id, props.user));
    for (const problem of checked.problems) Annotations.of(this).addError(problem);
    const rights = rotation._register(this, props);
    if (checked.key === undefined || checked.connections === undefined) return;

    const document = registryDocument(checked.key, checked.connections, rotation._policy);
    this.checkSize(document, checked.key);

    const resourcePolicy = secretPolicy({ roles: rotation._roles, readers: props.readers });
    this.checkReaders(props, resourcePolicy);

    const secret = this.createSecret(props);
    const policy = new CfnResourcePolicy(this, 'SecretPolicy', {
      secretId: secret.ref,
      resourcePolicy,
      blockPublicPolicy: true,
    });
    // A secret that outlives the stack stays closed.
    policy.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    const parameter = new StringParameter(this, 'Registry', {
      parameterName: this.parameterName,
      stringValue: deployed(document, deliveries),
      description: `Keyturn: the managed key ${id}`,
    });
    // The functions act on what the registry says, so it speaks last: when they may do what it asks for.
    parameter.node.addDependency(policy, ...rights);
    if (checked.key.createUser) parameter.node.addDependency(this.createUser(props.user));
  }

  /** Empty, so that its first version is a real key. The L2 construct would generate a value. */
  private createSecret(props: ManagedKeyProps): CfnSecret {
    const secret = new CfnSecret(this, 'Secret', {
      name: this.secretName,
      description: `Keyturn: the live access key of the IAM user ${props.user}`,
      kmsKeyId: props.rotation._encryption?.key.keyArn,
    });
    // Retained, except when the very deployment that creates it is rolled back: an empty secret with the same name would
    // stand in the way of the next attempt.
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return secret;
  }

  private createUser(userName: string): User {
    const user = new User(this, 'User', { userName });
    user.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return user;
  }

  private checkReaders({ readers = [], rotation }: ManagedKeyProps, policy: PolicyDocument): void {
    const size = policySize(this, policy);
    if (size > SECRET_POLICY_CHARACTERS) {
      Annotations.of(this).addError(
        `readers: ${readers.length} roles make a resource policy of up to ${size} characters, and Secrets Manager takes ` +
          `${SECRET_POLICY_CHARACTERS}; name one role that they all assume`,
      );
    }
    const foreign = rotation._encryption === undefined ? foreignReaders(this, readers) : [];
    if (foreign.length > 0) {
      Annotations.of(this).addError(
        `readers: expected roles of the account of the stack, found ${foreign.join(', ')}; other accounts cannot decrypt ` +
          'with the key aws/secretsmanager, so set encryption: customer-managed, or take them out',
      );
    }
  }

  private checkSize(document: string, key: KeyConfig): void {
    const bytes = Buffer.byteLength(document);
    if (bytes <= REGISTRY_ENTRY_BYTES) return;
    Annotations.of(this).addError(
      `The key "${key.id}" needs ${bytes} bytes in the registry, and an SSM parameter holds ${REGISTRY_ENTRY_BYTES}. ` +
        `Give it fewer than its ${key.deliverTo.length} targets: deliver to the repository or the workspace in place of ` +
        'single environments, or use a second IAM user for some of them.',
    );
  }
}

/** The registry's text with what only the deployment knows in its place. */
function deployed(document: string, deliveries: readonly Delivery[]): string {
  const standIns = deliveries.flatMap((delivery) => [...(delivery.standIns ?? [])]);
  return standIns.reduce((text, [standIn, token]) => text.replaceAll(standIn, token), document);
}
