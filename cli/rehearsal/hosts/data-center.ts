import { type DataCenterTarget, DOCUMENT_PARAMETERS, dataCenterHost } from '../../../functions/core/hosts/data-center';
import { secretName } from '../../../functions/core/names';
import type { Account } from '../../../local/account/account';
import type { Pair, PlaceWrite, RehearsedHost, Surroundings } from './host';

const CLASS = 'encrypted-property.cipher.classname=com.atlassian.secrets.store.aws.AwsSecretsManagerStore';

/** Names of the properties that hold the two halves of a key: a plugin's, or whatever the team has. */
function halvesOf(key: string) {
  return { accessKeyId: `plugin.${key}.access-key-id`, secretAccessKey: `plugin.${key}.secret-key` };
}

/** The role that the nodes have; a key that they read has it among its `readers`. */
export function nodeRole(accountId: string): string {
  return `arn:aws:iam::${accountId}:role/Bitbucket`;
}

/** What a node has read of a key at its last start. */
export function pairRead(read: ReadonlyMap<string, string>, key: string): Partial<Pair> {
  const { accessKeyId, secretAccessKey } = halvesOf(key);
  return { accessKeyId: read.get(accessKeyId), secretAccessKey: read.get(secretAccessKey) };
}

/**
 * Nodes that were started long ago with what a person had pasted into their properties. As soon as a key's secret holds
 * one, the lines of `keyturn datacenter` stand there in its place, and are read when the node is started again.
 */
export function rehearseDataCenters({ account, hosts }: Surroundings): RehearsedHost<DataCenterTarget> {
  const { dataCenter } = hosts;
  const listeners: ((write: PlaceWrite) => void)[] = [];
  const keyOf = new Map<string, string>();
  /** By node and by key. */
  const pasted = new Map<string, Map<string, Pair | undefined>>();
  const keyAt = (target: DataCenterTarget) => keyOf.get(dataCenterHost.nameOf(target)) ?? '';

  const propertiesOf = (node: string) =>
    [...(pasted.get(node) ?? [])]
      .flatMap(([key, pair]) => (isStored(key, account) ? linesFor(key, account.region) : pastedLines(key, pair)))
      .join('\n');

  return {
    prepare(target, { id: key }) {
      keyOf.set(dataCenterHost.nameOf(target), key);
      const parameters = Object.values(DOCUMENT_PARAMETERS);
      const needed = parameters.filter((name) => name !== DOCUMENT_PARAMETERS.askedAt);
      account.runCommand.addDocument(target.document, { parameters, needed });
      for (const id of target.nodes) {
        pasted.set(id, (pasted.get(id) ?? new Map()).set(key, undefined));
        if (dataCenter.has(id)) continue;
        const node = dataCenter.add(id, { role: nodeRole(account.accountId), properties: () => propertiesOf(id) });
        node.onStart = (at) => {
          for (const listener of listeners) listener({ at, scope: dataCenterHost.nameOf(target) });
        };
      }
    },
    paste(target, pair) {
      for (const id of target.nodes) {
        pasted.get(id)?.set(keyAt(target), pair);
        dataCenter.node(id).start();
      }
    },
    /** What the node has that was started first: the others have the same, or a newer one. */
    held(target) {
      const [oldest] = target.nodes.map((id) => dataCenter.node(id)).sort((a, b) => a.startedAt - b.startedAt);
      return oldest === undefined ? undefined : pairRead(oldest.read, keyAt(target));
    },
    scopeOf: dataCenterHost.nameOf,
    halvesOf: () => [],
    onWrite: (listener) => void listeners.push(listener),
  };
}

function isStored(key: string, { secretsManager }: Account): boolean {
  try {
    const described = secretsManager.describeSecret({ SecretId: secretName(key) });
    return 'VersionIdsToStages' in described && JSON.stringify(described.VersionIdsToStages).includes('AWSCURRENT');
  } catch {
    return false;
  }
}

function pastedLines(key: string, pair: Pair | undefined): readonly string[] {
  const { accessKeyId, secretAccessKey } = halvesOf(key);
  return pair === undefined ? [] : [`${accessKeyId}=${pair.accessKeyId}`, `${secretAccessKey}=${pair.secretAccessKey}`];
}

/** As docs/start/datacenter.md has them. */
function linesFor(key: string, region: string): readonly string[] {
  const half = (property: string, secretPointer: string) =>
    `${property}={ENC}${JSON.stringify({ region, secretId: secretName(key), secretPointer })}`;
  const { accessKeyId, secretAccessKey } = halvesOf(key);
  return [CLASS, half(accessKeyId, '/accessKeyId'), half(secretAccessKey, '/secretAccessKey')];
}
