import { runSimulation } from '@cloud-copilot/iam-simulate';

const accountId = '111122223333';

const LEAVES_IT = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'kms:*', Resource: '*' },
  ],
};

function simulated(policy: object, action: string, resource: string) {
  return runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${accountId}:role/web-shop`,
        action,
        resource: { resource, accountId },
        contextVariables: {},
      },
      identityPolicies: [{ name: 'role', policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      // A KMS key's own policy leaves it to IAM's, as the usual one does.
      ...(action.startsWith('kms:') ? { resourcePolicy: LEAVES_IT } : {}),
    },
    {},
  );
}

/** Whether a role with a policy, and nothing else, may do something: by another implementation of IAM. @throws for what IAM does not have */
export async function may(policy: object, action: string, resource: string): Promise<boolean> {
  const result = await simulated(policy, action, resource);
  if (result.resultType !== 'single') throw new Error(`${action} on ${resource}: ${JSON.stringify(result)}`);
  return result.result.analysis.result === 'Allowed';
}

/** Whether IAM has an action. */
export async function isAction(action: string): Promise<boolean> {
  return (await simulated({ Version: '2012-10-17', Statement: [] }, action, '*')).resultType !== 'error';
}
