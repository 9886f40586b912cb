import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import type { Identifiers } from './identifiers';
import { pageAfter, positionOf } from './paging';
import type { Tag } from './tags';

/** One resource of a stack that was deployed. */
export interface KeptResource {
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
  readonly ResourceStatus: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE' | 'DELETE_FAILED';
  readonly ResourceStatusReason?: string | undefined;
  readonly Timestamp: Date;
}

/** A stack that was deployed, as CloudFormation tells of it. */
export interface KeptStack {
  readonly StackName: string;
  readonly StackId: string;
  readonly StackStatus: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE' | 'DELETE_COMPLETE' | 'DELETE_FAILED';
  readonly StackStatusReason?: string | undefined;
  readonly CreationTime: Date;
  /** Absent before the first update. */
  readonly LastUpdatedTime?: Date | undefined;
  readonly DeletionTime?: Date | undefined;
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

/** How one resource differs from what its template says. */
export interface ResourceDrift {
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
  readonly StackResourceDriftStatus: 'IN_SYNC' | 'MODIFIED' | 'DELETED';
  readonly PropertyDifferences: readonly {
    readonly PropertyPath: string;
    readonly ExpectedValue: string;
    readonly ActualValue: string;
    readonly DifferenceType: string;
  }[];
}

/** The stacks themselves, wherever they are made. */
export interface DeployedStacks {
  drift(stackName: string): readonly ResourceDrift[];
  /** Names of the stacks that import what is exported under a name. */
  importers(exportName: string): readonly string[];
  /** @returns why resources could not be taken away, by logical ID; then the stack is still there */
  delete(stackName: string): Promise<ReadonlyMap<string, string>>;
}

/** What one look for drift has found. */
interface Detection {
  readonly id: string;
  readonly stackId: string;
  readonly at: Date;
  readonly drifts: readonly ResourceDrift[];
}

/** Stacks, and resources, of a page ("ListStackResources"). */
const PAGE = 100;

/** CloudFormation as whoever looks at stacks, and deletes them, sees it. They are deployed by the world: there is no CreateStack here. */
export class CloudFormation {
  readonly #stacks = new Map<string, KeptStack>();
  readonly #deleted: KeptStack[] = [];
  readonly #detections: Detection[] = [];
  #deployed: DeployedStacks = { drift: () => [], importers: () => [], delete: async () => new Map() };

  constructor(
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
  ) {}

  /** Where stacks are. */
  runOn(deployed: DeployedStacks): void {
    this.#deployed = deployed;
  }

  /** How many stacks of a name were deleted. */
  deleted(stackName: string): number {
    return this.#deleted.filter(({ StackName }) => StackName === stackName).length;
  }

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
        DriftInformation: this.#driftInformation(stack.StackId),
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
    const wanted = [...this.#newestFirst(), ...this.#deleted].filter(
      ({ StackStatus }) => StackStatusFilter.length === 0 || StackStatusFilter.includes(StackStatus),
    );
    const { items, token } = page(wanted, ({ StackId }) => StackId, NextToken);
    const StackSummaries = items.map((stack) => ({
      StackName: stack.StackName,
      StackId: stack.StackId,
      StackStatus: stack.StackStatus,
      StackStatusReason: stack.StackStatusReason,
      TemplateDescription: stack.Description,
      CreationTime: stack.CreationTime,
      LastUpdatedTime: stack.LastUpdatedTime,
      DeletionTime: stack.DeletionTime,
      DriftInformation: this.#driftInformation(stack.StackId),
    }));
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

  /** What stacks export to others. */
  listExports({ NextToken }: { readonly NextToken?: string } = {}) {
    const all = this.#newestFirst().flatMap(({ StackId: ExportingStackId, Outputs }) =>
      Outputs.flatMap(({ ExportName: Name, OutputValue: Value }) =>
        Name === undefined ? [] : [{ ExportingStackId, Name, Value }],
      ),
    );
    const { items: Exports, token } = page(all, ({ Name }) => Name, NextToken);
    return { Exports, NextToken: token };
  }

  /** @throws AwsError ValidationError where nobody imports it */
  listImports({ ExportName }: { readonly ExportName: string }) {
    const Imports = this.#deployed.importers(ExportName);
    if (Imports.length > 0) return { Imports };
    throw new AwsError('ValidationError', 400, `Export '${ExportName}' is not imported by any stack.`);
  }

  /** Looks at once: whoever asks how far it is hears that it is done. @throws AwsError ValidationError for an unknown stack */
  detectStackDrift({ StackName: nameOrId }: { readonly StackName: string }) {
    const { StackName, StackId } = this.#get(nameOrId);
    const at = new Date(this.clock.now());
    const id = this.identifiers.requestId();
    this.#detections.push({ id, stackId: StackId, at, drifts: this.#deployed.drift(StackName) });
    return { StackDriftDetectionId: id };
  }

  /** @throws AwsError ValidationError for an unknown detection */
  describeStackDriftDetectionStatus({ StackDriftDetectionId }: { readonly StackDriftDetectionId: string }) {
    const found = this.#detections.find(({ id }) => id === StackDriftDetectionId);
    if (found === undefined)
      throw new AwsError('ValidationError', 400, `Drift detection ${StackDriftDetectionId} not found`);
    const drifted = found.drifts.filter(({ StackResourceDriftStatus }) => StackResourceDriftStatus !== 'IN_SYNC');
    return {
      StackId: found.stackId,
      StackDriftDetectionId,
      StackDriftStatus: drifted.length === 0 ? 'IN_SYNC' : 'DRIFTED',
      DetectionStatus: 'DETECTION_COMPLETE',
      DriftedStackResourceCount: drifted.length,
      Timestamp: found.at,
    };
  }

  /** What the last look has found. @throws AwsError ValidationError for an unknown stack */
  describeStackResourceDrifts({ StackName, StackResourceDriftStatusFilters = [] }: DriftsInput) {
    const { StackId } = this.#get(StackName);
    const { drifts = [], at: Timestamp } = this.#lastDetection(StackId) ?? {};
    const wanted = drifts.filter(
      ({ StackResourceDriftStatus: status }) =>
        StackResourceDriftStatusFilters.length === 0 || StackResourceDriftStatusFilters.includes(status),
    );
    return { StackResourceDrifts: wanted.map((drift) => ({ StackId, ...drift, Timestamp })) };
  }

  /**
   * Deletes a stack, at once; one that is not there is deleted already. What other stacks import calls it off, and what
   * cannot be taken away leaves it in `DELETE_FAILED`.
   * @throws AwsError ValidationError for a stack that is protected
   */
  async deleteStack({ StackName: nameOrId }: { readonly StackName: string }): Promise<undefined> {
    const stack = this.#find(nameOrId);
    if (stack === undefined) return;
    const { StackName } = stack;
    if (stack.EnableTerminationProtection) {
      const message = `Stack [${StackName}] cannot be deleted while TerminationProtection is enabled`;
      throw new AwsError('ValidationError', 400, message);
    }
    const needed = stack.Outputs.flatMap(({ ExportName }) => ExportName ?? []).find(
      (name) => this.#deployed.importers(name).length > 0,
    );
    if (needed !== undefined) {
      const importers = this.#deployed
        .importers(needed)
        .join(', ')
        .replace(/, (?=[^,]+$)/, ' and ');
      const StackStatusReason = `Delete canceled. Cannot delete export ${needed} as it is in use by ${importers}.`;
      this.#stacks.set(StackName, { ...stack, StackStatusReason });
      return;
    }
    const left = await this.#deployed.delete(StackName);
    if (left.size === 0) {
      const DeletionTime = new Date(this.clock.now());
      this.#stacks.delete(StackName);
      this.#deleted.push({ ...stack, StackStatus: 'DELETE_COMPLETE', StackStatusReason: undefined, DeletionTime });
      return;
    }
    this.#stacks.set(StackName, {
      ...stack,
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: `The following resource(s) failed to delete: [${[...left.keys()].join(', ')}]. `,
      resources: stack.resources
        .filter(({ LogicalResourceId }) => left.has(LogicalResourceId))
        .map((resource) => ({
          ...resource,
          ResourceStatus: 'DELETE_FAILED',
          ResourceStatusReason: left.get(resource.LogicalResourceId),
        })),
    });
  }

  #lastDetection(stackId: string): Detection | undefined {
    return this.#detections.findLast((one) => one.stackId === stackId);
  }

  #driftInformation(stackId: string) {
    const last = this.#lastDetection(stackId);
    if (last === undefined) return { StackDriftStatus: 'NOT_CHECKED' };
    const isSame = last.drifts.every(({ StackResourceDriftStatus }) => StackResourceDriftStatus === 'IN_SYNC');
    return { StackDriftStatus: isSame ? 'IN_SYNC' : 'DRIFTED', LastCheckTimestamp: last.at };
  }

  #newestFirst(): readonly KeptStack[] {
    return [...this.#stacks.values()].reverse();
  }

  #withResource({ StackName, PhysicalResourceId }: ResourcesInput): KeptStack {
    if (StackName !== undefined) return this.#get(StackName);
    const holds = ({ resources }: KeptStack) => resources.some((one) => one.PhysicalResourceId === PhysicalResourceId);
    return this.#newestFirst().find(holds) ?? this.#get(PhysicalResourceId ?? '');
  }

  #find(nameOrId: string): KeptStack | undefined {
    return this.#newestFirst().find(({ StackName, StackId }) => [StackName, StackId].includes(nameOrId));
  }

  /** One that was deleted has only its ID left. */
  #get(nameOrId: string): KeptStack {
    const found = this.#find(nameOrId) ?? this.#deleted.find(({ StackId }) => StackId === nameOrId);
    if (found !== undefined) return found;
    throw new AwsError('ValidationError', 400, `Stack with id ${nameOrId} does not exist`);
  }
}

type Deployed = Pick<KeptResource, 'LogicalResourceId' | 'PhysicalResourceId' | 'ResourceType'>;

interface DriftsInput {
  readonly StackName: string;
  readonly StackResourceDriftStatusFilters?: readonly string[] | undefined;
}

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
