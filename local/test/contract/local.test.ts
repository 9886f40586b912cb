import { afterAll, describe, expect, it } from 'vitest';
import { Account } from '../../account/account';
import { startAccountServer } from '../../account/wire/server';
import { Clock } from '../../clock';
import { dynamoDbContract } from './dynamodb.contract';
import { eventBridgeContract } from './event-bridge.contract';
import { iamContract } from './iam.contract';
import { kmsContract } from './kms.contract';
import { logsContract } from './logs.contract';
import { runCommandContract } from './run-command.contract';
import { s3Contract } from './s3.contract';
import { secretsManagerContract } from './secrets-manager.contract';
import { ssmContract } from './ssm.contract';
import { stsContract } from './sts.contract';
import { type ContractTarget, clientFactory, differenceLedger, REGION } from './target';
import { trailsContract } from './trails.contract';

const clock = new Clock(Date.parse('2026-11-20T08:00:00Z'));
clock.run();
const account = new Account({ clock, region: REGION });
const MACHINE = 'i-0123456789abcdef0';
account.runCommand.addNode(MACHINE, { reach: () => 'online', run: () => ({ takes: 3_600_000, ends: 'Success' }) });
const server = await startAccountServer({ account });
const makeClients = clientFactory(server.url, account.rootSession());
const target: ContractTarget = {
  name: 'local',
  endpoint: server.url,
  makeClients,
  authenticated: (work) => work(makeClients()),
  ...differenceLedger('local'),
};

describe('the local account keeps the contract', () => {
  afterAll(() => server.close());

  iamContract(target);
  stsContract(target);
  secretsManagerContract(target);
  ssmContract(target);
  runCommandContract(target, MACHINE);
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
