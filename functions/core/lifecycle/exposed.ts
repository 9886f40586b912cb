import type { Found, FoundOfAccessKey } from './found';

/** AWS says that a managed key has leaked, and nothing is done about it. */
export type Exposed = FoundOfAccessKey<
  'exposed',
  { readonly is: 'notify' | 'paused' | 'observed'; readonly source: string; readonly what: string }
>;

/** AWS says that an access key has leaked that is of no managed user. */
export type ExposedUnmanaged = Found<
  'exposed-unmanaged',
  { readonly leaked: string; readonly source: string; readonly what: string; readonly user: string | undefined }
>;
