import * as z from 'zod';
import { addMistake, type ConfigIssue } from './config-issue';
import { type ConnectionsConfig, connectionsSchema } from './connection-config';
import { type KeyConfig, keySchema } from './key-config';
import type { KeysTogether } from './keys-together';

/** One managed key and the connections that it uses, with their defaults. */
export interface KeyWithConnections {
  readonly key: KeyConfig;
  readonly connections: ConnectionsConfig;
}

/**
 * Checks one key beside those that there are already.
 *
 * @returns the key with its defaults, or what is wrong: with paths that begin with `key` or `connections`
 */
export function checkKey(
  input: { readonly key: unknown; readonly connections: unknown },
  together: KeysTogether,
): { readonly checked: KeyWithConnections; readonly issues?: undefined } | { readonly issues: readonly ConfigIssue[] } {
  const schema = z
    .strictObject({ connections: connectionsSchema, key: keySchema })
    .superRefine(({ key, connections }, context) => {
      for (const { path, message } of together.add(key, connections)) {
        addMistake(context, { path: ['key', ...path], message });
      }
    });
  const { data, error } = schema.safeParse(input);
  return error === undefined ? { checked: data } : { issues: error.issues };
}
