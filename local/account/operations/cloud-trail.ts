import * as z from 'zod';
import { type CloudTrail, LOOKUP_ATTRIBUTES } from '../cloud-trail';
import { instant, operationsOf } from './operation';

const operation = operationsOf('InvalidLookupAttributesException');

/** CloudTrail on the wire. @param accountId of the trails' ARNs */
export function cloudTrailOperations(cloudTrail: CloudTrail, accountId: string) {
  const arnOf = (name: string, region: string) => `arn:aws:cloudtrail:${region}:${accountId}:trail/${name}`;
  return {
    DescribeTrails: operation(
      'read',
      z.object({ trailNameList: z.array(z.string()).optional() }),
      (_input, _caller, region) => ({
        trailList: cloudTrail.trails().map(({ name, isMultiRegion = true, isAdvanced = false }) => ({
          Name: name,
          TrailARN: arnOf(name, region),
          HomeRegion: region,
          IsMultiRegionTrail: isMultiRegion,
          IncludeGlobalServiceEvents: true,
          HasCustomEventSelectors: isAdvanced,
        })),
      }),
    ),
    GetTrailStatus: operation('read', z.object({ Name: z.string() }), ({ Name }) => ({
      IsLogging: cloudTrail.trailNamed(Name).isLogging ?? true,
    })),
    GetEventSelectors: operation('read', z.object({ TrailName: z.string() }), ({ TrailName }, _caller, region) => {
      const { name, records = 'All', isAdvanced = false } = cloudTrail.trailNamed(TrailName);
      const TrailARN = arnOf(name, region);
      if (!isAdvanced) {
        const ReadWriteType = records === 'none' ? 'All' : records;
        const selector = { ReadWriteType, IncludeManagementEvents: records !== 'none', DataResources: [] };
        return { TrailARN, EventSelectors: [selector] };
      }
      const category = { Field: 'eventCategory', Equals: [records === 'none' ? 'Data' : 'Management'] };
      const readOnly = { Field: 'readOnly', Equals: [String(records === 'ReadOnly')] };
      const FieldSelectors = records === 'All' || records === 'none' ? [category] : [category, readOnly];
      return { TrailARN, AdvancedEventSelectors: [{ Name: 'all', FieldSelectors }] };
    }),
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
