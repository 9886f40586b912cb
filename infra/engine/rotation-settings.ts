import { describeIssue } from '../../functions/core/config/config-issue';
import { pathText, valueAt } from '../../functions/core/config/config-path';
import { checkSettings, DEFAULT_SETTINGS, type Settings } from '../../functions/core/config/settings';
import type { RotationPolicy } from './rotation-policy';

/** What came of checking a rotation's props: the settings with their defaults, and what is wrong. */
export interface CheckedSettings {
  /** Where something is wrong: the defaults, and the policy that was meant, beside which the keys are checked. */
  readonly settings: Settings;
  readonly problems: readonly string[];
}

/** Checks the props of a rotation by the schema of `keyturn.yaml`. */
export function rotationSettings(props: { readonly policy?: RotationPolicy }): CheckedSettings {
  const checked = checkSettings(props);
  if (checked.issues === undefined) return { settings: checked.settings, problems: [] };
  const problems = checked.issues.map(
    (issue) => `${pathText(issue.path)}: ${describeIssue(issue, valueAt(props, issue.path))}`,
  );
  return { settings: { ...DEFAULT_SETTINGS, policy: props.policy }, problems };
}
