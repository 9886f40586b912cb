import * as z from 'zod';
import type { CloudFormation } from '../cloud-formation';
import { operationsOf } from './operation';

const operation = operationsOf('ValidationError');

const StackName = z.string().min(1);
const NextToken = z.string().optional();

/** CloudFormation on the wire, as far as it is looked at. */
export function cloudFormationOperations(cloudFormation: CloudFormation) {
  return {
    DescribeStacks: operation('read', z.object({ StackName: StackName.optional(), NextToken }), (input) =>
      cloudFormation.describeStacks(input),
    ),
    ListStacks: operation('read', z.object({ StackStatusFilter: z.array(z.string()).optional(), NextToken }), (input) =>
      cloudFormation.listStacks(input),
    ),
    DescribeStackResources: operation(
      'read',
      z.object({
        StackName: StackName.optional(),
        LogicalResourceId: z.string().optional(),
        PhysicalResourceId: z.string().optional(),
      }),
      (input) => cloudFormation.describeStackResources(input),
    ),
    ListStackResources: operation('read', z.object({ StackName, NextToken }), (input) =>
      cloudFormation.listStackResources(input),
    ),
    GetTemplate: operation('read', z.object({ StackName, TemplateStage: z.string().optional() }), (input) =>
      cloudFormation.getTemplate(input),
    ),
  };
}
