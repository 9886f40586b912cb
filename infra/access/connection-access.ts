import { Stack } from 'aws-cdk-lib';
import type { IDependable } from 'constructs';
import type { Connection } from '../targets/connection';
import type { Delivery } from '../targets/delivery';
import { secretArn } from './arns';
import type { GrowingPolicy, Right } from './growing-policy';
import { onlyThrough } from './kms-use';
import { RIGHTS } from './rights';

/**
 * What sync needs to reach exactly the targets that are used: the right to read their connections' tokens, the origins of
 * these, and what a target's host asks for.
 */
export class ConnectionAccess {
  private readonly rights: GrowingPolicy;
  private readonly known = new Map<string, IDependable>();
  private readonly usedSecrets = new Map<string, string>();
  private readonly usedKeys = new Set<string>();
  private readonly usedOrigins = new Set<string>();
  private readonly inWords = new Set<string>();

  /** @param rights of sync's role */
  constructor(rights: GrowingPolicy) {
    this.rights = rights;
  }

  /** @returns what holds the rights */
  add({ connection, rights = [] }: Delivery): readonly IDependable[] {
    return [
      ...(connection === undefined ? [] : this.addConnection(connection)),
      ...rights.flatMap(({ right, arns }) => arns.map((arn) => this.allowOnce(right, arn))),
    ];
  }

  private addConnection(connection: Connection): readonly IDependable[] {
    const { secret, encryptionKey, url } = connection._settings;
    this.usedSecrets.set(connection.name, secret);
    if (URL.canParse(url)) this.usedOrigins.add(new URL(url).origin);
    const read = this.allowOnce(
      { sid: 'ReadConnectionTokens', actions: RIGHTS.sync.connectionTokens },
      secretArn(secret),
    );
    if (encryptionKey === undefined) return [read];
    this.usedKeys.add(encryptionKey);
    const conditions = onlyThrough(Stack.of(this.rights), 'secretsmanager');
    const decrypt = { sid: 'DecryptConnectionTokens', actions: RIGHTS.sync.connectionKeys, conditions };
    return [read, this.allowOnce(decrypt, encryptionKey)];
  }

  /** The secret of each connection, by its name. */
  get secrets(): ReadonlyMap<string, string> {
    return this.usedSecrets;
  }

  /** ARNs of the KMS keys that encrypt tokens. */
  get keys(): readonly string[] {
    return [...this.usedKeys];
  }

  /** Where tokens and keys may be sent, such as `https://api.bitbucket.org`; separated by commas. */
  get origins(): string | undefined {
    return this.usedOrigins.size === 0 ? undefined : [...this.usedOrigins].sort().join(',');
  }

  /** What hosts ask for beside a token, in words. */
  get words(): readonly string[] {
    return [...this.inWords];
  }

  private allowOnce(right: Right, arn: string): IDependable {
    if (right.may !== undefined) this.inWords.add(right.may);
    const given = `${right.sid} ${arn}`;
    const holder = this.known.get(given) ?? this.rights.allow(right, [arn]);
    this.known.set(given, holder);
    return holder;
  }
}
