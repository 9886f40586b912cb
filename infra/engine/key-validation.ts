import { Token } from 'aws-cdk-lib';
import { checkKey, type KeyWithConnections } from '../../functions/core/config/check-key';
import { describeIssue } from '../../functions/core/config/config-issue';
import { valueAt } from '../../functions/core/config/config-path';
import type { ConnectionsInput } from '../../functions/core/config/connection-config';
import type { ManagedKeyOptions, ManagedKeyProps } from './managed-key-props';
import { unresolved } from './unresolved';

/** What came of checking a key: the key with its defaults, or what is wrong with it. */
export interface CheckedKey {
  readonly problems: readonly string[];
  readonly checked?: KeyWithConnections;
}

/** Checks the props of a managed key by the schema of `keyturn.yaml`, beside the keys that there are already. */
export function validateKey(id: string, props: ManagedKeyProps): CheckedKey {
  const { rotation, _checked, deliverTo = [], readers = [], ...options } = props;
  if (_checked !== undefined) {
    // So that a key of the constructs is checked beside it.
    rotation._keys.add(_checked.key, _checked.connections);
    return { checked: _checked, problems: [] };
  }
  const { connections, problems } = connectionsOf(deliverTo);
  const key = {
    ...options,
    id,
    deliverTo: deliverTo.map((target) => target._config),
    // A role of the same app has an ARN that only the deployment knows.
    readers: readers.filter((arn) => !Token.isUnresolved(arn)),
  };
  problems.push(...unresolved(key, 'the key'), ...unresolved(connections, 'connections'));
  if (problems.length > 0) return { problems };

  const input = { connections, key };
  const result = checkKey(input, rotation._keys);
  if (result.issues === undefined) return { checked: result.checked, problems: [] };
  return {
    problems: result.issues.map((issue) => {
      const path = issue.path[0] === 'key' ? issue.path.slice(1) : issue.path;
      return `${path.join('.') || 'the key'}: ${describeIssue(issue, valueAt(input, issue.path))}`;
    }),
  };
}

function connectionsOf(targets: NonNullable<ManagedKeyOptions['deliverTo']>): {
  readonly connections: ConnectionsInput;
  readonly problems: string[];
} {
  const connections: ConnectionsInput = {};
  const problems: string[] = [];
  for (const { connection } of targets) {
    if (connection === undefined) continue;
    const { name, _config } = connection;
    connections[name] ??= _config;
    if (JSON.stringify(connections[name]) === JSON.stringify(_config)) continue;
    problems.push(`connections.${name}: expected one connection of this name, found two; rename one`);
  }
  return { connections, problems };
}
