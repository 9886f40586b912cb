import type { RegistryEntry } from '../../../functions/core/config/registry';
import { targetSchema } from '../../../functions/core/hosts/target';
import { DataCenters } from '../../../local/hosts/datacenter/data-center';
import { Scene } from '../../support/scene';
import type { SceneOptions } from '../../support/stage';
import { whoIs } from '../../support/who-is';

export const NODES = ['i-0aaaaaaaaaaaaaaaa', 'i-0bbbbbbbbbbbbbbbb'] as const;
export const [ONE, TWO] = NODES;
export const DOCUMENT = 'restart-bitbucket';
export const NEEDED = ['SecretArn', 'VersionId', 'AccessKeyId'];
export const KEY = 'backup';
/** Whom the scene's secrets let in. */
export const ROLE = 'arn:aws:iam::111122223333:role/keyturn';

const CLASS = 'encrypted-property.cipher.classname=com.atlassian.secrets.store.aws.AwsSecretsManagerStore';
const line = (property: string, field: string) =>
  `${property}={ENC}{"region":"eu-west-1","secretId":"keyturn/${KEY}","secretPointer":"/${field}"}`;

/** A managed key that two nodes of a Data Center read, and what they log in with. */
export class DataCenterScene extends Scene {
  readonly nodes = new DataCenters(this.account);
  /** The lines are in the file; before the first rotation there is nothing to read. */
  isFilled = false;

  static async open(options: SceneOptions = {}): Promise<DataCenterScene> {
    const scene = new DataCenterScene(options);
    await scene.start();
    scene.nodes.startsIn = 25_000;
    scene.manage(KEY);
    scene.account.runCommand.addDocument(DOCUMENT, { parameters: [...NEEDED, 'AskedAt', 'Service'], needed: NEEDED });
    for (const id of NODES) scene.addNode(id);
    scene.isFilled = true;
    scene.deliverTo([...NODES]);
    return scene;
  }

  addNode(id: string) {
    const lines = [CLASS, line('id', 'accessKeyId'), line('secret', 'secretAccessKey')].join('\n');
    const tags = { Cluster: 'bitbucket', Name: id };
    return this.nodes.add(id, { role: ROLE, properties: () => (this.isFilled ? lines : ''), tags });
  }

  /** What a deployment writes whose key has these nodes. */
  deliverTo(nodes: readonly string[], others: RegistryEntry['targets'] = []): void {
    const target = targetSchema.parse({ type: 'data-center', document: DOCUMENT, nodes });
    this.register({ ...this.entry(KEY), targets: [target, ...others] });
  }

  /** The key that a node has in its memory. */
  keyAt(id: string): string | undefined {
    return this.nodes.node(id).read.get('id');
  }

  /** With what it has in its memory. @returns the user's ARN, or AWS's error name */
  loginOf(id: string): Promise<string> {
    const { read } = this.nodes.node(id);
    return whoIs(read.get('id') ?? 'none', read.get('secret') ?? 'none');
  }

  /** Nodes in the order in which they were restarted. */
  get restarted(): readonly string[] {
    return this.nodes.outages.map(({ node }) => node);
  }

  get mostDown(): number {
    return this.nodes.mostDown(NODES);
  }

  sent(): number {
    return this.calls.filter(({ action }) => action === 'SendCommand').length;
  }
}
