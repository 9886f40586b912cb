import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathOfAws } from '../../../local/test/account/aws-command';
import { AS_A_PROCESS } from '../../cli/typed';
import { ROOT } from '../documents';

/** What a command left behind. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The AWS CLI of this machine. */
export interface Aws {
  /** What a shell runs for `aws`. */
  readonly script: string;
  close(): void;
}

/** Starts it once for all commands, where it is Python's; version 2 brings a Python of its own, and is started for each. */
export async function startAws(): Promise<Aws> {
  const aws = pathOfAws();
  const python = [join(dirname(aws), 'python'), 'python3'].find(
    (one) => spawnSync(one, ['-c', 'import awscli']).status === 0,
  );
  if (python === undefined) return { script: `exec '${aws}' "$@"`, close: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-aws-'));
  const [program, socket] = [join(ROOT, 'test/docs/lived/aws.py'), join(folder, 'socket')];
  const server = spawn(python, [program, 'serve', socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    server.stdout.once('data', () => resolve());
    server.once('exit', () => reject(new Error('The AWS CLI could not be loaded')));
  });
  const close = () => {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { script: `exec '${python}' -S -E '${program}' call '${socket}' "$@"`, close };
}

/** Of npm's scripts those that are the command. */
const NPM = `case "$*" in
  "run --silent keyturn -- "*) shift 4; exec keyturn "$@" ;;
  "start -- "*) shift 2; exec keyturn simulate "$@" ;;
esac
echo "npm $* is not here" >&2
exit 127`;

/**
 * The terminal of somebody who does what a page says: variables and functions of one command are there for the next.
 * `aws` is the real one, `keyturn` the command of this checkout, and nobody sleeps.
 */
export class Shell {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyturn-lived-'));
  readonly #bin = join(this.folder, '.bin');
  readonly #state = join(this.folder, '.state');

  private constructor(private readonly environment: Readonly<Record<string, string>>) {}

  static open(environment: Readonly<Record<string, string>>, aws: Aws): Shell {
    const shell = new Shell(environment);
    mkdirSync(shell.#bin);
    writeFileSync(shell.#state, '');
    // Pages name examples by their paths in a checkout, and a profile for auditors.
    symlinkSync(join(ROOT, 'docs'), join(shell.folder, 'docs'));
    mkdirSync(join(shell.folder, '.aws'));
    writeFileSync(join(shell.folder, '.aws', 'credentials'), profile('audit', environment));
    shell.#put('aws', aws.script);
    const keyturn = AS_A_PROCESS.map((part) => `'${part}'`).join(' ');
    shell.#put('keyturn', `exec '${process.execPath}' ${keyturn} "$@"`);
    shell.#put('sleep', ':');
    shell.#put('npx', 'case "$1" in keyturn) exec "$@" ;; *) echo "npx $1 is not here" >&2; exit 127 ;; esac');
    shell.#put('npm', NPM);
    return shell;
  }

  /** Runs one statement as it stands. @param stdin what is typed */
  run(statement: string, stdin = '', more: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const script = `set -a; . '${this.#state}'; set -euo pipefail\n${statement}\n{ export -p | grep -v ' AWS_'; declare -f; } > '${this.#state}'`;
    // A pipe and not Node's socket: what writes to /dev/stdout has to open it.
    const child = spawn('bash', ['-o', 'pipefail', '-c', 'bash -c "$1" | cat', 'bash', script], {
      cwd: this.folder,
      env: { ...this.#environment(), ...more },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    // A command that reads nothing may have ended before it is written.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
    return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? 255, stdout, stderr })));
  }

  /** Puts a file where commands are typed. */
  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  remove(name: string): void {
    rmSync(join(this.folder, name), { force: true });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      PATH: `${this.#bin}:${process.env.PATH}`,
      HOME: this.folder,
      TMPDIR: process.env.TMPDIR,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      ...this.environment,
    };
  }

  #put(name: string, script: string): void {
    const file = join(this.#bin, name);
    writeFileSync(file, `#!/usr/bin/env bash\n${script}\n`);
    chmodSync(file, 0o755);
  }
}

function profile(name: string, environment: Readonly<Record<string, string>>): string {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = environment;
  return `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\naws_session_token = ${token}\n`;
}
