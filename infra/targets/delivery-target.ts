import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type DeliverTo, type HostName, hostNameOf } from '../../functions/core/hosts/target';
import {
  type BitbucketDeploymentProps,
  type BitbucketRepositoryProps,
  type BitbucketWorkspaceProps,
  bitbucketDelivery,
  bitbucketItem,
} from './bitbucket-target';
import type { Connection } from './connection';
import { type DataCenterTargetProps, dataCenterDelivery, dataCenterItem } from './data-center-target';
import type { Delivery } from './delivery';
import { type FunctionTargetProps, functionDelivery, functionItem } from './function-target';

export type {
  BitbucketDeploymentProps,
  BitbucketRepositoryProps,
  BitbucketWorkspaceProps,
  DeliveryProps,
  VariableNames,
} from './bitbucket-target';
export type { DataCenterTargetProps } from './data-center-target';
export type { FunctionTargetProps } from './function-target';

/** What an item of `keyturn.yaml` comes to, one line a host. */
const HOSTS: Readonly<Record<HostName, (item: DeliverTo, connection: Connection | undefined) => Delivery>> = {
  bitbucket: bitbucketItem,
  function: (item) => functionItem(item),
  dataCenter: dataCenterItem,
};

/** One place a credential is delivered to. The register of the constructs: each host has its factories here. */
export class DeliveryTarget {
  /** Deployment variables of one environment of a Bitbucket repository. */
  static bitbucketDeployment(props: BitbucketDeploymentProps): DeliveryTarget {
    return new DeliveryTarget(bitbucketDelivery(props));
  }

  /** Variables of a Bitbucket repository. */
  static bitbucketRepository(props: BitbucketRepositoryProps): DeliveryTarget {
    return new DeliveryTarget(bitbucketDelivery(props));
  }

  /** Variables of a Bitbucket workspace, which all its repositories share. */
  static bitbucketWorkspace(props: BitbucketWorkspaceProps): DeliveryTarget {
    return new DeliveryTarget(bitbucketDelivery(props));
  }

  /** A function of a team's own, which fetches the credential and writes it wherever it is needed. */
  static function(lambda: IFunction, props: FunctionTargetProps = {}): DeliveryTarget {
    return new DeliveryTarget(functionDelivery(lambda, props));
  }

  /** Nodes of a Bitbucket Data Center, which fetch the credential when they start and are restarted one by one. */
  static dataCenter(props: DataCenterTargetProps): DeliveryTarget {
    return new DeliveryTarget(dataCenterDelivery(props));
  }

  /** An item of `deliverTo` in `keyturn.yaml`. @internal */
  static _of(connection: Connection | undefined, item: DeliverTo): DeliveryTarget {
    return new DeliveryTarget(HOSTS[hostNameOf(item)](item, connection));
  }

  private constructor(
    /** @internal */
    readonly _delivery: Delivery,
  ) {}

  /** How its host is reached; undefined where it takes no token. */
  get connection(): Connection | undefined {
    return this._delivery.connection;
  }

  /** @internal */
  get _config(): DeliverTo {
    return this._delivery.item;
  }
}
