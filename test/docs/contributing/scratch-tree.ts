import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../documents';
import type { Change } from './change';

/** A copy of the tree that a test may change, and its type checker. */
export class ScratchTree {
  readonly #root = mkdtempSync(join(tmpdir(), 'keyturn-scratch-'));
  readonly #parsed = new Map<string, { readonly text: string; readonly file: ts.SourceFile }>();
  readonly #options: ts.CompilerOptions;
  #last: ts.Program | undefined;

  constructor(
    /** The folders that are checked. */
    private readonly folders: readonly string[],
  ) {
    for (const name of ['functions', 'infra', 'cli', 'local', 'test', 'docs/examples', 'package.json', 'tsconfig.json'])
      cpSync(join(ROOT, name), join(this.#root, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.#root, 'node_modules'));
    const { config } = ts.readConfigFile(join(this.#root, 'tsconfig.json'), ts.sys.readFile);
    this.#options = ts.parseJsonConfigFileContent(config, ts.sys, this.#root).options;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true });
  }

  read(path: string): string {
    return readFileSync(join(this.#root, path), 'utf8');
  }

  /** Files below a folder, or the file itself, by their paths from the root. */
  files(path: string): readonly string[] {
    return globSync([`${path}`, `${path}/**/*`], { cwd: this.#root }).filter((file) => /\.tsx?$/.test(file));
  }

  /** Everything that the type checker says with a change; the tree is as before afterwards. */
  problemsWith(change: Change): readonly string[] {
    return this.#changed(change, () => ts.getPreEmitDiagnostics(this.#program()).map(described));
  }

  /**
   * The first thing that the type checker says, found sooner: it begins with these places and stops at the first.
   * Undefined when there is nothing.
   */
  problemWith(change: Change, places: readonly string[]): string | undefined {
    return this.#changed(change, () => {
      const program = this.#program();
      const rank = ({ fileName }: ts.SourceFile) => {
        const path = relative(this.#root, fileName);
        return change.has(path) ? 0 : places.some((place) => path.startsWith(place)) ? 1 : 2;
      };
      const own = program.getSourceFiles().filter(({ fileName }) => !fileName.includes('/node_modules/'));
      for (const file of own.toSorted((one, other) => rank(one) - rank(other))) {
        const [problem] = program.getSemanticDiagnostics(file);
        if (problem !== undefined) return described(problem);
      }
      return undefined;
    });
  }

  #changed<Found>(change: Change, look: () => Found): Found {
    const before = new Map([...change.keys()].map((path) => [path, ts.sys.readFile(join(this.#root, path))]));
    for (const [path, text] of change) this.#write(path, text);
    try {
      return look();
    } finally {
      for (const [path, text] of before)
        if (text === undefined) rmSync(join(this.#root, path));
        else this.#write(path, text);
    }
  }

  #write(path: string, text: string): void {
    mkdirSync(dirname(join(this.#root, path)), { recursive: true });
    writeFileSync(join(this.#root, path), text);
  }

  #program(): ts.Program {
    const roots = globSync(
      this.folders.map((folder) => `${folder}/**/*.{ts,tsx}`),
      { cwd: this.#root },
    );
    const host = ts.createCompilerHost(this.#options);
    const fromDisk = host.getSourceFile.bind(host);
    host.getCurrentDirectory = () => this.#root;
    host.getSourceFile = (path, version) => {
      const text = host.readFile(path);
      const known = this.#parsed.get(path);
      if (known !== undefined && known.text === text) return known.file;
      const file = fromDisk(path, version);
      if (file !== undefined && text !== undefined) this.#parsed.set(path, { text, file });
      return file;
    };
    this.#last = ts.createProgram(
      roots.map((path) => join(this.#root, path)),
      this.#options,
      host,
      this.#last,
    );
    return this.#last;
  }
}

function described({ file, messageText }: ts.Diagnostic): string {
  return `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
}
