/** One place where moto does something else than AWS. The suites assert both, so a row that is out of date fails. */
export interface Difference {
  readonly id: string;
  /** What moto 5.2 does. */
  readonly moto: string;
  /** What AWS does, and the local account with it. */
  readonly aws: string;
  /** Why nothing may be tested against moto's behaviour. */
  readonly why: string;
  /** Where AWS's behaviour is described. */
  readonly source: string;
}

/** All known differences in what the contract covers. */
export const differences = [
  {
    id: 'command-status',
    moto: 'A command has succeeded as soon as it is sent, on every machine.',
    aws: 'A command is Pending until the agent has it, and InProgress until its document has ended.',
    why: 'Whoever restarts machines one by one has to wait for each.',
    source: 'https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html',
  },
  {
    id: 'command-filters',
    moto: 'ListCommands ignores its filters, and ListCommandInvocations is not there.',
    aws: 'ListCommands lists by document, status and time; both lists have pages of 50 at most.',
    why: 'What is asked of one document must not be answered with the commands of another one.',
    source: 'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CommandFilter.html',
  },
  {
    id: 'user-id-form',
    moto: 'UserId is twenty random lower-case characters.',
    aws: 'UserId begins with AIDA (users) or AROA (roles).',
    why: 'Events, STS and policies tell the kinds of principal apart by this prefix.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html',
  },
  {
    id: 'user-pages',
    moto: 'ListUsers ignores MaxItems and answers everything at once.',
    aws: 'ListUsers pages by MaxItems and Marker, 100 by default.',
    why: 'Code that forgets the second page passes against moto and misses users in a real account.',
    source: 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html',
  },
  {
    id: 'access-key-pages',
    moto: 'ListAccessKeys ignores MaxItems and leaves IsTruncated out.',
    aws: 'ListAccessKeys pages by MaxItems and Marker and always says IsTruncated.',
    why: 'The same: a loop over pages must be tested with more than one page.',
    source: 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html',
  },
  {
    id: 'delete-user-with-keys',
    moto: 'DeleteUser deletes a user who still has access keys.',
    aws: 'DeleteUser answers DeleteConflict (409) until the keys are deleted.',
    why: 'The stack must not count on a user that vanishes together with its keys.',
    source: 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html',
  },
  {
    id: 'report-root-line',
    moto: 'The credential report has no line for root.',
    aws: 'The first line of the report is <root_account>.',
    why: 'A reader of the report must step over a line that is no user.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html',
  },
  {
    id: 'report-cached',
    moto: 'Every GetCredentialReport is made anew.',
    aws: 'A report is made at most every four hours and stays as it is in between.',
    why: 'Runs must cope with a line that is up to four hours old: it is the usual case.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html',
  },
  {
    id: 'inactive-key',
    moto: 'An Inactive access key still authenticates.',
    aws: 'An Inactive access key answers InvalidClientTokenId (403).',
    why: 'A key is deactivated before it is deleted: a world where that has no effect proves nothing.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys-admin-managed.html',
  },
  {
    id: 'json-auth-errors',
    moto: 'JSON services refuse bad credentials with 403 and the query protocol’s XML, which SDKs cannot parse.',
    aws: 'JSON services answer 400 with UnrecognizedClientException or InvalidSignatureException.',
    why: 'Code tells a dead key from an outage by the name of the error.',
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html',
  },
  {
    id: 'assume-role-limits',
    moto: 'AssumeRole takes any duration, and any characters in a tag.',
    aws: 'A session has 900 seconds at least and no more than its role allows; a tag has no braces.',
    why: 'What STS refuses has to be left out or refused before a step waits for it.',
    source: 'https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html',
  },
  {
    id: 'session-policy-size',
    moto: 'The policy of a session may be of any length.',
    aws: 'It has 2,048 characters at most, with the ARNs of managed policies beside it.',
    why: 'A longer one has to be refused in the configuration, not when a step starts.',
    source: 'https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html',
  },
  {
    id: 'session-tag-trust',
    moto: 'AssumeRole with tags asks no trust policy.',
    aws: 'Whoever passes tags needs sts:TagSession, and trust policies see the tags as aws:RequestTag.',
    why: 'A role itself can check for which repository it is taken.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html',
  },
  {
    id: 'session-policy',
    moto: 'The policy of a session narrows nothing.',
    aws: 'A session may do what both its role and its own policies allow.',
    why: 'A step must not get more than its rule says.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session',
  },
  {
    id: 'not-found-status',
    moto: 'ResourceNotFoundException comes with status 404.',
    aws: 'All client faults of JSON 1.1 services come with status 400; the name tells them apart.',
    why: 'Code must look at the name, never at the status.',
    source:
      'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors',
  },
  {
    id: 'unlabelled-versions',
    moto: 'DescribeSecret and ListSecrets also show versions without a label, with an empty list.',
    aws: 'Only versions with at least one staging label are shown.',
    why: 'Who reads from this map which version is current must not wait for entries that AWS does not send.',
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html',
  },
  {
    id: 'value-size',
    moto: 'SecretString may be of any size.',
    aws: 'SecretString and SecretBinary hold at most 65,536 bytes.',
    why: 'A value that is too large must fail in a test, not in production.',
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html',
  },
  {
    id: 'custom-label-twice',
    moto: 'A custom label may be attached to two versions at once when RemoveFromVersionId is left out.',
    aws: 'A label is on one version only; moving it needs RemoveFromVersionId.',
    why: 'A label names one version: two would make a wrong answer possible.',
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html',
  },
  {
    id: 'current-removed',
    moto: 'AWSCURRENT can be taken away from every version.',
    aws: 'AWSCURRENT can be moved, never removed.',
    why: 'A secret that has had a value always has a current key.',
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html',
  },
  {
    id: 'moved-current-value',
    moto: 'After AWSCURRENT was moved by UpdateSecretVersionStage, GetSecretValue still answers the newest version.',
    aws: 'GetSecretValue answers the version that has the label AWSCURRENT.',
    why: 'Moving AWSCURRENT back by hand is how an operator rolls back.',
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html',
  },
  {
    id: 'label-quota',
    moto: 'A secret takes any number of staging labels.',
    aws: 'A secret has at most 20 staging labels over all versions: LimitExceededException.',
    why: 'Stale labels must be removed before they fill the quota.',
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html',
  },
  {
    id: 'deprecated-versions',
    moto: 'ListSecretVersionIds always lists versions without a label.',
    aws: 'They are listed only with IncludeDeprecated.',
    why: 'Without the flag, versions that were there once look as if they had never been.',
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html',
  },
  {
    id: 'version-pages',
    moto: 'ListSecretVersionIds ignores MaxResults.',
    aws: 'ListSecretVersionIds pages by MaxResults and NextToken.',
    why: 'A long-lived secret has about a hundred versions.',
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html',
  },
  {
    id: 'parameter-size',
    moto: 'A standard parameter takes any size.',
    aws: 'A standard parameter holds at most 4,096 bytes: ValidationException.',
    why: 'A registry entry has to fit into one parameter.',
    source: 'https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
  },
  {
    id: 'parameter-name',
    moto: 'Parameter names may contain @.',
    aws: 'Parameter names consist of a-zA-Z0-9_.-/ only.',
    why: 'IAM user names may contain +=,@ and must not be used as parameter names as they are.',
    source: 'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html',
  },
  {
    id: 'report-additional-column',
    moto: 'The credential report ends with cert_2_last_rotated.',
    aws: 'The credential report has a last column additional_credentials_info.',
    why: 'A reader goes by the names of the columns and copes with ones that it does not know.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html',
  },
  {
    id: 'filter-order',
    moto: 'FilterLogEvents answers one stream after the other.',
    aws: 'Events of all streams come in order of time.',
    why: 'A report reads the record page by page and may count on its order.',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html',
  },
  {
    id: 'batch-span',
    moto: 'PutLogEvents takes a batch over more than 24 hours.',
    aws: 'It is refused: InvalidParameterException.',
    why: 'A batch that AWS refuses is missing from the record, and must fail in a test.',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html',
  },
  {
    id: 'filter-end-exclusive',
    moto: 'FilterLogEvents answers events at endTime too.',
    aws: 'Events at endTime or later are not answered.',
    why: 'A report of one period and one of the next must not show an event twice.',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html',
  },
  {
    id: 'json-filter-patterns',
    moto: 'FilterLogEvents answers everything when the pattern is a JSON pattern.',
    aws: 'A JSON pattern answers the events whose members fit it.',
    why: 'Who was told already is found by such a pattern.',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html',
  },
  {
    id: 'kms-digest-digested',
    moto: 'Sign digests a digest once more.',
    aws: 'With MessageType DIGEST the digest itself is signed.',
    why: 'Such a signature is not the one of the message, and nobody else verifies it.',
    source: 'https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html',
  },
  {
    id: 'kms-message-size',
    moto: 'Sign takes messages and digests of any length.',
    aws: 'A message has at most 4,096 bytes, and a digest as many as its algorithm makes.',
    why: 'What is signed may grow: beyond the limit every signature is refused.',
    source: 'https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html',
  },
  {
    id: 'kms-key-usage',
    moto: 'A key that does not sign, or not by this algorithm, is a ValidationException.',
    aws: 'It is an InvalidKeyUsageException.',
    why: 'A key of the wrong kind has to be told from a request that is malformed.',
    source: 'https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html',
  },
  {
    id: 'kms-key-state',
    moto: 'A disabled key signs, and so does one that waits for its deletion.',
    aws: 'DisabledException and KMSInvalidStateException.',
    why: 'Somebody may disable the key at any time: then nothing is signed, and that must show.',
    source: 'https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html',
  },
  {
    id: 'kms-deletion-arn',
    moto: "ScheduleKeyDeletion answers the key's ID.",
    aws: "It answers the key's ARN.",
    why: 'Nothing uses it; it is asserted to keep the row of the protocol whole.',
    source: 'https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html',
  },
] as const satisfies readonly Difference[];

export type DifferenceId = (typeof differences)[number]['id'];
