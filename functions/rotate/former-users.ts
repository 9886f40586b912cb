import type { Secrets } from '../account/ports';
import type { CredentialReport } from '../core/key/access-key';
import { formerUsers } from '../core/key/key-user';
import { planFormerUsers } from '../core/lifecycle/former-users';
import type { Managed } from '../core/lifecycle/managed';
import { inMode } from '../core/lifecycle/observed';
import { perform } from '../runtime/doers/perform';
import type { Run } from '../runtime/run';

/** Tells what became of the keys of users that managed keys had before. */
export async function followFormerUsers(
  secrets: Secrets,
  run: Run,
  all: readonly Managed[],
  report: CredentialReport | undefined,
): Promise<void> {
  const managedUsers = all.map(({ entry }) => entry.user);
  const changed = all.filter(({ secret }) => formerUsers(secret).length > 0);
  await run.forEach(changed, async (managed) => {
    const now = run.now();
    const plan = inMode({ ...managed, now }, planFormerUsers({ ...managed, report, managedUsers, now }));
    run.findAll(plan.findings);
    await perform(plan.steps, { ports: { secrets }, run, managed });
  });
}
