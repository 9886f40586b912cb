import { AwsError } from '../aws-error';
import type { AwsCall } from '../principal';
import type { SecretsManager } from '../secrets-manager';
import { contextOf } from './call-context';
import { askSessionPolicies } from './policy-document';

/** Where the call is made, and what names its secrets. */
interface Place {
  readonly accountId: string;
  readonly region: string;
  readonly secretsManager: SecretsManager;
}

/**
 * What AWS says where the policies of a session do not let a call through; undefined where they do, or it has none. Who
 * somebody is may be asked whatever they say.
 */
export function sessionRefusal(call: AwsCall, account: Place): string | undefined {
  const { principal, service } = call;
  const policies = principal.session?.policies ?? [];
  if (policies.length === 0 || call.action === 'GetCallerIdentity') return undefined;
  const action = `${service}:${call.action}`;
  const resource = resourceOf(call, account);
  const refused = `User: ${principal.arn} is not authorized to perform: ${action}${resource === undefined ? '' : ` on resource: ${resource}`}`;
  try {
    const answer = askSessionPolicies(policies, { action, resource, context: contextOf(call, account) });
    if (answer === 'allowed') return undefined;
    const why = answer === 'denied' ? 'with an explicit deny in a' : 'because no';
    return `${refused} ${why} session policy${answer === 'denied' ? '' : ` allows the ${action} action`}`;
  } catch (error) {
    // A guess would be worse than a refusal.
    return `${refused}: its session policy cannot be judged here: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The ARN of what a call is about, of the services whose calls are about one thing; nobody knows it of the others. */
function resourceOf({ service, input }: AwsCall, account: Place): string | undefined {
  const { accountId, region } = account;
  const text = (name: string) => (typeof input[name] === 'string' ? String(input[name]) : undefined);
  if (service === 'secretsmanager') {
    const SecretId = text('SecretId');
    return SecretId === undefined ? undefined : secretArn(SecretId, account);
  }
  if (service === 's3') {
    const [bucket, key] = [text('Bucket'), text('Key')];
    return bucket === undefined ? undefined : `arn:aws:s3:::${[bucket, key].filter(Boolean).join('/')}`;
  }
  if (service === 'ssm') {
    const parameter = text('Name');
    return parameter && `arn:aws:ssm:${region}:${accountId}:parameter/${parameter.replace(/^\//, '')}`;
  }
  return service === 'sts' ? text('RoleArn') : undefined;
}

function secretArn(SecretId: string, { secretsManager, accountId, region }: Place): string {
  try {
    return secretsManager.describeSecret({ SecretId }).ARN;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return SecretId.startsWith('arn:') ? SecretId : `arn:aws:secretsmanager:${region}:${accountId}:secret:${SecretId}`;
  }
}
