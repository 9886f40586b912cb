import { bitbucketHost } from './bitbucket';

/** Every host that Keyturn delivers to, one line each. An item under `deliverTo` that none recognizes is for the first. */
export const HOSTS = [bitbucketHost] as const;
