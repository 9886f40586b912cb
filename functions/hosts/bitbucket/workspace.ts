import type { Time } from '../../account/ports';
import { isSlugOrUuid } from '../../core/hosts/bitbucket-place';
import { BITBUCKET_API } from '../../core/hosts/bitbucket-usual';
import type { Redacted } from '../../core/key/credential';
import { KnownSecrets } from '../../core/key/known-secrets';
import { WITHHELD } from '../../core/key/outside-name';
import { cleaned } from '../../core/outside-text';
import type { Call } from '../http/host-error';
import { openHttp } from '../http/http';
import { retrying } from '../http/retry';
import { BitbucketAuth } from './auth';
import { BitbucketClient } from './client';

/** What a person hands over to look around with. */
export interface WorkspaceAccess {
  readonly workspace: string;
  /** What the connection's secret will hold, as JSON. */
  readonly token: Redacted;
  /** Name of that secret, for messages. */
  readonly secret: string;
  /** Base URL of the API. @default Bitbucket Cloud's */
  readonly url?: string | undefined;
  readonly time: Time;
}

/** What a workspace has, as far as a token shows it. */
export interface Workspace {
  /** Full names, such as `acme/web-shop`, in their order. @throws HostError, KeyturnError `invalid-connection` */
  repositories(): Promise<readonly string[]>;
  /** Names of the deployment environments of a repository. @throws HostError */
  environments(repository: string): Promise<readonly string[]>;
}

/** Looks at a workspace with a token that no secret holds yet. Nothing is written. */
export function lookAtWorkspace({ workspace, token, secret, url = BITBUCKET_API, time }: WorkspaceAccess): Workspace {
  const secrets = new KnownSecrets(token);
  const send = openHttp({ time, secrets });
  const retry = retrying({ time, random: Math.random });
  const connection = { host: 'bitbucket', url, secret };
  const connectionSecrets = { read: async () => token };
  const auth = new BitbucketAuth({ connection, connectionSecrets, time, send, retry });
  const client = new BitbucketClient({ url, auth, send, retry, secrets, time });
  const call = (doing: string, scopes: string): Call => ({
    host: 'Bitbucket',
    about: `the workspace ${cleaned(workspace)}`,
    doing,
    secret,
    scopes,
    missing: { code: 'workspace-not-found', cure: 'Check its name, and that the token is of this workspace.' },
  });
  const ordered = (names: readonly string[]) => [...new Set(names)].sort();
  return {
    async repositories() {
      const scopes = 'the scope repository (of an API token read:repository:bitbucket) on the workspace';
      const listed = await client.repositories(workspace, call('list its repositories', scopes));
      // What a host says goes into a file: nothing that is no name, and nothing that repeats the token (K6).
      const names = listed.map(({ full_name: name }) => name);
      return ordered(names.filter((name) => name.split('/').every(isSlugOrUuid) && !secrets.isIn(name)));
    },
    async environments(repository) {
      const scopes = 'the scope pipeline (of an API token read:pipeline:bitbucket)';
      const listed = await client.environments(
        repository,
        call(`list the environments of ${repository}`, scopes),
        false,
      );
      return ordered(listed.map(({ name }) => name.toString()).filter((name) => name !== WITHHELD));
    },
  };
}
