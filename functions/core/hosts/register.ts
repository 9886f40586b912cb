import { bitbucketHost } from './bitbucket';
import { dataCenterHost } from './data-center';
import { functionHost } from './function';

/** Every host that Keyturn delivers to, one line each. An item under `deliverTo` without a mark is for the first. */
export const HOSTS = [bitbucketHost, functionHost, dataCenterHost] as const;
