import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { DAY } from '../../../functions/core/duration';
import { targetSetDigest } from '../../../functions/core/hosts/target';
import { deliveredLabel } from '../../../functions/core/key/secret-state';
import { secretName, TAG } from '../../../functions/core/names';
import type { Disturbance } from './faults';
import type { World } from './world';

const DATES = [TAG.deactivated, TAG.delivered, TAG.reactivated, TAG.held, TAG.intent];
const ASKS = [TAG.withdrawn, TAG.compromised, TAG.disableFirst];

/** What people write by hand in place of what Keyturn would have written: dates in tags, and marks of deliveries. */
export class Forgeries {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  act(strike: Disturbance): void {
    const { fault, key, variety } = strike;
    const managed = this.#world.witness.bornAs(`key-${key}`);
    if (managed === undefined) return;
    const done = fault === 'forged-labels' ? this.#label(managed, variety) : this.#date(managed, strike);
    if (done === undefined) return;
    this.#world.countStrike(fault);
    this.#world.touched(managed, done);
  }

  #date(managed: ManagedRecord, { fault, count, odds, variety }: Disturbance): string | undefined {
    const { witness } = this.#world;
    const current = witness.currentKey(managed);
    const other = witness.keysOf(managed.user).find(({ id, isStored }) => id !== current && isStored)?.id;
    // What only an administrator may ask for; of a time that is still to come no record has the word.
    const isAsk = fault === 'future-dates' && variety < 0.4;
    const tag = (isAsk ? ASKS[count % ASKS.length] : DATES[count]) ?? TAG.delivered;
    const about = isAsk || tag === TAG.delivered ? current : other;
    const days = fault === 'future-dates' ? 1 + odds * 40 : -odds * 40;
    const date = new Date(this.#world.now() + days * DAY).toISOString();
    if (tag === TAG.intent) return this.#intent(managed, date);
    if (about === undefined || !this.#tag(managed, tag, `${about} ${date}`)) return undefined;
    if (tag === TAG.delivered) managed.unrecorded.add(about);
    if (tag === TAG.deactivated || tag === TAG.reactivated) this.#recordSaid(managed, about);
    return `tags the secret ${tag}=${about} ${date}`;
  }

  /** From now on the earliest date that was ever written for the key may be believed. */
  #recordSaid(managed: ManagedRecord, about: string): void {
    const [id = '', time = ''] = this.#world.witness.tags(managed).get(TAG.deactivated)?.split(' ') ?? [];
    if (id !== about) return;
    const at = Date.parse(time);
    managed.saidInactive.set(about, Math.min(at, managed.saidInactive.get(about) ?? at));
  }

  #intent(managed: ManagedRecord, date: string): string | undefined {
    if (this.#world.witness.hasOpenIntent(managed)) managed.hasLostIntent = true;
    const value = `${date} run-of-nobody`;
    if (!this.#tag(managed, TAG.intent, value)) return undefined;
    // An intent that is still to come names no run; the finding asks for a person.
    this.#world.loop.at(this.#world.now() + 2 * DAY, () => {
      if (this.#world.witness.tags(managed).get(TAG.intent) !== value) return false;
      if (!this.#world.untag(managed, TAG.intent)) return false;
      this.#world.touched(managed, `removes the tag ${TAG.intent}`);
      return undefined;
    });
    return `tags the secret ${TAG.intent}=${value}`;
  }

  #tag(managed: ManagedRecord, Key: string, Value: string): boolean {
    const input = { SecretId: secretName(managed.id), Tags: [{ Key, Value }] };
    return this.#world.tries('secretsmanager', 'TagResource', input);
  }

  #label(managed: ManagedRecord, variety: number): string | undefined {
    const { targets, connections } = managed.entry;
    const labels = this.#world.witness.labels(managed);
    const holder = (label: string) => Object.keys(labels).find((version) => labels[version]?.includes(label) === true);
    const [current, previous] = [holder('AWSCURRENT'), holder('AWSPREVIOUS')];
    const mark = deliveredLabel(targetSetDigest(targets, connections));
    if (variety < 0.35) return this.#attach(managed, mark, current, holder(mark));
    if (variety < 0.5) return this.#attach(managed, mark, previous, holder(mark));
    if (variety < 0.7) return this.#attach(managed, 'DELIVERED-by-jane', variety < 0.6 ? current : previous, undefined);
    // As many as a secret has room for: 20 in all.
    for (let index = 0; index < 20; index++)
      this.#attach(managed, `DELIVERED-${index}`, previous ?? current, undefined);
    return 'fills the secret with labels';
  }

  #attach(managed: ManagedRecord, VersionStage: string, to: string | undefined, from: string | undefined) {
    if (to === undefined || to === from) return undefined;
    const done = this.#world.tries('secretsmanager', 'UpdateSecretVersionStage', {
      SecretId: this.#world.witness.holderOf(managed),
      VersionStage,
      MoveToVersionId: to,
      RemoveFromVersionId: from,
    });
    if (!done) return undefined;
    const { witness } = this.#world;
    const id = to.split('-')[2];
    if (id !== undefined && witness.keys.has(id)) {
      managed.markedByHand.add(id);
      witness.forgetTrueMarks(managed);
    }
    return `puts the label ${VersionStage} on ${to}`;
  }
}
