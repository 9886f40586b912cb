import type { EventSelector } from '../../account/trails';
import type { ResourceInput, ResourceType } from '../resource';

/** A trail is made once: an update changes whether it logs, and nothing else. */
const trail: ResourceType = (input) => {
  const { properties, previous } = input;
  const { trails } = input.services.account;
  const Name = named(input, 'TrailName', 128);
  const isTrue = (property: string) => properties.optionalText(property) === 'true';
  if (previous === undefined) {
    trails.createTrail({
      Name,
      S3BucketName: properties.text('S3BucketName'),
      IsMultiRegionTrail: isTrue('IsMultiRegionTrail'),
      IncludeGlobalServiceEvents: isTrue('IncludeGlobalServiceEvents'),
      EnableLogFileValidation: isTrue('EnableLogFileValidation'),
      IsOrganizationTrail: isTrue('IsOrganizationTrail'),
      KmsKeyId: properties.optionalText('KMSKeyId'),
    });
    const EventSelectors = properties.objects('EventSelectors').map((selector) => ({
      ReadWriteType: selectorType(selector.optionalText('ReadWriteType')),
      IncludeManagementEvents: selector.optionalText('IncludeManagementEvents') !== 'false',
    }));
    if (EventSelectors.length > 0) trails.putEventSelectors({ TrailName: Name, EventSelectors });
  }
  if (isTrue('IsLogging')) trails.startLogging({ Name });
  else trails.stopLogging({ Name });
  const attributes = { Arn: input.arn('cloudtrail', `trail/${Name}`) };
  return { ref: Name, attributes, remove: () => trails.deleteTrail({ Name }) };
};

function selectorType(text = 'All'): EventSelector['ReadWriteType'] {
  return text === 'ReadOnly' || text === 'WriteOnly' ? text : 'All';
}

/**
 * Policies of queues, topics and buckets, and the CDK's own record: nothing here acts on them, but others refer to them,
 * and whoever checks permissions reads them.
 */
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
