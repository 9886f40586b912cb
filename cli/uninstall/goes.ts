import { type AwsAccess, reviewConfig } from '../../functions/aws/client-config';
import { createDeployedFacts } from '../../functions/aws/deployed-facts';
import { stackResources } from '../../functions/aws/stack-resources';
import { KeyturnError } from '../../functions/core/errors';
import type { UninstallDocument } from '../documents/uninstall';

type Goes = UninstallDocument['goes'];

/**
 * What pipelines use of the stacks, or may, and lose with them, by what the deployment says of its own things: roles that are
 * none of the engine's, those of an app's other constructs among them, and the endpoint of a provider.
 *
 * @param region of the stack
 * @throws KeyturnError `aws-*`, and `invalid-config` where the deployment says nothing of them
 */
export async function goesWithStack(access: AwsAccess, region: string): Promise<Goes> {
  const clients = reviewConfig(access);
  const things = (await createDeployedFacts(clients).read())?.things;
  if (things === undefined)
    throw new KeyturnError(
      'invalid-config',
      'The stack does not say what is its own: deploy this version of it first.',
    );
  const resources = (await Promise.all(things.stacks.map((stack) => stackResources(stack, clients)))).flat();
  const roles = resources
    .filter(({ type, id }) => type === 'AWS::IAM::Role' && !id.startsWith(things.names))
    .map(({ type, id }) => ({ type, id, so: 'whoever takes it stops, a pipeline perhaps' }));
  const { api } = things.provider ?? {};
  if (api === undefined) return roles;
  const id = `${api}.execute-api.${region}`;
  return [...roles, { type: ENDPOINT, id, so: 'steps that ask it then get nothing' }];
}

/** As CloudFormation calls an endpoint. */
export const ENDPOINT = 'AWS::ApiGatewayV2::Api';
