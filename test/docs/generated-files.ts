import { plainTemplate } from '../../infra/keyless/plain-template';

/** A file that is made from the code as a whole. */
export interface GeneratedFile {
  readonly file: string;
  readonly make: () => string;
}

export const GENERATED_FILES: readonly GeneratedFile[] = [
  { file: 'docs/examples/bitbucket-oidc-role.template.json', make: plainTemplate },
];
