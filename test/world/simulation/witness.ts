import { heldIn } from '../../../cli/rehearsal/hosts/bitbucket';
import type { Held } from '../../../cli/rehearsal/hosts/host';
import type { ManagedRecord, PlaceRecord } from '../../../cli/rehearsal/witness/records';
import { secretStateOf } from '../../../cli/rehearsal/witness/secret-state-of';
import type { Described, Sources } from '../../../cli/rehearsal/witness/witness';
import { Witness } from '../../../cli/rehearsal/witness/witness';
import { isBitbucketTarget } from '../../../functions/core/hosts/bitbucket';
import { openIntent } from '../../../functions/core/key/intent';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { takeOver } from '../../../functions/core/lifecycle/take-over';
import { registryParameterName, secretName } from '../../../functions/core/names';
import type { Account } from '../../../local/account/account';
import { AwsError } from '../../../local/account/aws-error';
import type { Bitbucket } from '../../../local/hosts/bitbucket/bitbucket';
import type { Reads } from './reads';

/** The id that a key had at first, of any that it had since, or of its repository's name: `key-3` of `key-3-moved`. */
export function bornOf(id: string): string {
  return /^key-\d+/.exec(id)?.[0] ?? id;
}

/** Where repositories are whose name means another one now, by their names. */
type Moved = ReadonlyMap<string, string>;

/** The one witness, who looks through answers that are kept: a year has far more looks than changes. */
export class ReadingWitness extends Witness {
  readonly #reads: Reads;
  readonly #states = new WeakMap<Described, SecretState>();
  readonly #entries = new WeakMap<ManagedRecord['entry'], string>();
  /** The id of now, by the first one. */
  readonly #renamed = new Map<string, string>();
  /** The id before, whose secret is still there. */
  readonly #before = new WeakMap<ManagedRecord, string>();
  readonly #taken = new WeakMap<Described, { readonly past: Described; readonly whole: Described }>();
  readonly #wholeStates = new WeakMap<SecretState, { readonly past: SecretState; readonly whole: SecretState }>();

  readonly moved: Map<string, string>;
  /** What a key's repository is called in the configuration, and whose one of another name is. */
  readonly #repositories = new Map<string, string>();
  readonly #owners = new Map<string, string>();

  constructor(reads: Reads, account: Account, bitbucket: Bitbucket) {
    const moved = new Map<string, string>();
    super(sourcesOf(reads, account, bitbucket, moved));
    this.moved = moved;
    this.#reads = reads;
  }

  /** What a key's repository is called in the configuration: `acme/key-3`. */
  repositoryOf({ id }: Pick<ManagedRecord, 'id'>): string {
    const born = bornOf(id);
    return this.#repositories.get(born) ?? `acme/${born}`;
  }

  /** From now on the configuration calls its repository so. */
  nameRepository({ id }: ManagedRecord, repository: string): void {
    this.#repositories.set(bornOf(id), repository);
    this.#owners.set(repository.split('/')[1] ?? '', bornOf(id));
  }

  /** The key that a repository is for. */
  ofRepository(name: string): ManagedRecord | undefined {
    return this.bornAs(this.#owners.get(name) ?? name);
  }

  /** Its secret, as the core sees it. */
  stateOf(managed: ManagedRecord): SecretState {
    const own = this.#ownState(managed);
    const id = this.#before.get(managed);
    if (id === undefined) return own;
    const past = this.#ownState({ id });
    const known = this.#wholeStates.get(own);
    if (known?.past === past) return known.whole;
    const whole = takeOver(own, past);
    this.#wholeStates.set(own, { past, whole });
    return whole;
  }

  #ownState(managed: Pick<ManagedRecord, 'id'>): SecretState {
    const described = super.described(managed);
    const known = this.#states.get(described) ?? secretStateOf({ Name: secretName(managed.id), ...described });
    this.#states.set(described, known);
    return known;
  }

  /** The key that had an id at first. */
  bornAs(id: string): ManagedRecord | undefined {
    return this.managed.get(this.idNow(id));
  }

  /** The id that a key has now, of any that it had. */
  idNow(id: string): string {
    return this.#renamed.size === 0 ? id : (this.#renamed.get(bornOf(id)) ?? id);
  }

  /** The same key goes on under another id: until its own secret holds a key, what the one before says counts. */
  rename(managed: ManagedRecord, id: string, at: number): void {
    const before = managed.id;
    if (isEmpty(super.described(managed))) managed.secretCreatedAt = at;
    else this.#before.set(managed, before);
    this.managed.delete(before);
    managed.id = id;
    this.managed.set(id, managed);
    this.#renamed.set(bornOf(id), id);
  }

  /** The id before, as long as its secret is retained. */
  idBefore(managed: ManagedRecord): string | undefined {
    return this.#before.get(managed);
  }

  /** The secret before is gone. */
  forgetBefore(managed: ManagedRecord): void {
    this.#before.delete(managed);
  }

  /** Its own secret, and the one that is retained. */
  secretsOf(managed: ManagedRecord): readonly string[] {
    const before = this.#before.get(managed);
    return [managed.id, ...(before === undefined ? [] : [before])].map(secretName);
  }

  /** How often its secrets were written, by whomever: until the next time its state stays the same. */
  writesTo(managed: ManagedRecord): number {
    return this.secretsOf(managed).reduce((sum, secret) => sum + this.#reads.writesTo('secretsmanager', secret), 0);
  }

  /** The secret that holds the current version. */
  holderOf(managed: ManagedRecord): string {
    const before = this.#before.get(managed);
    return secretName(before !== undefined && isEmpty(super.described(managed)) ? before : managed.id);
  }

  protected override described(managed: Pick<ManagedRecord, 'id'>): Described {
    const own = super.described(managed);
    const record = this.#renamed.size === 0 ? undefined : this.managed.get(managed.id);
    const before = record && this.#before.get(record);
    if (before === undefined || !isEmpty(own)) return own;
    const past = super.described({ id: before });
    const known = this.#taken.get(own);
    if (known?.past === past) return known.whole;
    const { VersionIdsToStages, Tags = [] } = past;
    const whole = { ...own, VersionIdsToStages, Tags: [...Tags, ...(own.Tags ?? [])] };
    this.#taken.set(own, { past, whole });
    return whole;
  }

  /** Its parameter says what was deployed. */
  hasDeployedEntry({ id, entry }: ManagedRecord): boolean {
    const Name = registryParameterName(id);
    const found = unlessAwsRefuses(() => this.#reads.answer('ssm', 'GetParameter', { Name })?.output);
    const { Parameter } = { Parameter: undefined, ...(found as { readonly Parameter?: { readonly Value: string } }) };
    const known = this.#entries.get(entry) ?? JSON.stringify(entry);
    this.#entries.set(entry, known);
    return Parameter?.Value === known;
  }

  /** A rotation that began and has stored nothing. */
  hasOpenIntent(managed: ManagedRecord): boolean {
    const described = secretStateOf(this.described(managed));
    if (openIntent(described) === undefined) return false;
    const input = { SecretId: this.holderOf(managed), IncludeDeprecated: true, MaxResults: 100 };
    const listed = this.#reads.answer('secretsmanager', 'ListSecretVersionIds', input)?.output;
    const { Versions } = listed as { readonly Versions: readonly { readonly VersionId?: string }[] };
    // What was stored may have lost its labels since.
    const versions = Versions.map(({ VersionId: versionId = '' }) => ({ versionId, labels: [] }));
    return openIntent({ ...described, versions }) !== undefined;
  }
}

function isEmpty({ VersionIdsToStages = {} }: Described): boolean {
  return Object.keys(VersionIdsToStages).length === 0;
}

function sourcesOf(reads: Reads, { iam: { accessKeys, roles } }: Account, bitbucket: Bitbucket, moved: Moved): Sources {
  return {
    describe: (secret) =>
      unlessAwsRefuses(
        () => reads.answer('secretsmanager', 'DescribeSecret', { SecretId: secret })?.output as Described | undefined,
      ),
    writes: (secret) => reads.writesTo('secretsmanager', secret),
    held: (place) => heldAt(bitbucket, place, moved),
    lastUse: (accessKeyId) => unlessAwsRefuses(() => accessKeys.lastUse(accessKeys.find(accessKeyId))?.at),
    lastUseOfRole: (arn) => {
      const role = roles.findByArn(arn);
      return role && roles.lastUse(role)?.at;
    },
  };
}

function unlessAwsRefuses<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

function heldAt(bitbucket: Bitbucket, { target, environment }: PlaceRecord, moved: Moved): Held | undefined {
  if (!isBitbucketTarget(target)) return undefined;
  if (target.type === 'bitbucket-workspace') return heldIn(bitbucket.workspaceVariables(target.workspace), target);
  const [workspace = '', repository = ''] = (moved.get(target.repository) ?? target.repository).split('/');
  try {
    return heldIn(bitbucket.pipelineVariables(workspace, repository, environment), target);
  } catch {
    return undefined;
  }
}
