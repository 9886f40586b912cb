import { heldIn } from '../../../cli/rehearsal/hosts/bitbucket';
import type { Held } from '../../../cli/rehearsal/hosts/host';
import type { ManagedRecord, PlaceRecord } from '../../../cli/rehearsal/witness/records';
import type { Described, Sources } from '../../../cli/rehearsal/witness/witness';
import { Witness } from '../../../cli/rehearsal/witness/witness';
import { isBitbucketTarget } from '../../../functions/core/hosts/bitbucket';
import { openIntent } from '../../../functions/core/key/intent';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { registryParameterName, secretName } from '../../../functions/core/names';
import type { Account } from '../../../local/account/account';
import { AwsError } from '../../../local/account/aws-error';
import type { Bitbucket } from '../../../local/hosts/bitbucket/bitbucket';
import { secretStateOf } from '../../support/secret-state-of';
import type { Reads } from './reads';

/** The one witness, who looks through answers that are kept: a year has far more looks than changes. */
export class ReadingWitness extends Witness {
  readonly #reads: Reads;
  readonly #states = new WeakMap<Described, SecretState>();
  readonly #entries = new WeakMap<ManagedRecord['entry'], string>();

  constructor(reads: Reads, account: Account, bitbucket: Bitbucket) {
    super(sourcesOf(reads, account, bitbucket));
    this.#reads = reads;
  }

  /** Its secret, as the core sees it. */
  stateOf(managed: ManagedRecord): SecretState {
    const described = this.described(managed);
    const known = this.#states.get(described) ?? secretStateOf({ Name: secretName(managed.id), ...described });
    this.#states.set(described, known);
    return known;
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
    const input = { SecretId: secretName(managed.id), IncludeDeprecated: true, MaxResults: 100 };
    const listed = this.#reads.answer('secretsmanager', 'ListSecretVersionIds', input)?.output;
    const { Versions } = listed as { readonly Versions: readonly { readonly VersionId?: string }[] };
    // What was stored may have lost its labels since.
    const versions = Versions.map(({ VersionId: versionId = '' }) => ({ versionId, labels: [] }));
    return openIntent({ ...described, versions }) !== undefined;
  }
}

function sourcesOf(reads: Reads, { iam: { accessKeys } }: Account, bitbucket: Bitbucket): Sources {
  return {
    describe: (secret) =>
      unlessAwsRefuses(
        () => reads.answer('secretsmanager', 'DescribeSecret', { SecretId: secret })?.output as Described | undefined,
      ),
    writes: (secret) => reads.writesTo('secretsmanager', secret),
    held: (place) => heldAt(bitbucket, place),
    lastUse: (accessKeyId) => unlessAwsRefuses(() => accessKeys.lastUse(accessKeys.find(accessKeyId))?.at),
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

function heldAt(bitbucket: Bitbucket, { target, environment }: PlaceRecord): Held | undefined {
  if (!isBitbucketTarget(target)) return undefined;
  if (target.type === 'bitbucket-workspace') return heldIn(bitbucket.workspaceVariables(target.workspace), target);
  const [workspace = '', repository = ''] = target.repository.split('/');
  try {
    return heldIn(bitbucket.pipelineVariables(workspace, repository, environment), target);
  } catch {
    return undefined;
  }
}
