import type { HostSurroundings, StartedHost } from '../host';
import { DataCenters } from './data-center';

/** Data Centers have no address here: Systems Manager reaches their nodes, and they reach Secrets Manager. */
export async function startDataCenters({ account }: HostSurroundings): Promise<StartedHost<DataCenters>> {
  return { host: new DataCenters(account), origins: {}, close: async () => undefined };
}
