import * as z from 'zod';

/**
 * Variables that shells, loaders and interpreters obey, and the runner's own: whoever may write the secret would say what
 * the step runs, on what, or through whom it goes out. Windows has no case in them.
 */
const OBEYED =
  /^(PATH|PATHEXT|COMSPEC|PSMODULEPATH|HOME|SHELL|SHELLOPTS|BASHOPTS|BASH_ENV|BASH_FUNC_.*|ENV|IFS|PS4|PROMPT_COMMAND|LD_.*|DYLD_.*|GCONV_PATH|NODE_(OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED)|PYTHON(PATH|HOME|STARTUP)|PERL5?(OPT|LIB|DB)|RUBY(OPT|LIB)|_?JAVA(_TOOL)?_OPTIONS|JDK_JAVA_OPTIONS|MAVEN_OPTS|GRADLE_OPTS|AWS_(ENDPOINT_URL.*|CONFIG_FILE|SHARED_CREDENTIALS_FILE|CA_BUNDLE)|GIT_(SSH|SSH_COMMAND|ASKPASS|EXEC_PATH|CONFIG.*|PROXY_COMMAND|EDITOR)|DOCKER_HOST|(HTTPS?|ALL)_PROXY|BITBUCKET_.*|__PROTO__)$/i;

/** Bitbucket: names match `[A-Za-z_][A-Za-z0-9_]*`. */
export const variable = z
  .string()
  .max(255)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected letters, digits and underscores, not starting with a digit')
  .refine(
    (name) => !OBEYED.test(name),
    "expected a variable of your own: this one says what shells and programs run, or is the runner's",
  );

/**
 * What is wrong with the names that one credential is given under: SDKs find it by the usual ones, and would put half of it
 * together with what else has the others.
 *
 * @param usual in the order of `names`
 */
export function halvedMistake(names: readonly string[], usual: readonly string[]): string | undefined {
  if (names.every((name, at) => name === usual[at])) return undefined;
  if (!names.some((name) => usual.some((one) => isSame(name, one)))) return undefined;
  return `expected ${usual.join(', ')} all together or none of them: SDKs would use half of a credential`;
}

/** Windows takes names that differ in case for one. */
export function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
