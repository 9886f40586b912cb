import { KeyturnError } from '../../core/errors';
import { type DataCenterTarget, dataCenterHost, type NodeCommands } from '../../core/hosts/data-center';
import type { Edge, HostEdge } from '../host';
import { DataCenter } from './target';

/** What this host needs beside what all hosts share. */
export interface DataCenterPorts {
  /** @default - no node is restarted */
  readonly nodeCommands?: NodeCommands;
}

/** Bitbucket Data Center. */
export function openDataCenters({ time, retry, nodeCommands }: Edge & DataCenterPorts): HostEdge {
  return {
    async open(config: DataCenterTarget) {
      if (nodeCommands !== undefined) return new DataCenter({ config, nodeCommands, time, retry });
      throw new KeyturnError(
        'invalid-config',
        `${dataCenterHost.nameOf(config)}: no node can be restarted from here: no way to Systems Manager is open.`,
      );
    },
  };
}
