import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CfnTemplate } from '../infra/synthesized';
import { checkOutEarlierCommit } from '../support/earlier-commit';
import type { Order, Synthesized } from './synthesizer';

const ROOT = resolve(__dirname, '../..');
const TSX = join(ROOT, 'node_modules/tsx/dist/cli.mjs');

/** A commit whose stack can be synthesized, bundles included. */
export class Commit {
  readonly #folder: string;
  readonly #made = new Map<string, Promise<Synthesized>>();
  #process: Promise<ChildProcess> | undefined;
  #number = 0;

  private constructor(
    /** Folder of its code. */
    readonly source: string,
    folder: string,
  ) {
    this.#folder = folder;
  }

  /** This one, whose bundles are there. */
  static now(): Commit {
    return new Commit(ROOT, mkdtempSync(join(tmpdir(), 'keyturn-now-')));
  }

  /** The earlier one, from the history; its bundles are built. */
  static earlier(): Commit {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-before-'));
    const source = join(folder, 'source');
    checkOutEarlierCommit(source);
    execFileSync(process.execPath, [TSX, 'infra/build.ts'], { cwd: source, stdio: 'ignore' });
    return new Commit(source, folder);
  }

  /** The cloud assembly of a configuration, or why there is none; made once. */
  synthesize(config: object, options: object = {}): Promise<Synthesized> {
    const key = JSON.stringify([config, options]);
    const made = this.#made.get(key) ?? this.#synthesize({ config, options, outdir: this.#newFolder() });
    this.#made.set(key, made);
    return made;
  }

  /** The template of a configuration, as its file reads. @throws Error with the mistakes */
  async templateText(config: object, options?: object): Promise<string> {
    const made = await this.synthesize(config, options);
    if ('refused' in made) throw new Error(made.refused.join('\n'));
    return readFileSync(join(made.cdkOut, 'Keyturn.template.json'), 'utf8');
  }

  /** The same, read. @throws Error with the mistakes */
  async template(config: object, options?: object): Promise<CfnTemplate> {
    return JSON.parse(await this.templateText(config, options));
  }

  async close(): Promise<void> {
    (await this.#process)?.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #newFolder(): string {
    this.#number += 1;
    return join(this.#folder, `cdk.out.${this.#number}`);
  }

  async #synthesize(order: Order): Promise<Synthesized> {
    this.#process ??= this.#start();
    const process = await this.#process;
    process.send(order);
    const [answer] = await once(process, 'message');
    return answer;
  }

  async #start(): Promise<ChildProcess> {
    const env = { ...process.env, CDK_VALIDATION: 'false' };
    const child = fork(join(__dirname, 'synthesizer.ts'), [this.source], { env, execArgv: ['--import', 'tsx'] });
    await once(child, 'message');
    return child;
  }
}
