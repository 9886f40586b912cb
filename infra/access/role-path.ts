/**
 * A role's `Path`. The root is left out, as IAM takes it then: a template that names it is another one, and CloudFormation
 * would replace the roles of a stack from before there was a path.
 */
export function pathProperty(path: string): string | undefined {
  return path === '/' ? undefined : path;
}
