import type * as z from 'zod';
import type { UsualMistakes } from '../words';

/** What every target has in the registry, whatever its host. */
export interface HostTarget {
  /** Tells the targets of all hosts apart. */
  readonly type: string;
  /** Name of the connection that it is reached through; undefined where the host takes no token. */
  readonly connection?: string | undefined;
}

/** How to reach a host that takes a token, as the registry holds it. */
export interface HostConnection {
  /** The host's name. */
  readonly host: string;
  /** Base URL of its API. */
  readonly url: string;
  /** Name or ARN of the secret that holds the token. */
  readonly secret: string;
}

/** One form that a connection's token has: the secret's JSON holds these fields and nothing else. */
export interface TokenForm {
  /** For people: `access token`. */
  readonly kind: string;
  /** The field that nobody is shown. */
  readonly secret: string;
  /** The field beside it that may be shown, such as whose token it is. @default - it has none */
  readonly name?: string;
}

/** What a token turned out to be when it was tried. Holds names only. */
export interface TokenSeen {
  readonly kind: string;
  /** Whose it is, as the host says; undefined where the token may not ask. */
  readonly who: string | undefined;
  /** What it may do, in the host's words; undefined where the host has said nothing. */
  readonly scopes: readonly string[] | undefined;
  /** Of what every place needs, what it may not do. */
  readonly lacks: readonly string[];
  /** What it may do, and nobody needs. */
  readonly spare: readonly string[];
  /** When it ends. @default - the host does not tell */
  readonly endsAt?: Date | undefined;
}

/** What a target writes: two that share a place would overwrite each other. */
export interface Written {
  /** For people, such as `AWS_ACCESS_KEY_ID of bitbucket acme/web-shop`. */
  readonly what: string;
  /** The same in the host's own terms: two spellings of one place are one place. */
  readonly place: string;
}

/**
 * Which steps of pipelines get what a target holds, each in the host's own terms: a name, or a UUID in braces. Workspace and
 * repository are in one spelling each.
 */
export interface StepsOfTarget {
  readonly workspace: string;
  /** @default - those of all of the workspace */
  readonly repository?: string | undefined;
  /** @default - every step of the repository */
  readonly environment?: string | undefined;
}

/** Where a stored credential is: all that a host may be told that fetches it by itself. */
export interface StoredCredential {
  /** ID of the managed key. */
  readonly managedKey: string;
  readonly secretArn: string;
  readonly versionId: string;
  /** What was read from the secret before is another credential. @default - not known */
  readonly storedAt?: Date | undefined;
}

/** What a target should hold. */
export interface DeliveredKey {
  /** ID of the managed key. */
  readonly managedKey: string;
  readonly versionId: string;
  readonly accessKeyId: string;
}

/** All that the core knows of one host. Pure: what speaks to the host is in `functions/hosts`. */
export interface Host<Target extends HostTarget = HostTarget, Item = unknown> {
  /** How the register, the registry and `keyturn.yaml` call it. */
  readonly name: string;
  /** Its targets' types in the registry. */
  readonly types: readonly string[];
  /** One target as the registry holds it. */
  readonly target: z.ZodType<Target> & z.core.$ZodTypeDiscriminable;
  /** One target as a person writes it under `deliverTo`. */
  readonly deliverTo: z.ZodType;
  /** Settings that only this host's items have, so that one of them tells whose an item is; the first host needs none. */
  readonly marks: readonly string[];
  /** What stands under the host's name in a connection of `keyturn.yaml`; undefined where the host takes no token. */
  readonly connection?: z.ZodType<ConnectionSettings> | undefined;
  /** The forms of a connection's token, the best one first; none where the host takes no token. */
  readonly tokenForms: readonly TokenForm[];
  /** What people write in place of the values of its settings. */
  readonly usual?: readonly UsualMistakes[] | undefined;
  /** The registry's form of an item. */
  targetOf(item: Item): Target;
  /** A target without what the schema fills in again, so that more of them fit into a parameter. */
  short(target: Target): Readonly<Record<string, unknown>>;
  /** How people call a target, cleaned (`outside-text.ts`): in logs, receipts and findings. Host first, so that it sorts. */
  nameOf(target: Target): string;
  /** Everything that a delivery to a target writes. */
  writes(target: Target, connection: ConnectionSettings | undefined): readonly Written[];
  /** Whether two targets may write one place, as far as their spellings tell; the host itself tells the rest. */
  mayShare(one: Target, other: Target): boolean;
  /**
   * The name of a place that the host may give to somebody else's, once it is freed: in one spelling. Undefined where a
   * target stands by an ID that never means another place.
   */
  nameThatMayPass(target: Target, connection: HostConnection | undefined): string | undefined;
  /** What a token needs so that it tells whose a place is, for people. @default - no token has to tell */
  readonly rightToIdentify?: string;
  /** Steps that get what a target holds, and have tokens of their own instead. @default - what gets it has none that are known */
  stepsOf?(target: Target): StepsOfTarget;
  /** What it means there that a key is delivered once more, for people. @default - it is written again */
  readonly onceMore?: string;
  /** What targets fail together with, when it is down. */
  systemOf(target: Target, connection: HostConnection | undefined): string;
}

/** A connection as `keyturn.yaml` describes it, whatever its host. */
export interface ConnectionSettings {
  readonly secret: string;
  readonly url: string;
  readonly encryptionKey?: string | undefined;
}
