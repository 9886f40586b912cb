import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { Cure } from '../../cli/doctor/check';
import type { Checked, Diagnosis } from '../../cli/doctor/checks';
import { doctorSchema } from '../../cli/documents/doctor';
import type { Terminal } from '../../cli/terminal';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { DAY, HOUR } from '../../functions/core/duration';
import { DeployedScene, RELEASE } from '../support/deployed-scene';
import { policyThatCloses } from '../support/policy-that-pins';
import { type Typed, typed } from './typed';

const ROOT = resolve(__dirname, '../..');

/** An account in which all is well, and a person who looks at it, and does what the doctor says. */
export class DoctorScene {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyturn-doctor-'));
  /** What is typed beside `doctor`. */
  args: readonly string[] = [];
  terminal: Partial<Terminal> = {};
  /** What a deployment writes into the registry. */
  readonly entries: RegistryEntry[] = [];

  private constructor(readonly scene: DeployedScene) {}

  /** Keys that were rotated two days ago, deployed long before; the runs of today have been. */
  static async open(ids: readonly string[] = ['shop', 'api']): Promise<DoctorScene> {
    const scene = await new DeployedScene({ start: Date.now() - 40 * DAY }).start();
    const made = new DoctorScene(scene);
    made.entries.push(...ids.map((id) => scene.manage(id)));
    scene.clock.advanceTo(Date.now() - 2 * DAY);
    await scene.day();
    scene.clock.advanceTo(Date.now() - HOUR);
    await scene.day();
    made.catchUp();
    return made;
  }

  /** The account's clock goes by this machine's. */
  catchUp(): void {
    this.scene.clock.advanceTo(Date.now());
  }

  config(yaml: string): void {
    writeFileSync(join(this.folder, 'keyturn.yaml'), yaml);
  }

  /** The credentials and the endpoint of the scene, as a person has them in the environment. */
  get env(): Readonly<Record<string, string>> {
    const { accessKeyId, secretAccessKey, sessionToken } = this.scene.account.rootSession();
    return {
      AWS_ENDPOINT_URL: this.scene.accountUrl,
      AWS_REGION: this.scene.account.region,
      AWS_DEFAULT_REGION: this.scene.account.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    };
  }

  async type(args: readonly string[], terminal: Partial<Terminal> = {}): Promise<Typed> {
    this.catchUp();
    const before = { ...process.env };
    delete process.env.AWS_SESSION_TOKEN;
    Object.assign(process.env, this.env);
    try {
      return await typed(args, { folder: this.folder, ...terminal });
    } finally {
      process.env = before;
    }
  }

  async doctor(): Promise<Diagnosis & { readonly code: number }> {
    const { code, stdout, stderr } = await this.type(['doctor', '--json', ...this.args], this.terminal);
    if (stdout === '') throw new Error(stderr);
    for (const secret of this.scene.material) if (stdout.includes(secret)) throw new Error('It says a secret (K6).');
    return { code, ...doctorSchema.parse(JSON.parse(stdout)) };
  }

  async check(id: string): Promise<Checked> {
    const found = (await this.doctor()).checks.find((check) => check.id === id);
    if (found === undefined) throw new Error(`There is no check ${id}.`);
    return found;
  }

  /** Does what a cure says, to the letter where it is a command that can be run here. @returns whether it could */
  async follow({ run }: Cure): Promise<boolean> {
    if (run === undefined || /^npx keyturn(@\S+)? (doctor|report|validate)|detect-stack-drift|^sudo /.test(run))
      return false;
    const [, connection] = /^npx keyturn connect (\S+)/.exec(run) ?? [];
    if (connection !== undefined) await this.connect(run.split(' ').slice(2));
    else if (run.startsWith('npx cdk deploy')) await this.deploy();
    else if (run.startsWith('aws lambda invoke')) await this.start(run);
    else await this.shell(run);
    return true;
  }

  /** With a token that somebody has made for it. */
  private async connect(args: readonly string[]): Promise<void> {
    const token = this.scene.bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline', 'pipeline:variable'] });
    this.scene.material.push(token);
    const input = { stdin: Readable.from([token]) };
    const { code, stderr } = await this.type([...args, '--token-stdin'], input);
    if (code !== 0) throw new Error(stderr);
  }

  /** What CloudFormation does where something is not as the template says, or another release is deployed. */
  async deploy(): Promise<void> {
    const { scene } = this;
    for (const entry of this.entries) scene.register(entry);
    scene.writeDeployment();
    scene.release = RELEASE;
    await scene.day();
  }

  private async start(run: string): Promise<void> {
    const [, name] = /OutputKey=='(\w+)FunctionName'/.exec(run) ?? [];
    if (name === 'Rotate') await this.scene.rotate();
    else if (name === 'Deactivate') await this.scene.deactivate();
    else if (name === 'Delete') await this.scene.delete();
    else await this.scene.sync();
  }

  private async shell(command: string): Promise<void> {
    const { PATH = '' } = process.env;
    const role = /"aws:PrincipalArn":\["([^"]+)"/.exec(policyThatCloses())?.[1] ?? '';
    await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', command], {
      cwd: ROOT,
      env: {
        PATH,
        HOME: '/nonexistent',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_PAGER: '',
        SYNC_ROLE: role,
        ...this.env,
      },
    });
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    await this.scene.close();
  }
}
