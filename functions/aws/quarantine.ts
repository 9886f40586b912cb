import { type IAMClient, ListEntitiesForPolicyCommand, ListPoliciesCommand } from '@aws-sdk/client-iam';
import { SECOND } from '../core/duration';
import { type KeyturnError, toKeyturnError } from '../core/errors';
import type { SeenQuarantine } from '../core/key/quarantine';
import { QUARANTINE_POLICY } from '../core/names';
import { calling } from './failure';

/** Nothing waits for it, and a run has its own end. */
const READS_FOR = 30 * SECOND;

/** What is read of one thing, within a bound. */
interface Reading {
  readonly client: IAMClient;
  readonly options: { readonly abortSignal: AbortSignal };
}

/**
 * All pages of both lists; the second one only of policies that somebody has. What one refuses, or what takes too long,
 * hides nothing that was seen (K11).
 */
export async function quarantinedUsers(client: IAMClient, readsFor = READS_FOR): Promise<SeenQuarantine> {
  const reading: Reading = { client, options: { abortSignal: AbortSignal.timeout(readsFor) } };
  const attached: string[] = [];
  const policies = new Map<string, string[]>();
  let failed: KeyturnError | undefined;
  const orNot = (work: Promise<void>) =>
    work.catch((thrown: unknown) => {
      failed ??= toKeyturnError(thrown);
    });
  await orNot(readAttached(reading, attached));
  for (const arn of attached) {
    await orNot(
      readUsers(reading, arn, (users) => {
        for (const user of users) policies.set(user, [...(policies.get(user) ?? []), arn]);
      }),
    );
  }
  return { users: [...policies].map(([user, arns]) => ({ user, policies: arns })), failed };
}

/** @param found gets the ARNs of AWS's own policies of that name, whatever its version, that somebody has */
async function readAttached({ client, options }: Reading, found: string[]): Promise<void> {
  let marker: string | undefined;
  do {
    const page = await calling('iam:ListPolicies of those of AWS that are attached', {}, () =>
      client.send(
        new ListPoliciesCommand({ Scope: 'AWS', OnlyAttached: true, MaxItems: 1000, Marker: marker }),
        options,
      ),
    );
    found.push(
      ...(page.Policies ?? []).flatMap(({ PolicyName, Arn }) =>
        PolicyName?.startsWith(QUARANTINE_POLICY) && Arn !== undefined ? [Arn] : [],
      ),
    );
    marker = page.IsTruncated ? page.Marker : undefined;
  } while (marker !== undefined);
}

async function readUsers(
  { client, options }: Reading,
  PolicyArn: string,
  seen: (users: readonly string[]) => void,
): Promise<void> {
  let marker: string | undefined;
  do {
    const page = await calling(`iam:ListEntitiesForPolicy of ${PolicyArn}`, {}, () =>
      client.send(
        new ListEntitiesForPolicyCommand({ PolicyArn, EntityFilter: 'User', MaxItems: 1000, Marker: marker }),
        options,
      ),
    );
    seen((page.PolicyUsers ?? []).flatMap(({ UserName }) => UserName ?? []));
    marker = page.IsTruncated ? page.Marker : undefined;
  } while (marker !== undefined);
}
