import type { DeliverTo } from '../../functions/core/hosts/target';
import type { Right } from '../access/growing-policy';
import type { Connection } from './connection';

/** What a target comes to, whatever its host. @internal */
export interface Delivery {
  /** The item of `deliverTo` in `keyturn.yaml` that says the same. */
  readonly item: DeliverTo;
  /** How its host is reached; undefined where it takes no token. */
  readonly connection?: Connection | undefined;
  /** What sync has to be allowed beside reading the connection's token. */
  readonly rights?: readonly { readonly right: Right; readonly arns: readonly string[] }[];
  /** Whether a delivery may take longer than a run, so that another one has to go on. @default false */
  readonly takesRuns?: boolean;
  /** ARNs of roles that fetch the credential by themselves. */
  readonly readers?: readonly string[];
  /** What stands in the item for a text that only the deployment knows, and that text. */
  readonly standIns?: ReadonlyMap<string, string>;
}
