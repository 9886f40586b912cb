import type { Kms } from '../kms';
import { kmsInputs as takes } from '../kms-inputs';
import { operationsOf, type TrailResource, type TrailShape } from './operation';

const operation = operationsOf('ValidationException');

/**
 * KMS on the wire. CloudTrail keeps all that anybody asks of it as management events, Sign and what only reads too, and
 * names the key in each; never a message, and no answer to what reads ("Logging AWS KMS API calls with AWS CloudTrail").
 */
export function kmsOperations(kms: Kms) {
  const ofKey: TrailShape = { resources: ({ KeyId }: Named) => keyNamed(kms, KeyId) };
  const ofAlias: TrailShape = {
    resources: ({ AliasName, TargetKeyId }: Named) => [
      ...keyNamed(kms, TargetKeyId),
      ...(typeof AliasName === 'string' ? [resource(kms.aliasArn(AliasName))] : []),
    ],
  };
  /** Where the answer is empty, the record has the key's ARN as one. */
  const silently = (shape: TrailShape): TrailShape => ({
    ...shape,
    response: (_: unknown, { KeyId, TargetKeyId }: Named) => ({ keyId: keyNamed(kms, KeyId ?? TargetKeyId)[0]?.ARN }),
  });
  return {
    CreateKey: operation('write', takes.CreateKey, (input) => kms.createKey(input), {
      resources: (_: unknown, output: ReturnType<Kms['createKey']> | undefined) =>
        output === undefined ? [] : [resource(output.KeyMetadata.Arn)],
    }),
    DescribeKey: operation('logged-read', takes.DescribeKey, (input) => kms.describeKey(input), ofKey),
    UpdateKeyDescription: operation(
      'write',
      takes.UpdateKeyDescription,
      (input) => kms.updateKeyDescription(input),
      silently(ofKey),
    ),
    EnableKey: operation('write', takes.EnableKey, (input) => kms.enableKey(input), silently(ofKey)),
    DisableKey: operation('write', takes.DisableKey, (input) => kms.disableKey(input), silently(ofKey)),
    ScheduleKeyDeletion: operation(
      'write',
      takes.ScheduleKeyDeletion,
      (input) => kms.scheduleKeyDeletion(input),
      ofKey,
    ),
    CancelKeyDeletion: operation('write', takes.CancelKeyDeletion, (input) => kms.cancelKeyDeletion(input), ofKey),
    PutKeyPolicy: operation('write', takes.PutKeyPolicy, (input) => kms.putKeyPolicy(input), ofKey),
    GetKeyPolicy: operation('logged-read', takes.GetKeyPolicy, (input) => kms.getKeyPolicy(input), ofKey),
    CreateAlias: operation('write', takes.CreateAlias, (input) => kms.createAlias(input), silently(ofAlias)),
    UpdateAlias: operation('write', takes.UpdateAlias, (input) => kms.updateAlias(input), silently(ofAlias)),
    DeleteAlias: operation('write', takes.DeleteAlias, (input) => kms.deleteAlias(input), ofAlias),
    ListAliases: operation('logged-read', takes.ListAliases, (input) => kms.listAliases(input)),
    GetPublicKey: operation('logged-read', takes.GetPublicKey, (input) => kms.getPublicKey(input), ofKey),
    Sign: operation('logged-read', takes.Sign, (input) => kms.sign(input), { ...ofKey, omit: ['Message'] }),
  };
}

/** What a request names, before anybody has looked at it. */
interface Named {
  readonly KeyId?: unknown;
  readonly TargetKeyId?: unknown;
  readonly AliasName?: unknown;
}

/** Nothing for a key that is not there. */
function keyNamed(kms: Kms, name: unknown): readonly TrailResource[] {
  try {
    return typeof name === 'string' ? [resource(kms.keyArn(name))] : [];
  } catch {
    return [];
  }
}

/** An alias too is one of this type in a record. */
function resource(ARN: string): TrailResource {
  return { type: 'AWS::KMS::Key', ARN };
}
