import type { ResourceType } from '../resource';
import { API_GATEWAY_RESOURCES } from './api-gateway';
import { CLOUDWATCH_RESOURCES } from './cloudwatch';
import { DYNAMODB_RESOURCES } from './dynamodb';
import { EVENTS_RESOURCES } from './events';
import { IAM_RESOURCES } from './iam';
import { KMS_RESOURCES } from './kms';
import { LAMBDA_RESOURCES } from './lambda';
import { LOGS_RESOURCES } from './logs';
import { MESSAGING_RESOURCES } from './messaging';
import { NOMINAL_RESOURCES } from './nominal';
import { SECRET_AND_PARAMETER_RESOURCES } from './secrets-and-parameters';
import { STORAGE_RESOURCES } from './storage';

const TYPES = new Map<string, ResourceType>(
  [
    IAM_RESOURCES,
    KMS_RESOURCES,
    SECRET_AND_PARAMETER_RESOURCES,
    LAMBDA_RESOURCES,
    EVENTS_RESOURCES,
    MESSAGING_RESOURCES,
    LOGS_RESOURCES,
    CLOUDWATCH_RESOURCES,
    STORAGE_RESOURCES,
    API_GATEWAY_RESOURCES,
    DYNAMODB_RESOURCES,
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
