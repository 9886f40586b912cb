import { createHash } from 'node:crypto';

/** Hexadecimal digits of SHA-256 that are kept: nobody finds another entry for 160 bits, and a full template has no room for more. */
const DIGITS = 40;

/**
 * The digest of a registry entry, as the deployment writes it into the secret's resource policy. It is made from the
 * text, so that what a later version adds to the schema changes no digest of a key that is not deployed again.
 *
 * The ARNs of delivery functions are left out: an ARN that only the deployment knows cannot be part of a digest that is
 * made at synthesis. Sync's role may call the deployed ones only, and one that is no reader of the secret learns its name.
 *
 * @throws SyntaxError when the text is not JSON
 */
export function entryDigest(json: string): string {
  return createHash('sha256')
    .update(JSON.stringify(withoutFunctions(JSON.parse(json))))
    .digest('hex')
    .slice(0, DIGITS);
}

/** Ends the statement ID of the policy's `Deliver` statement. A statement ID has letters and digits only. */
export function pinOf(digest: string): string {
  return `Entry${digest}`;
}

const PINNED = /^DeliverEntry([0-9a-f]{40})$/;

/** The digests that a secret's resource policy has: one, where a deployment of this version wrote it. */
export function digestsIn(policy: string): readonly string[] {
  const { Statement } = objectOf(parsed(policy));
  return (Array.isArray(Statement) ? Statement : [Statement]).flatMap((statement: unknown) => {
    const { Sid } = objectOf(statement);
    return (typeof Sid === 'string' && PINNED.exec(Sid)?.[1]) || [];
  });
}

function withoutFunctions(document: unknown): unknown {
  const { targets } = objectOf(document);
  if (!Array.isArray(targets)) return document;
  return { ...objectOf(document), targets: targets.map(withoutFunction) };
}

function withoutFunction(target: unknown): unknown {
  return 'function' in objectOf(target) ? { ...objectOf(target), function: '' } : target;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
