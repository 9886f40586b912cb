import { randomUUID } from 'node:crypto';
import { rehearseBitbucket } from '../../../cli/rehearsal/hosts/bitbucket';
import { Places } from '../../../cli/rehearsal/hosts/register';
import { Watch } from '../../../cli/rehearsal/witness/watch';
import { DAY } from '../../../functions/core/duration';
import { TAG } from '../../../functions/core/names';
import { REQUEST_SCHEMA } from '../../../functions/core/request/request';
import { Scene } from '../../support/scene';
import { START } from '../../support/stage';
import { whoIs } from '../../support/who-is';
import type { Beginning, Deeds, Driver, ListedKey } from './driver';

/** The managed key, and its user. */
export const ID = 'shop';
const USER = 'ci-shop';

/** What a plan cannot know: the host's answer, and that what was planned is done. */
const FOUND_BY_DOING: ReadonlySet<string> = new Set(['delivery-failed', 'key-promoted']);

/** What a process may be in the middle of. */
export type Doomed = 'rotate' | 'sync' | 'deactivate' | 'delete';

/**
 * The use cases over real SDK clients and HTTP. Between the days of a table only their eves are lived: that nothing
 * happens in between is what the planners' driver shows, which lives through every day.
 */
export class UseCases implements Driver {
  readonly deeds: Deeds;
  readonly #failed: string[] = [];
  readonly #copied = new Map<string, string>();
  #found: readonly string[] = [];
  #today = -1;

  /** Deploys on day 0. */
  static async start({ adopted = [], policy, adopt, firstRotation }: Beginning): Promise<UseCases> {
    const [oldest = 0] = adopted;
    const scene = await new Scene({ start: START - oldest * DAY }).start();
    if (adopted.length > 0) scene.addUser(USER);
    const keys = adopted.map((age) => {
      scene.clock.advanceTo(START - age * DAY);
      return scene.createKey(USER);
    });
    scene.clock.advanceTo(START);
    const watch = new Watch(
      scene.account,
      new Places(new Map([['bitbucket', rehearseBitbucket({ account: scene.account, hosts: scene })]])),
    );
    const entry = scene.manage(ID, { policy, adopt, firstRotation });
    const pasted = keys.at(-1);
    if (pasted !== undefined) scene.paste(ID, pasted);
    watch.manage(entry);
    scene.onCall = (call, outcome) => watch.saw(call, outcome);
    return new UseCases(scene, watch);
  }

  private constructor(
    readonly scene: Scene,
    private readonly watch: Watch,
  ) {
    this.deeds = this.#deeds();
  }

  async live(day: number): Promise<void> {
    if (day <= this.#today) return;
    this.#today = day;
    const { scene } = this;
    scene.toDay(day);
    for (const [id, secret] of this.#copied) await whoIs(id, secret);
    const outcomes = await scene.day();
    this.#found = outcomes.flatMap(({ findings }) => findings);
    for (const { thrown, findings } of outcomes) {
      if (thrown !== undefined || findings.includes('step-failed')) this.#failed.push(`a run of day ${day} failed`);
    }
    const held = scene.held(ID);
    if (held.accessKeyId === undefined) return;
    const arn = await scene.login(ID);
    if (!arn.endsWith(`:user/${USER}`)) this.#failed.push(`the pipeline of day ${day} could not log in: ${arn}`);
  }

  /** Starts a run whose process dies when its n-th request took effect. @returns whether it had so many */
  dies(by: Doomed, day: number, at: number): Promise<boolean> {
    this.#today = Math.floor(day);
    this.scene.toDay(day);
    return this.scene.kill(at, () => this.scene[by]());
  }

  /** Lambda tries again within minutes, when the dead run might still be at work; then comes a reconcile. */
  async again(by: Doomed): Promise<void> {
    this.scene.hours(0.2);
    await this.scene[by]();
    await this.scene.sync();
  }

  /** The key is delivered, and nothing half-done is left (K9). */
  isSettled(): boolean {
    return this.scene.isDelivered(ID) && this.scene.openIntent(ID) === undefined;
  }

  keys(): readonly ListedKey[] {
    return this.scene.keys(USER).map(({ AccessKeyId: id, Status }) => ({
      id,
      status: Status === 'Active' ? 'Active' : 'Inactive',
    }));
  }

  current(): string | undefined {
    return this.scene.currentKey(ID);
  }

  held(): readonly (string | undefined)[] {
    const { accessKeyId, secretAccessKey } = this.scene.held(ID);
    return [accessKeyId, this.watch.witness.bySecret.get(secretAccessKey ?? '')?.id];
  }

  found(): readonly string[] {
    return [...new Set(this.#found)].filter((code) => !FOUND_BY_DOING.has(code)).sort();
  }

  broken(): readonly string[] {
    this.watch.look();
    return [...this.#failed, ...this.watch.verdicts.violations.map(({ promise, message }) => `${promise} ${message}`)];
  }

  close(): Promise<void> {
    return this.scene.close();
  }

  #deeds(): Deeds {
    const { scene, watch } = this;
    const byHand = (deed: () => void) => {
      scene.toDay(this.#today + 1);
      deed();
      watch.look();
    };
    return {
      ask: async () => {
        scene.toDay(this.#today + 1);
        await scene.rotate({ requested: [ID] });
      },
      takeBack: async () => {
        scene.toDay(this.#today + 1);
        const document = { schema: REQUEST_SCHEMA, id: randomUUID(), do: 'rollback', keys: [ID], why: 'it is wrong' };
        const { answer } = await scene.ask(document, { level: 'administrator' });
        await scene.ask({ ...document, plan: answer?.plan?.digest }, { level: 'administrator' });
        watch.look();
      },
      outage: (isDown) => {
        scene.hostFault = isDown ? () => ({ kind: 'status', status: 503 }) : undefined;
      },
      makeKey: () => byHand(() => scene.createKey(USER)),
      removeKey: (id) => byHand(() => scene.deleteKey(USER, id)),
      setStatus: (id, status) => byHand(() => scene.setStatus(USER, id, status)),
      pause: (untilDay) =>
        byHand(() => scene.setTag(ID, TAG.paused, `${new Date(START + untilDay * DAY).toISOString()} alice`)),
      copy: (id, isUsed) => {
        const key = watch.witness.keys.get(id);
        if (isUsed && key !== undefined) this.#copied.set(id, key.secret);
        else this.#copied.delete(id);
      },
    };
  }
}
