import { entryDigest, pinOf } from '../../functions/core/config/entry-pin';

/** A secret's resource policy that says of a registry entry what the policy of a deployment says. */
export function policyThatPins(json: string): string {
  const statement = { Sid: `Deliver${pinOf(entryDigest(json))}`, Effect: 'Allow', Principal: '*', Action: 'none:None' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Resource: '*' }] });
}
