import { CfnQueryDefinition, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** An auditor's usual questions to the record, in the language of CloudWatch Logs Insights. The period is chosen there. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  'All rotations': [
    'fields time, key, user, accessKeyId, version, reason, run',
    'filter event = "key-stored"',
    'sort time desc',
    'limit 10000',
  ],
  'Life of one key': [
    '# Write the ID of the managed key in the place of web-shop-production.',
    'fields time, event, accessKeyId, version, target, reason, outcome, message, function, run',
    'filter key = "web-shop-production"',
    'sort time asc',
    'limit 10000',
  ],
  // A key becomes due between two runs: less than a day is the way from one to the next.
  'Late rotations': [
    'fields time, key, user, facts.daysOverdue as daysOverdue, accessKeyId, reason, run',
    'filter event = "key-stored" and facts.daysOverdue > 0',
    'sort time desc',
    'limit 10000',
  ],
  'Holds and blocks': [
    'fields time, key, user, accessKeyId, event, reason, outcome, message, function, run',
    'filter outcome in ["held", "blocked"]',
    'sort time desc',
    'limit 10000',
  ],
  Failures: [
    'fields time, key, user, accessKeyId, target, event, reason, code, message, function, run',
    'filter outcome = "failed"',
    'sort time desc',
    'limit 10000',
  ],
  'Deliveries per repository': [
    'filter event = "target-delivered"',
    'parse target /^(?<host>\\S+) (?:workspace )?(?<repository>\\S+)/',
    'stats count(*) as deliveries, count_distinct(key) as keys, latest(time) as last by host, repository',
    'sort deliveries desc',
    'limit 10000',
  ],
  'Who was told what': [
    'fields time, key, user, reason, function, run',
    'filter event = "people-told"',
    'sort time desc',
    'limit 10000',
  ],
  Runs: [
    'fields time, function, run, facts.examined, facts.rotated, facts.delivered, facts.deactivated, facts.deleted, facts.held, facts.blocked, facts.failed, facts.left, functionVersion',
    'filter event = "run-finished"',
    'sort time desc',
    'limit 10000',
  ],
};

/** Questions to the events of CloudTrail, which lie in a log group that only who asks knows: it is chosen there. */
const OF_TRAIL: Readonly<Record<string, readonly string[]>> = {
  'Who took a role': [
    '# Choose the log group of a trail that logs read events, and write the role in the place of web-shop-deploy.',
    'fields eventTime, userIdentity.userName as subject, requestParameters.roleSessionName as session, sourceIPAddress, errorCode, responseElements.credentials.accessKeyId as accessKeyId',
    'filter eventName = "AssumeRoleWithWebIdentity" and requestParameters.roleArn like /:role\\/(.*\\/)?web-shop-deploy$/',
    'sort eventTime desc',
    'limit 10000',
  ],
  'What a session did': [
    '# Choose the log group of a trail, and write the access key ID that the session got in the place of ASIA.',
    'fields eventTime, eventSource, eventName, awsRegion, sourceIPAddress, errorCode',
    'filter userIdentity.accessKeyId = "ASIA"',
    'sort eventTime asc',
    'limit 10000',
  ],
};

export interface SavedQueriesProps {
  /** The record of record. */
  readonly auditLog: ILogGroup;
}

/** Saved queries of CloudWatch Logs Insights, in the folder Keyturn. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { auditLog }: SavedQueriesProps) {
    super(scope, id);
    for (const [name, lines] of Object.entries(QUERIES)) save(this, name, lines, [auditLog.logGroupName]);
  }
}

/** The same for who took a role, of a stack that makes roles for steps. */
export class RoleQueries extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    for (const [name, lines] of Object.entries(OF_TRAIL)) save(this, name, lines);
  }
}

/** How many of these are resources of such a stack. */
export const ROLE_QUERIES = Object.keys(OF_TRAIL).length;

function save(scope: Construct, name: string, lines: readonly string[], logGroupNames?: string[]): void {
  new CfnQueryDefinition(scope, name.replaceAll(' ', ''), {
    name: `Keyturn/${name}`,
    logGroupNames,
    queryString: queryOf(lines),
  });
}

/** One command a line; comments are none. */
function queryOf(lines: readonly string[]): string {
  return lines.map((line, at) => (at === 0 || lines[at - 1]?.startsWith('#') ? line : `| ${line}`)).join('\n');
}
