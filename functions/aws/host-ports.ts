import { createConnectionSecrets } from './connection-secrets';
import { createFunctionInvoker } from './function-invoker';
import { createNodeCommands } from './node-commands';

/** All of AWS that a delivery to any host needs, one line a need. */
export function createHostPorts() {
  return {
    connectionSecrets: createConnectionSecrets(),
    functions: createFunctionInvoker(),
    nodeCommands: createNodeCommands(),
  };
}
