import { createHash } from 'node:crypto';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type ProviderConfig, providerSchema } from '../core/config/provider-config';
import { KeyturnError } from '../core/errors';
import { providerParameterName } from '../core/names';
import { type ClientConfig, providerConfig } from './client-config';
import { calling } from './failure';

/**
 * Reads what the endpoint gives to whom, as the deployment of this function wrote it: its environment has the digest, so
 * whoever writes into the parameters alone changes nothing but that nobody gets anything.
 *
 * @throws KeyturnError `invalid-config` where it is not that one, `aws-*`
 */
export async function readProviderConfig(
  digest: string,
  parts: number,
  config: ClientConfig = providerConfig,
): Promise<ProviderConfig> {
  const names = Array.from({ length: parts }, (_none, at) => providerParameterName(digest, at + 1));
  const client = new SSMClient(config);
  const { Parameters = [] } = await calling(`ssm:GetParameters of ${names[0]}`, {}, () =>
    client.send(new GetParametersCommand({ Names: names })),
  );
  const values = new Map(Parameters.map(({ Name, Value }) => [Name, Value]));
  const text = names.map((name) => values.get(name) ?? '').join('');
  if (createHash('sha256').update(text).digest('hex') !== digest) {
    const message = `The SSM parameters ${names[0]} and on are not what was deployed with this function.`;
    throw new KeyturnError('invalid-config', `${message} Deploy the stack again.`);
  }
  return providerSchema.parse(JSON.parse(text));
}
