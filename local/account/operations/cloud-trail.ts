import * as z from 'zod';
import { type CloudTrail, LOOKUP_ATTRIBUTES } from '../cloud-trail';
import type { DigestKeys } from '../digest-keys';
import type { Trails } from '../trails';
import { instant, operationsOf } from './operation';

const operation = operationsOf('InvalidLookupAttributesException');
const ofTrails = operationsOf('InvalidTrailNameException');
const named = z.object({ Name: z.string().min(1) });
const EventSelectors = z
  .array(
    z.object({
      ReadWriteType: z.enum(['ReadOnly', 'WriteOnly', 'All']).default('All'),
      IncludeManagementEvents: z.boolean().default(true),
      ExcludeManagementEventSources: z.array(z.string()).optional(),
    }),
  )
  .max(5)
  .optional();
const AdvancedEventSelectors = z
  .array(
    z.object({
      Name: z.string().optional(),
      FieldSelectors: z.array(z.object({ Field: z.string(), Equals: z.array(z.string()).optional() })).min(1),
    }),
  )
  .optional();

/** CloudTrail on the wire. */
export function cloudTrailOperations(cloudTrail: CloudTrail, trails: Trails, digestKeys: DigestKeys) {
  return {
    ListPublicKeys: operationsOf('InvalidTimeRangeException')(
      'read',
      z.object({ StartTime: instant.optional(), EndTime: instant.optional(), NextToken: z.string().optional() }),
      (_input, _caller, region) => digestKeys.listPublicKeys(region),
    ),
    CreateTrail: ofTrails(
      'write',
      z.object({
        Name: z.string().min(3).max(128),
        S3BucketName: z.string().min(3),
        IsMultiRegionTrail: z.boolean().optional(),
        IncludeGlobalServiceEvents: z.boolean().optional(),
        EnableLogFileValidation: z.boolean().optional(),
        IsOrganizationTrail: z.boolean().optional(),
        KmsKeyId: z.string().optional(),
      }),
      (input) => trails.createTrail(input),
    ),
    DeleteTrail: ofTrails('write', named, (input) => trails.deleteTrail(input)),
    StartLogging: ofTrails('write', named, (input) => trails.startLogging(input)),
    StopLogging: ofTrails('write', named, (input) => trails.stopLogging(input)),
    DescribeTrails: ofTrails('read', z.object({ trailNameList: z.array(z.string()).optional() }), (input) =>
      trails.describeTrails(input),
    ),
    GetTrailStatus: ofTrails('read', named, (input) => trails.getTrailStatus(input)),
    GetEventSelectors: ofTrails('read', z.object({ TrailName: z.string() }), (input) =>
      trails.getEventSelectors(input),
    ),
    PutEventSelectors: ofTrails(
      'write',
      z.object({ TrailName: z.string(), EventSelectors, AdvancedEventSelectors }),
      (input) => trails.putEventSelectors(input),
    ),
    LookupEvents: operation(
      'read',
      z.object({
        LookupAttributes: z
          .array(z.object({ AttributeKey: z.enum(LOOKUP_ATTRIBUTES), AttributeValue: z.string().min(1).max(2000) }))
          .max(1)
          .optional(),
        StartTime: instant.optional(),
        EndTime: instant.optional(),
        MaxResults: z.number().int().optional(),
        NextToken: z.string().optional(),
      }),
      (input, _caller, region) => cloudTrail.lookupEvents(input, region),
    ),
  };
}
