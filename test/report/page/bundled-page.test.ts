import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../../infra/bundles/bundle';
import { sampleReport } from './sample-report';

const ROOT = join(__dirname, '..', '..', '..');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const HANDLER = `import { readFileSync, writeFileSync } from 'node:fs';
import { renderReport } from '../../../functions/report/page/render';
export const handler = async (from: string, to: string) =>
  writeFileSync(to, await renderReport(JSON.parse(readFileSync(from, 'utf8')), 'html'));
`;
const RUN = 'const [, bundle, from, to] = process.argv; require(bundle).handler(from, to);';

describe('the page of a report, bundled as a function is', () => {
  it('is drawn by plain Node.js without any package, with its script whole', () => {
    mkdirSync(join(ROOT, 'dist'), { recursive: true });
    const source = mkdtempSync(join(ROOT, 'dist', 'page-test-'));
    const away = mkdtempSync(join(tmpdir(), 'keyturn-page-'));
    folders.push(source, away);
    mkdirSync(join(source, 'page'));
    writeFileSync(join(source, 'page', 'handler.ts'), HANDLER);
    const [bundle] = bundleFunctions({ names: ['page'], from: source, to: away });
    const [from, to] = [join(away, 'report.json'), join(away, 'report.html')];
    writeFileSync(from, JSON.stringify(sampleReport(1)));
    const { status, stderr } = spawnSync(process.execPath, ['-e', RUN, join(away, 'page', 'index.js'), from, to], {
      cwd: away,
      encoding: 'utf8',
    });

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const html = readFileSync(to, 'utf8');
    expect(html.match(/<svg [^>]*class="marks"/g)).toHaveLength(2);
    expect(html).toContain('&lt;script>alert(1)&lt;/script>');
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(html) ?? [];
    expect(() => new Function(script)).not.toThrow();
    // Whatever the bundler renames, the script needs nothing from outside of itself.
    expect(script).toContain('"only-keys"');
    expect(bundle?.bytes).toBeLessThan(2_000_000);
  }, 120_000);
});
