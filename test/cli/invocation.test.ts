import { statSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { typedFrom } from '../../cli/invocation';
import { type EnvironmentFile, writeEnvironmentFile } from '../../cli/rehearsal/environment-file';
import { renderServing } from '../../cli/render/rehearsal';

const files: EnvironmentFile[] = [];
afterEach(() => {
  for (const file of files.splice(0)) file.remove();
});

it('names what a reader can type, in a checkout and of the package', () => {
  expect(typedFrom(true)).toEqual({ keyturn: 'npm run --silent keyturn --', simulate: 'npm start --' });
  expect(typedFrom(false)).toEqual({ keyturn: 'npx keyturn', simulate: 'npx keyturn simulate' });
});

it('a local world is told in lines of 80 columns: a session’s token is in a file that only its owner reads', () => {
  const environment = { AWS_REGION: 'eu-west-1', AWS_SESSION_TOKEN: 'x'.repeat(400) };
  const file = writeEnvironmentFile(environment);
  files.push(file);
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
  const text = renderServing({
    accountUrl: 'http://127.0.0.1:44141',
    bitbucketUrl: 'http://127.0.0.1:42401/2.0',
    region: 'eu-west-1',
    credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret' },
    token: 'x'.repeat(40),
    environment,
    environmentFile: file.path,
    commands: ['aws secretsmanager list-secret-version-ids --secret-id keyturn/web-shop-production'],
  });
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text).toContain(`. ${file.path}\n`);
});
