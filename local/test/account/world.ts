import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { onTestFinished } from 'vitest';
import { Account, type AccountEvent, type AccountOptions } from '../../account/account';
import { type AccountServerOptions, type AwsCall, startAccountServer } from '../../account/wire/server';
import { Clock } from '../../clock';

export const START = Date.parse('2026-01-01T00:00:00Z');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type WorldOptions = Omit<AccountOptions, 'clock'> & Omit<AccountServerOptions, 'account'>;

/** An account on a port, real SDK clients for it, and everything that it did. The test's end closes it. */
export async function world(options: WorldOptions = {}) {
  const clock = new Clock(START);
  const account = new Account({ ...options, clock });
  const events: AccountEvent[] = [];
  const calls: AwsCall[] = [];
  account.onEvent((event) => events.push(event));
  const server = await startAccountServer({
    // The clients live in real time.
    allowedSkew: Number.POSITIVE_INFINITY,
    ...options,
    account,
    onCall: (call, outcome) => {
      calls.push(call);
      options.onCall?.(call, outcome);
    },
  });
  onTestFinished(() => server.close());
  const administrator = account.rootSession();
  const clients = (
    credentials: Keys = administrator,
    overrides: { readonly region?: string; readonly maxAttempts?: number } = {},
  ) => {
    const configuration = { endpoint: server.url, region: account.region, credentials, maxAttempts: 1, ...overrides };
    return {
      iam: new IAMClient(configuration),
      sts: new STSClient(configuration),
      secrets: new SecretsManagerClient(configuration),
      ssm: new SSMClient(configuration),
      logs: new CloudWatchLogsClient(configuration),
      bus: new EventBridgeClient(configuration),
      sns: new SNSClient(configuration),
      kms: new KMSClient(configuration),
    };
  };
  /** A user with one key, made without a request. */
  const userWithKey = (name: string) => {
    const user = account.iam.users.create({ UserName: name });
    const key = account.iam.accessKeys.create(user);
    return { user, key, keys: { accessKeyId: key.id, secretAccessKey: key.secretAccessKey } };
  };
  return { account, clock, server, events, calls, clients, userWithKey, ...clients() };
}
