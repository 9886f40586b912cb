import { isBitbucketTarget } from '../../functions/core/hosts/bitbucket';
import { secretName } from '../../functions/core/names';
import { World } from '../../local/world';
import { assemblyOf, homeOf } from './assembly';
import { startControl } from './control';
import { placeOf } from './hosts/bitbucket';
import { openPlaces } from './hosts/register';
import { LOCAL_VARIABLE } from './local-clock';
import { makeSurroundings } from './surroundings';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Where the local world listens, and how to look around in it. */
export interface Addresses {
  readonly accountUrl: string;
  readonly bitbucketUrl: string;
  readonly region: string;
  /** The local account's administrator; worth nothing anywhere else. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** A token for the local Bitbucket. */
  readonly token: string;
  /** What commands in another terminal need: variables by name. */
  readonly environment: Readonly<Record<string, string>>;
  readonly commands: readonly string[];
}

export interface Serving {
  readonly addresses: Addresses;
  /** Resolves when somebody ends the process; the world is closed then. */
  readonly ended: Promise<void>;
}

/**
 * Deploys the stack into a local world, lets the first rotation and delivery happen, and keeps the world running with
 * real time.
 */
export async function serve({ cdkOut, seed }: { cdkOut: string; seed: string }): Promise<Serving> {
  const assembly = assemblyOf(cdkOut);
  const now = Date.now();
  const world = await World.start({
    start: new Date(now - 400 * DAY),
    seed,
    account: homeOf(assembly),
    resourcePolicies: true,
    // Its clock can be moved on, and whoever signs a request then lives in another time.
    accountServer: { allowedSkew: Number.POSITIVE_INFINITY },
  });
  const places = openPlaces(world);
  makeSurroundings(assembly, world.account, places);
  makeTrail(world);
  world.clock.advanceTo(now - 10 * MINUTE);
  await world.deployAll(cdkOut);
  await world.runUntil(new Date(now));
  world.followRealTime((error, task) => {
    process.stderr.write(`${task} failed: ${error instanceof Error ? error.message : String(error)}\n`);
  });
  const [target] = assembly.entries.slice(0, 1).flatMap(({ targets }) => targets.filter(isBitbucketTarget));
  const workspace = target && placeOf(target).workspace;
  const token =
    workspace === undefined
      ? ''
      : world.hosts.bitbucket.addAccessToken({ workspace, scopes: ['pipeline', 'pipeline:variable'] });
  const { accessKeyId, secretAccessKey, sessionToken } = world.account.rootSession();
  const control = await startControl(world, places);
  const close = async () => {
    control.close();
    await world.close();
  };
  const commands = assembly.entries
    .slice(0, 1)
    .flatMap(({ id, user }) => [
      `aws iam list-access-keys --user-name ${user}`,
      `aws secretsmanager list-secret-version-ids --secret-id ${secretName(id)}`,
      `aws secretsmanager describe-secret --secret-id ${secretName(id)}`,
      'aws ssm get-parameters-by-path --path /keyturn/keys/',
      'aws cloudformation describe-stacks',
      'aws lambda list-functions',
      'aws logs describe-log-groups',
    ])
    .concat('npm run --silent keyturn -- clock +10d', 'npm run --silent keyturn -- report');
  return {
    addresses: {
      accountUrl: world.accountUrl,
      bitbucketUrl: world.hostUrl('bitbucket'),
      region: world.account.region,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
      token,
      environment: {
        AWS_ENDPOINT_URL: world.accountUrl,
        AWS_REGION: world.account.region,
        AWS_DEFAULT_REGION: world.account.region,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
        [LOCAL_VARIABLE]: control.local,
      },
      commands,
    },
    ended: new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => close().then(resolve));
      }
    }),
  };
}

/** The account has a trail of its own, as most have. */
function makeTrail({ account: { trails } }: World): void {
  const Name = 'management-events';
  trails.createTrail({ Name, S3BucketName: 'management-events', IsMultiRegionTrail: true });
  trails.startLogging({ Name });
}
