import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

/** Somebody authenticates with an access key. @returns the user's ARN, or AWS's error name */
export async function whoIs(accessKeyId: string, secretAccessKey: string): Promise<string> {
  const client = new STSClient({ credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 });
  try {
    return (await client.send(new GetCallerIdentityCommand({}))).Arn ?? '';
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown';
  } finally {
    client.destroy();
  }
}
