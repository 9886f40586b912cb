import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { DifferenceId } from '../../local/test/contract/differences';
import { iamContract } from '../../local/test/contract/iam.contract';
import { kmsContract } from '../../local/test/contract/kms.contract';
import { logsContract } from '../../local/test/contract/logs.contract';
import { s3Contract } from '../../local/test/contract/s3.contract';
import { secretsManagerContract } from '../../local/test/contract/secrets-manager.contract';
import { ssmContract } from '../../local/test/contract/ssm.contract';
import { stsContract } from '../../local/test/contract/sts.contract';
import { type ContractTarget, clientFactory } from '../../local/test/contract/target';
import { ACCOUNT_ID, startEmulator } from './emulator';

/**
 * Where MiniStack does otherwise than AWS just as moto does: these rules of AWS are confirmed by neither of the two, and
 * docs/design/beliefs.md lists them.
 */
const LIKE_MOTO: readonly DifferenceId[] = [
  'access-key-pages',
  'assume-role-limits',
  'current-removed',
  'json-filter-patterns',
  'kms-key-usage',
  'kms-message-size',
  'label-quota',
  'parameter-name',
  'parameter-size',
  'report-additional-column',
  'report-cached',
  'user-pages',
  'value-size',
];

/** What MiniStack does otherwise than AWS, and moto does as AWS: the case of the contract, and what happens there. */
const UNLIKE_MOTO: Readonly<Record<string, string>> = {
  'has a line for root and one for each user, without key IDs':
    'a password that was never used has N/A as its last use',
  'is listed as attached as long as a user has it, with the users that do':
    "AWS's own policies that nobody has are listed too, and this one it does not know",
  'does not know a user that is not there': 'the keys of no user are an empty list',
  'issuers of OpenID Connect are providers by their URL, each once, with audiences and without a thumbprint':
    'the URL of a provider is shown with its scheme',
  'gives a user two keys and refuses the third': 'a user may have any number of keys',
  'counts an inactive key against the quota, and a deleted one no more': 'the same',
  'tells a role session who it is': 'policies are evaluated, and this user has none',
  'refuses a name that is too long': 'the name of a session may be of any length',
  'counts the proof of a key as a use of it': 'GetCallerIdentity is no use',
  'lets a user leave out its own name': 'policies are evaluated, and this user has none',
  'has a random suffix in its ARN and can be named by name or ARN': 'a secret has a version from the start',
  'has no version when it was created without a value': 'the same',
  'has its value as AWSCURRENT when it was created with one': 'ClientRequestToken of CreateSecret is not taken',
  'does nothing when the same value comes again with the same token': 'it is a new version',
  'refuses another value under a token that is in use': 'the version gets the other value',
  'takes tokens of 32 to 64 characters': 'a token may be of any length',
  'attaches the labels that it is given, and AWSCURRENT only with the first version': 'a label is on two versions',
  'makes the very first version current whatever label it came with': 'only with the label AWSCURRENT',
  'needs a value': 'a version may be without one',
  'leave a version only when the request says from which': 'it is refused in other words',
  'reads a version by its ID and checks the label that comes with it': 'the label is not checked',
  'lists the versions of a secret': 'versions without a label are left out',
  'lists a path by pages of at most ten': 'a page may have more',
  'does not know a key or an alias that is not there': 'it is refused in other words',
  'finds events of all streams in order of time, by range, in pages': 'only the first stream is answered',
  'leaves out what is too old or too new, and says which': 'everything is taken',
  'refuses a batch that is out of order, or over more than a day': 'everything is taken',
};

const emulator = await startEmulator();
const makeClients = clientFactory(emulator.url, { accessKeyId: ACCOUNT_ID, secretAccessKey: 'test' });
const asserted = new Set<DifferenceId>();
const target: ContractTarget = {
  name: 'ministack',
  endpoint: emulator.url,
  makeClients,
  authenticated: (work) => work(makeClients()),
  differs: async (id, { aws }) => {
    asserted.add(id);
    if (LIKE_MOTO.includes(id)) await expect((async () => aws())(), id).rejects.toThrow();
    else await aws();
  },
  unasserted: () => LIKE_MOTO.filter((id) => !asserted.has(id)),
};

describe('MiniStack keeps the contract but for the known differences', () => {
  beforeEach(({ task }) => {
    Object.assign(task, { fails: task.name in UNLIKE_MOTO });
  });
  afterAll(() => emulator.close());

  iamContract(target);
  stsContract(target);
  secretsManagerContract(target);
  ssmContract(target);
  logsContract(target);
  s3Contract(target);
  kmsContract(target);

  it('asserted every row of the table of differences', () => {
    expect(target.unasserted()).toEqual([]);
  });
});
