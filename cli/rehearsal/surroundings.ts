import type { BitbucketTarget } from '../../functions/core/hosts/bitbucket';
import type { Account } from '../../local/account/account';
import type { Principal } from '../../local/account/principal';
import type { Bitbucket } from '../../local/hosts/bitbucket/bitbucket';
import type { VariablePlace } from '../../local/hosts/bitbucket/place';
import { type Assembly, pipelineTargets, placeOf } from './assembly';

/** Bitbucket's scopes for a token that reads and writes variables. */
const TOKEN_SCOPES = ['pipeline', 'pipeline:variable'];

/** How much older a forgotten key is than the one in use. */
const FORGOTTEN = 100 * 86_400_000;

/**
 * Makes what a configuration takes for granted: CI workspaces with repositories and environments, connection secrets,
 * and IAM users with the key that somebody made long ago and pasted into the pipeline's variables.
 */
export function makeSurroundings(assembly: Assembly, account: Account, bitbucket: Bitbucket): void {
  const places = new Places(bitbucket);
  const admin = account.authenticate(account.rootSession(), 'iam');
  const secrets = new Set<string>();
  for (const entry of assembly.entries) {
    for (const target of pipelineTargets(entry)) {
      places.place(target);
      const secret = entry.connections[target.connection]?.secret;
      if (secret === undefined || secrets.has(secret)) continue;
      secrets.add(secret);
      makeConnectionSecret(secret, placeOf(target).workspace, account, bitbucket, admin);
    }
  }
  makeUsers(assembly, account, places, admin);
}

/** The secret of a connection, with a token of the workspace that is written to through it. */
function makeConnectionSecret(
  secret: string,
  workspace: string,
  account: Account,
  bitbucket: Bitbucket,
  admin: Principal,
): void {
  const accessToken = bitbucket.addAccessToken({ workspace, scopes: TOKEN_SCOPES });
  if (secret.startsWith('arn:')) account.secretsManager.reserveArn(secret);
  const Name = nameOf(secret);
  account.invoke(admin, 'secretsmanager', 'CreateSecret', { Name, SecretString: JSON.stringify({ accessToken }) });
}

/** The users that the stack does not create, each with a key that its pipelines use. */
function makeUsers({ entries, createdUsers }: Assembly, account: Account, places: Places, admin: Principal): void {
  const existing = entries.filter(({ user }) => !createdUsers.has(user));
  const createKey = (UserName: string) => account.invoke(admin, 'iam', 'CreateAccessKey', { UserName }).AccessKey;
  for (const { user, adopt } of existing) {
    account.invoke(admin, 'iam', 'CreateUser', { UserName: user });
    // The case that the setting is for: a key that everybody has forgotten.
    if (adopt === 'replace-idle') createKey(user);
  }
  account.clock.advanceBy(FORGOTTEN);
  for (const entry of existing) {
    const { AccessKeyId, SecretAccessKey } = createKey(entry.user);
    for (const target of pipelineTargets(entry)) places.paste(target, AccessKeyId, SecretAccessKey);
  }
}

/** Creates each workspace, repository and environment once. */
class Places {
  readonly #made = new Map<string, VariablePlace>();

  constructor(private readonly bitbucket: Bitbucket) {}

  place(target: BitbucketTarget): VariablePlace {
    const { workspace, repository, environment } = placeOf(target);
    const inWorkspace = this.#once(workspace, () => {
      this.bitbucket.addWorkspace(workspace);
      return { level: 'workspace', workspace };
    });
    if (repository === undefined) return inWorkspace;
    const inRepository = this.#once(`${workspace}/${repository}`, () => {
      this.bitbucket.addRepository(workspace, repository);
      return { level: 'repository', workspace, repository };
    });
    if (environment === undefined) return inRepository;
    return this.#once(`${workspace}/${repository}/${environment}`, () => {
      const isUuid = environment.startsWith('{');
      const { uuid } = isUuid
        ? this.bitbucket.addEnvironment(workspace, repository, environment, 'Test', environment)
        : this.bitbucket.addEnvironment(workspace, repository, environment);
      return { level: 'deployment', workspace, repository, environment: uuid };
    });
  }

  /** What a person did before Keyturn was there. */
  paste(target: BitbucketTarget, accessKeyId: string, secretAccessKey: string): void {
    const place = this.place(target);
    const { variables } = target;
    this.bitbucket.createVariable(place, { key: variables.accessKeyId, value: accessKeyId, secured: false });
    this.bitbucket.createVariable(place, { key: variables.secretAccessKey, value: secretAccessKey, secured: true });
  }

  #once(name: string, make: () => VariablePlace): VariablePlace {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const place = make();
    this.#made.set(name, place);
    return place;
  }
}

/** `arn:aws:secretsmanager:<region>:<account>:secret:<name>-<6 characters>` or a name. */
function nameOf(secret: string): string {
  return secret.startsWith('arn:') ? secret.replace(/^.*:secret:/, '').replace(/-[A-Za-z0-9]{6}$/, '') : secret;
}

/** What a pipeline that deploys to a target reads, under the names that the target uses. */
export function credentialAt(
  bitbucket: Bitbucket,
  target: BitbucketTarget,
): { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined {
  const { workspace, repository, environment } = placeOf(target);
  const variables =
    repository === undefined
      ? bitbucket.workspaceVariables(workspace)
      : bitbucket.pipelineVariables(workspace, repository, environment);
  const accessKeyId = variables[target.variables.accessKeyId];
  const secretAccessKey = variables[target.variables.secretAccessKey];
  return accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey };
}
