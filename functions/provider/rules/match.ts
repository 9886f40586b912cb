import type { ProviderRule } from '../../core/config/provider-config';
import type { ProvedStep } from '../token/verify-token';

/** The rules that mean a step. Everything is compared exactly: no pattern, no prefix, no case. */
export function rulesFor(rules: readonly ProviderRule[], step: ProvedStep): readonly ProviderRule[] {
  return rules.filter(
    ({ repositoryUuid, environmentUuids, anyStep, branches }) =>
      repositoryUuid === step.repository &&
      (anyStep === true || isOneOf(environmentUuids, step.environment)) &&
      (branches === undefined || isOneOf(branches, step.branch)),
  );
}

function isOneOf(some: readonly string[] | undefined, one: string | undefined): boolean {
  return some !== undefined && one !== undefined && some.includes(one);
}
