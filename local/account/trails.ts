import type { Clock } from '../clock';
import { AwsError } from './aws-error';

/** Which events a trail takes ("EventSelector" in CloudTrail's API reference). */
export interface EventSelector {
  readonly ReadWriteType: 'ReadOnly' | 'WriteOnly' | 'All';
  readonly IncludeManagementEvents: boolean;
  readonly ExcludeManagementEventSources?: readonly string[] | undefined;
}

/** The newer form of the same ("AdvancedEventSelector"): a trail has the one or the other. */
export interface AdvancedEventSelector {
  readonly Name?: string | undefined;
  readonly FieldSelectors: readonly { readonly Field: string; readonly Equals?: readonly string[] | undefined }[];
}

interface Selectors {
  readonly EventSelectors?: readonly EventSelector[] | undefined;
  readonly AdvancedEventSelectors?: readonly AdvancedEventSelector[] | undefined;
}

export interface CreateTrailInput {
  readonly Name: string;
  readonly S3BucketName: string;
  readonly S3KeyPrefix?: string | undefined;
  readonly IsMultiRegionTrail?: boolean | undefined;
  readonly IncludeGlobalServiceEvents?: boolean | undefined;
  readonly EnableLogFileValidation?: boolean | undefined;
  readonly KmsKeyId?: string | undefined;
  readonly IsOrganizationTrail?: boolean | undefined;
}

interface Trail extends CreateTrailInput {
  readonly TrailARN: string;
  selectors: Selectors;
  isLogging: boolean;
  startedAt: number | undefined;
  stoppedAt: number | undefined;
}

/** A new trail takes all management events. */
const ALL: Selectors = { EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true }] };

/**
 * The account's trails, as whoever looks at them sees them. Nothing is written for them here (`TrailFiles` does that),
 * and the event history does not need one.
 */
export class Trails {
  readonly #trails = new Map<string, Trail>();

  constructor(
    private readonly accountId: string,
    private readonly region: string,
    private readonly clock: Clock,
  ) {}

  /** It does not log before `startLogging`. @throws AwsError TrailAlreadyExistsException */
  createTrail(input: CreateTrailInput) {
    const { Name } = input;
    if (this.#trails.has(Name)) {
      throw new AwsError('TrailAlreadyExistsException', 400, `Trail ${Name} already exists for customer`);
    }
    const off = { isLogging: false, startedAt: undefined, stoppedAt: undefined };
    const trail: Trail = { ...input, TrailARN: this.#arn(Name), selectors: ALL, ...off };
    this.#trails.set(Name, trail);
    return shape(trail, this.region);
  }

  /** @throws AwsError TrailNotFoundException */
  deleteTrail({ Name }: TrailName): void {
    this.#trails.delete(this.#get(Name).Name);
  }

  /** @throws AwsError TrailNotFoundException */
  startLogging({ Name }: TrailName): void {
    const trail = this.#get(Name);
    trail.isLogging = true;
    trail.startedAt = this.clock.now();
  }

  /** @throws AwsError TrailNotFoundException */
  stopLogging({ Name }: TrailName): void {
    const trail = this.#get(Name);
    trail.isLogging = false;
    trail.stoppedAt = this.clock.now();
  }

  /** Names that there are none of are left out, as in AWS. */
  describeTrails({ trailNameList = [] }: { readonly trailNameList?: readonly string[] } = {}) {
    const wanted = ({ Name, TrailARN }: Trail) =>
      trailNameList.length === 0 || trailNameList.includes(Name) || trailNameList.includes(TrailARN);
    return { trailList: [...this.#trails.values()].filter(wanted).map((trail) => shape(trail, this.region)) };
  }

  /** @throws AwsError TrailNotFoundException */
  getTrailStatus({ Name }: TrailName) {
    const { isLogging, startedAt, stoppedAt } = this.#get(Name);
    return {
      IsLogging: isLogging,
      StartLoggingTime: startedAt === undefined ? undefined : new Date(startedAt),
      StopLoggingTime: stoppedAt === undefined ? undefined : new Date(stoppedAt),
      LatestDeliveryTime: isLogging ? new Date(this.clock.now()) : undefined,
    };
  }

  /** @throws AwsError TrailNotFoundException */
  getEventSelectors({ TrailName: name }: { readonly TrailName: string }) {
    const { TrailARN, selectors } = this.#get(name);
    return { TrailARN, ...selectors };
  }

  /** @throws AwsError TrailNotFoundException, InvalidEventSelectorsException where both forms are given, or none */
  putEventSelectors({ TrailName, EventSelectors, AdvancedEventSelectors }: Selectors & { readonly TrailName: string }) {
    const trail = this.#get(TrailName);
    if ((EventSelectors === undefined) === (AdvancedEventSelectors === undefined)) {
      throw new AwsError('InvalidEventSelectorsException', 400, 'Name EventSelectors or AdvancedEventSelectors.');
    }
    trail.selectors = EventSelectors === undefined ? { AdvancedEventSelectors } : { EventSelectors };
    return { TrailARN: trail.TrailARN, ...trail.selectors };
  }

  #arn(name: string): string {
    return `arn:aws:cloudtrail:${this.region}:${this.accountId}:trail/${name}`;
  }

  #get(nameOrArn: string): Trail {
    const found = [...this.#trails.values()].find(({ Name, TrailARN }) => [Name, TrailARN].includes(nameOrArn));
    if (found !== undefined) return found;
    throw new AwsError('TrailNotFoundException', 400, `Unknown trail: ${nameOrArn} for the user: ${this.accountId}`);
  }
}

interface TrailName {
  readonly Name: string;
}

function shape(trail: Trail, HomeRegion: string) {
  return {
    Name: trail.Name,
    TrailARN: trail.TrailARN,
    S3BucketName: trail.S3BucketName,
    S3KeyPrefix: trail.S3KeyPrefix,
    IncludeGlobalServiceEvents: trail.IncludeGlobalServiceEvents ?? true,
    IsMultiRegionTrail: trail.IsMultiRegionTrail ?? false,
    LogFileValidationEnabled: trail.EnableLogFileValidation ?? false,
    IsOrganizationTrail: trail.IsOrganizationTrail ?? false,
    KmsKeyId: trail.KmsKeyId,
    HomeRegion,
    HasCustomEventSelectors: trail.selectors !== ALL,
    HasInsightSelectors: false,
  };
}
