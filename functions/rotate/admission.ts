import type { Finding } from '../core/findings/findings';
import { isAtOnce } from '../core/lifecycle/rotation-reason';
import type { RotationReason } from '../core/lifecycle/steps';

export interface AdmissionProps {
  /** Rotations in this run at most. */
  readonly maxRotations: number;
  /** Keys whose connection delivers nothing, by id: nothing but repairs goes ahead. */
  readonly heldUp: ReadonlySet<string>;
}

/** Decides which of the rotations that are due may go ahead in this run. Repairs always may: pipelines wait for them. */
export class Admission {
  readonly #props: AdmissionProps;
  /** Keys that the limit keeps waiting, by id, and why they are to be rotated. */
  readonly #waiting = new Map<string, RotationReason>();
  #left: number;

  constructor(props: AdmissionProps) {
    this.#props = props;
    this.#left = props.maxRotations;
  }

  /** Whether a rotation may go ahead now; it is counted if it may. */
  admits(id: string, reason: RotationReason): boolean {
    // A repair makes no key that was not there before; a changed user is a person's wish.
    if (isAtOnce(reason)) return true;
    if (this.#props.heldUp.has(id)) return false;
    if (this.#left === 0) {
      // The day of what was only brought forward is still to come.
      if (reason !== 'brought-forward') this.#waiting.set(id, reason);
      return false;
    }
    this.#left--;
    return true;
  }

  /** What people have to know when the run's limit was reached. */
  get finding(): Finding | undefined {
    if (this.#waiting.size === 0) return undefined;
    const isFirst = [...this.#waiting.values()].every((reason) => reason === 'first');
    return {
      code: 'rotation-cap',
      facts: { limit: this.#props.maxRotations, waiting: [...this.#waiting.keys()], isFirst },
    };
  }
}
