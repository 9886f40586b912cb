import type { RoleSession } from '../../account/ports';
import { type ProviderRule, variablesOf } from '../../core/config/provider-config';
import type { RoleSource } from '../../core/config/provider-role';
import { KeyturnError } from '../../core/errors';
import { Redacted } from '../../core/key/credential';
import { parseSecretDocument } from '../../core/key/secret-document';
import { secretName } from '../../core/names';

/** The current version of a secret. */
export interface CurrentSecret {
  readonly versionId: string;
  /** undefined where it is no text. */
  readonly value: Redacted | undefined;
}

/** Names of the secrets that rules need, each once: what comes from one secret comes from one version. */
export function secretsOf(rules: readonly ProviderRule[]): readonly string[] {
  const all = rules.flatMap(({ keys, secrets }) => [
    ...keys.map(({ id }) => secretName(id)),
    ...secrets.map(({ secret }) => secret),
  ]);
  return [...new Set(all)];
}

export function namesOf(rules: readonly ProviderRule[]): readonly string[] {
  return rules.flatMap(variablesOf);
}

/**
 * The variables that rules give.
 *
 * @param read the current version of each secret that they need
 * @param sessions one for each role
 * @throws KeyturnError `secret-invalid`, `secret-missing`, naming the secret and never its value
 */
export function variablesFrom(
  rules: readonly ProviderRule[],
  read: ReadonlyMap<string, CurrentSecret>,
  sessions: ReadonlyMap<RoleSource, RoleSession>,
): ReadonlyMap<string, Redacted> {
  const given = new Map<string, Redacted>();
  for (const [{ accessKeyId, secretAccessKey, sessionToken }, session] of sessions) {
    given.set(accessKeyId, new Redacted(session.accessKeyId));
    given.set(secretAccessKey, session.secretAccessKey);
    given.set(sessionToken, session.sessionToken);
  }
  for (const { keys, secrets } of rules) {
    for (const { id, accessKeyId, secretAccessKey } of keys) {
      const name = secretName(id);
      const credential = parseSecretDocument(name, read.get(name)?.value?.reveal());
      given.set(accessKeyId, new Redacted(credential.accessKeyId));
      given.set(secretAccessKey, credential.secretAccessKey);
    }
    for (const { secret, variable, pointer } of secrets) {
      given.set(variable, textAt(secret, pointer, read.get(secret)?.value));
    }
  }
  return given;
}

function textAt(secret: string, pointer: string | undefined, value: Redacted | undefined): Redacted {
  if (value === undefined) throw new KeyturnError('secret-invalid', `The value of ${secret} is no text.`);
  const text = pointer === undefined ? value.reveal() : pointed(value.reveal(), pointer);
  if (typeof text === 'string' && text !== '') return new Redacted(text);
  throw new KeyturnError('secret-invalid', `The value of ${secret} has no text at ${pointer ?? 'its whole'}.`);
}

/** RFC 6901, through objects alone. */
function pointed(json: string, pointer: string): unknown {
  let found: unknown;
  try {
    found = JSON.parse(json);
  } catch {
    return undefined;
  }
  for (const part of pointer.slice(1).split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return found;
}
