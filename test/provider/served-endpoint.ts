import { rmSync } from 'node:fs';
import type { ConfigInput } from '../../functions/core/config/config';
import { PROVIDER_LOG_GROUP } from '../../functions/core/names';
import type { HttpApi } from '../../local/lambda/http-api';
import type { Deployment } from '../../local/stack/deployment';
import { Enforcement } from '../permissions/enforcement';
import { synthesized } from '../support/deployed-world';
import { RULES, Served } from './served';

/** The endpoint of a deployed stack: the real bundle behind an HTTP API, with all policies in force. */
export class ServedEndpoint extends Served {
  readonly enforcement = new Enforcement();
  deployment!: Deployment;
  #isOpen = false;
  readonly #assemblies: string[] = [];

  async start(): Promise<this> {
    await this.begin({
      authorize: (call) => (this.#isOpen ? this.enforcement.authorize(call) : { allowed: true }),
    });
    await this.deploy();
    this.#isOpen = true;
    await this.store(this.first);
    return this;
  }

  /** Deploys the stack, or brings it up to date: its function starts cold. */
  async deploy(rules: readonly object[] = RULES, more: object = {}): Promise<void> {
    const config = {
      keys: [{ id: 'web-shop', user: 'web-shop' }],
      provider: { bitbucket: this.trusted, endpoint: true, rules, ...more },
    } as ConfigInput;
    const assembly = synthesized(config);
    this.deployment = await this.world.deploy(assembly);
    this.#assemblies.push(assembly);
    this.enforcement.enforce(this.deployment, this.world);
  }

  override serve(rules: readonly object[] = RULES): Promise<void> {
    return this.deploy(rules);
  }

  /** Its clock is the world's. */
  override rewind(): void {}

  /** Ends the instances of the function. */
  override restart(): Promise<void> {
    return this.world.functions.kill(this.functionName);
  }

  get functionName(): string {
    return (
      this.deployment.functions.find(({ logicalId }) => logicalId.startsWith('KeyRotationProvider'))?.functionName ?? ''
    );
  }

  get api(): HttpApi {
    const [id = ''] = this.world.httpApis.ids;
    const api = this.world.httpApis.find(id);
    if (api === undefined) throw new Error('there is no API');
    return api;
  }

  override get url(): string {
    return this.api.url;
  }

  override get now(): number {
    return this.world.clock.now();
  }

  override set now(time: number) {
    this.world.clock.advanceTo(time);
  }

  /** What the function says of requests; Lambda's own lines are not among them. */
  override get lines(): readonly string[] {
    return this.world.logs
      .filter(({ functionName, line }) => functionName === this.functionName && line.startsWith('{"level"'))
      .map(({ line }) => line.trim());
  }

  /** All that any log group of the deployment has but that of the record. */
  everythingLogged(): string {
    const groups = this.world.account.logs.describeLogGroups({}).logGroups;
    const texts = groups
      .filter(({ logGroupName }) => logGroupName !== PROVIDER_LOG_GROUP)
      .flatMap(({ logGroupName }) => this.world.account.logs.filterLogEvents({ logGroupName }).events);
    return JSON.stringify(texts);
  }

  override async close(): Promise<void> {
    this.issuer.close();
    await this.world.close();
    for (const folder of this.#assemblies) rmSync(folder, { recursive: true });
  }
}
