import { PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { dynamoDbContract } from '../dynamodb.contract';
import { eventBridgeContract } from '../event-bridge.contract';
import { iamContract, newKey, newUser } from '../iam.contract';
import { kmsContract } from '../kms.contract';
import { logsContract } from '../logs.contract';
import { runCommandContract } from '../run-command.contract';
import { s3Contract } from '../s3.contract';
import { secretsManagerContract } from '../secrets-manager.contract';
import { ssmContract } from '../ssm.contract';
import { stsContract } from '../sts.contract';
import { type Clients, type ContractTarget, clientFactory, differenceLedger } from '../target';
import { trailsContract } from '../trails.contract';

const endpoint = process.env.MOTO_URL;
if (endpoint === undefined) throw new Error('MOTO_URL is not set: run `npm run test:contract`.');

const ADMINISTRATOR = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

const makeClients = clientFactory(endpoint, { accessKeyId: 'anybody', secretAccessKey: 'whatever' });

/** moto verifies signatures, and evaluates policies, only after so many more calls. */
async function verifyAfter(calls: number): Promise<void> {
  const answer = await fetch(`${endpoint}/moto-api/reset-auth`, { method: 'POST', body: String(calls) });
  if (!answer.ok) throw new Error(`moto did not take reset-auth: ${answer.status}`);
}

async function authenticated(work: (admin: Clients) => Promise<void>): Promise<void> {
  const { iam } = makeClients();
  const UserName = await newUser(iam, 'administrator');
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'all', PolicyDocument: ADMINISTRATOR }));
  const admin = makeClients(await newKey(iam, UserName));
  await verifyAfter(0);
  try {
    await work(admin);
  } finally {
    await verifyAfter(Number.POSITIVE_INFINITY);
  }
}

const target: ContractTarget = {
  name: 'moto',
  endpoint,
  makeClients,
  authenticated,
  ...differenceLedger('moto'),
};

describe('moto keeps the contract but for the known differences', () => {
  iamContract(target);
  stsContract(target);
  secretsManagerContract(target);
  ssmContract(target);
  // It asks no machine.
  runCommandContract(target, 'i-0123456789abcdef0');
  logsContract(target);
  s3Contract(target);
  kmsContract(target);
  eventBridgeContract(target);
  trailsContract(target);
  dynamoDbContract(target);

  it('asserted every row of the table of differences', () => {
    expect(target.unasserted()).toEqual([]);
  });
});
