import type { DeliverTo } from '../../functions/core/hosts/target';
import type { Connection } from './connection';
import type { Delivery } from './delivery';

/** Names of the variables that hold a credential. */
export interface VariableNames {
  /** Variable that gets the access key ID. @default AWS_ACCESS_KEY_ID */
  readonly accessKeyId?: string;
  /** Variable that gets the secret access key; always secured. @default AWS_SECRET_ACCESS_KEY */
  readonly secretAccessKey?: string;
  /** Variable that gets the region, where one is given. @default AWS_DEFAULT_REGION */
  readonly region?: string;
  /** One more, secured variable that gets the whole credential as JSON, which cannot be half old and half new. @default - none */
  readonly bundle?: string;
}

/** What all targets have. */
export interface DeliveryProps {
  /** How to reach the host. */
  readonly connection: Connection;
  /** Names of the variables. @default - the names that the AWS SDKs read */
  readonly variables?: VariableNames;
  /** AWS region to deliver as well, such as eu-west-1. @default - none is delivered */
  readonly region?: string;
  /** Whether the access key ID is secured too. Unsecured it can be read back and checked. @default false */
  readonly secureAccessKeyId?: boolean;
}

export interface BitbucketDeploymentProps extends DeliveryProps {
  /** `workspace/repository`. */
  readonly repository: string;
  /** Name or UUID of the deployment environment. */
  readonly environment: string;
}

export interface BitbucketRepositoryProps extends DeliveryProps {
  /** `workspace/repository`. */
  readonly repository: string;
}

export interface BitbucketWorkspaceProps extends DeliveryProps {
  /** Slug or UUID of the workspace. */
  readonly workspace: string;
}

/** What the constructs' props come to. @internal */
export function bitbucketDelivery(props: DeliveryProps): Delivery {
  return bitbucketItem({ ...props, connection: props.connection.name }, props.connection);
}

/** What an item of `keyturn.yaml` comes to. @internal */
export function bitbucketItem(item: DeliverTo, connection: Connection | undefined): Delivery {
  return { item, connection };
}
