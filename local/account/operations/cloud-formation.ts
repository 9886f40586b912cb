import * as z from 'zod';
import type { CloudFormation } from '../cloud-formation';
import { operationsOf } from './operation';

const operation = operationsOf('ValidationError');

const StackName = z.string().min(1);
const NextToken = z.string().optional();

/** CloudFormation on the wire, as far as it is looked at, and deleted. */
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
    ListExports: operation('read', z.object({ NextToken }), (input) => cloudFormation.listExports(input)),
    ListImports: operation('read', z.object({ ExportName: z.string().min(1), NextToken }), (input) =>
      cloudFormation.listImports(input),
    ),
    DetectStackDrift: operation('read', z.object({ StackName }), (input) => cloudFormation.detectStackDrift(input)),
    DescribeStackDriftDetectionStatus: operation('read', z.object({ StackDriftDetectionId: z.string() }), (input) =>
      cloudFormation.describeStackDriftDetectionStatus(input),
    ),
    DescribeStackResourceDrifts: operation(
      'read',
      z.object({ StackName, StackResourceDriftStatusFilters: z.array(z.string()).optional(), NextToken }),
      (input) => cloudFormation.describeStackResourceDrifts(input),
    ),
    DeleteStack: operation('write', z.object({ StackName }), (input) => cloudFormation.deleteStack(input), {
      response: () => null,
    }),
    GetTemplate: operation('read', z.object({ StackName, TemplateStage: z.string().optional() }), (input) =>
      cloudFormation.getTemplate(input),
    ),
  };
}
