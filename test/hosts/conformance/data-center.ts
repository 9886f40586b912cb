import { onTestFinished } from 'vitest';
import { createNodeCommands } from '../../../functions/aws/node-commands';
import { targetSchema } from '../../../functions/core/hosts/target';
import { versionIdOf } from '../../../functions/core/key/version-id';
import { openTargets } from '../../../functions/hosts/register';
import { Account } from '../../../local/account/account';
import { type AwsCall, type AwsFault, startAccountServer } from '../../../local/account/wire/server';
import { Clock } from '../../../local/clock';
import { DataCenters } from '../../../local/hosts/datacenter/data-center';
import { credentialOf, START, secretsOf, timeOf } from '../bitbucket/bitbucket-world';
import { DOCUMENT, NEEDED, NODES, ROLE } from '../data-center/nodes';
import { startHost } from '../http/scripted-host';
import type { HostFixture, Pair, Place } from './fixture';

/** Milliseconds that one answer is waited for. */
const TIMEOUT = 500;
/** The name of the secret has to be told as it is. */
const ODD = 'keyturn/grosse-100_prozent+=@!.';

/** Two nodes behind Systems Manager in the local account, reached over HTTP through the AWS SDK. */
class NodesPlace implements Place {
  readonly #clock = new Clock(START);
  readonly #time = timeOf(this.#clock);
  readonly account = new Account({ clock: this.#clock });
  readonly nodes = new DataCenters(this.account);
  readonly sleeps = this.#time.sleeps;
  fault: ((call: AwsCall) => AwsFault | undefined) | undefined;
  url = '';

  static async open(): Promise<NodesPlace> {
    const place = new NodesPlace();
    const server = await startAccountServer({
      account: place.account,
      allowedSkew: Number.POSITIVE_INFINITY,
      fault: (call) => place.fault?.(call),
    });
    place.url = server.url;
    onTestFinished(() => server.close());
    place.account.secretsManager.createSecret({ Name: ODD, SecretString: '{}' });
    place.account.runCommand.addDocument(DOCUMENT, { parameters: NEEDED, needed: NEEDED });
    let isFilled = false;
    for (const id of NODES) place.nodes.add(id, { role: ROLE, properties: () => (isFilled ? LINES : '') });
    isFilled = true;
    return place;
  }

  /** What the nodes have of which the first was restarted last; both have the same when a delivery is complete. */
  held(): Partial<Pair> {
    const [last] = NODES.map((id) => this.nodes.node(id)).sort((a, b) => b.startedAt - a.startedAt);
    return { accessKeyId: last?.read.get('id'), secretAccessKey: last?.read.get('secret') };
  }

  async deliver(number: number) {
    const credential = credentialOf(number);
    const { accessKeyId, secretAccessKey } = credential;
    const value = JSON.stringify({ accessKeyId, secretAccessKey: secretAccessKey.reveal() });
    const versionId = versionIdOf(credential);
    const { ARN: secretArn } = this.account.secretsManager.putSecretValue({
      SecretId: ODD,
      SecretString: value,
      ClientRequestToken: versionId,
    });
    const targets = openTargets({
      connectionSecrets: secretsOf('unused'),
      nodeCommands: createNodeCommands({
        endpoint: this.url,
        region: 'eu-west-1',
        credentials: this.account.rootSession(),
        timeout: TIMEOUT,
      }),
      time: this.#time,
      random: () => 0.5,
    });
    const config = targetSchema.parse({ type: 'data-center', document: DOCUMENT, nodes: NODES });
    const target = await targets.open(config, undefined);
    return target.deliver(credential, { managedKey: 'odd', secretArn, versionId });
  }
}

const LINES = [
  'encrypted-property.cipher.classname=com.atlassian.secrets.store.aws.AwsSecretsManagerStore',
  `id={ENC}{"region":"eu-west-1","secretId":"${ODD}","secretPointer":"/accessKeyId"}`,
  `secret={ENC}{"region":"eu-west-1","secretId":"${ODD}","secretPointer":"/secretAccessKey"}`,
].join('\n');

async function held(): Promise<NodesPlace> {
  const place = await NodesPlace.open();
  await place.deliver(1);
  // What it took to wait for the first restarts.
  place.sleeps.splice(0);
  return place;
}

/** The nodes have the first credential, and calls of these actions meet a fault from now on, or so many times. */
const failing =
  (actions: RegExp, fault: AwsFault, times = Number.POSITIVE_INFINITY) =>
  async () => {
    const place = await held();
    let left = times;
    place.fault = ({ action }) => (actions.test(action) && left-- > 0 ? fault : undefined);
    return place;
  };
const error = (status: number, code: string): AwsFault => ({ kind: 'error', status, code });
const NO_TIME =
  'Systems Manager says of no call that it throttles when it may come back: there is nothing to wait for.';

export const dataCenterFixture: HostFixture = {
  host: 'dataCenter',
  cases: {
    create: () => NodesPlace.open(),
    update: held,
    repeat: held,
    'lost answer': failing(/SendCommand/, { kind: 'drop-after' }, 1),
    'rate limit with a time to come back': { why: NO_TIME },
    'odd encodings': held,
    'refused half': {
      why: 'A node reads both halves by itself when it starts: a delivery writes nothing there, so it halves nothing.',
    },
    'credentials refused': failing(/Command/, error(400, 'UnrecognizedClientException')),
    'right missing': failing(/SendCommand/, error(400, 'AccessDeniedException')),
    'place missing': failing(/SendCommand/, error(400, 'InvalidInstanceId')),
    'rate limit without a time to come back': failing(/List/, error(400, 'ThrottlingException')),
    'rate limit for longer than anybody waits': { why: NO_TIME },
    "host's error": failing(/List/, error(503, 'ServiceUnavailable')),
    timeout: failing(/List/, { kind: 'delay', milliseconds: 2 * TIMEOUT }),
    'late answer': async () => {
      const place = await held();
      place.nodes.startsIn = 2_000;
      let isSent = false;
      let left = 4;
      place.fault = ({ action }) => {
        if (action === 'SendCommand') {
          isSent = true;
          return undefined;
        }
        // The first node restarts, and nobody hears of it.
        if (!isSent || left-- <= 0) return undefined;
        place.account.clock.advanceBy(1_000);
        return { kind: 'delay', milliseconds: 2 * TIMEOUT };
      };
      return place;
    },
    redirect: {
      why: 'Systems Manager is reached through the AWS SDK at the endpoint of its region, and its API redirects nobody.',
    },
    'wrong content type': async () => {
      const place = await held();
      place.url = await startHost((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<html>not JSON</html>');
      });
      return place;
    },
    'huge answer': {
      why: 'What is listed is AWS’s own: pages of 50 commands, of which 200 are read, and nothing that a node has written.',
    },
  },
};
