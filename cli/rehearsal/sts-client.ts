import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { World } from '../../local/world';

/** Where a request says that it comes from. */
export const ADDRESS_HEADER = 'x-forwarded-for';

export interface StsClientProps {
  readonly region?: string;
  /** @default none: who takes a role with a token has nothing else */
  readonly credentials?: STSClientConfig['credentials'];
  /** An IP address. @default this machine's */
  readonly address?: string | undefined;
}

/** A pipeline's own client of STS, which lives in the world's time. */
export function stsClient({ account, accountUrl, clock }: World, props: StsClientProps): STSClient {
  const { region = account.region, credentials, address } = props;
  const client = new STSClient({
    endpoint: accountUrl,
    region,
    maxAttempts: 1,
    ...(credentials && { credentials }),
  });
  client.middlewareStack.add(
    (next) => (args) => {
      client.config.systemClockOffset = clock.now() - Date.now();
      return next(args);
    },
    { step: 'initialize' },
  );
  if (address !== undefined) {
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { readonly headers: Record<string, string> };
        headers[ADDRESS_HEADER] = address;
        return next(args);
      },
      { step: 'build' },
    );
  }
  return client;
}
