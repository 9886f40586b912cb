import { DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** ARN of the role in whose name CloudFormation makes the resources of a stack; undefined where it has none of its own. */
export function deployerOf(scope: Construct): string | undefined {
  const stack = Stack.of(scope);
  const { synthesizer, partition, account, region } = stack;
  if (!(synthesizer instanceof DefaultStackSynthesizer)) return undefined;
  const known = new Map(Object.entries({ Partition: partition, AccountId: account, Region: region }));
  // What only the deployment knows stands in it in the form of CloudFormation's Sub.
  return synthesizer.cloudFormationExecutionRoleArn.replace(
    /\$\{AWS::(\w+)\}/g,
    (whole, name: string) => known.get(name) ?? whole,
  );
}
