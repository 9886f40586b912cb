import { KeyturnError } from '../../core/errors';
import type { FunctionInvoker, FunctionTarget } from '../../core/hosts/function';
import type { Edge, HostEdge } from '../host';
import { DeliveryFunction } from './target';

/** What this host needs beside what all hosts share. */
export interface FunctionPorts {
  /** @default - no function is called */
  readonly functions?: FunctionInvoker;
}

/** Teams' own functions. */
export function openFunctions({ time, retry, secrets, functions }: Edge & FunctionPorts): HostEdge {
  return {
    async open(config: FunctionTarget) {
      if (functions !== undefined) return new DeliveryFunction({ config, functions, time, retry, secrets });
      throw new KeyturnError(
        'invalid-config',
        `${config.function} cannot be called from here: no way to Lambda is open.`,
      );
    },
  };
}
