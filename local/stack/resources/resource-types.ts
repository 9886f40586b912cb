import type { ResourceType } from '../resource';
import { EVENTS_RESOURCES } from './events';
import { IAM_RESOURCES } from './iam';
import { LAMBDA_RESOURCES } from './lambda';
import { MESSAGING_AND_LOG_RESOURCES } from './messaging-and-logs';
import { NOMINAL_RESOURCES } from './nominal';
import { SECRET_AND_PARAMETER_RESOURCES } from './secrets-and-parameters';

const TYPES = new Map<string, ResourceType>(
  [
    IAM_RESOURCES,
    SECRET_AND_PARAMETER_RESOURCES,
    LAMBDA_RESOURCES,
    EVENTS_RESOURCES,
    MESSAGING_AND_LOG_RESOURCES,
    NOMINAL_RESOURCES,
  ].flatMap((types) => Object.entries(types)),
);

/** @throws Error for a type that the local account does not have. */
export function resourceType(type: string, logicalId: string): ResourceType {
  const found = TYPES.get(type);
  if (found === undefined) {
    throw new Error(`The resource ${logicalId} is of the type ${type}, which the local account does not have`);
  }
  return found;
}
