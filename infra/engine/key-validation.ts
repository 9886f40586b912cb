import { Token } from 'aws-cdk-lib';
import { type Config, type ConfigInput, configSchema, type KeyConfig } from '../../functions/core/config/config';
import { describeIssue } from '../config/config-issue';
import { valueAt } from '../config/config-path';
import type { ManagedKeyOptions } from './managed-key';
import type { RotationPolicy } from './rotation-policy';

type KeyInput = ConfigInput['keys'][number];

/** What came of checking a key: the key with its defaults, or what is wrong with it. */
export interface CheckedKey {
  readonly problems: readonly string[];
  readonly key?: KeyConfig;
  readonly connections?: Config['connections'];
}

/** A managed key as `keyturn.yaml` would say it. */
export function keyInput(id: string, options: ManagedKeyOptions): KeyInput {
  return {
    id,
    user: options.user,
    createUser: options.createUser,
    ...(options.policy === undefined ? {} : { policy: { ...options.policy } }),
    // The schema tells a wrong value.
    ...(options.firstRotation === undefined
      ? {}
      : { firstRotation: options.firstRotation.value as KeyInput['firstRotation'] }),
    ...(options.adopt === undefined ? {} : { adopt: options.adopt.value as KeyInput['adopt'] }),
    deliverTo: (options.deliverTo ?? []).map((target) => target._config),
    // A role of the same app has an ARN that only the deployment knows.
    readers: (options.readers ?? []).filter((arn) => !Token.isUnresolved(arn)),
  };
}

/**
 * Checks a key of the constructs by the schema of `keyturn.yaml`.
 *
 * @param others keys of the same rotation that share the ID or the user
 */
export function checkKey(
  id: string,
  options: ManagedKeyOptions,
  policy: RotationPolicy | undefined,
  others: readonly KeyInput[],
): CheckedKey {
  const { connections, problems } = connectionsOf(options);
  const key = keyInput(id, options);
  problems.push(...unresolved(key, 'the key').concat(unresolved(connections, 'connections')));
  if (problems.length > 0) return { problems };

  const strangers = others.map((other) => ({ id: other.id, user: other.user }));
  const input = { connections, keys: [...strangers, key], ...(policy === undefined ? {} : { policy: { ...policy } }) };
  const parsed = configSchema.safeParse(input);
  if (parsed.success) {
    const own = parsed.data.keys.at(-1);
    return { problems, key: own, connections: parsed.data.connections };
  }
  for (const issue of parsed.error.issues) {
    const [section, index, ...rest] = issue.path;
    // What is wrong with the rotation's own policy is told once, by the rotation.
    if (section === 'policy') continue;
    const path = section === 'keys' && index === strangers.length ? rest : issue.path;
    problems.push(`${path.join('.') || 'the key'}: ${describeIssue(issue, valueAt(input, issue.path))}`);
  }
  return { problems };
}

function connectionsOf(options: ManagedKeyOptions): {
  readonly connections: NonNullable<ConfigInput['connections']>;
  readonly problems: string[];
} {
  const connections: NonNullable<ConfigInput['connections']> = {};
  const problems: string[] = [];
  for (const { connection } of options.deliverTo ?? []) {
    if (connection === undefined) continue;
    const known = connections[connection.name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(connection._config)) {
      problems.push(`connections.${connection.name}: expected one connection of this name, found two; rename one`);
    }
    connections[connection.name] ??= connection._config;
  }
  return { connections, problems };
}

/** The registry is JSON that is written at synthesis, so it cannot hold what only the deployment knows. */
function unresolved(value: unknown, path: string): string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => unresolved(inner, `${path}.${name}`));
  }
  if (!Token.isUnresolved(value)) return [];
  return [`${path}: expected plain text, found a token of the CDK; write the name or the ARN itself`];
}
