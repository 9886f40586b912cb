import { AwsError } from './aws-error';
import { pageAfter, positionOf } from './paging';
import type { Tag } from './tags';

/** One resource of a stack that was deployed. */
export interface KeptResource {
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
  readonly ResourceStatus: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE';
  readonly Timestamp: Date;
}

/** A stack that was deployed, as CloudFormation tells of it. */
export interface KeptStack {
  readonly StackName: string;
  readonly StackId: string;
  readonly StackStatus: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE';
  readonly CreationTime: Date;
  /** Absent before the first update. */
  readonly LastUpdatedTime?: Date | undefined;
  readonly Description?: string | undefined;
  readonly Outputs: readonly {
    readonly OutputKey: string;
    readonly OutputValue: string;
    readonly Description?: string | undefined;
    readonly ExportName?: string | undefined;
  }[];
  readonly Tags: readonly Tag[];
  readonly EnableTerminationProtection: boolean;
  readonly resources: readonly KeptResource[];
  /** Its text. */
  readonly template: string;
}

/** Stacks, and resources, of a page ("ListStackResources"). */
const PAGE = 100;

/** CloudFormation as whoever looks at stacks sees it. They are deployed by the world: there is no CreateStack here. */
export class CloudFormation {
  readonly #stacks = new Map<string, KeptStack>();

  /** Tells it of a stack that was deployed, or deployed again. */
  keep(
    stack: Omit<KeptStack, 'CreationTime' | 'LastUpdatedTime' | 'resources'>,
    deployed: readonly Deployed[],
    at: number,
  ): void {
    const known = this.#stacks.get(stack.StackName);
    const now = new Date(at);
    const resources = deployed.map((resource): KeptResource => {
      const before = known?.resources.find(({ LogicalResourceId }) => LogicalResourceId === resource.LogicalResourceId);
      const ResourceStatus = before === undefined ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE';
      return { ...resource, ResourceStatus, Timestamp: now };
    });
    const times = { CreationTime: known?.CreationTime ?? now, LastUpdatedTime: known && now };
    this.#stacks.set(stack.StackName, { ...stack, ...times, resources });
  }

  /** @throws AwsError ValidationError for an unknown stack */
  describeStacks({ StackName }: { readonly StackName?: string | undefined } = {}) {
    const stacks = StackName === undefined ? this.#newestFirst() : [this.#get(StackName)];
    return {
      Stacks: stacks.map(({ resources: _resources, template: _template, ...stack }) => ({
        ...stack,
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
        DisableRollback: false,
        DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
      })),
    };
  }

  listStacks({
    StackStatusFilter = [],
    NextToken,
  }: {
    readonly StackStatusFilter?: readonly string[];
    readonly NextToken?: string;
  } = {}) {
    const wanted = this.#newestFirst().filter(
      ({ StackStatus }) => StackStatusFilter.length === 0 || StackStatusFilter.includes(StackStatus),
    );
    const { items, token } = page(wanted, ({ StackName }) => StackName, NextToken);
    const StackSummaries = items.map(({ StackName, StackId, StackStatus, CreationTime, LastUpdatedTime }) => {
      return { StackName, StackId, StackStatus, CreationTime, LastUpdatedTime };
    });
    return { StackSummaries, NextToken: token };
  }

  /** @throws AwsError ValidationError for an unknown stack, or one without such a resource */
  describeStackResources(input: ResourcesInput) {
    const { StackName, StackId, resources } = this.#withResource(input);
    const { LogicalResourceId: wanted } = input;
    return {
      StackResources: resources
        .filter(({ LogicalResourceId }) => wanted === undefined || wanted === LogicalResourceId)
        .map((resource) => ({ StackName, StackId, ...resource })),
    };
  }

  /** @throws AwsError ValidationError for an unknown stack */
  listStackResources({ StackName, NextToken }: { readonly StackName: string; readonly NextToken?: string }) {
    const { resources } = this.#get(StackName);
    const { items, token } = page(resources, ({ LogicalResourceId }) => LogicalResourceId, NextToken);
    const StackResourceSummaries = items.map(({ Timestamp: LastUpdatedTimestamp, ...resource }) => {
      return { ...resource, LastUpdatedTimestamp };
    });
    return { StackResourceSummaries, NextToken: token };
  }

  /** @throws AwsError ValidationError for an unknown stack */
  getTemplate({ StackName }: { readonly StackName: string }) {
    return { TemplateBody: this.#get(StackName).template, StagesAvailable: ['Original', 'Processed'] };
  }

  #newestFirst(): readonly KeptStack[] {
    return [...this.#stacks.values()].reverse();
  }

  #withResource({ StackName, PhysicalResourceId }: ResourcesInput): KeptStack {
    if (StackName !== undefined) return this.#get(StackName);
    const holds = ({ resources }: KeptStack) => resources.some((one) => one.PhysicalResourceId === PhysicalResourceId);
    return this.#newestFirst().find(holds) ?? this.#get(PhysicalResourceId ?? '');
  }

  #get(nameOrId: string): KeptStack {
    const found = this.#newestFirst().find(({ StackName, StackId }) => [StackName, StackId].includes(nameOrId));
    if (found !== undefined) return found;
    throw new AwsError('ValidationError', 400, `Stack with id ${nameOrId} does not exist`);
  }
}

type Deployed = Pick<KeptResource, 'LogicalResourceId' | 'PhysicalResourceId' | 'ResourceType'>;

interface ResourcesInput {
  readonly StackName?: string | undefined;
  readonly LogicalResourceId?: string | undefined;
  readonly PhysicalResourceId?: string | undefined;
}

function page<T>(all: readonly T[], key: (item: T) => string, token: string | undefined) {
  const sorted = [...all].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const after = positionOf(token, () => new AwsError('ValidationError', 400, 'Invalid NextToken'));
  return pageAfter(sorted, key, PAGE, after);
}
