import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { type Assembly, assemblyOf, homeOf } from '../../cli/rehearsal/assembly';
import { openPlaces, type Places } from '../../cli/rehearsal/hosts/register';
import { QuietHours } from '../../cli/rehearsal/quiet-hours';
import { RehearsedPipelines } from '../../cli/rehearsal/rehearsed-pipelines';
import { closeTokens, makeSurroundings } from '../../cli/rehearsal/surroundings';
import { type Audit, auditOf } from '../../cli/rehearsal/timeline';
import { secretStateOf } from '../../cli/rehearsal/witness/secret-state-of';
import type { ConfigInput } from '../../functions/core/config/config';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { openIntent } from '../../functions/core/key/intent';
import { DELIVERED_LABEL_PREFIX, type FunctionName, secretName } from '../../functions/core/names';
import { KeyturnStack } from '../../infra';
import { seededRandom } from '../../local/random';
import { type Deployment, functionNameOf } from '../../local/stack/deployment';
import { World } from '../../local/world';
import type { WorldOptions } from '../../local/world-options';
import { sharedAssembly } from './shared-assembly';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The instant of the deployment. */
const DEPLOYED = Date.parse('2026-01-01T00:00:00Z');
/** How old the keys are that people made before, and for how long pipelines run with them. */
const OLD_KEYS = 400 * DAY;
const PIPELINES_BEFORE = DAY;

/** What a deployed world may differ in. */
export interface DeployedWorldOptions {
  readonly seed?: string;
  readonly world?: Partial<WorldOptions>;
  /** Between the surroundings and the deployment: what else there is in this account. */
  readonly before?: (world: World) => void;
  /** Told of the deployment before any function runs. */
  readonly onDeploy?: (deployment: Deployment, world: World) => void;
}

/**
 * Synthesizes a configuration, or the file of one.
 *
 * @returns the folder of the cloud assembly, the caller's own
 */
export function synthesized(config: ConfigInput | string, change?: (app: App) => void): string {
  const synthesize = (outdir: string) => {
    const app = new App({ outdir });
    if (typeof config === 'string') KeyturnStack.fromFile(app, 'Keyturn', config);
    else new KeyturnStack(app, 'Keyturn', { config });
    change?.(app);
    app.synth();
  };
  if (change === undefined) {
    return sharedAssembly(typeof config === 'string' ? [config, readFileSync(config, 'utf8')] : config, synthesize);
  }
  const outdir = mkdtempSync(join(tmpdir(), 'keyturn-deployed-'));
  synthesize(outdir);
  return outdir;
}

/**
 * The synthesized stack and the built bundles in a local world, with users, keys and CI hosts as they were before, and
 * with pipelines that log in all the time: what faults, permissions and leaks are tried on.
 */
export class DeployedWorld {
  readonly audits: Audit[] = [];
  readonly pipelines: RehearsedPipelines;
  readonly entries: readonly RegistryEntry[];
  deployment: Deployment;
  readonly #folders: string[] = [];

  static async open(cdkOut: string, options: DeployedWorldOptions = {}): Promise<DeployedWorld> {
    const { seed = 'deployed', before, onDeploy } = options;
    const assembly = assemblyOf(cdkOut);
    const quietHours = new QuietHours(assembly.entries);
    const world = await World.start({
      start: new Date(DEPLOYED - OLD_KEYS),
      seed,
      passOver: (target, payload) => quietHours.passOver(target, payload, world),
      ...options.world,
      account: { ...homeOf(assembly), newKeyDelay: 4_000, lastUsedDelay: HOUR, ...options.world?.account },
    });
    const places = openPlaces(world);
    makeSurroundings(assembly, world.account, places);
    before?.(world);
    const pipelines = new RehearsedPipelines(world, places, seededRandom(`${seed}/pipelines`));
    world.clock.advanceTo(DEPLOYED - PIPELINES_BEFORE);
    pipelines.start(assembly.entries);
    await world.runUntil(new Date(DEPLOYED));
    const deployment = await world.deployAll(cdkOut);
    closeTokens(assembly, deployment, world.account);
    onDeploy?.(deployment, world);
    const deployed = new DeployedWorld(world, assembly, cdkOut, deployment, places, pipelines, onDeploy);
    deployed.#folders.push(cdkOut);
    world.onLog(({ line }) => {
      const audit = auditOf(line);
      if (audit === undefined) return;
      deployed.audits.push(audit);
      quietHours.heard(audit, world);
    });
    return deployed;
  }

  private constructor(
    readonly world: World,
    readonly assembly: Assembly,
    /** Folder of the cloud assembly that is deployed. */
    public cdkOut: string,
    deployment: Deployment,
    readonly places: Places,
    pipelines: RehearsedPipelines,
    private readonly onDeploy: DeployedWorldOptions['onDeploy'],
  ) {
    this.entries = assembly.entries;
    this.deployment = deployment;
    this.pipelines = pipelines;
  }

  /** Days since the deployment. */
  get day(): number {
    return (this.world.clock.now() - DEPLOYED) / DAY;
  }

  /** Lives on until so many days, and hours, after the deployment. */
  until(days: number, hours = 0): Promise<void> {
    return this.world.runUntil(new Date(DEPLOYED + days * DAY + hours * HOUR));
  }

  async redeploy(cdkOut: string): Promise<void> {
    this.#folders.push(cdkOut);
    this.cdkOut = cdkOut;
    this.deployment = await this.world.deployAll(cdkOut);
    this.onDeploy?.(this.deployment, this.world);
  }

  /** Takes every mark of a key's delivery away, as one who may move labels could: the next sync delivers again. */
  forgetDeliveries(id: string): void {
    const SecretId = secretName(id);
    const described = this.world.account.secretsManager.describeSecret({ SecretId });
    const versions = 'VersionIdsToStages' in described ? (described.VersionIdsToStages ?? {}) : {};
    for (const [RemoveFromVersionId, labels] of Object.entries(versions)) {
      for (const VersionStage of labels.filter((label) => label.startsWith(DELIVERED_LABEL_PREFIX))) {
        const move = { SecretId, VersionStage, RemoveFromVersionId };
        this.world.account.invoke(this.admin, 'secretsmanager', 'UpdateSecretVersionStage', move);
      }
    }
  }

  functionName(name: FunctionName): string {
    return functionNameOf(this.deployment, `${name}Function`);
  }

  /** Starts a function with an event of its own and waits for its end. */
  run(name: FunctionName, event: unknown = {}) {
    return this.world.invoke(this.functionName(name), event);
  }

  /** A person with an administrator's rights does something in the account. */
  get admin() {
    const { account } = this.world;
    return account.authenticate(account.rootSession(), 'iam');
  }

  keys(user: string) {
    const { iam } = this.world.account;
    return [...iam.accessKeys.of(iam.users.get(user))].sort((a, b) => Number(a.createdAt) - Number(b.createdAt));
  }

  setStatus(user: string, AccessKeyId: string, Status: 'Active' | 'Inactive'): void {
    this.world.account.invoke(this.admin, 'iam', 'UpdateAccessKey', { UserName: user, AccessKeyId, Status });
  }

  /** Audit events and finding codes so far, as `sync target-delivered` or `rotate finding two-keys`. */
  history(from = 0): readonly string[] {
    return this.audits
      .slice(from)
      .map(({ function: name, event, reason }) => [name, event, ...(event === 'finding' ? [reason] : [])].join(' '));
  }

  /** Whether every target holds the newest Active key of its user, and that key logs in. @returns what is wrong */
  unsettled(): readonly string[] {
    const { world } = this;
    const wrong: string[] = [];
    for (const entry of this.entries) {
      const { id, user, targets } = entry;
      const newest = this.keys(user)
        .filter(({ status }) => status === 'Active')
        .at(-1);
      for (const target of targets) {
        const held = this.places.pairAt(target);
        if (held?.accessKeyId !== newest?.id) wrong.push(`${id}: holds ${held?.accessKeyId}, newest is ${newest?.id}`);
        if (held !== undefined && held.secretAccessKey !== newest?.secretAccessKey) wrong.push(`${id}: torn pair`);
      }
      const secret = secretStateOf(world.account.secretsManager.describeSecret({ SecretId: `keyturn/${id}` }));
      if (openIntent(secret) !== undefined) wrong.push(`${id}: an open intent`);
    }
    return wrong;
  }

  async close(): Promise<void> {
    this.pipelines.close();
    await this.world.close();
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }
}
