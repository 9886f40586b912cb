import { readFile } from 'node:fs/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { readProperties } from './properties-file';

/** What the class of "Configuring Bitbucket with AWS Secrets Manager" is called, and the property that names it. */
const STORE = 'com.atlassian.secrets.store.aws.AwsSecretsManagerStore';
const CLASS = 'encrypted-property.cipher.classname';
const ENCRYPTED = '{ENC}';

/** Where a property's value is kept. */
const whereSchema = z.object({
  region: z.string().min(1),
  secretId: z.string().min(1),
  secretPointer: z.string().startsWith('/').optional(),
});
export type Where = z.output<typeof whereSchema>;

/** One node of a Bitbucket Data Center that runs. */
export interface DataCenterNode {
  /** Its properties, with the secrets in their places, as they were when it started. */
  readonly properties: ReadonlyMap<string, string>;
}

/**
 * Starts a node. It reads its `bitbucket.properties`, and each secret that is named there, once: what changes later it
 * learns when it is started again. Credentials and endpoint are found where the SDK finds them.
 *
 * @throws Error when it does not start, with the property and without any value
 */
export async function startDataCenterNode(propertiesFile: string): Promise<DataCenterNode> {
  const written = readProperties(await readFile(propertiesFile, 'utf8'));
  const properties = new Map(written);
  for (const [name, where] of secretsNamed(written)) properties.set(name, await secretOf(name, where));
  return { properties };
}

/** The properties whose values are secrets, each with where it is kept. @throws Error with the property */
export function* secretsNamed(written: ReadonlyMap<string, string>): Generator<readonly [string, Where]> {
  for (const [name, value] of written) {
    if (!value.startsWith(ENCRYPTED)) continue;
    if (written.get(CLASS) !== STORE) throw failed(name, `${CLASS} is not ${STORE}`);
    yield [name, whereOf(name, value.slice(ENCRYPTED.length))];
  }
}

async function secretOf(property: string, where: Where): Promise<string> {
  const client = new SecretsManagerClient({ region: where.region, maxAttempts: 1 });
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: where.secretId }));
    if (SecretString === undefined) throw failed(property, 'the secret is not text');
    return pointedAt(property, SecretString, where.secretPointer);
  } catch (error) {
    if (error instanceof StartFailed) throw error;
    throw failed(
      property,
      `${where.secretId}: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'}`,
    );
  } finally {
    client.destroy();
  }
}

function whereOf(property: string, text: string): Where {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw failed(property, `what follows ${ENCRYPTED} is not JSON`);
  }
  const { data, error } = whereSchema.safeParse(document);
  if (data !== undefined) return data;
  throw failed(property, `${error?.issues.map(({ path }) => path.join('.')).join(', ')} is missing or wrong`);
}

/** What a pointer selects in a secret's value. @throws Error with the property */
export function pointedAt(property: string, value: string, pointer: string | undefined): string {
  if (pointer === undefined) return value;
  let found: unknown;
  try {
    found = JSON.parse(value);
  } catch {
    throw failed(property, 'the secret is not JSON, and secretPointer points into it');
  }
  for (const escaped of pointer.slice(1).split('/')) {
    const name = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    const isThere = typeof found === 'object' && found !== null && Object.hasOwn(found, name);
    found = isThere ? Reflect.get(found as object, name) : undefined;
  }
  if (typeof found !== 'string') throw failed(property, `${pointer} selects no text`);
  return found;
}

class StartFailed extends Error {}

function failed(property: string, why: string): StartFailed {
  return new StartFailed(`Bitbucket does not start: ${property}: ${why}`);
}
