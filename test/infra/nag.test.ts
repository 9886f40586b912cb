import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { PolicyStatement, User } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { KeyturnStack } from '../../infra';
import { bundles } from './synthesized';

const EXAMPLES = ['keyturn.yaml', 'many-keys.yaml', 'keyless.yaml'] as const;

/** One thing that cdk-nag objects to and that is meant so. */
interface Accepted {
  /** The finding, whole. */
  readonly finding: RegExp;
  /** Path of the construct below the rotation, whole. */
  readonly at: RegExp;
  readonly because: string;
}

const ACCEPTED: readonly Accepted[] = [
  {
    finding: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    at: /^(Rotate|Deactivate|Delete|Sync|Report|Operator|Administrator)\/Role\/Resource$/,
    because:
      'secretsmanager:ListSecrets, cloudtrail:LookupEvents, cloudtrail:ListPublicKeys with cloudtrail:DescribeTrails, iam:ListPolicies, logs:DescribeLogGroups and the two actions of the credential report have no resource level; each is alone in ' +
      'its statement, and test/infra/permissions.test.ts holds every other statement to a name.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:iam::<AWS::AccountId>:user\/\*\/[\w+=,.@-]+\]$/,
    at: /^(Rotate|Deactivate|Delete|Report)\/Role\/Resource$/,
    because:
      'The path of a user that exists already is not known. User names are unique in an account: it names one user.',
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:keyturn\/\*\]$/,
    at: /^(Rotate|Deactivate|Delete|Sync|Report|Operator|Administrator)\/Role\/Resource$/,
    because:
      'Whether a registry entry is the deployed one, and who may read the secret, stands in the policy of its secret, one a key; a policy holds no secret, and the prefix is Keyturn’s own. Of the fronts also names and versions, and the one tag that pauses: in the policy of each of very many keys there is no room for it.',
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter\/keyturn\/keys\/\*\]$/,
    at: /^((Sync|Operator|Administrator)\/Role|Auditor\/Policy)\/Resource$/,
    because:
      'An event, or an auditor, names any managed key, and the registry is one parameter a key; the prefix is Keyturn’s own.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:iam::aws:policy\/AWSCompromisedKeyQuarantine\*\]$/,
    at: /^Rotate\/Role\/Resource$/,
    because: 'AWS numbers its quarantines, and may have a next one; who has one of them is asked, and nothing else.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::<KeyRotationArchiveBucket\w+\.Arn>\/(events|reports)\/\*\]$/,
    at: /^(Archive\/Archive|Report)\/Role\/Resource$/,
    because: 'Objects are named by their day; each writer has a prefix of its own in a bucket of its own.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::<KeyRotationArchiveBucket\w+\.Arn>\/\*\]$/,
    at: /^Auditor\/Policy\/Resource$/,
    because: 'An auditor reads the whole archive.',
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:logs:.+:log-group:\/keyturn\/audit:(\*|log-stream:(rotate|deactivate|delete|sync|operator|administrator)\/\*)\]$/,
    at: /^(Rotate|Deactivate|Delete|Sync|Report|Operator|Administrator)\/Role\/Resource$/,
    because:
      'The record as a whole to read, and to write the streams of the function’s own name, one a month, which nobody else writes.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    at: /^Auditor\/Policy\/Resource$/,
    because:
      'What has no resource level, and the results of queries; all of it reads, and test/infra/auditor-policy.test.ts ' +
      'holds the list to it.',
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:(logs:.+:log-group:\/keyturn\/(audit|provider):|iam::<AWS::AccountId>:user\/|secretsmanager:.+:secret:keyturn\/)\*\]$/,
    at: /^Auditor\/Policy\/Resource$/,
    because:
      'The streams of both records, the keys of every user (one that nobody manages is what an auditor looks for), and ' +
      'what Keyturn’s secrets are called and labelled; never a value.',
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:(cloudformation:.+:stack\/Keyturn\*\/\*|events:.+:rule\/Keyturn-KeyRotation\*|cloudtrail:\*:\*:trail\/\*)\]$/,
    at: /^Auditor\/Policy\/Resource$/,
    because:
      'What the stacks have and whether trails log, for `keyturn doctor`: CloudFormation ends the names of stacks and ' +
      'rules, and a trail that logs here may be of another region or of the organization.',
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::acme-trails\/management\/AWSLogs\/o-exampleorgid\/<AWS::AccountId>\/CloudTrail(-Digest)?\/\*\]$/,
    at: /^(Report\/Role|Auditor\/Policy)\/Resource$/,
    because: 'The trail names its files by region and minute; these are this account’s own, of a bucket that is named.',
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:logs:.+:log-group:\/keyturn\/provider:log-stream:endpoint\/\*\]$/,
    at: /^Provider\/Role\/Resource$/,
    because: 'Its own streams of its own record, one a month.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.+:parameter\/keyturn\/provider\/\*\]$/,
    at: /^Provider\/Role\/Resource$/,
    because:
      'Its rules, and those before while a deployment changes them; the digest that the function has says which count.',
  },
  {
    finding: /^AwsSolutions-APIG4$/,
    at: /^Provider\/Front\/(Get|Post)$/,
    because:
      'The function checks the step’s token itself: an authorizer would neither hold it to one use nor write the record, and takes issuers that publish a discovery document under their own URL only.',
  },
  {
    finding: /^AwsSolutions-DDB3$/,
    at: /^Provider\/UsedTokens\/Resource$/,
    because: 'Digests of tokens that end within the hour; an older state would let used ones in again.',
  },
  {
    finding: /^AwsSolutions-SMG4$/,
    at: /^[a-z0-9-]+\/Secret$/,
    because: 'Keyturn is the rotation. Secrets Manager’s own knows neither targets nor two keys that overlap for days.',
  },
  {
    finding: /^AwsSolutions-SQS3$/,
    at: /^UndeliveredEvents\/Resource$/,
    because: 'It is a dead-letter queue itself: of EventBridge’s rules, which the check does not look at.',
  },
  {
    finding: /^AwsSolutions-S1$/,
    at: /^Trail\/Bucket\/Resource$/,
    because:
      'The bucket holds the trail, and access to it is what CloudTrail’s data events record where an account wants that; ' +
      'access logs would need one more bucket without logs of its own.',
  },
];

function findingsOf(stack: Stack): readonly { readonly finding: string; readonly at: string }[] {
  return new AwsSolutionsChecks().validateScope(stack).violations.flatMap(({ ruleName, violatingResources = [] }) =>
    violatingResources.map(({ constructPath = '' }) => ({
      finding: ruleName,
      at: constructPath.replace('Keyturn/KeyRotation/', ''),
    })),
  );
}

function example(name: (typeof EXAMPLES)[number]): KeyturnStack {
  const file = join(__dirname, '..', '..', 'docs', 'examples', name);
  return KeyturnStack.fromFile(new App(), 'Keyturn', file, { bundles });
}

function accepts({ finding, at }: Accepted, found: { readonly finding: string; readonly at: string }): boolean {
  return finding.test(found.finding) && at.test(found.at);
}

describe('cdk-nag, AwsSolutions', () => {
  it.each(EXAMPLES)('has nothing against %s that is not accepted with a reason', (name) => {
    const objections = findingsOf(example(name));

    expect(objections.length).toBeGreaterThan(0);
    expect(objections.filter((found) => !ACCEPTED.some((row) => accepts(row, found)))).toEqual([]);
  });

  it('accepts nothing that is not there any more', () => {
    const objections = EXAMPLES.flatMap((name) => findingsOf(example(name)));

    expect(ACCEPTED.filter((row) => !objections.some((found) => accepts(row, found)))).toEqual([]);
  });

  it('objects to a wildcard that somebody adds', () => {
    const stack = example('keyturn.yaml');
    new User(stack, 'Planted').addToPolicy(new PolicyStatement({ actions: ['iam:*'], resources: ['*'] }));
    const objections = findingsOf(stack).filter((found) => !ACCEPTED.some((row) => accepts(row, found)));

    expect(objections.map(({ finding }) => finding)).toContain('AwsSolutions-IAM5[Action::iam:*]');
  });
});
