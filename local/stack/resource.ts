import type { Account } from '../account/account';
import type { EventBus } from '../events/event-bus';
import type { Queues } from '../events/queues';
import type { HttpApis } from '../lambda/http-apis';
import type { Lambda } from '../lambda/lambda';
import type { Properties } from './properties';
import type { TemplateResource } from './template';

/** The services that a stack makes its resources in. */
export interface Services {
  readonly account: Account;
  readonly lambda: Lambda;
  readonly bus: EventBus;
  readonly queues: Queues;
  readonly httpApis: HttpApis;
  /** What the stacks export: name to value. */
  readonly exports: Map<string, string>;
}

/** What a resource has become. */
export interface Physical {
  /** The value of `Ref`. */
  readonly ref: string;
  /** The values of `Fn::GetAtt`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Takes it away again. */
  readonly remove?: () => void | Promise<void>;
  /** Told when it is not a stack's any more, whether it is taken away or retained. */
  readonly leave?: () => void;
  /** A policy document that belongs to it and that no service keeps: a managed policy's. */
  readonly policy?: string;
}

/** A resource of a stack as it is now. */
export interface StackResource {
  readonly declared: TemplateResource;
  readonly physical: Physical;
  /** As the template has them, resolved. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface ResourceInput {
  readonly logicalId: string;
  readonly properties: Properties;
  readonly services: Services;
  /** What it was in the deployment before this one. */
  readonly previous: Physical | undefined;
  /** `<stack>-<logical ID>-<twelve characters>`, as CloudFormation names what has no name; the same every time. */
  generatedName(longest: number): string;
  /** What CloudFormation itself puts on what can be tagged: which stack it belongs to. */
  readonly systemTags: readonly { readonly Key: string; readonly Value: string }[];
  /** The ARN of something in this account and region: `arn('sqs', name)`. */
  arn(service: string, rest: string): string;
  /** The folder of an asset, by its key in the assets' bucket. @throws Error for a key that is not in the manifest */
  assetDirectory(key: string): string;
}

/** Makes a resource of one type, or brings an existing one up to date. */
export type ResourceType = (input: ResourceInput) => Physical | Promise<Physical>;
