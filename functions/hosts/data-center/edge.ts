import { KeyturnError } from '../../core/errors';
import { type DataCenterTarget, dataCenterHost, type NodeCommands } from '../../core/hosts/data-center';
import type { Edge, HostEdge } from '../host';
import { SharedDocument } from './shared-document';
import { DataCenter } from './target';

/** What this host needs beside what all hosts share. */
export interface DataCenterPorts {
  /** @default - no node is restarted */
  readonly nodeCommands?: NodeCommands;
}

/** Bitbucket Data Center. */
export function openDataCenters({ time, retry, nodeCommands }: Edge & DataCenterPorts): HostEdge {
  const documents = new Map<string, SharedDocument>();
  return {
    async open(config: DataCenterTarget) {
      const name = `${config.region ?? ''}/${config.document}`;
      const shared = documents.get(name) ?? new SharedDocument();
      documents.set(name, shared);
      if (nodeCommands !== undefined) return new DataCenter({ config, shared, nodeCommands, time, retry });
      throw new KeyturnError(
        'invalid-config',
        `${dataCenterHost.nameOf(config)}: no node can be restarted from here: no way to Systems Manager is open.`,
      );
    },
  };
}
