import type { ResourceInput, ResourceType } from '../resource';

/**
 * Resources that are names and documents only: nothing here acts on them, but others refer to them, and whoever checks
 * permissions reads their policies.
 */
const trail: ResourceType = (input) => {
  const name = named(input, 'TrailName', 128);
  return { ref: name, attributes: { Arn: input.arn('cloudtrail', `trail/${name}`) } };
};

/** Policies of queues, topics and buckets, and the CDK's own record. */
const document: ResourceType = ({ logicalId }) => ({ ref: logicalId, attributes: { Id: logicalId } });

function named(input: ResourceInput, property: string, longest: number): string {
  return input.previous?.ref ?? input.properties.optionalText(property) ?? input.generatedName(longest);
}

export const NOMINAL_RESOURCES: Readonly<Record<string, ResourceType>> = {
  'AWS::CloudTrail::Trail': trail,
  'AWS::S3::BucketPolicy': document,
  'AWS::SQS::QueuePolicy': document,
  'AWS::SNS::TopicPolicy': document,
  'AWS::CDK::Metadata': document,
};
