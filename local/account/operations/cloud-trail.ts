import * as z from 'zod';
import { type CloudTrail, LOOKUP_ATTRIBUTES } from '../cloud-trail';
import { instant, operationsOf } from './operation';

const operation = operationsOf('InvalidLookupAttributesException');

/** CloudTrail on the wire. */
export function cloudTrailOperations(cloudTrail: CloudTrail) {
  return {
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
