import * as z from 'zod';
import { connectionName } from '../hosts/connection';
import { type ConnectionConfig, type ConnectionInput, connectionConfigSchema } from '../hosts/target';

/** The setting `connections` of `keyturn.yaml`: how to reach each CI host, by the connection's name. */
export const connectionsSchema = z.record(connectionName, connectionConfigSchema).default({});
/** Connections as a person writes them. */
export type ConnectionsInput = Record<string, ConnectionInput>;
/** Connections with their defaults filled in. */
export type ConnectionsConfig = Readonly<Record<string, ConnectionConfig>>;
