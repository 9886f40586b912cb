/**
 * Permissions that no run of the tests uses, each with its reason. A row that a run does use fails, and so does one that
 * no template gives any more.
 */
export const UNUSED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'CancelKeyDeletion',
      'CreateAlias',
      'DeleteAlias',
      'DescribeKey',
      'DisableKey',
      'DisableKeyRotation',
      'EnableKey',
      'EnableKeyRotation',
      'GetKeyPolicy',
      'GetKeyRotationStatus',
      'ListAliases',
      'ListGrants',
      'ListKeyPolicies',
      'ListKeyRotations',
      'ListResourceTags',
      'PutKeyPolicy',
      'RevokeGrant',
      'ScheduleKeyDeletion',
      'TagResource',
      'UntagResource',
      'UpdateAlias',
      'UpdateKeyDescription',
    ].map((action) => [
      `account: key Administer: kms:${action}`,
      'Administrators look after the KMS key; no function does, and none of these decrypts.',
    ]),
  ),
  'account: key Administer: kms:GetPublicKey':
    'Whoever checks a copy of the archive takes the seal’s public key with rights of their own; auditors have theirs.',
  ...Object.fromEntries(
    [
      'rotate: role ManagedUsersKeys: iam:UpdateAccessKey',
      'operator: role StartFunctions: lambda:InvokeFunction',
      'administrator: role StartFunctions: lambda:InvokeFunction',
    ].map((right) => [
      right,
      'Nobody asks for anything in these lives; test/attacks/front.test.ts rotates and rolls back with all policies in force.',
    ]),
  ),
  'sync: role StartRotation: lambda:InvokeFunction':
    'No key has leaked and no rotation failed in these lives; test/infra/fronts.test.ts says what it starts, ' +
    'test/operate/compromised.test.ts and test/rotate/resumed.test.ts when.',
  ...Object.fromEntries(
    ['sync: role StartFunctions', 'operator: role StartRotation', 'administrator: role StartRotation'].map(
      (statement) => [
        `${statement}: lambda:InvokeFunction`,
        'The one policy that starts functions holds it for another role, which its condition names.',
      ],
    ),
  ),
  'delete: secret Delete: secretsmanager:ListSecretVersionIds':
    'Asked only when a key made by hand stands beside a superseded one that is due, in the place of a current key that was ' +
    'deleted by hand; rotate and deactivate meet such a key, and look in the same way.',
  ...Object.fromEntries(
    ['kms:GenerateDataKey', 'kms:Decrypt'].flatMap((action) => [
      [
        `account: key PublishersOfThisAccount: ${action}`,
        'It leaves the decision to the publishers’ own policies, which is where each use is counted.',
      ],
      [`cloudwatch.amazonaws.com: key AlarmsOfThisAccount: ${action}`, 'An alarm publishes; no function does it.'],
      [
        `events.amazonaws.com: key RulesThatMayPublish: ${action}`,
        'For rules of the account’s own, outside the stack.',
      ],
    ]),
  ),
  ...Object.fromEntries(
    [
      'ListTrailFiles: s3:ListBucket',
      'ReadTrailFiles: s3:GetObject',
      'DecryptTrailFiles: kms:Decrypt',
      'CheckTrailFiles: cloudtrail:ListPublicKeys',
      'CheckTrailFiles: cloudtrail:DescribeTrails',
    ].map((right) => [
      `report: role ${right}`,
      'Asked only for what is older than 90 days, which no life here is; trail-files.test.ts looks back so far.',
    ]),
  ),
  'report: role EncryptInArchive: kms:Decrypt':
    'S3 decrypts the parts of an upload in several parts, which only a very large report is.',
  'archive: role EncryptInArchive: kms:Decrypt':
    'S3 decrypts the parts of an upload in several parts, which only a very large batch is.',
  'archive: role KeepFailedRuns: sqs:SendMessage':
    'Lambda keeps a batch that could not be written; test/alarms/copies-and-failures.test.ts lets that happen.',
  ...Object.fromEntries(
    ['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => [
      `archive: role EncryptFailedRuns: ${action}`,
      'SQS encrypts that batch; test/infra/encryption-key.test.ts asks for it.',
    ]),
  ),
  'account: key ValidateOnDeployment: kms:Decrypt':
    'Secrets Manager tries the key out in the name of whoever creates a secret with it; the local deployment is nobody’s.',
  'account: key EncryptOnDeployment: kms:GenerateDataKey':
    'CloudFormation points the secrets at the key with the rights of whoever deploys; the local deployment is nobody’s.',
};
