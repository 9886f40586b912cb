import type { RegistryEntry } from '../../../functions/core/config/registry';
import type { BitbucketTarget } from '../../../functions/core/hosts/bitbucket';
import type { Account } from '../../../local/account/account';
import type { Principal } from '../../../local/account/principal';
import type { Bitbucket } from '../../../local/hosts/bitbucket/bitbucket';
import type { BitbucketFault } from '../../../local/hosts/bitbucket/fault';
import type { VariablePlace } from '../../../local/hosts/bitbucket/place';
import type { HostOptions, Hosts } from '../../../local/hosts/register';
import { secretNameOf } from '../secret-name';
import type { Edit, Held, HostFault, HostFaults, Pair, PlaceWrite, RehearsedHost } from './host';

/** Bitbucket's scopes for a token that reads and writes variables, and sees whose a repository is. */
const TOKEN_SCOPES = ['pipeline:variable', 'repository'];

/** A target's place, whatever its level. */
interface Place {
  readonly workspace: string;
  readonly repository?: string;
  readonly environment?: string;
}

interface Surroundings {
  readonly account: Account;
  readonly hosts: Pick<Hosts, 'bitbucket'>;
}

/** Bitbucket's workspaces, repositories and environments. */
export function rehearseBitbucket(surroundings: Surroundings): RehearsedHost<BitbucketTarget> {
  return new RehearsedBitbucket(surroundings);
}

class RehearsedBitbucket implements RehearsedHost<BitbucketTarget> {
  readonly #made = new Map<string, VariablePlace>();
  readonly #secrets = new Set<string>();

  constructor(private readonly surroundings: Surroundings) {}

  prepare(target: BitbucketTarget, { connections }: RegistryEntry, admin: Principal): void {
    this.#place(target);
    const secret = connections[target.connection]?.secret;
    if (secret === undefined || this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    this.#makeConnectionSecret(secret, placeOf(target).workspace, admin);
  }

  paste(target: BitbucketTarget, { accessKeyId, secretAccessKey }: Pair): void {
    const { bitbucket } = this.surroundings.hosts;
    const place = this.#place(target);
    const { variables } = target;
    bitbucket.createVariable(place, { key: variables.accessKeyId, value: accessKeyId, secured: false });
    bitbucket.createVariable(place, { key: variables.secretAccessKey, value: secretAccessKey, secured: true });
  }

  held(target: BitbucketTarget): Held | undefined {
    const { bitbucket } = this.surroundings.hosts;
    const { workspace, repository, environment } = placeOf(target);
    if (repository === undefined) return heldIn(bitbucket.workspaceVariables(workspace), target);
    try {
      return heldIn(bitbucket.pipelineVariables(workspace, repository, environment), target);
    } catch {
      // The repository or the environment was deleted.
      return undefined;
    }
  }

  edit(target: BitbucketTarget, edits: readonly Edit[]): boolean {
    const { bitbucket } = this.surroundings.hosts;
    const place = this.#place(target);
    return edits.map((edit) => editOne(bitbucket, place, edit)).includes(true);
  }

  scopeOf(target: BitbucketTarget): string {
    const { workspace, repository, environment } = placeOf(target);
    return [workspace, repository, environment].filter((part) => part !== undefined).join('/');
  }

  halvesOf({ variables: { accessKeyId, secretAccessKey } }: BitbucketTarget): readonly string[] {
    return [accessKeyId, secretAccessKey];
  }

  onWrite(listener: (write: PlaceWrite) => void): void {
    this.surroundings.hosts.bitbucket.onWrite(listener);
  }

  /** The secret of a connection, with a token of the workspace that is written to through it. */
  #makeConnectionSecret(secret: string, workspace: string, admin: Principal): void {
    const { account, hosts } = this.surroundings;
    const accessToken = hosts.bitbucket.addAccessToken({ workspace, scopes: TOKEN_SCOPES });
    if (secret.startsWith('arn:')) account.secretsManager.reserveArn(secret);
    const Name = secretNameOf(secret);
    account.invoke(admin, 'secretsmanager', 'CreateSecret', { Name, SecretString: JSON.stringify({ accessToken }) });
  }

  /** Creates each workspace, repository and environment once. */
  #place(target: BitbucketTarget): VariablePlace {
    const { bitbucket } = this.surroundings.hosts;
    const { workspace, repository, environment } = placeOf(target);
    const inWorkspace = this.#once(workspace, () => {
      bitbucket.addWorkspace(workspace);
      return { level: 'workspace', workspace };
    });
    if (repository === undefined) return inWorkspace;
    const inRepository = this.#once(`${workspace}/${repository}`, () => {
      bitbucket.addRepository(workspace, repository);
      return { level: 'repository', workspace, repository };
    });
    if (environment === undefined) return inRepository;
    return this.#once(`${workspace}/${repository}/${environment}`, () => {
      const isUuid = environment.startsWith('{');
      const { uuid } = isUuid
        ? bitbucket.addEnvironment(workspace, repository, environment, 'Test', environment)
        : bitbucket.addEnvironment(workspace, repository, environment);
      return { level: 'deployment', workspace, repository, environment: uuid };
    });
  }

  #once(name: string, make: () => VariablePlace): VariablePlace {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const place = make();
    this.#made.set(name, place);
    return place;
  }
}

function editOne(bitbucket: Bitbucket, place: VariablePlace, edit: Edit): boolean {
  const name = 'remove' in edit ? edit.remove : edit.write;
  const found = bitbucket.variables(place).find(({ key }) => key === name);
  if (found === undefined) return false;
  if ('remove' in edit) bitbucket.removeVariable(place, found.uuid);
  else bitbucket.updateVariable(place, found.uuid, { key: name, value: edit.value, secured: found.secured });
  return true;
}

/** A Bitbucket of which every request of a function meets what faults say. */
export function bitbucketWithFaults(faults: HostFaults): NonNullable<HostOptions['bitbucket']> {
  return {
    server: {
      fault: ({ method, path, kind, key }) => {
        const [, repository, workspace = ''] = PLACES.exec(path) ?? [];
        const scope = decodeURIComponent(repository ?? workspace);
        const fault = faults({
          action: method === 'GET' ? 'read' : 'write',
          scope,
          key,
          isOfProvider: kind === 'oidc-keys',
        });
        return fault && bitbucketFault(fault);
      },
    },
  };
}

/** The repository or the workspace that a request is about. */
const PLACES = /^\/2\.0\/(?:repositories\/([^/]+\/[^/]+)|workspaces\/([^/]+))/;

function bitbucketFault(fault: HostFault): BitbucketFault {
  if (fault.kind === 'cut') return { kind: fault.happened ? 'drop-after' : 'drop-before' };
  const { status, retryAfter } = fault;
  return { kind: 'status', status, ...(retryAfter && { headers: { 'retry-after': String(retryAfter) } }) };
}

/** What variables hold, under the names that a target uses. */
export function heldIn(values: Readonly<Record<string, string>>, { variables }: BitbucketTarget): Held {
  const { accessKeyId, secretAccessKey, bundle } = variables;
  return {
    accessKeyId: values[accessKeyId],
    secretAccessKey: values[secretAccessKey],
    bundle: bundle === undefined ? undefined : values[bundle],
  };
}

export function placeOf(target: BitbucketTarget): Place {
  if (target.type === 'bitbucket-workspace') return { workspace: target.workspace };
  const [workspace = '', repository = ''] = target.repository.split('/');
  if (target.type === 'bitbucket-repository') return { workspace, repository };
  return { workspace, repository, environment: target.environment };
}

/** `arn:aws:secretsmanager:<region>:<account>:secret:<name>-<6 characters>` or a name. */
