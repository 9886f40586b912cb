import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { baseOfApi } from './api-base';
import { emptyFolder } from './apps';

/** A repository with a commit for each of these; `tag` names the commit, nothing leaves it without one. */
function repository(...tags: readonly (string | undefined)[]): string {
  const folder = emptyFolder();
  const git = (...args: readonly string[]) => {
    const person = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com', '-c', 'tag.gpgSign=false'];
    execFileSync('git', [...person, ...args], { cwd: folder, stdio: 'pipe' });
  };
  git('init', '--quiet');
  for (const tag of tags) {
    git('commit', '--quiet', '--allow-empty', '--no-gpg-sign', '--message', 'A change');
    if (tag !== undefined) git('tag', tag);
  }
  return folder;
}

describe('the API is compared', () => {
  it('with the release before it, on a commit after that', () => {
    expect(baseOfApi(repository('v0.1.0', undefined, 'v0.2.0', undefined, undefined))).toBe('v0.2.0');
  });

  it('with the release before it in a release too, and never with itself', () => {
    expect(baseOfApi(repository('v0.1.0', undefined, 'v0.2.0'))).toBe('v0.1.0');
  });

  it('with the commit that is named as long as there is no release before, in the first release too', () => {
    const named = baseOfApi(repository(undefined, undefined));
    expect(named).toMatch(/^[0-9a-f]{7}$/);
    expect(baseOfApi(repository(undefined, 'v0.1.0'))).toBe(named);
    expect(baseOfApi(repository('v0.1.0'))).toBe(named);
  });
});
