import type { Finding } from '../core/findings/findings';
import { isAtOnce } from '../core/lifecycle/rotation-reason';
import type { RotationReason } from '../core/lifecycle/steps';

export interface AdmissionProps {
  /** Rotations in this run at most. */
  readonly maxRotations: number;
  /** Nothing but repairs goes ahead: deliveries fail. */
  readonly breakerOpen: boolean;
}

/** Decides which of the rotations that are due may go ahead in this run. Repairs always may: pipelines wait for them. */
export class Admission {
  readonly #props: AdmissionProps;
  readonly #waiting: string[] = [];
  #left: number;

  constructor(props: AdmissionProps) {
    this.#props = props;
    this.#left = props.maxRotations;
  }

  /** Whether a rotation may go ahead now; it is counted if it may. */
  admits(id: string, reason: RotationReason): boolean {
    // A repair makes no key that was not there before; a changed user is a person's wish.
    if (isAtOnce(reason)) return true;
    if (this.#props.breakerOpen) return false;
    if (this.#left === 0) {
      this.#waiting.push(id);
      return false;
    }
    this.#left--;
    return true;
  }

  /** What people have to know when the run's limit was reached. */
  get finding(): Finding | undefined {
    if (this.#waiting.length === 0) return undefined;
    return { code: 'rotation-cap', facts: { limit: this.#props.maxRotations, waiting: this.#waiting } };
  }
}
