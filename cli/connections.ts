import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type AwsAccess, callerConfig } from '../functions/aws/client-config';
import { createRegistry } from '../functions/aws/registry';
import { createSecrets } from '../functions/aws/secrets';
import type { Config } from '../functions/core/config/config';
import type { RegistryEntry } from '../functions/core/config/registry';
import {
  type Connection,
  connectionOf,
  settingsOf,
  type TargetConfig,
  targetId,
  targetOf,
} from '../functions/core/hosts/target';
import { REGISTRY_PATH, secretName } from '../functions/core/names';
import { readSoundConfig } from './config-file';
import type { Terminal } from './terminal';

/** A connection and everything that is delivered through it. */
export interface ConnectionUse {
  readonly name: string;
  readonly connection: Connection;
  /** ARN of the KMS key of its secret. @default - nobody has said it */
  readonly encryptionKey?: string | undefined;
  /** Each place once. */
  readonly targets: readonly TargetConfig[];
}

/** The configuration that is taken where none is named. */
const USUAL_CONFIG = 'keyturn.yaml';

/** A configuration, and the file that it was read from. */
export interface ReadConfig {
  readonly file: string;
  readonly config: Config;
}

/**
 * The configuration that was named, or keyturn.yaml where there is one.
 *
 * @throws KeyturnError `invalid-request` when the named one is not there, `invalid-config` with every mistake in it
 */
export function usualConfig(named: string | undefined, terminal: Terminal): ReadConfig | undefined {
  const file = named ?? (existsSync(resolve(terminal.folder, USUAL_CONFIG)) ? USUAL_CONFIG : undefined);
  return file === undefined ? undefined : { file, config: readSoundConfig(file, '--config FILE', terminal) };
}

/**
 * The connections of a configuration, or where there is none those of the deployed registry: of its entries only those
 * count that a deployment has pinned in their secret's own policy. Whoever may write a parameter must not say where a
 * token goes.
 *
 * @param config a file's name; @default keyturn.yaml, where there is one
 * @returns and where they were read
 * @throws KeyturnError `invalid-*`, `aws-*`
 */
export async function readConnections(
  config: string | undefined,
  terminal: Terminal,
  access: AwsAccess,
): Promise<{ readonly source: string; readonly uses: readonly ConnectionUse[] }> {
  const read = usualConfig(config, terminal);
  if (read !== undefined) return { source: read.file, uses: usesIn(read.config) };
  const clients = callerConfig(access);
  const { entries, digests } = await createRegistry(REGISTRY_PATH, clients).list();
  const { pins } = createSecrets(new SecretsManagerClient(clients));
  const known = await Promise.all(
    entries.map(
      async (entry) => [entry, (await pins(secretName(entry.id))).includes(digests.get(entry.id) ?? '')] as const,
    ),
  );
  return {
    source: 'what a deployment has registered',
    uses: usesOf(known.flatMap(([entry, isDeployed]) => (isDeployed ? [entry] : []))),
  };
}

/** The connections of a configuration. */
export function usesIn({ connections, keys }: Config): readonly ConnectionUse[] {
  return Object.entries(connections).map(([name, config]) => {
    const items = keys.flatMap(({ deliverTo }) => deliverTo.filter(({ connection }) => connection === name));
    const connection = connectionOf(config);
    return {
      name,
      connection,
      encryptionKey: settingsOf(config).encryptionKey,
      targets: once(items.map(targetOf), name, connection),
    };
  });
}

/** An entry holds its connections itself: one name may be two connections for as long as a deployment takes. */
export function usesOf(entries: readonly RegistryEntry[]): readonly ConnectionUse[] {
  const uses = new Map<string, { name: string; connection: Connection; targets: TargetConfig[] }>();
  for (const { connections, targets } of entries) {
    for (const [name, connection] of Object.entries(connections)) {
      const id = JSON.stringify([name, connection]);
      const use = uses.get(id) ?? { name, connection, targets: [] };
      use.targets.push(...targets.filter((target) => target.connection === name));
      uses.set(id, use);
    }
  }
  return [...uses.values()].map((use) => ({ ...use, targets: once(use.targets, use.name, use.connection) }));
}

function once(targets: readonly TargetConfig[], name: string, connection: Connection): readonly TargetConfig[] {
  return [...new Map(targets.map((target) => [targetId(target, { [name]: connection }), target])).values()];
}
