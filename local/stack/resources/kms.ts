import { type KmsInput, kmsInputs } from '../../account/kms-inputs';
import { randomUuid, seededRandom } from '../../random';
import type { Properties } from '../properties';
import type { ResourceType } from '../resource';

/** A key's kind is for good: CloudFormation fails an update that changes it, and never makes another key for it. */
const key: ResourceType = (input) => {
  const { properties, previous } = input;
  const { kms } = input.services.account;
  const settings = keySettings(properties);
  const KeyId = previous?.ref ?? randomUuid(seededRandom(input.generatedName(128)));
  if (previous === undefined) kms.createKey(settings, KeyId);
  else {
    const { KeySpec, KeyUsage } = kms.describeKey({ KeyId }).KeyMetadata;
    assertSame(properties, 'KeySpec', settings.KeySpec ?? 'SYMMETRIC_DEFAULT', KeySpec);
    assertSame(properties, 'KeyUsage', settings.KeyUsage ?? 'ENCRYPT_DECRYPT', KeyUsage);
    if (settings.Policy !== undefined) kms.putKeyPolicy({ KeyId, Policy: settings.Policy });
    kms.updateKeyDescription({ KeyId, Description: settings.Description ?? '' });
  }
  kms[properties.optionalText('Enabled') === 'false' ? 'disableKey' : 'enableKey']({ KeyId });
  const PendingWindowInDays = properties.optionalNumber('PendingWindowInDays');
  const remove = () => void kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays });
  return { ref: KeyId, attributes: { Arn: kms.keyArn(KeyId), KeyId }, remove };
};

const alias: ResourceType = ({ properties, services, previous }) => {
  const { kms } = services.account;
  const names = { AliasName: properties.text('AliasName'), TargetKeyId: properties.text('TargetKeyId') };
  if (previous?.ref === names.AliasName) kms.updateAlias(names);
  else {
    kms.createAlias(names);
    void previous?.remove?.();
  }
  return { ref: names.AliasName, attributes: {}, remove: () => kms.deleteAlias(names) };
};

function keySettings(properties: Properties): KmsInput<'CreateKey'> {
  const parsed = kmsInputs.CreateKey.safeParse({
    KeySpec: properties.optionalText('KeySpec'),
    KeyUsage: properties.optionalText('KeyUsage'),
    MultiRegion: properties.optionalText('MultiRegion'),
    Description: properties.optionalText('Description'),
    Policy: properties.has('KeyPolicy') ? properties.document('KeyPolicy') : undefined,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw properties.invalid(String(issue?.path[0]), issue?.message ?? 'is not valid');
  }
  const { KeySpec = 'SYMMETRIC_DEFAULT' } = parsed.data;
  if (properties.optionalText('EnableKeyRotation') === 'true' && KeySpec !== 'SYMMETRIC_DEFAULT') {
    throw properties.invalid('EnableKeyRotation', 'cannot be true for an asymmetric key');
  }
  return parsed.data;
}

function assertSame(properties: Properties, name: string, wanted: string, current: string): void {
  if (wanted !== current) throw properties.invalid(name, `cannot be changed from ${current} to ${wanted}`);
}

export const KMS_RESOURCES: Readonly<Record<string, ResourceType>> = {
  'AWS::KMS::Key': key,
  'AWS::KMS::Alias': alias,
};
