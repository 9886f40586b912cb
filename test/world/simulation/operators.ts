import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { DAY, MINUTE, SECOND } from '../../../functions/core/duration';
import { datedTag } from '../../../functions/core/key/dated-tag';
import { type Level, TAG } from '../../../functions/core/names';
import type { OperateAnswer } from '../../../functions/core/request/answer';
import { REQUEST_SCHEMA } from '../../../functions/core/request/request';
import { type Random, seededRandom } from '../../../local/random';
import type { Disturbance, FaultName } from './faults';
import type { World } from './world';

/** How what operators ask for reaches the functions. */
interface Ways {
  /** The command of the runbook, as it arrives at the function. */
  rotate(event: object): void;
  /** The front's URL. @param answered nothing comes where its run died */
  front(level: Level, event: object, answered: (answer: OperateAnswer | undefined) => void): void;
}

/** What administrators ask for, and the fault that it is. */
const STRIKES: Readonly<Record<string, FaultName>> = {
  rollback: 'rolled-back',
  compromised: 'leaked',
  'disable-first': 'leaked',
};
const NAMES = ['alice', 'bob'] as const;
/** How many of those who take a key back only write the tag. */
const FORGED = 0.3;
/** A pause by an operator that nobody takes away. */
const LONGEST_HERE = 20 * DAY;
/** Whoever gets no answer sends the same request once more, and once again. */
const MOST_TRIES = 3;

/** Operators who want something done before its time. */
export class Operators {
  readonly #world: World;
  readonly #ways: Ways;

  constructor(world: World, ways: Ways) {
    this.#world = world;
    this.#ways = ways;
  }

  /** An administrator wants it, whatever else happens. */
  want(managed: ManagedRecord, id: string, does: Wish, random: Random): void {
    const request = { schema: REQUEST_SCHEMA, id: `${id}-carol-0123456789`, keys: [managed.id], why: 'simulated' };
    this.#send(managed, 'carol', { ...request, ...does }, random, MOST_TRIES);
  }

  act(disturbance: Disturbance): void {
    if (disturbance.fault !== 'requested') this.#ask(disturbance);
    else this.#rotate(disturbance);
  }

  #rotate({ key, count, variety }: Disturbance): void {
    const { managed } = this.#world.witness;
    const asked = [...managed.values()].slice(key, key + 1 + count);
    for (const one of asked) {
      one.disturbedAt = this.#world.now();
      this.#world.asks.named(one);
      this.#world.note(one.id, 'an operator asks for a rotation');
    }
    const unknown = variety < 0.1 ? ['no-such-key'] : [];
    this.#world.countStrike('requested');
    this.#ways.rotate({
      keys: [...asked.map(({ id }) => id), ...unknown],
      by: 'jane@example.com',
      why: 'leaked in a log',
    });
  }

  /** One operator, or two who know nothing of each other. */
  #ask({ id, fault, key, count, variety }: Disturbance): void {
    const managed = this.#world.witness.bornAs(`key-${key}`);
    if (managed === undefined) return;
    const random = seededRandom(`${this.#world.seed}/${fault}/${id}`);
    if (fault === 'rolled-back' && variety < FORGED) {
      this.#forge(managed);
      return;
    }
    const same = fault === 'asked' ? wish(variety, random, this.#world.now()) : { do: 'rollback' };
    for (const name of NAMES.slice(0, count > 2 ? 2 : 1)) {
      const does = name === 'alice' || random() < 0.5 ? same : wish(random(), random, this.#world.now());
      const request = { schema: REQUEST_SCHEMA, id: `${id}-${name}-0123456789`, keys: [managed.id], why: 'simulated' };
      this.#world.loop.at(this.#world.now() + random() * 20 * SECOND, () => {
        this.#send(managed, name, { ...request, ...does }, random, MOST_TRIES);
        return undefined;
      });
    }
  }

  /** Somebody who may tag secrets says what only an administrator may, and nobody asks: nothing comes of it. */
  #forge(managed: ManagedRecord): void {
    const { witness } = this.#world;
    const current = witness.currentKey(managed);
    const SecretId = witness.holderOf(managed);
    if (current === undefined || SecretId === undefined) return;
    const Tags = [{ Key: TAG.withdrawn, Value: datedTag(current, new Date(this.#world.now())) }];
    if (!this.#world.tries('secretsmanager', 'TagResource', { SecretId, Tags })) return;
    this.#world.countStrike('rolled-back');
    this.#world.touched(managed, 'says without a word in the record that the key is taken back');
  }

  #send(managed: ManagedRecord, name: string, request: Wish, random: Random, tries: number): void {
    const again = (wait: number, document: Wish) =>
      this.#world.loop.at(this.#world.now() + wait, () => {
        this.#send(managed, name, document, random, tries - 1);
        return undefined;
      });
    if (tries === 0) return;
    const isAct = request.plan !== undefined;
    if (isAct) this.#mayAct(managed, request);
    this.#world.note(managed.id, `${name} asks to ${request.do}${isAct ? ', and has seen the plan' : ''}`);
    const strikes = STRIKES[request.do];
    this.#ways.front(strikes === undefined ? 'operator' : 'administrator', urlEvent(name, request), (answer) => {
      if (isAct)
        this.#world.touched(managed, `has asked to ${request.do}: ${answer?.refused?.reason ?? answer?.outcome}`);
      if (answer?.outcome === 'done') this.#world.countStrike(strikes ?? 'asked');
      if (answer === undefined) again(random() * 2 * MINUTE, request);
      else if (answer.outcome === 'planned') {
        this.#world.asks.shown(answer.plan?.words ?? []);
        again(random() * 5 * MINUTE, { ...request, plan: answer.plan?.digest });
      } else if (answer.refused?.reason === 'failed') again(random() * MINUTE, request);
    });
  }

  #mayAct(managed: ManagedRecord, request: Wish): void {
    this.#world.disturb(managed.id);
    // A pause is taken away one day, whoever forgets it.
    if (request.do !== 'pause') return;
    this.#world.loop.at(this.#world.now() + LONGEST_HERE + DAY, () => {
      if (this.#world.witness.tags(managed).has(TAG.paused)) this.#world.untag(managed, TAG.paused);
      this.#world.touched(managed, 'lets it go on');
      return undefined;
    });
  }
}

export interface Wish {
  readonly do: string;
  readonly accessKey?: string;
  readonly until?: string;
  readonly plan?: string | undefined;
}

function wish(draw: number, random: Random, now: number): Wish {
  if (draw < 0.4) return { do: 'rotate' };
  if (draw < 0.7) return { do: 'deliver' };
  if (draw < 0.85) return { do: 'resume' };
  return { do: 'pause', until: new Date(now + 5 * MINUTE + random() * LONGEST_HERE).toISOString() };
}

/** What Lambda makes of a signed request to the function's URL. */
function urlEvent(name: string, request: Wish): object {
  return {
    version: '2.0',
    requestContext: {
      authorizer: {
        iam: {
          userArn: `arn:aws:sts::111122223333:assumed-role/Operator/${name}`,
          userId: `AROAEXAMPLE:${name}`,
          accountId: '111122223333',
        },
      },
      http: { method: 'POST', path: '/' },
    },
    body: JSON.stringify(request),
    isBase64Encoded: false,
  };
}
