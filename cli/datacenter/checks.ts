import type { SecretLook, SecretSeen } from '../../functions/aws/secret-look';
import { SECRET_FIELDS } from '../../functions/core/key/secret-document';
import { parseVersionId } from '../../functions/core/key/version-id';
import { type Read, reading } from '../doctor/read';
import type { DatacenterCheck } from '../documents/datacenter';
import { askPolicy, type PolicySays } from './ask-policy';
import { namesIn, selects } from './property-lines';

/** What is asked of one secret. */
export interface SecretAsked {
  readonly seen: SecretSeen;
  readonly region: string;
  /** It is the secret of a managed key, whose form is known. */
  readonly isManaged: boolean;
  readonly pointer: string | undefined;
  /** ARN of the role that the host has. */
  readonly role: string | undefined;
}

export interface Checked {
  readonly checks: readonly DatacenterCheck[];
  /** Something was not read, because AWS did not let it or did not answer. */
  readonly unread: boolean;
}

type Verdict = Pick<DatacenterCheck, 'status' | 'saw'>;

const ok = (saw: string): Verdict => ({ status: 'ok', saw });
const fail = (saw: string): Verdict => ({ status: 'fail', saw });
const unknown = (saw: string): Verdict => ({ status: 'unknown', saw });

/** Looks whether a node will get what its line asks for. The value of a managed secret is never read. */
export async function check(look: SecretLook, asked: SecretAsked): Promise<Checked> {
  const current = asked.seen.versions.find(({ labels }) => labels.includes('AWSCURRENT'))?.versionId;
  const pointed = await pointerRead(look, asked, current);
  const { kmsKeyId, arn } = asked.seen;
  const own = await reading('secretsmanager:GetResourcePolicy', () => look.policy(arn));
  const ofKey =
    kmsKeyId === undefined
      ? undefined
      : await reading('kms:DescribeKey and kms:GetKeyPolicy', () => look.keyPolicy(kmsKeyId));
  const unread = [pointed, own, ofKey].some((one) => one?.is === 'unread' && one.why !== 'not-asked');
  const verdicts: Readonly<Record<DatacenterCheck['id'], Verdict>> = {
    current: current === undefined ? fail(EMPTY) : ok(`The secret is there, with the current version ${current}.`),
    pointer: pointed.is === 'read' ? pointed.value : unknown(pointed.message),
    'secret-policy': own.is === 'read' ? bySecret(own.value, asked) : unknown(own.message),
    'key-policy': byKey(ofKey, asked, current),
  };
  const checks = Object.entries(verdicts).map(([id, verdict]) => ({ id: id as DatacenterCheck['id'], ...verdict }));
  return { checks, unread };
}

const EMPTY = 'The secret has no current version: a node that starts finds nothing. Rotate the key, or put a value.';

async function pointerRead(look: SecretLook, asked: SecretAsked, current: string | undefined): Promise<Read<Verdict>> {
  const { pointer, isManaged, seen } = asked;
  const read = (value: Verdict): Read<Verdict> => ({ is: 'read', value });
  if (pointer === undefined) {
    return read(
      isManaged
        ? ok(`None: the property gets the whole value, one JSON text of ${SECRET_FIELDS.join(', ')}.`)
        : ok('None: the property gets the whole value.'),
    );
  }
  if (current === undefined) return read(unknown('There is no value to look into.'));
  if (!isManaged)
    return reading('secretsmanager:GetSecretValue', () => look.judge(seen.arn, (text) => found(text, pointer)));
  const [name = '', ...deeper] = namesIn(pointer);
  if (!SECRET_FIELDS.includes(name) || deeper.length > 0) {
    return read(
      fail(
        `${pointer} selects nothing: the secret of a managed key has ${SECRET_FIELDS.map((one) => `/${one}`).join(', ')}.`,
      ),
    );
  }
  return read(
    parseVersionId(current) === undefined
      ? unknown('Somebody else than Keyturn stored the current version, and what is in it was not read.')
      : ok(`${pointer} selects text, as every secret of a managed key has it. The value was not read.`),
  );
}

function found(text: string | undefined, pointer: string): Verdict {
  const it = text === undefined ? 'no-json' : selects(text, pointer);
  if (it === 'text') return ok(`${pointer} selects text.`);
  if (it === 'no-json') return fail('The value is not JSON, so a pointer selects nothing: leave --pointer out.');
  return fail(it === 'nothing' ? `${pointer} selects nothing.` : `${pointer} selects something else than text.`);
}

const WHO = 'Say with --role which role the hosts have, and its policies are asked.';
const ELSEWHERE = "leaves it to the role's own policies, which are not read here: the command below proves it.";

function bySecret(policy: string | undefined, { role, seen, region, isManaged }: SecretAsked): Verdict {
  if (role === undefined) return unknown(WHO);
  const context = {
    ...contextOf(role, region),
    'secretsmanager:secretid': seen.arn,
    'secretsmanager:versionstage': 'AWSCURRENT',
  };
  const action = 'secretsmanager:GetSecretValue';
  const says = askPolicy(policy, { role, action, resource: seen.arn, context });
  const isForeign = accountOf(role) !== accountOf(seen.arn);
  if (isForeign && says === 'silent') {
    return fail(`The role is of another account, and the secret's own policy names neither it nor its account.`);
  }
  return told(says, "The secret's own policy", { isForeign, isManaged });
}

function byKey(
  key: Read<Awaited<ReturnType<SecretLook['keyPolicy']>>> | undefined,
  asked: SecretAsked,
  current = '',
): Verdict {
  const { role, seen, region, isManaged } = asked;
  const isForeign = role !== undefined && accountOf(role) !== accountOf(seen.arn);
  if (key === undefined) {
    return isForeign
      ? fail('The secret is encrypted with aws/secretsmanager, with which no other account decrypts.')
      : ok('aws/secretsmanager: whoever of this account may read the secret may decrypt it.');
  }
  if (key.is === 'unread') return unknown(key.message);
  if (role === undefined) return unknown(WHO);
  const { arn, policy } = key.value;
  const context = {
    ...contextOf(role, region),
    'kms:viaservice': `secretsmanager.${region}.${suffixOf(seen.arn)}`,
    'kms:calleraccount': accountOf(role),
    'kms:encryptioncontext:secretarn': seen.arn,
    'kms:encryptioncontext:secretversionid': current,
  };
  const says = askPolicy(policy, { role, action: 'kms:Decrypt', resource: arn, context });
  if (says === 'silent') {
    return unknown(
      `The policy of ${arn} lets nobody in who could be this role; a grant of the key could, and grants are not read ` +
        `here: the command below proves it.${cureOf(isManaged)}`,
    );
  }
  return told(says, `The policy of ${arn}`, { isForeign, isManaged });
}

/** A managed secret and its KMS key have the policies that the deployment gives them. */
function cureOf(isManaged: boolean): string {
  return isManaged ? " Name it among the key's readers in keyturn.yaml, or by grantDataCenterRead, and deploy." : '';
}

function told(
  says: PolicySays,
  whose: string,
  { isForeign, isManaged }: { readonly isForeign: boolean; readonly isManaged: boolean },
): Verdict {
  if (says === 'denies') return fail(`${whose} denies it to the role.${cureOf(isManaged)}`);
  if (says === 'unclear')
    return unknown(`${whose} has a statement that is not judged here: the command below proves it.`);
  if (says !== 'allows') return unknown(`${whose} ${ELSEWHERE}`);
  return ok(
    `${whose} allows it to the role${isForeign ? '; being of another account, its own policies have to as well' : ''}.`,
  );
}

function contextOf(role: string, region: string): Readonly<Record<string, string>> {
  return {
    'aws:principalarn': role,
    'aws:principalaccount': accountOf(role),
    'aws:principalisawsservice': 'false',
    'aws:securetransport': 'true',
    'aws:requestedregion': region,
  };
}

/** The account of an ARN. */
export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

const SUFFIXES: Readonly<Record<string, string>> = { 'aws-cn': 'amazonaws.com.cn', 'aws-eusc': 'amazonaws.eu' };

function suffixOf(arn: string): string {
  return SUFFIXES[arn.split(':')[1] ?? ''] ?? 'amazonaws.com';
}
