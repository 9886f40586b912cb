import { isBitbucketTarget } from '../../functions/core/hosts/bitbucket';
import { secretName } from '../../functions/core/names';
import type { Deployment } from '../../local/stack/deployment';
import { World } from '../../local/world';
import type { WorldOptions } from '../../local/world-options';
import { TYPED } from '../invocation';
import { type Assembly, assemblyOf, homeOf } from './assembly';
import { startControl } from './control';
import { writeEnvironmentFile } from './environment-file';
import { placeOf } from './hosts/bitbucket';
import { openPlaces, type Places } from './hosts/register';
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
  /** A shell's file with the same, as long as the world is served. */
  readonly environmentFile: string;
  readonly commands: readonly string[];
}

export interface Serving {
  readonly addresses: Addresses;
  /** Resolves when somebody ends the process; the world is closed then. */
  readonly ended: Promise<void>;
}

/** What is to be served. */
export interface ServeOptions {
  /** Folder of the synthesized cloud assembly. */
  readonly cdkOut: string;
  readonly seed: string;
  /** How long ago it was deployed, in ms; all runs since then have been. @default ten minutes */
  readonly deployedFor?: number;
  /** Where its clock stands when it is there, in ms since 1970. @default the present */
  readonly now?: number;
  /** What else its world may differ in, such as faults of AWS. @default nothing */
  readonly world?: Partial<WorldOptions>;
}

/** A local world in which the stack is deployed, and whoever comes from outside finds everything. */
export interface ServedWorld {
  readonly world: World;
  readonly places: Places;
  readonly assembly: Assembly;
  readonly deployment: Deployment;
  readonly addresses: Omit<Addresses, 'environmentFile'>;
  close(): Promise<void>;
}

/**
 * Deploys the stack into a local world, lets the first rotation and delivery happen, and keeps the world running with
 * real time.
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { world, addresses, close } = await openServedWorld(options);
  world.followRealTime((error, task) => {
    process.stderr.write(`${task} failed: ${error instanceof Error ? error.message : String(error)}\n`);
  });
  const file = writeEnvironmentFile(addresses.environment);
  const end = async () => {
    file.remove();
    await close();
  };
  return {
    addresses: { ...addresses, environmentFile: file.path },
    ended: new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => end().then(resolve));
      }
    }),
  };
}

/** The same world, whose clock stands still. The caller closes it. */
export async function openServedWorld(options: ServeOptions): Promise<ServedWorld> {
  const { cdkOut, seed, deployedFor = 10 * MINUTE, now = Date.now() } = options;
  const assembly = assemblyOf(cdkOut);
  const world = await World.start({
    ...options.world,
    start: new Date(now - 400 * DAY),
    seed,
    account: homeOf(assembly),
    resourcePolicies: true,
    // Its clock can be moved on, and whoever signs a request then lives in another time.
    accountServer: { ...options.world?.accountServer, allowedSkew: Number.POSITIVE_INFINITY },
  });
  const places = openPlaces(world);
  makeSurroundings(assembly, world.account, places);
  makeTrail(world);
  world.clock.advanceTo(now - deployedFor);
  const deployment = await world.deployAll(cdkOut);
  await world.runUntil(new Date(now));
  const control = await startControl(world, places);
  const close = async () => {
    control.close();
    await world.close();
  };
  return { world, places, assembly, deployment, addresses: addressesOf(world, assembly, control.local), close };
}

function addressesOf(world: World, assembly: Assembly, local: string): ServedWorld['addresses'] {
  const { accessKeyId, secretAccessKey, sessionToken } = world.account.rootSession();
  return {
    accountUrl: world.accountUrl,
    bitbucketUrl: world.hostUrl('bitbucket'),
    region: world.account.region,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    token: tokenFor(world, assembly),
    environment: {
      AWS_ENDPOINT_URL: world.accountUrl,
      AWS_REGION: world.account.region,
      AWS_DEFAULT_REGION: world.account.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
      [LOCAL_VARIABLE]: local,
    },
    commands: commandsFor(assembly),
  };
}

/** For the local Bitbucket's API. */
function tokenFor(world: World, assembly: Assembly): string {
  const [target] = assembly.entries.slice(0, 1).flatMap(({ targets }) => targets.filter(isBitbucketTarget));
  const workspace = target && placeOf(target).workspace;
  return workspace === undefined
    ? ''
    : world.hosts.bitbucket.addAccessToken({ workspace, scopes: ['pipeline', 'pipeline:variable'] });
}

function commandsFor({ entries }: Assembly): readonly string[] {
  return entries
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
    .concat(['status', 'clock +10d', 'report'].map((command) => `${TYPED.keyturn} ${command}`));
}

/** The account has a trail of its own, as most have. */
function makeTrail({ account: { trails } }: World): void {
  const Name = 'management-events';
  trails.createTrail({ Name, S3BucketName: 'management-events', IsMultiRegionTrail: true });
  trails.startLogging({ Name });
}
