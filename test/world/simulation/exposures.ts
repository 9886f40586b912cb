import type { KeyRecord, ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { EXPOSURE_CODES, ON_EXPOSED } from '../../../functions/core/config/exposed';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/duration';
import { datedTag } from '../../../functions/core/key/dated-tag';
import { TAG } from '../../../functions/core/names';
import { type Random, seededRandom } from '../../../local/random';
import type { Disturbance } from './faults';
import type { Operators } from './operators';
import type { World } from './world';

/** How many only write the tag that nobody may write. */
const FORGED = 0.12;
/** How many ask a front; some of them while AWS says it too. */
const ASKED = 0.35;
/** No user has it. */
const NOBODYS = 'AKIA0000000000NOBODY';

/** AWS says that keys have leaked, or an administrator does. */
export class Exposures {
  readonly #world: World;
  readonly #operators: Operators;
  /** The rules of the deployment. */
  readonly #send: (event: object) => void;

  constructor(world: World, operators: Operators, send: (event: object) => void) {
    this.#world = world;
    this.#operators = operators;
    this.#send = send;
  }

  act({ id, key, variety }: Disturbance): void {
    const managed = this.#world.witness.bornAs(`key-${key}`);
    if (managed === undefined) return;
    const random = seededRandom(`${this.#world.seed}/leaked/${id}`);
    const leaked = this.#pick(managed, random);
    if (variety < FORGED) {
      this.#forge(managed, leaked, random);
      return;
    }
    // Each is as if it were of another deployment.
    this.#world.onExposed = ON_EXPOSED[Math.floor(random() ** 1.5 * ON_EXPOSED.length)];
    if (variety < ASKED) this.#ask(managed, id, leaked, random);
    if (variety > ASKED / 2) this.#says(managed, leaked, random);
    // Whoever finds that pipelines fail wants the key before back.
    if (random() < 0.15) this.#operators.want(managed, `${id}b`, { do: 'rollback' }, random);
  }

  /** The current one, or any other of its user: superseded, adopted, made by hand, or Inactive already. */
  #pick(managed: ManagedRecord, random: Random): string {
    const { witness } = this.#world;
    const current = witness.currentKey(managed);
    const others = witness.keysOf(managed.user).filter(({ id }) => id !== current);
    const draw = random();
    if (draw < 0.04) return NOBODYS;
    const other = others[Math.floor(random() * others.length)]?.id;
    return (draw < 0.6 ? (current ?? other) : (other ?? current)) ?? NOBODYS;
  }

  #says(managed: ManagedRecord, leaked: string, random: Random): void {
    const all = [leaked, ...(random() < 0.2 ? [this.#pick(this.#another(managed, random), random)] : [])];
    const key = this.#world.witness.keys.get(leaked);
    const event = random() < 0.6 ? health(all, random) : guardDuty(leaked, random() < 0.5 ? key : undefined);
    this.#world.note(managed.id, `AWS says that ${all.join(' and ')} leaked, and ${this.#world.onExposed} is deployed`);
    this.#world.countStrike('leaked');
    this.#world.disturb(managed.id);
    const late = random() < 0.3 ? random() * 3 * MINUTE : 0;
    const copies = [late, ...(random() < 0.3 ? [late + random() * MINUTE] : [])];
    // AWS says the same for hours.
    for (const at of random() < 0.3 ? [...copies, random() * 12 * HOUR] : copies) {
      this.#world.loop.at(this.#world.now() + at, () => {
        this.#send(event);
        return undefined;
      });
    }
  }

  /** The same key, or another one of the same day. */
  #another(managed: ManagedRecord, random: Random): ManagedRecord {
    const all = [...this.#world.witness.managed.values()];
    return random() < 0.5 ? managed : (all[Math.floor(random() * all.length)] ?? managed);
  }

  #ask(managed: ManagedRecord, id: string, leaked: string, random: Random): void {
    const asked = { do: random() < 0.6 ? 'compromised' : 'disable-first', accessKey: leaked };
    this.#world.loop.at(this.#world.now() + random() * 20 * SECOND, () => {
      this.#operators.want(managed, id, asked, random);
      return undefined;
    });
  }

  /** Somebody who may tag secrets says it, and the record does not: nothing comes of it, and one day it is taken off. */
  #forge(managed: ManagedRecord, leaked: string, random: Random): void {
    const { witness } = this.#world;
    const Key = random() < 0.5 ? TAG.compromised : TAG.disableFirst;
    const Value = datedTag(leaked, new Date(this.#world.now()));
    const SecretId = witness.holderOf(managed);
    if (!this.#world.tries('secretsmanager', 'TagResource', { SecretId, Tags: [{ Key, Value }] })) return;
    this.#world.countStrike('leaked');
    this.#world.touched(managed, `tags the secret ${Key}=${Value} without a word in the record`);
    this.#world.loop.at(this.#world.now() + random() * 5 * DAY, () => {
      if (witness.tags(managed).get(Key) !== Value || !this.#world.untag(managed, Key)) return false;
      this.#world.touched(managed, `removes the tag ${Key}`);
      return undefined;
    });
  }
}

function health(accessKeyIds: readonly string[], random: Random): object {
  return {
    source: 'aws.health',
    'detail-type': random() < 0.5 ? 'AWS Health Event' : 'AWS Health Abuse Event',
    detail: {
      eventTypeCode: EXPOSURE_CODES[Math.floor(random() * EXPOSURE_CODES.length)],
      affectedEntities: accessKeyIds.map((entityValue) => ({ entityValue })),
    },
  };
}

function guardDuty(accessKeyId: string, key: KeyRecord | undefined): object {
  return {
    source: 'aws.guardduty',
    'detail-type': 'GuardDuty Finding',
    detail: {
      type: 'UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom',
      resource: { accessKeyDetails: { accessKeyId, ...(key && { userName: key.user }) } },
    },
  };
}
