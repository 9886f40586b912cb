import { GetParameterCommand, type Parameter, type SSMClient } from '@aws-sdk/client-ssm';
import { awsFailure } from './failure';

/** An SSM parameter; undefined where there is none. @throws KeyturnError `aws-*` */
export async function readParameter(client: SSMClient, name: string): Promise<Parameter | undefined> {
  try {
    return (await client.send(new GetParameterCommand({ Name: name }))).Parameter;
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ParameterNotFound') return undefined;
    throw awsFailure(thrown, `ssm:GetParameter of ${name}`);
  }
}
