import * as z from 'zod';
import {
  DELIVERY_SCHEMA,
  type DeliveryAnswer,
  type FunctionTarget,
  functionHost,
} from '../../../functions/core/hosts/function';
import type { Account } from '../../../local/account/account';
import { AwsError } from '../../../local/account/aws-error';
import type { RunFunction } from '../../../local/account/lambda';
import type { Pair, PlaceWrite, RehearsedHost, Surroundings } from './host';

const requestSchema = z.object({
  schema: z.literal(DELIVERY_SCHEMA),
  secretArn: z.string(),
  versionId: z.string(),
  accessKeyId: z.string(),
  target: z.record(z.string(), z.string()),
});
type Request = z.infer<typeof requestSchema>;

const pairSchema = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });

/** The statement of a secret's policy that lets `readers` in: infra/access/secret-policy.ts. */
const READERS = 'Read';
const policySchema = z.object({
  Statement: z.array(z.object({ Sid: z.string().optional(), Principal: z.unknown() })),
});
const readersSchema = z.object({ AWS: z.union([z.string().transform((arn) => [arn]), z.array(z.string())]) });

/**
 * Stands in for each function of a team's own: it does what docs/examples/function-host does, and keeps the credential
 * as a place of its own. Its role is the first of the key's `readers`; without any it may not read.
 */
export function rehearseFunctions({ account }: Surroundings): RehearsedHost<FunctionTarget> {
  const places = new Map<string, Pair>();
  const listeners: ((write: PlaceWrite) => void)[] = [];

  const write = (target: FunctionTarget, pair: Pair) => {
    const scope = functionHost.nameOf(target);
    places.set(scope, pair);
    for (const listener of listeners) listener({ at: account.clock.now(), scope });
  };

  return {
    prepare: ({ function: arn }) => account.lambda.standIn(nameOf(arn), deliveringTo(arn, account, write)),
    paste: write,
    held: (target) => places.get(functionHost.nameOf(target)) ?? {},
    scopeOf: functionHost.nameOf,
    halvesOf: () => [],
    onWrite: (listener) => void listeners.push(listener),
  };
}

function deliveringTo(arn: string, account: Account, write: (target: FunctionTarget, pair: Pair) => void): RunFunction {
  const answer = (payload: string): DeliveryAnswer => {
    const request = requestSchema.parse(JSON.parse(payload));
    const target: FunctionTarget = { type: 'function', function: arn, target: request.target };
    try {
      write(target, credentialOf(request, nameOf(arn), account));
    } catch (thrown) {
      if (!(thrown instanceof AwsError)) throw thrown;
      const code = thrown.code === 'AccessDeniedException' ? 'scope-missing' : 'host-down';
      return { schema: DELIVERY_SCHEMA, error: { code, message: 'could not read the credential' } };
    }
    return { schema: DELIVERY_SCHEMA, receipt: { wrote: [`updated ${functionHost.nameOf(target)}`] } };
  };
  return (payload) => ({ payload: JSON.stringify(answer(payload)) });
}

/** Exactly the version that Keyturn has proved. @throws AwsError */
function credentialOf({ secretArn, versionId, accessKeyId }: Request, functionName: string, account: Account): Pair {
  const [role] = readersOf(secretArn, account);
  if (role === undefined) {
    throw new AwsError('AccessDeniedException', 400, `The role of ${functionName} is none of the secret's readers`);
  }
  const me = account.authenticate(account.roleSession(role, functionName), 'secretsmanager');
  const { SecretString = '' } = account.invoke(me, 'secretsmanager', 'GetSecretValue', {
    SecretId: secretArn,
    VersionId: versionId,
  });
  const pair = pairSchema.parse(JSON.parse(SecretString));
  if (pair.accessKeyId !== accessKeyId) throw new Error('another credential than was asked for');
  return pair;
}

/** The local account keeps policies and does not evaluate them. */
function readersOf(SecretId: string, account: Account): readonly string[] {
  const { ResourcePolicy } = account.secretsManager.getResourcePolicy({ SecretId });
  if (ResourcePolicy === undefined) return [];
  const { Statement } = policySchema.parse(JSON.parse(ResourcePolicy));
  return Statement.filter(({ Sid }) => Sid === READERS).flatMap(({ Principal }) => readersSchema.parse(Principal).AWS);
}

/** The name, and a version or an alias where one is meant: each is a function of its own here. */
function nameOf(arn: string): string {
  return arn.split(':').slice(6).join(':');
}
