import { bitbucketHost } from './bitbucket';
import { functionHost } from './function';

/** Every host that Keyturn delivers to, one line each. An item under `deliverTo` without a mark is for the first. */
export const HOSTS = [bitbucketHost, functionHost] as const;
