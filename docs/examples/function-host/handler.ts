import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

/**
 * A function that Keyturn delivers to (docs/start/function.md). It fetches the credential that it is told of and writes it
 * where pipelines read it: here into an encrypted parameter of SSM, whose name stands under `target` in keyturn.yaml.
 * Copy it, and put your own place in place of `write`.
 *
 * Deploy it with a timeout of at most 60 seconds, which is as long as Keyturn waits, and with the environment variable
 * PLACES: the parameters that it may write, separated by commas. Let its role write these and no others.
 */
const SCHEMA = 'keyturn.delivery/v1';

interface DeliveryRequest {
  readonly schema: string;
  readonly managedKey: string;
  readonly secretArn: string;
  readonly versionId: string;
  readonly accessKeyId: string;
  readonly target: Readonly<Record<string, string>>;
  /** Nothing may be written after it. */
  readonly notAfter: string;
}

const secrets = new SecretsManagerClient({});
const ssm = new SSMClient({});

export async function handler(request: DeliveryRequest): Promise<object> {
  if (request.schema !== SCHEMA) return failed('host-rejected', `this function speaks ${SCHEMA} alone`);
  const { parameter } = request.target;
  if (parameter === undefined) return failed('host-rejected', 'expected the setting parameter under target');
  // Whoever may call this function chooses the place.
  if (!placesOf(process.env.PLACES).includes(parameter)) return failed('host-rejected', 'a parameter not in PLACES');
  try {
    const credential = await credentialOf(request);
    if (credential === undefined) return failed('host-rejected', 'another credential than was asked for');
    // Somebody else may have written a newer one by then, and this one would replace it.
    const left = Date.parse(request.notAfter) - Date.now();
    if (!(left > 0)) return failed('host-down', 'too late to write');
    await write(parameter, credential, AbortSignal.timeout(left));
  } catch (error) {
    // Names only, and to the log only: a message may quote what was sent.
    console.error(error instanceof Error ? error.name : 'failed');
    return failed(codeOf(error), `could not write ${parameter}`);
  }
  return { schema: SCHEMA, receipt: { wrote: [`updated ${parameter}`] } };
}

function placesOf(listed = ''): readonly string[] {
  return listed.split(',').map((place) => place.trim());
}

/** The whole credential as JSON, of exactly the version that Keyturn has proved. */
async function credentialOf({ secretArn, versionId, accessKeyId }: DeliveryRequest): Promise<string | undefined> {
  const { SecretString = '{}' } = await secrets.send(
    new GetSecretValueCommand({ SecretId: secretArn, VersionId: versionId }),
  );
  const credential: { readonly accessKeyId?: string } = JSON.parse(SecretString);
  return credential.accessKeyId === accessKeyId ? SecretString : undefined;
}

async function write(parameter: string, credential: string, abortSignal: AbortSignal): Promise<void> {
  await ssm.send(
    new PutParameterCommand({ Name: parameter, Value: credential, Type: 'SecureString', Overwrite: true }),
    { abortSignal },
  );
}

/** Another try cures what is busy or down; what is refused stays refused until somebody changes something. */
function codeOf(error: unknown): string {
  const { name = '', $fault } = error as { readonly name?: string; readonly $fault?: 'client' | 'server' };
  if (/AccessDenied/.test(name)) return 'scope-missing';
  if (/Thrott|TooMany/.test(name)) return 'rate-limited';
  return $fault === 'client' ? 'host-rejected' : 'host-down';
}

function failed(code: string, message: string): object {
  return { schema: SCHEMA, error: { code, message } };
}
