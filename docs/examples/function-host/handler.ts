import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

/**
 * A function that Keyturn delivers to (docs/start/function.md). It fetches the credential that it is told of and writes it
 * where pipelines read it: here into an encrypted parameter of SSM, whose name stands under `target` in keyturn.yaml.
 * Copy it, and put your own place in place of `write`.
 */
const SCHEMA = 'keyturn.delivery/v1';

interface DeliveryRequest {
  readonly schema: string;
  readonly managedKey: string;
  readonly secretArn: string;
  readonly versionId: string;
  readonly accessKeyId: string;
  readonly target: Readonly<Record<string, string>>;
}

const secrets = new SecretsManagerClient({});
const ssm = new SSMClient({});

export async function handler(request: DeliveryRequest): Promise<object> {
  if (request.schema !== SCHEMA) return failed('host-rejected', `this function speaks ${SCHEMA} alone`);
  const { parameter } = request.target;
  if (parameter === undefined) return failed('host-rejected', 'expected the setting parameter under target');
  try {
    await write(parameter, await credentialOf(request));
  } catch (error) {
    // Names only: a message may quote what was sent. Repeating is safe, because the same version is the same credential.
    return failed('host-down', `writing ${parameter}: ${error instanceof Error ? error.name : 'failed'}`, true);
  }
  return { schema: SCHEMA, receipt: { wrote: [`updated ${parameter}`] } };
}

/** The whole credential as JSON, of exactly the version that Keyturn has proved. */
async function credentialOf({ secretArn, versionId, accessKeyId }: DeliveryRequest): Promise<string> {
  const { SecretString = '{}' } = await secrets.send(
    new GetSecretValueCommand({ SecretId: secretArn, VersionId: versionId }),
  );
  const credential: { readonly accessKeyId?: string } = JSON.parse(SecretString);
  if (credential.accessKeyId !== accessKeyId) throw new Error('another credential than was asked for');
  return SecretString;
}

async function write(parameter: string, credential: string): Promise<void> {
  await ssm.send(
    new PutParameterCommand({ Name: parameter, Value: credential, Type: 'SecureString', Overwrite: true }),
  );
}

function failed(code: string, message: string, retryable = false): object {
  return { schema: SCHEMA, error: { code, message, retryable } };
}
