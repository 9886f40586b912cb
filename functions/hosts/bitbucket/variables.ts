import type { BitbucketTarget } from '../../core/hosts/bitbucket';
import { type Credential, Redacted } from '../../core/key/credential';
import type { Variable, VariableValue } from './client';

/** The variables of one delivery. */
export interface Delivery {
  readonly accessKeyId: VariableValue;
  readonly secretAccessKey: VariableValue;
  readonly others: readonly VariableValue[];
}

/** The pair comes first: the first two writes get the two connections that are open already. */
export function allOf({ accessKeyId, secretAccessKey, others }: Delivery): readonly VariableValue[] {
  return [accessKeyId, secretAccessKey, ...others];
}

/** What a target's variables should hold for a credential. The secret, alone or in the bundle, is always secured. */
export function deliveryOf(
  { variables, region, secureAccessKeyId }: BitbucketTarget,
  credential: Credential,
): Delivery {
  const others: VariableValue[] = [];
  if (region !== undefined) others.push({ key: variables.region, value: new Redacted(region), secured: false });
  if (variables.bundle !== undefined) {
    others.push({ key: variables.bundle, value: bundleOf(credential, region), secured: true });
  }
  return {
    accessKeyId: {
      key: variables.accessKeyId,
      value: new Redacted(credential.accessKeyId),
      secured: secureAccessKeyId,
    },
    secretAccessKey: { key: variables.secretAccessKey, value: credential.secretAccessKey, secured: true },
    others,
  };
}

/** The whole credential as one JSON value, with the field names of the secret in Secrets Manager. */
function bundleOf(credential: Credential, region: string | undefined): Redacted {
  return new Redacted(
    JSON.stringify({
      accessKeyId: credential.accessKeyId,
      secretAccessKey: credential.secretAccessKey.reveal(),
      userName: credential.userName,
      createdAt: credential.createdAt.toISOString(),
      region,
    }),
  );
}

/** A variable that somebody has secured stays so: what cannot be read any more is never made readable again. */
export function asSecuredAs(wanted: VariableValue, present: readonly Variable[]): VariableValue {
  return { ...wanted, secured: wanted.secured || variablesNamed(wanted.key, present).some(({ secured }) => secured) };
}

export function variablesNamed(key: string, variables: readonly Variable[]): readonly Variable[] {
  return variables.filter((variable) => variable.key === key);
}

/** How a variable at the host differs from what was written, or undefined. A value is never part of the answer. */
export function differenceOf(wanted: VariableValue, present: readonly Variable[]): string | undefined {
  const [variable, ...more] = variablesNamed(wanted.key, present);
  if (variable === undefined) return `${wanted.key} is missing`;
  if (more.length > 0) return `${wanted.key} exists ${more.length + 1} times`;
  if (wanted.secured && !variable.secured) return `${wanted.key} is not secured`;
  // A variable that the host keeps secured although it need not be is hidden, not wrong.
  if (!variable.secured && variable.value !== wanted.value.reveal()) return `${wanted.key} holds something else`;
  return undefined;
}
