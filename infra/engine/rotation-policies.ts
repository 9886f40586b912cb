import { POLICY_PRESETS } from '../../functions/core/config/policy';
import type { RotationPolicy } from './rotation-policy';

/** Policies with a name, as `policy: standard` and `policy: cis` in `keyturn.yaml`. */
export class RotationPolicies {
  /** 90, 100 and 110 days: the default, made for pipelines. */
  static standard(): RotationPolicy {
    return POLICY_PRESETS.standard;
  }

  /**
   * 70, 80 and 90 days, a hold of 9 at most: no key is Active at an age of more than 90 days, as the CIS AWS Foundations
   * Benchmark asks in 1.14 (5.0.0: 1.13, 6.0.0: 2.13, 7.0.0: 2.12).
   */
  static cis(): RotationPolicy {
    return POLICY_PRESETS.cis;
  }

  private constructor() {}
}
