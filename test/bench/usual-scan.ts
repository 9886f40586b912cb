import { GetAccessKeyLastUsedCommand, IAMClient, ListAccessKeysCommand, ListUsersCommand } from '@aws-sdk/client-iam';

/** What the usual scan looked at. */
export interface ScanResult {
  readonly users: number;
  readonly keys: number;
}

/**
 * How the usual scripts look for old keys: every user, its keys, and the last use of each key, one after the other.
 * @param event `users`: no more than so many users, a sample
 */
export async function handler(event: { readonly users: number }): Promise<ScanResult> {
  // A script with the SDK's three attempts would give up now and then at this limit.
  const client = new IAMClient({ maxAttempts: 10 });
  let users = 0;
  let keys = 0;
  let Marker: string | undefined;
  do {
    const page = await client.send(new ListUsersCommand({ Marker }));
    for (const { UserName } of page.Users ?? []) {
      if (users === event.users) return { users, keys };
      users += 1;
      const { AccessKeyMetadata = [] } = await client.send(new ListAccessKeysCommand({ UserName }));
      for (const { AccessKeyId } of AccessKeyMetadata) {
        await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
        keys += 1;
      }
    }
    Marker = page.IsTruncated === true ? page.Marker : undefined;
  } while (Marker !== undefined);
  return { users, keys };
}
