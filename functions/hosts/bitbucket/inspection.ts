import type { BitbucketTarget } from '../../core/hosts/bitbucket';
import { ACCESS_KEY_ID } from '../../core/key/access-key';
import type { Variable } from './client';
import { variablesNamed } from './variables';

/** One variable as it should be. */
interface Expected {
  readonly key: string;
  /** @default - it is secured, so the host never shows it */
  readonly value?: string | undefined;
  readonly secured: boolean;
}

/** The variables of a target, with the values that the host may show. */
function expectedOf({ variables, region, secureAccessKeyId }: BitbucketTarget, accessKeyId: string) {
  const expected: Expected[] = [
    { key: variables.accessKeyId, value: accessKeyId, secured: secureAccessKeyId },
    { key: variables.secretAccessKey, secured: true },
  ];
  if (region !== undefined) expected.push({ key: variables.region, value: region, secured: false });
  if (variables.bundle !== undefined) expected.push({ key: variables.bundle, secured: true });
  return expected;
}

/** How the variables of a place differ from those of a target that holds a key: presence, flags, and what can be read. */
export function differencesAt(target: BitbucketTarget, accessKeyId: string, present: readonly Variable[]) {
  const expected = expectedOf(target, accessKeyId);
  return {
    compared: expected.map(({ key }) => key),
    differences: expected.flatMap((one) => differenceOf(one, present) ?? []),
  };
}

function differenceOf({ key, value, secured }: Expected, present: readonly Variable[]): string | undefined {
  const [variable, ...more] = variablesNamed(key, present);
  if (variable === undefined) return `${key} is missing`;
  if (more.length > 0) return `${key} exists ${more.length + 1} times`;
  if (secured && !variable.secured) return `${key} is not secured`;
  if (variable.secured || value === undefined || variable.value === value) return undefined;
  return `${key} holds ${ACCESS_KEY_ID.test(variable.value ?? '') ? variable.value : 'something else'}`;
}

/** The access key ID that a place shows. */
export function heldIn({ variables }: BitbucketTarget, present: readonly Variable[]): string | undefined {
  const [variable] = variablesNamed(variables.accessKeyId, present);
  const value = variable?.secured === false ? variable.value : undefined;
  return value !== undefined && value !== null && ACCESS_KEY_ID.test(value) ? value : undefined;
}
