import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyApp, emptyFolder, environment, folderWithPackage, PATH, ROOT, templateOf } from './apps';
import { compiledApi, translateExamples } from './examples';

/** The code of the packages of all languages, each in a folder of its name, with the examples in that language. */
function bindings(): string {
  const { compiled, said, tablet } = translateExamples(compiledApi());
  if (!compiled) throw new Error(`An example of the README or of the API does not compile:\n${said}`);
  const to = emptyFolder();
  const pacmak = join(ROOT, 'node_modules', 'jsii-pacmak', 'bin', 'jsii-pacmak');
  const examples = ['--rosetta-tablet', tablet];
  const options = ['--code-only', '--force-subdirectory', '--outdir', to, ...examples];
  execFileSync(process.execPath, [pacmak, ...options, '--pack-command', 'npm pack --ignore-scripts'], {
    cwd: ROOT,
    stdio: 'pipe',
    env: environment(),
  });
  return to;
}

describe('one app in three languages comes to one template', () => {
  let expected: unknown;
  let bound: string;
  let compiled: string;

  beforeAll(() => {
    bound = bindings();
    const folder = folderWithPackage();
    compiled = folder;
    copyApp('app.ts', folder);
    const language = ['--module', 'node20', '--target', 'es2022', '--lib', 'es2023,esnext.disposable', '--strict'];
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules', '@types')];
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    // The package's own declarations are checked too: they stand on nothing that is not there.
    execFileSync(
      process.execPath,
      [tsc, 'app.ts', '--ignoreConfig', '--skipLibCheck', 'false', ...language, ...types],
      {
        cwd: folder,
        stdio: 'pipe',
      },
    );
    expected = templateOf('node', ['app.js'], folder);
  });

  it('TypeScript, compiled against the declarations of the package', () => {
    const types = Object.values((expected as { Resources: Record<string, { Type: string }> }).Resources);
    expect(types.filter(({ Type }) => Type === 'AWS::SecretsManager::Secret')).toHaveLength(1);
    expect(types.filter(({ Type }) => Type === 'AWS::Lambda::Function')).toHaveLength(4);
  });

  it('TypeScript, with the oldest CDK that the package asks for: what that does not know is in the template too', () => {
    const folder = folderWithPackage();
    const { peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const oldest = Object.entries(peerDependencies).map(([name, range]) => `${name}@${String(range).replace('^', '')}`);
    const options = ['--no-audit', '--no-fund', '--silent'];
    execFileSync('npm', ['install', ...options, ...oldest], { cwd: folder, stdio: 'pipe', env: process.env });
    copyFileSync(join(compiled, 'app.js'), join(folder, 'app.js'));
    expect(templateOf('node', ['app.js'], folder)).toEqual(expected);
  });

  it('Python', () => {
    const python = process.env.KEYTURN_PACKAGE_PYTHON ?? 'python3';
    const folder = emptyFolder();
    const wheel = ['wheel', '--no-deps', '--no-build-isolation', '--quiet', '--wheel-dir', folder];
    execFileSync(python, ['-m', 'pip', ...wheel, join(bound, 'python')], { stdio: 'pipe' });
    const [file = ''] = globSync('*.whl', { cwd: folder });
    const checked = spawnSync(python, ['-m', 'twine', 'check', '--strict', join(folder, file)], { encoding: 'utf8' });
    expect(checked.stdout).toContain('PASSED');
    const packages = join(folder, 'packages');
    const install = ['install', '--no-deps', '--quiet', '--disable-pip-version-check', '--target', packages];
    execFileSync(python, ['-m', 'pip', ...install, join(folder, file)], { stdio: 'pipe' });
    const app = join(folder, 'app');
    copyApp('app.py', app);
    const start = `import sys; sys.path.insert(0, ${JSON.stringify(packages)}); exec(open("app.py").read())`;
    expect(templateOf(python, ['-c', start], app)).toEqual(expected);
  });

  it('Go', () => {
    const folder = emptyFolder();
    const app = join(folder, 'app');
    copyApp('app.go', app);
    const module = 'github.com/keyturn/keyturn-go/keyturn';
    const mod = [
      'module app',
      'go 1.25',
      `require ${module} v0.1.0`,
      `replace ${module} => ${join(bound, 'go', 'keyturn')}`,
    ];
    writeFileSync(join(app, 'go.mod'), `${mod.join('\n\n')}\n`);
    execFileSync('go', ['mod', 'tidy'], { cwd: app, stdio: 'pipe', env: environment() });
    expect(templateOf('go', ['run', '.'], app)).toEqual(expected);
  });

  it.each([
    [
      'python',
      'python/src/keyturn/__init__.py',
      'rotation = KeyRotation(self, "KeyRotation", notify=["security@example.com"])',
    ],
    ['python', 'python/README.md', 'rotation = KeyRotation(self, "KeyRotation", notify=["security@example.com"])'],
    ['go', 'go/keyturn/KeyRotation.go', 'rotation := keyturn.NewKeyRotation('],
    ['go', 'go/keyturn/README.md', 'rotation := keyturn.NewKeyRotation('],
    [
      'java',
      'java/src/main/java/io/github/keyturn/KeyRotation.java',
      'KeyRotation rotation = KeyRotation.Builder.create(',
    ],
    ['dotnet', 'dotnet/Keyturn/Keyturn/KeyRotation.cs', 'var rotation = new KeyRotation('],
  ])('%s has the examples in its own words: %s', (_language, file, words) => {
    expect(readFileSync(join(bound, file), 'utf8')).toContain(words);
  });

  it('Go finds the module where its name says, in a repository that has it in this folder', () => {
    const folder = join(bound, 'go', 'keyturn');
    expect(readFileSync(join(folder, 'go.mod'), 'utf8')).toMatch(/^module github\.com\/keyturn\/keyturn-go\/keyturn$/m);
    const wanted = ['LICENSE', 'README.md', 'KeyRotation.go', 'jsii/jsii.go', 'jsii/keyturn-0.1.0.tgz'];
    expect(wanted.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
    // What Go calls main would be a program, and no library.
    expect(readFileSync(join(folder, 'KeyRotation.go'), 'utf8')).toMatch(/^package keyturn$/m);
  });

  it.each([
    ['java', '**/KeyRotation.java'],
    ['dotnet', '**/KeyRotation.cs'],
  ])('%s, of which the code is made and not compiled: its tools are not everywhere', (language, file) => {
    expect(globSync(file, { cwd: join(bound, language) })).toHaveLength(1);
  });
});

describe('keyturn, installed', () => {
  it('checks, synthesizes and lives through a month of a configuration, on the Node.js that people have', () => {
    const folder = folderWithPackage();
    const keyturn = (...args: string[]) =>
      execFileSync(join(folder, 'node_modules', '.bin', 'keyturn'), args, {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH, HOME: folder },
      });
    expect(keyturn('--version')).toBe('0.1.0\n');
    // Whoever reads it may have seen enough before its end.
    const cut = `${JSON.stringify(join(folder, 'node_modules', '.bin', 'keyturn'))} --help | true`;
    expect(spawnSync('sh', ['-c', cut], { encoding: 'utf8', env: { PATH, HOME: folder } }).stderr).toBe('');
    cpSync(join(ROOT, 'docs', 'examples', 'keyturn.yaml'), join(folder, 'keyturn.yaml'));
    expect(keyturn('validate')).toContain('keyturn.yaml is sound');
    const lived = JSON.parse(keyturn('simulate', '--config', 'keyturn.yaml', '--days', '30', '--json'));
    expect(lived).toMatchObject({ held: true, rotations: 1, pipelineLoginFailures: 0 });
  });
});
