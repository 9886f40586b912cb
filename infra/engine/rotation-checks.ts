import { Annotations, Stack, Token } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import type { Settings } from '../../functions/core/config/settings';
import { iamRecordsRegion, PARTITION_NAMES } from '../../functions/core/partitions';

/**
 * Refuses a second rotation of one account's keys: both would act on the same registry.
 *
 * @param rotations all those of the app
 */
export function checkAlone(rotation: Construct, rotations: readonly IConstruct[]): void {
  const other = rotations.find((one) => one !== rotation && sharesAccount(Stack.of(one), Stack.of(rotation)));
  if (other === undefined) return;
  Annotations.of(rotation).addError(
    `${other.node.path} rotates the keys of this account already, and two of them would act on the same registry. ` +
      'Use one KeyRotation per account, and manage() all keys with it.',
  );
}

/** Refuses a partition of which nobody has said where IAM's events are recorded (K5). */
export function checkPartition(rotation: Construct): void {
  const { region } = Stack.of(rotation);
  const known = Token.isUnresolved(region) ? process.env.CDK_DEFAULT_REGION : region;
  if (known === undefined || iamRecordsRegion(known) !== undefined) return;
  Annotations.of(rotation).addError(
    `region: expected one of the partitions ${PARTITION_NAMES.join(', ')}, found ${known}; nobody has said in which ` +
      'region CloudTrail records what is done in IAM there, and without these records no key that a dead run has left ' +
      'behind can be told from one made by hand',
  );
}

/** Refuses the default bus, which has the events anyway, for the bus that gets them too. */
export function checkForwardTo(rotation: Construct, forwardTo: string | undefined): void {
  const { account, region } = Stack.of(rotation);
  if (Token.isUnresolved(account) || Token.isUnresolved(region)) return;
  if (forwardTo?.endsWith(`:events:${region}:${account}:event-bus/default`) !== true) return;
  Annotations.of(rotation).addError(
    "audit.forwardTo: expected another event bus, found the account's own default one, which has the events anyway; " +
      'leave it out, or name the bus of another account',
  );
}

/** Refuses KMS keys of another region: a log group, a queue and a bucket take those of their own. */
export function checkKeyRegions(
  rotation: Construct,
  { audit, deployment }: Pick<Settings, 'audit' | 'deployment'>,
): void {
  const { region } = Stack.of(rotation);
  if (Token.isUnresolved(region)) return;
  const keys = { 'audit.encryptionKey': audit.encryptionKey, 'deployment.encryptionKey': deployment.encryptionKey };
  for (const [setting, key] of Object.entries(keys)) {
    const found = key?.split(':')[3] ?? region;
    if (found === region) continue;
    Annotations.of(rotation).addError(
      `${setting}: expected a KMS key of ${region}, where the stack is, found one of ${found}; name a key of that region`,
    );
  }
}

function sharesAccount(a: Stack, b: Stack): boolean {
  return a === b || (a.environment === b.environment && !a.environment.includes('unknown'));
}
