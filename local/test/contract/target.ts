import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { type DifferenceId, differences } from './differences';

export const REGION = 'eu-west-1';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Real SDK clients, signing with one credential. */
export interface Clients {
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly secrets: SecretsManagerClient;
  readonly ssm: SSMClient;
  readonly logs: CloudWatchLogsClient;
  readonly s3: S3Client;
  readonly kms: KMSClient;
  readonly events: EventBridgeClient;
  readonly trails: CloudTrailClient;
  readonly dynamoDb: DynamoDBClient;
}

/** An implementation of AWS that the contract is run against. */
export interface ContractTarget {
  readonly name: 'local' | 'moto' | 'ministack';
  readonly endpoint: string;
  /** Clients of the administrator, or of whoever holds the given credential. */
  readonly makeClients: (credentials?: Credentials) => Clients;
  /** Runs a part of the suite while signatures are verified, with clients that stay allowed to do everything. */
  readonly authenticated: (work: (admin: Clients) => Promise<void>) => Promise<void>;
  /** Asserts a known difference: AWS's behaviour here, the other implementation's there. */
  readonly differs: (id: DifferenceId, behaviours: Behaviours) => Promise<void>;
  /** The rows of the table that have not been asserted yet. */
  readonly unasserted: () => DifferenceId[];
}

/** What each side does in one difference. */
export interface Behaviours {
  readonly aws: () => Promise<unknown> | unknown;
  readonly moto: () => Promise<unknown> | unknown;
}

/** What every target has in common. `skewed` targets live in another time than the clients. */
export function clientFactory(endpoint: string, administrator: Credentials) {
  return (credentials: Credentials = administrator): Clients => {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const identity = { accessKeyId, secretAccessKey, sessionToken };
    const configuration = { endpoint, region: REGION, credentials: identity, maxAttempts: 2 };
    return {
      iam: new IAMClient(configuration),
      sts: new STSClient(configuration),
      secrets: new SecretsManagerClient(configuration),
      ssm: new SSMClient(configuration),
      logs: new CloudWatchLogsClient(configuration),
      s3: new S3Client({ ...configuration, forcePathStyle: true }),
      kms: new KMSClient(configuration),
      events: new EventBridgeClient(configuration),
      trails: new CloudTrailClient(configuration),
      dynamoDb: new DynamoDBClient(configuration),
    };
  };
}

/** Keeps count of the table's rows, so that a row that nothing asserts any more is found. */
export function differenceLedger(name: ContractTarget['name']): Pick<ContractTarget, 'differs' | 'unasserted'> {
  const asserted = new Set<DifferenceId>();
  return {
    differs: async (id, behaviours) => {
      asserted.add(id);
      await (name === 'moto' ? behaviours.moto() : behaviours.aws());
    },
    unasserted: () => differences.map((row) => row.id).filter((id) => !asserted.has(id)),
  };
}

let counter = 0;

/** A name that no other test of the run uses. */
export function fresh(prefix: string): string {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** What an AWS error must look like. */
export function awsError(name: string, status: number, message?: RegExp | string) {
  const text =
    message instanceof RegExp ? { message: expectMatching(message) } : message === undefined ? {} : { message };
  return { name, $metadata: { httpStatusCode: status }, ...text };
}

function expectMatching(pattern: RegExp) {
  return { asymmetricMatch: (value: unknown) => typeof value === 'string' && pattern.test(value) };
}
