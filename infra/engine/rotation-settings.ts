import { type Config, configSchema } from '../../functions/core/config/config';
import { describeIssue } from '../../functions/core/config/config-issue';
import { pathText, valueAt } from '../../functions/core/config/config-path';
import type { KeyRotationProps } from './key-rotation';

/** What came of checking a rotation's props: the settings with their defaults, and what is wrong. */
export interface CheckedSettings {
  /** The defaults alone where something is wrong. */
  readonly settings: Config;
  readonly problems: readonly string[];
}

/** Checks the props of the constructs by the schema of `keyturn.yaml`. */
export function checkSettings(props: KeyRotationProps): CheckedSettings {
  const { bundles: _bundles, trail, encryption, ...rest } = props;
  // Stands for the keys that are added later, so that the policy is checked.
  const keys = [{ id: 'any', user: 'any' }];
  const input = {
    ...rest,
    keys,
    trail: trail?.value,
    encryption: encryption?.value,
  };
  const parsed = configSchema.safeParse(input);
  if (parsed.success) return { settings: parsed.data, problems: [] };
  const problems = parsed.error.issues.map(
    (issue) => `${pathText(issue.path)}: ${describeIssue(issue, valueAt(input, issue.path))}`,
  );
  return { settings: configSchema.parse({ keys }), problems };
}
