import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ENV } from '../core/names';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';

/** A rule of EventBridge. */
export interface SeenRule {
  readonly name: string;
  readonly enabled: boolean;
  readonly description: string;
  /** ARNs of what it starts or tells. */
  readonly targets: readonly string[];
}

/** A function as Lambda has it now. */
export interface SeenFunction {
  readonly name: string;
  /** What its environment says of its code. @default - nothing */
  readonly release: string | undefined;
  readonly state: string | undefined;
}

/** Who is told by the topic. */
export interface SeenSubscription {
  readonly protocol: string;
  readonly confirmed: boolean;
}

/** A trail of CloudTrail in this region. */
export interface SeenTrail {
  readonly name: string;
  readonly logging: boolean;
  /** Whether it has management events that change something; undefined where that cannot be read. */
  readonly hasWrites: boolean | undefined;
}

/** What there is of a deployment, as each service has it now. Every method throws KeyturnError `aws-*`. */
export interface DeploymentLook {
  /** Whose names begin so; all pages. */
  rules(prefix: string): Promise<readonly SeenRule[]>;
  /** Whose names are such; all pages. */
  functions(isWanted: (name: string) => boolean): Promise<readonly SeenFunction[]>;
  subscriptions(topicArn: string): Promise<readonly SeenSubscription[]>;
  trails(): Promise<readonly SeenTrail[]>;
  /** What AWS has for the time now, to the second. */
  time(): Promise<Date | undefined>;
}

/** The DeploymentLook port over the AWS SDK. */
export function createDeploymentLook(config: ClientConfig = reviewConfig()): DeploymentLook {
  return {
    rules: (prefix) => listRules(new EventBridgeClient(config), prefix),
    functions: (isWanted) => listFunctions(new LambdaClient(config), isWanted),
    subscriptions: (topicArn) => listSubscriptions(new SNSClient(config), topicArn),
    trails: () => listTrails(new CloudTrailClient(config)),
    time: () => timeAt(new STSClient(config)),
  };
}

async function listRules(client: EventBridgeClient, NamePrefix: string): Promise<readonly SeenRule[]> {
  const found: SeenRule[] = [];
  let NextToken: string | undefined;
  do {
    const page = await calling('events:ListRules', {}, () =>
      client.send(new ListRulesCommand({ NamePrefix, NextToken })),
    );
    for (const { Name = '', State, Description = '' } of page.Rules ?? []) {
      const targets = await listTargets(client, Name);
      found.push({ name: Name, enabled: State !== 'DISABLED', description: Description, targets });
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

async function listTargets(client: EventBridgeClient, Rule: string): Promise<readonly string[]> {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await calling(`events:ListTargetsByRule of ${Rule}`, {}, () =>
      client.send(new ListTargetsByRuleCommand({ Rule, NextToken })),
    );
    found.push(...(page.Targets ?? []).flatMap(({ Arn }) => Arn ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

async function listFunctions(
  client: LambdaClient,
  isWanted: (name: string) => boolean,
): Promise<readonly SeenFunction[]> {
  const found: SeenFunction[] = [];
  let Marker: string | undefined;
  do {
    const page = await calling('lambda:ListFunctions', {}, () => client.send(new ListFunctionsCommand({ Marker })));
    for (const { FunctionName: name = '', Environment, State: state } of page.Functions ?? []) {
      if (isWanted(name)) found.push({ name, release: Environment?.Variables?.[ENV.release], state });
    }
    Marker = page.NextMarker;
  } while (Marker !== undefined && Marker !== '');
  return found;
}

async function listSubscriptions(client: SNSClient, TopicArn: string): Promise<readonly SeenSubscription[]> {
  const found: SeenSubscription[] = [];
  let NextToken: string | undefined;
  do {
    const page = await calling('sns:ListSubscriptionsByTopic', {}, () =>
      client.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken })),
    );
    for (const { Protocol: protocol = '', SubscriptionArn = '' } of page.Subscriptions ?? []) {
      found.push({ protocol, confirmed: SubscriptionArn.startsWith('arn:') });
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

async function listTrails(client: CloudTrailClient): Promise<readonly SeenTrail[]> {
  const { trailList = [] } = await calling('cloudtrail:DescribeTrails', {}, () =>
    client.send(new DescribeTrailsCommand({ includeShadowTrails: true })),
  );
  return Promise.all(
    trailList.map(async ({ Name: name = '', TrailARN = name }) => {
      const { IsLogging: logging = false } = await calling(`cloudtrail:GetTrailStatus of ${name}`, {}, () =>
        client.send(new GetTrailStatusCommand({ Name: TrailARN })),
      );
      return { name, logging, hasWrites: await hasWrites(client, TrailARN) };
    }),
  );
}

/** An organization's trail may hide its selectors from a member account. */
async function hasWrites(client: CloudTrailClient, TrailName: string): Promise<boolean | undefined> {
  try {
    const selected = await client.send(new GetEventSelectorsCommand({ TrailName }));
    const { EventSelectors: basic = [], AdvancedEventSelectors: advanced = [] } = selected;
    const isBasic = basic.some(
      ({ IncludeManagementEvents, ReadWriteType }) => IncludeManagementEvents !== false && ReadWriteType !== 'ReadOnly',
    );
    const isAdvanced = advanced.some(({ FieldSelectors = [] }) => {
      const of = (field: string) => FieldSelectors.find(({ Field }) => Field === field)?.Equals;
      return of('eventCategory')?.includes('Management') === true && of('readOnly')?.includes('true') !== true;
    });
    return isBasic || isAdvanced;
  } catch {
    return undefined;
  }
}

/** The `Date` that AWS's answer has. */
async function timeAt(client: STSClient): Promise<Date | undefined> {
  let date: string | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      date = dateIn(result.response);
      return result;
    },
    { step: 'deserialize', name: 'keyturnDate', priority: 'low' },
  );
  await calling('sts:GetCallerIdentity', {}, () => client.send(new GetCallerIdentityCommand({})));
  const at = new Date(date ?? '');
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function dateIn(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const { headers } = response;
  if (typeof headers !== 'object' || headers === null || !('date' in headers)) return undefined;
  return typeof headers.date === 'string' ? headers.date : undefined;
}
