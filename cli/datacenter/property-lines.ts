import { KeyturnError } from '../../functions/core/errors';

/** Bitbucket's own class for AWS Secrets Manager, in 8.13 and later. A file has one class, for all that is `{ENC}` in it. */
const CIPHER_CLASS = 'com.atlassian.secrets.store.aws.AwsSecretsManagerStore';
const CLASS_PROPERTY = 'encrypted-property.cipher.classname';

/** What one property of `bitbucket.properties` is to be read from. */
export interface PropertySource {
  readonly property: string;
  readonly region: string;
  /** Name or ARN. */
  readonly secretId: string;
  /** JSON pointer into the secret's value. @default - the whole value */
  readonly pointer?: string | undefined;
}

/** The lines of `bitbucket.properties`: the class, which a file has once, and the property. */
export function propertyLines({ property, region, secretId, pointer }: PropertySource): readonly [string, string] {
  const where = JSON.stringify({ region, secretId, secretPointer: pointer });
  return [`${CLASS_PROPERTY}=${CIPHER_CLASS}`, `${property}={ENC}${inProperties(where)}`];
}

/**
 * A JSON text as the value of a Java property ("Properties.load"): a backslash is written twice. What a properties file
 * of another encoding, or Spring's `${…}`, would read as something else is written as JSON's own escape.
 */
function inProperties(json: string): string {
  return json.replace(/[^ -~]|\$(?=\{)/g, escapeOf).replaceAll('\\', '\\\\');
}

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** @throws KeyturnError `invalid-request` for what would be another property, or none */
export function checkProperty(property: string): void {
  if (property === CLASS_PROPERTY) {
    throw mistake(
      `--property: ${CLASS_PROPERTY} is the line that the command adds by itself; name the one that is secret`,
    );
  }
  if (!/^[A-Za-z0-9][\w.[\]-]*$/.test(property)) {
    throw mistake(
      '--property: expected the name of one property, such as jdbc.password: letters, digits, dots, hyphens, underscores ' +
        'and brackets; a blank, "=", ":" or a line break would end it',
    );
  }
}

/** @throws KeyturnError `invalid-request` for what is no JSON pointer */
export function checkPointer(pointer: string): void {
  if (!pointer.startsWith('/')) {
    throw mistake(
      '--pointer: expected a JSON pointer, which begins with a slash, such as /password; leave it out for the whole value',
    );
  }
  if (/~(?![01])/.test(pointer)) {
    throw mistake('--pointer: expected ~0 for "~" and ~1 for "/" within a name, found another "~" (RFC 6901)');
  }
}

/** What a pointer selects, in a JSON text: only whether it is text, never the text. */
export function selects(json: string, pointer: string): 'text' | 'something-else' | 'nothing' | 'no-json' {
  let found: unknown;
  try {
    found = JSON.parse(json);
  } catch {
    return 'no-json';
  }
  for (const name of namesIn(pointer)) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return 'nothing';
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return typeof found === 'string' ? 'text' : 'something-else';
}

/** The names that a pointer goes through. */
export function namesIn(pointer: string): readonly string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function mistake(message: string): KeyturnError {
  return new KeyturnError('invalid-request', `${message}.`);
}
