import type { EarlierCredentials, Inspection, Receipt, Target, Time } from '../../account/ports';
import { KeyturnError, toKeyturnError } from '../../core/errors';
import { type BitbucketTarget as BitbucketPlace, bitbucketHost, variablesOf } from '../../core/hosts/bitbucket';
import type { DeliveredKey, HostConnection, StoredCredential } from '../../core/hosts/host';
import type { Credential } from '../../core/key/credential';
import type { Call } from '../http/host-error';
import { ONCE, type Retry, USUAL_RETRIES } from '../http/retry';
import { type BitbucketClient, encodePath, type Variable } from './client';
import { findEnvironment } from './environment';
import { differencesAt, heldIn } from './inspection';
import { isOverAnother, putBack, shownId } from './put-back';
import { allOf, asSecuredAs, type Delivery, deliveryOf, differenceOf, variablesNamed } from './variables';
import { isRefused, type Writes, writeOf, writeTogether } from './writes';

/** Milliseconds between looks at what was written: a new variable may take seconds to show up. */
const READ_BACK_WAITS = [500, 1_000, 2_000, 4_000, 5_000, 5_000];

const SCOPES =
  'the scope pipeline:variable (access token, OAuth consumer), or admin:pipeline:bitbucket and read:pipeline:bitbucket ' +
  '(API token), on this repository or workspace';

/** Milliseconds between looks at what is not as it was delivered: an answer may be some seconds old. */
const LOOK_AGAIN_WAITS = [2_000, 5_000];
const NOT_COMPARED = { compared: [], differences: [] };

/** Where a target's variables are, and all that are there. */
interface LookUp {
  readonly path: string;
  /** UUID of the deployment environment; undefined for variables of another level. */
  readonly environment: string | undefined;
  readonly variables: readonly Variable[];
}

interface BitbucketTargetProps {
  readonly config: BitbucketPlace;
  readonly connection: HostConnection;
  readonly client: BitbucketClient;
  readonly time: Time;
  readonly retry: Retry;
}

/** Pipelines variables of one deployment environment, repository or workspace on Bitbucket Cloud. */
export class BitbucketTarget implements Target {
  readonly name: string;
  readonly #props: BitbucketTargetProps;
  readonly #call: Call;

  constructor(props: BitbucketTargetProps) {
    this.name = bitbucketHost.nameOf(props.config);
    this.#props = props;
    this.#call = {
      host: 'Bitbucket',
      about: this.name,
      doing: 'list the variables',
      secret: props.connection.secret,
      scopes: SCOPES,
      missing: missingOf(props.config),
    };
  }

  async deliver(credential: Credential, _stored: StoredCredential, earlier?: EarlierCredentials): Promise<Receipt> {
    const { client, config, time, retry } = this.#props;
    const delivery = deliveryOf(config, credential);
    // What is torn cannot be made worse by a refusal: the half that is accepted may make it whole.
    const isTorn = earlier?.torn === true;
    const { path, environment, variables, isShown } = isTorn
      ? { ...(await this.#lookUp(true)), isShown: false }
      : await this.#lookUpWritable(allOf(delivery).map(({ key }) => key));
    const [id, secret, ...others] = allOf(delivery).map((one) =>
      writeOf(asSecuredAs(one, variables), this.#sole(one.key, variables)),
    );
    if (id === undefined || secret === undefined) throw new Error('A delivery has a pair');
    const writes = { pair: [id, secret], others } as const;
    const props = { client, time, retry, path, call: this.#call };
    const earlierDelivery = async (accessKeyId: string | undefined) => {
      const before = await earlier?.read(accessKeyId);
      return before === undefined ? undefined : deliveryOf(config, before);
    };
    const isKnown = !isOverAnother(writes.pair) || earlier?.canPutBack(shownId(writes.pair)) === true;
    await earlier?.beforeWriting();
    const start = time.now().getTime();
    const refused = writes.pair.find(({ variable }) => variable.key === client.refused.get(path));
    await writeTogether(writes, {
      ...props,
      first: isTorn ? undefined : (refused ?? (isKnown ? undefined : secret)),
      putBack: async (pair) => {
        // What was there may be what a host showed of before: it is believed where it is still the same.
        const isSame = isKnown || (await this.#stillShows(pair, path));
        return putBack(pair, { ...props, earlier: async (id) => (isSame ? earlierDelivery(id) : undefined) });
      },
    }).finally(() => client.refused.set(path, writes.pair.find(isRefused)?.variable.key));
    const pair = writes.pair.map(({ confirmed }) => confirmed?.at.getTime() ?? start);
    const written = [id, secret, ...others];
    return {
      wrote: written.flatMap(({ confirmed, variable }) =>
        confirmed === undefined ? [] : [`${confirmed.outcome} ${variable.key}`],
      ),
      readBack: await this.#readBack(path, delivery),
      // Each half changed at some instant between leaving and being confirmed, so no tear can have been longer.
      tornFor: Math.max(...pair) - start,
      unproved: isShown ? undefined : halvesOf(delivery),
      // Of what was written, and not of what was read back: in between somebody may have made it anew.
      revision: revisionOf(
        environment,
        variablesOf(config).flatMap((key) => written.find(({ variable }) => variable.key === key)?.uuid ?? []),
      ),
    };
  }

  /** Whether the ID that is there is the one that was there before, as far as the host says. */
  async #stillShows(pair: Writes['pair'], path: string): Promise<boolean> {
    const [id] = pair;
    try {
      const present = await this.#props.client.variables(path, this.#call, ONCE);
      const now = { ...id, before: variablesNamed(id.variable.key, present)[0] };
      return shownId([now, pair[1]]) === shownId(pair);
    } catch {
      return false;
    }
  }

  /**
   * Looks up, and shows before the first change that the place can be written now. Looked up anew before each try, so that
   * what is put back later is nothing stale. No variable is written for it: another run may have written the pair since the
   * look-up, and half of it would be undone.
   * @throws KeyturnError when it is refused: nothing has changed
   */
  async #lookUpWritable(keys: readonly string[], warm = true): Promise<LookUp & { readonly isShown: boolean }> {
    const { client, retry } = this.#props;
    const found = await this.#lookUp(warm);
    const { path } = found;
    let { variables } = found;
    for (const key of keys) this.#sole(key, variables);
    const call = { ...this.#call, doing: 'show that the variables can be written' };
    try {
      const isShown = await retry(USUAL_RETRIES, async (previous) => {
        if (previous !== undefined) variables = await client.variables(path, this.#call, ONCE);
        return client.tryToWrite(path, call);
      });
      return { ...found, variables, isShown };
    } catch (thrown) {
      const { code, message, retryable, retryAt } = toKeyturnError(thrown);
      const what = 'Nothing was written: the variables hold what they held before.';
      throw new KeyturnError(code, `${message} ${what}`, { retryable, retryAt });
    }
  }

  async tryToWrite(): Promise<boolean> {
    const { isShown } = await this.#lookUpWritable(variablesOf(this.#props.config), false);
    return isShown;
  }

  async inspect(wanted: DeliveredKey | undefined): Promise<Inspection> {
    for (const wait of LOOK_AGAIN_WAITS) {
      const seen = await this.#look(wanted);
      if (seen.differences.length === 0) return seen;
      await this.#props.time.sleep(wait);
    }
    return this.#look(wanted);
  }

  async #look(wanted: DeliveredKey | undefined): Promise<Inspection> {
    const { config } = this.#props;
    const written = variablesOf(config);
    try {
      const { environment, variables } = await this.#lookUp(false);
      const uuids = written.flatMap((key) => variablesNamed(key, variables).map(({ uuid }) => uuid));
      return {
        ...(wanted === undefined ? NOT_COMPARED : differencesAt(config, wanted.accessKeyId, variables)),
        holds: heldIn(config, variables),
        // A new environment has no variables yet, and is known all the same.
        places: environment === undefined ? uuids : written.map((key) => `${environment} ${key}`),
        revision: revisionOf(environment, uuids),
      };
    } catch (thrown) {
      // Told from the whole list of environments; that a repository is not found may as well be the token's fault.
      if (!(thrown instanceof KeyturnError) || thrown.code !== 'environment-not-found') throw thrown;
      const differences = wanted === undefined ? [] : ['its environment is not there'];
      return { compared: ['environment'], differences, holds: undefined, places: [], revision: undefined };
    }
  }

  identify(need: 'needed' | 'wanted'): Promise<string | undefined> {
    const { config, client } = this.#props;
    const path =
      config.type === 'bitbucket-workspace'
        ? `/workspaces/${encodePath(config.workspace, 1)}`
        : `/repositories/${encodePath(config.repository)}`;
    return client.identity(path, need, { ...this.#call, doing: 'read whose it is' });
  }

  /** @param warm whether something will be written */
  async #lookUp(warm: boolean): Promise<LookUp> {
    for (let fresh = false; ; fresh = true) {
      try {
        const { path, environment } = await this.#path(fresh);
        const { client } = this.#props;
        const [variables] = await Promise.all([
          client.variables(path, this.#call),
          warm ? client.warmUp(path, this.#call) : undefined,
        ]);
        return { path, environment, variables };
      } catch (thrown) {
        // The list of environments may be older than the environment: look once more.
        const outdated = thrown instanceof KeyturnError && thrown.code === 'environment-not-found';
        if (fresh || !outdated) throw thrown;
      }
    }
  }

  async #path(fresh: boolean): Promise<Pick<LookUp, 'path' | 'environment'>> {
    const { config, client } = this.#props;
    // A hyphen for workspaces and an underscore for repositories: so it is in the API.
    if (config.type === 'bitbucket-workspace') {
      return {
        path: `/workspaces/${encodePath(config.workspace, 1)}/pipelines-config/variables`,
        environment: undefined,
      };
    }
    const repository = `/repositories/${encodePath(config.repository)}`;
    if (config.type === 'bitbucket-repository') {
      return { path: `${repository}/pipelines_config/variables`, environment: undefined };
    }
    const call = { ...this.#call, doing: 'list the environments', missing: missingRepository(config.repository) };
    const environments = await client.environments(config.repository, call, fresh);
    const { uuid } = findEnvironment(environments, config.environment, this.name);
    const path = `${repository}/deployments_config/environments/${encodeURIComponent(uuid)}/variables`;
    return { path, environment: uuid };
  }

  #sole(key: string, variables: readonly Variable[]): Variable | undefined {
    const [variable, ...more] = variablesNamed(key, variables);
    if (more.length === 0) return variable;
    throw new KeyturnError(
      'host-answer-invalid',
      `${this.name}: there are ${more.length + 1} variables ${key}, and nobody can tell which one a pipeline gets. ` +
        'Delete all but one. Nothing was written.',
      { concerns: 'place' },
    );
  }

  /** @returns whether the access key ID came back as written; undefined where it is secured @throws `read-back-differs` */
  async #readBack(path: string, delivery: Delivery): Promise<boolean | undefined> {
    const { client, time } = this.#props;
    const call = { ...this.#call, doing: 'read back what was written' };
    for (let look = 0; ; look += 1) {
      const present = await client.variables(path, call);
      const differences = allOf(delivery).flatMap((one) => differenceOf(one, present) ?? []);
      if (differences.length === 0) {
        return variablesNamed(delivery.accessKeyId.key, present)[0]?.secured === true ? undefined : true;
      }
      const wait = READ_BACK_WAITS[look];
      if (wait === undefined) {
        throw new KeyturnError(
          'read-back-differs',
          `${this.name}: Bitbucket took what was written, but shows something else: ${differences.join('; ')}. ` +
            'Somebody else may write these variables too. The next delivery writes them again.',
          { retryable: true },
        );
      }
      await time.sleep(wait);
    }
  }
}

/** @param uuids of the variables, in the order of `variablesOf` */
function revisionOf(environment: string | undefined, uuids: readonly string[]): string {
  return JSON.stringify([environment, ...uuids]);
}

function halvesOf({ accessKeyId, secretAccessKey }: Delivery): readonly string[] {
  return [accessKeyId.key, secretAccessKey.key];
}

function missingOf(config: BitbucketPlace): Call['missing'] {
  switch (config.type) {
    case 'bitbucket-deployment':
      return {
        code: 'environment-not-found',
        cure: `The environment was removed, or the token does not reach ${config.repository}. Correct the target.`,
      };
    case 'bitbucket-repository':
      return missingRepository(config.repository);
    case 'bitbucket-workspace':
      return {
        code: 'workspace-not-found',
        cure: `Check the name of the workspace ${config.workspace}, and that the token is one of this workspace.`,
      };
  }
}

function missingRepository(repository: string): Call['missing'] {
  return {
    code: 'repository-not-found',
    cure: `Check the name ${repository}, that the token reaches it, and that Pipelines is enabled there.`,
  };
}
