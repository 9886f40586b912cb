import { openPlaces } from '../../../cli/rehearsal/hosts/register';
import { secretStateOf } from '../../../cli/rehearsal/witness/secret-state-of';
import { Watch } from '../../../cli/rehearsal/witness/watch';
import { currentVersion } from '../../../functions/core/key/secret-state';
import { parseVersionId } from '../../../functions/core/key/version-id';
import { secretName, TAG } from '../../../functions/core/names';
import type { AwsCall, CallOutcome } from '../../../local/account/wire/server';
import { DeployedWorld, synthesized } from '../../support/deployed-world';
import type { Beginning, Deeds, Driver, ListedKey } from './driver';

const ID = 'shop';
const USER = 'ci-shop';
const DAY = 86_400_000;

/** The deployed stack and its bundles, started by its own schedules and events, with pipelines that log in all the time. */
export class Bundles implements Driver {
  readonly deeds: Deeds;
  readonly #deployed: DeployedWorld;
  readonly #watch: Watch;
  #heard = 0;

  /** The user has one key that is 400 days old. @throws Error for any other beginning */
  static async start({ adopted, policy, adopt, firstRotation }: Beginning): Promise<Bundles> {
    if (adopted?.join() !== '400') throw new Error('a deployed world begins with one key of 400 days');
    const cdkOut = synthesized({
      connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
      policy,
      keys: [
        {
          id: ID,
          user: USER,
          adopt,
          firstRotation,
          deliverTo: [{ connection: 'acme', repository: 'acme/shop', environment: 'Production' }],
        },
      ],
      notify: ['security@example.com'],
    });
    let watch: Watch | undefined;
    const onCall = (call: AwsCall, outcome: CallOutcome) => watch?.saw(call, outcome);
    const deployed = await DeployedWorld.open(cdkOut, {
      world: { accountServer: { onCall } },
      onDeploy: (_deployment, world) => {
        watch = new Watch(world.account, openPlaces(world));
      },
    });
    if (watch === undefined) throw new Error('nothing was deployed');
    for (const entry of deployed.entries) watch.manage(entry);
    return new Bundles(deployed, watch);
  }

  private constructor(deployed: DeployedWorld, watch: Watch) {
    this.#deployed = deployed;
    this.#watch = watch;
    this.deeds = this.#deeds();
  }

  live(day: number): Promise<void> {
    this.#heard = this.#deployed.audits.length;
    return this.#deployed.until(day, 22);
  }

  keys(): readonly ListedKey[] {
    return this.#deployed.keys(USER).map(({ id, status }) => ({ id, status }));
  }

  current(): string | undefined {
    const { secretsManager } = this.#deployed.world.account;
    const secret = secretStateOf(secretsManager.describeSecret({ SecretId: secretName(ID) }));
    return parseVersionId(currentVersion(secret)?.versionId ?? '')?.accessKeyId;
  }

  held(): readonly (string | undefined)[] {
    const [target] = this.#deployed.entries.slice(0, 1).flatMap(({ targets }) => targets);
    const held = target === undefined ? undefined : this.#deployed.places.pairAt(target);
    return [held?.accessKeyId, this.#watch.witness.bySecret.get(held?.secretAccessKey ?? '')?.id];
  }

  found(): readonly string[] {
    const findings = this.#deployed.audits.slice(this.#heard).filter(({ event }) => event === 'finding');
    return [...new Set(findings.map(({ reason = '' }) => reason))].sort();
  }

  broken(): readonly string[] {
    this.#watch.look();
    const { failures } = this.#deployed.pipelines;
    return [
      ...failures.map(({ at, error }) => `a login failed at ${new Date(at).toISOString()}: ${error}`),
      ...this.#watch.verdicts.violations.map(({ promise, message }) => `${promise} ${message}`),
    ];
  }

  close(): Promise<void> {
    return this.#deployed.close();
  }

  #deeds(): Deeds {
    const deployed = this.#deployed;
    const { account } = deployed.world;
    const cannot = () => {
      throw new Error('the deployed world does not do this');
    };
    return {
      ask: async () => void (await deployed.run('rotate', { keys: [ID] })),
      takeBack: cannot,
      outage: cannot,
      copy: cannot,
      makeKey: () => void account.invoke(deployed.admin, 'iam', 'CreateAccessKey', { UserName: USER }),
      removeKey: (AccessKeyId) =>
        void account.invoke(deployed.admin, 'iam', 'DeleteAccessKey', { UserName: USER, AccessKeyId }),
      setStatus: (id, status) => deployed.setStatus(USER, id, status),
      pause: (untilDay) => {
        const until = new Date(account.clock.now() + (untilDay - deployed.day) * DAY);
        const Tags = [{ Key: TAG.paused, Value: `${until.toISOString()} alice` }];
        account.invoke(deployed.admin, 'secretsmanager', 'TagResource', { SecretId: secretName(ID), Tags });
      },
    };
  }
}
