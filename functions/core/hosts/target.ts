import { createHash } from 'node:crypto';
import * as z from 'zod';
import { apiUrl } from './connection';
import type { ConnectionSettings, Host, HostConnection, HostTarget, StepsOfTarget, TokenForm, Written } from './host';
import { placeUrl } from './place-url';
import { HOSTS } from './register';

type EachHost = (typeof HOSTS)[number];
export type HostName = EachHost['name'];

type TargetSchemas<H extends readonly Host[]> = { [N in keyof H]: H[N]['target'] };

/** One place a credential is delivered to. */
export type TargetConfig = HostTarget & z.output<EachHost['target']>;
/** The same as the registry holds it. */
export const targetSchema = z.discriminatedUnion(
  'type',
  HOSTS.map(({ target }) => target) as unknown as TargetSchemas<typeof HOSTS>,
) as unknown as z.ZodType<TargetConfig>;

/** One target as a person writes it under `deliverTo`; what is given decides its host and its kind. */
export type DeliverTo = Pick<HostTarget, 'connection'> & z.input<EachHost['deliverTo']>;
/** The same with its defaults. */
export type DeliverToItem = Pick<HostTarget, 'connection'> & z.output<EachHost['deliverTo']>;

/** Each host's own schema judges its items, so that a mistake is told in the host's words, at its place. */
export const deliverToSchema = z.unknown().transform((given, context) => {
  const { deliverTo } = hostOfItem(given);
  const judged = deliverTo._zod.run({ value: given, issues: [] }, { async: false });
  if (judged instanceof Promise) throw new Error('A schema of a host must not wait.');
  context.issues.push(...judged.issues);
  return judged.value;
}) as unknown as z.ZodType<DeliverToItem, DeliverTo>;

/** The JSON Schema of the same, for editors: one of the other hosts' where its mark is there, otherwise the first one's. */
export function deliverToJsonSchema(): object {
  const [first, ...others] = HOSTS.map(({ deliverTo, marks }: Host) => {
    const { $schema: _dialect, ...schema } = z.toJSONSchema(deliverTo, { io: 'input', unrepresentable: 'throw' });
    return { schema, marked: { anyOf: marks.map((name) => ({ required: [name] })) } };
  });
  return others.reduceRight<object>(
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    (otherwise, { schema, marked }) => ({ if: marked, then: schema, else: otherwise }),
    first?.schema ?? {},
  );
}

type TokenHost = Extract<EachHost, { readonly connection: z.ZodType }>;
/** A connection of `keyturn.yaml`: its settings, under the host's name. */
export type ConnectionConfig = { readonly [H in TokenHost as H['name']]?: z.output<H['connection']> };
/** The same as a person writes it. */
export type ConnectionInput = { readonly [H in TokenHost as H['name']]?: z.input<H['connection']> };

const tokenHosts = HOSTS.flatMap((host: Host) =>
  host.connection === undefined ? [] : [[host.name, host.connection] as const],
);
const soleHost = tokenHosts.length === 1;

export const connectionConfigSchema = z
  .strictObject(Object.fromEntries(tokenHosts.map(([name, schema]) => [name, soleHost ? schema : schema.optional()])))
  .superRefine((given, context) => {
    if (Object.values(given).filter((settings) => settings !== undefined).length !== 1) {
      context.addIssue(`expected one of ${tokenHosts.map(([name]) => name).join(', ')}`);
    }
  }) as unknown as z.ZodType<ConnectionConfig, ConnectionInput>;

/** A connection that is sound, in place of a broken one that targets may name all the same. */
export function standInConnection(): object {
  return Object.fromEntries(tokenHosts.slice(0, 1).map(([name]) => [name, { secret: 'stands-in' }]));
}

/** A connection's settings, whatever its host. */
export function settingsOf(config: ConnectionConfig): ConnectionSettings & { readonly host: string } {
  for (const [host, settings] of Object.entries(config)) if (settings !== undefined) return { host, ...settings };
  throw new Error('A connection without a host is no connection.');
}

export const connectionSchema = z.strictObject({
  host: z.literal(tokenHosts.map(([name]) => name)),
  url: apiUrl.describe('Base URL of the REST API.'),
  secret: z.string().min(1).describe('Name or ARN of the secret that holds the token.'),
});
/** How to reach a CI host. */
export type Connection = z.infer<typeof connectionSchema>;

/** The forms that a token of a host may have, the best one first. */
export function tokenFormsOf(host: string): readonly TokenForm[] {
  return HOSTS.find(({ name }: Host) => name === host)?.tokenForms ?? [];
}

/** The registry's form of a connection. */
export function connectionOf(config: ConnectionConfig): Connection {
  const { host, url, secret } = settingsOf(config);
  return { host, url, secret };
}

/** The registry's form of a `deliverTo` item. */
export function targetOf(item: DeliverToItem): TargetConfig {
  return hostOfItem(item).targetOf(item) as TargetConfig;
}

/** How the registry writes a target: without what the schema fills in again. */
export function shortTarget(target: TargetConfig): Readonly<Record<string, unknown>> {
  return hostOf(target).short(target);
}

type Connections = Readonly<Record<string, Connection>>;

/** The connection that a target names; undefined where it names none, or its entry has none of the name. */
export function connectionOfTarget({ connection }: TargetConfig, connections: Connections): Connection | undefined {
  return Object.entries(connections).find(([name]) => name === connection)?.[1];
}

/** The same as people know it: its name, and the secret that holds its token. */
export function namedConnection({ connection }: TargetConfig, connections: Connections) {
  const [named] = Object.entries(connections).filter(([name]) => name === connection);
  return named && { name: named[0], secret: named[1].secret };
}

/** How people call a target: in logs, receipts and findings. */
export function targetName(target: TargetConfig): string {
  return hostOf(target).nameOf(target);
}

/** Everything that a delivery to a target writes: two targets that share a place would overwrite each other. */
export function placesWritten(target: TargetConfig, connection: ConnectionConfig | undefined): readonly Written[] {
  return hostOf(target).writes(target, connection === undefined ? undefined : settingsOf(connection));
}

/** Whether two targets may write one place, as far as can be told without asking their host. */
export function mayShareAPlace(
  one: { readonly target: TargetConfig; readonly connection: HostConnection | undefined },
  other: { readonly target: TargetConfig; readonly connection: HostConnection | undefined },
): boolean {
  const host = hostOf(one.target);
  const urlOf = ({ connection }: typeof one) => (connection === undefined ? '' : placeUrl(connection.url));
  return (
    host.name === hostOf(other.target).name && urlOf(one) === urlOf(other) && host.mayShare(one.target, other.target)
  );
}

/** The name of its place that may come to mean somebody else's; undefined where it cannot. */
export function nameThatMayPass(target: TargetConfig, connection: HostConnection | undefined): string | undefined {
  return hostOf(target).nameThatMayPass(target, connection);
}

/** What a token needs so that it tells whose its place is; undefined where no token has to. */
export function rightToIdentify(target: TargetConfig): string | undefined {
  return hostOf(target).rightToIdentify;
}

/** Steps that get what a target holds, where they have tokens of their own; undefined where nobody knows of any. */
export function stepsOf(target: TargetConfig): StepsOfTarget | undefined {
  return hostOf(target).stepsOf?.(target);
}

/** What a target fails together with, when it is down. */
export function systemOf(target: TargetConfig, connection: HostConnection | undefined): string {
  return hostOf(target).systemOf(target, connection);
}

export function hostOf({ type }: HostTarget): Host & { readonly name: HostName } {
  const host = HOSTS.find(({ types }) => types.some((own: string) => own === type));
  if (host === undefined) throw new Error(`No host has targets of the type ${type}.`);
  return host;
}

/** Which host an item under `deliverTo` is for. */
export function hostNameOf(item: DeliverTo): HostName {
  return hostOfItem(item).name as HostName;
}

function hostOfItem(item: unknown): Host {
  const given = typeof item === 'object' && item !== null ? (item as Readonly<Record<string, unknown>>) : {};
  const [first, ...others]: readonly [Host, ...Host[]] = HOSTS;
  return others.find(({ marks }) => marks.some((name) => name in given)) ?? first;
}

/**
 * Digest of a set of targets: the same set gives the same digest in any order, another set, another variable name or
 * another host gives another one, so that changed targets are delivered to again. A connection's token is not part of it.
 */
export function targetSetDigest(
  targets: readonly TargetConfig[],
  connections: Readonly<Record<string, Connection>>,
): string {
  const described = targets.map((target) => targetId(target, connections));
  return createHash('sha256').update(JSON.stringify(described.sort())).digest('hex').slice(0, 16);
}

/** Tells one target from all others, whatever its connection is called. */
export function targetId(
  { connection: name, ...target }: TargetConfig,
  connections: Readonly<Record<string, Connection>>,
): string {
  const connection = name === undefined ? undefined : connections[name];
  return canonicalJson({ ...target, url: connection?.url, host: connection?.host });
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
