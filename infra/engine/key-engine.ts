import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct, IDependable } from 'constructs';
import type { KeyConfig } from '../../functions/core/config/key-config';
import type { KeysTogether } from '../../functions/core/config/keys-together';
import type { PolicyOverrides } from '../../functions/core/config/policy';
import type { Mode } from '../../functions/core/config/registry';
import type { Settings } from '../../functions/core/config/settings';
import type { FunctionName } from '../../functions/core/names';
import type { SecretEncryption } from '../access/secret-encryption';
import type { Delivery } from '../targets/delivery';

/** What the engine has to know of a key to give its functions their rights. @internal */
export interface KeyNeeds {
  readonly user: string;
  /** Whether the stack creates the user, which then has no path. */
  readonly createUser: boolean;
  /** Whether the stack makes the secret. */
  readonly secret: KeyConfig['secret'];
  /** The roles that are to replace it. */
  readonly replacedBy?: KeyConfig['replacedBy'];
  /** What its targets come to. */
  readonly deliveries: readonly Delivery[];
  /** ARNs of the roles that may read the secret beside the functions. */
  readonly readers: readonly string[];
}

/** The engine as its managed keys know it: `KeyRotation`. */
export interface IKeyRotation extends IConstruct {
  /** The policy of all keys. @internal */
  readonly _policy: PolicyOverrides | undefined;
  /** The mode of the keys that say none. @internal */
  readonly _mode: Mode;
  /** Path of all managed users, where there is one. @internal */
  readonly _usersPath: string | undefined;
  /** The keys so far, beside which another one is checked. @internal */
  readonly _keys: KeysTogether;
  /** The key of the managed secrets, where it is the stack's own. @internal */
  readonly _encryption: SecretEncryption | undefined;
  /** What the role that deploys may do. @internal */
  readonly _deployment: Settings['deployment'];
  /** @internal */
  readonly _roles: Readonly<Record<FunctionName, IRole>>;
  /** Gives the functions what they need for one more key. @returns what holds their rights. @internal */
  _admit(key: IConstruct, needs: KeyNeeds): IDependable;
  /** Told of a key's entry in the registry, which is made after everything else of that key. @internal */
  _made(entry: IConstruct): void;
}
