import type { UninstallDocument } from '../documents/uninstall';

type Stay = UninstallDocument['stays'][number];

/** What no stack has made. */
export const NOT_OF_A_STACK = 'made by you';

/** Everything that is there when the stacks are gone: what they keep (docs/operate/uninstall.md), and what they did not make. */
export const STAYS: readonly Stay[] = [
  {
    what: 'the users that the stack made, with their keys',
    type: 'AWS::IAM::User',
    keep: 'while a pipeline uses them',
    beRid: 'delete the keys, then aws iam delete-user',
  },
  {
    what: 'the secrets keyturn/<id>: nobody can read their values any more',
    type: 'AWS::SecretsManager::Secret',
    keep: 'until every overlap is finished',
    beRid: 'aws secretsmanager delete-secret',
  },
  {
    what: 'their policies',
    type: 'AWS::SecretsManager::ResourcePolicy',
    keep: 'as long as the secrets',
    beRid: 'they go with them',
  },
  {
    what: "KMS keys: those of the seals, and the secrets' own where there is one",
    type: 'AWS::KMS::Key',
    keep: 'until you have seal.json; as long as a secret',
    beRid: 'aws kms schedule-key-deletion',
  },
  {
    what: 'the OpenID Connect provider of a workspace, where there are roles',
    type: 'AWS::IAM::OIDCProvider',
    keep: 'while a role of any stack trusts it',
    beRid: 'aws iam delete-open-id-connect-provider',
  },
  {
    what: "the record /keyturn/audit, a provider's /keyturn/provider, and the functions' logs",
    type: 'AWS::Logs::LogGroup',
    keep: 'for as long as auditors ask',
    beRid: 'take its protection off, aws logs delete-log-group',
  },
  {
    what: "the archive's bucket and the trail's, where there are any",
    type: 'AWS::S3::Bucket',
    keep: 'the same; what is under Object Lock cannot go earlier',
    beRid: 'empty it when its time is over, aws s3 rb',
  },
  {
    what: 'the keys at the hosts: variables with the key that works',
    type: NOT_OF_A_STACK,
    keep: 'while a pipeline needs them',
    beRid: 'delete them at the host',
  },
  {
    what: 'the tokens of connections, and their secrets keyturn/connections/…',
    type: NOT_OF_A_STACK,
    keep: 'no longer',
    beRid: 'revoke them at the host, then aws secretsmanager delete-secret',
  },
];
