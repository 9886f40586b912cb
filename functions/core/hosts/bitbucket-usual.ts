import type { UsualMistakes } from '../words';

export const BITBUCKET_API = 'https://api.bitbucket.org/2.0';

/** Any address of Bitbucket Cloud but the base of its API: a page for people, another version. */
export const OTHER_PAGE =
  /^https?:\/\/(?!api\.bitbucket\.org\.?(?::443)?\/2\.0\/?$)(?:[\w-]+\.)*bitbucket\.org(?::\d+)?(?:[/?#].*)?$/i;

/** `https://bitbucket.org/acme/web-shop/src`, with or without a user, and what git clones from: host, workspace, slug. */
const REPOSITORY_URL =
  /^(?:https?:\/\/|ssh:\/\/)?(?:[^@/\s]+@)?([\w.-]+\.[a-z]+)[/:]([\w.-]+)(?:\/([\w.-]+?)(?:\.git)?(?:[/?#].*)?)?\/?$/i;

/** What people copy from a browser into a target at Bitbucket. */
export const BITBUCKET_USUAL: readonly UsualMistakes[] = [
  {
    setting: 'repository',
    expected: 'workspace/repository, such as acme/web-shop',
    forms: [
      [
        REPOSITORY_URL,
        ([, host = '', workspace, slug]) =>
          /(^|\.)bitbucket\.org$/i.test(host)
            ? ['a URL', `write "repository: ${workspace}/${slug ?? '<repository>'}"`]
            : [`a URL at ${host}`, 'name a repository at Bitbucket, or deliver by a function of your own'],
      ],
      [/^[\w.-]+$/, ([slug]) => [`"${slug}" alone`, `write "repository: <workspace>/${slug}"`]],
    ],
  },
  {
    setting: 'workspace',
    expected: 'the slug of a workspace, such as acme',
    forms: [[REPOSITORY_URL, ([, , workspace]) => ['a URL', `write "workspace: ${workspace}"`]]],
  },
  {
    setting: 'url',
    expected: "the base URL of Bitbucket's API",
    forms: [[OTHER_PAGE, () => ['another page of it', `write "url: ${BITBUCKET_API}", or leave url out`]]],
  },
];
