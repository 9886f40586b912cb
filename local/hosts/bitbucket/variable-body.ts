import { badRequest } from './bitbucket-error';

/** A variable as a client sends it. `type` and `uuid` may be sent too and mean nothing. */
interface VariableInput {
  readonly key?: string;
  readonly value?: string;
  readonly secured?: boolean;
}

/** A variable as Bitbucket shows it: without `value` when it is secured. */
export interface VariableBody {
  readonly type: 'pipeline_variable';
  readonly uuid: string;
  readonly key: string;
  readonly value?: string;
  readonly secured: boolean;
}

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads the body of a POST or PUT.
 * @throws BitbucketError 400 when it is no object, a field has another type, or the name is not a shell name.
 */
export function parseVariable(body: unknown): VariableInput {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('The request body must be a JSON object.');
  }
  const { key, value, secured }: Record<string, unknown> = { ...body };
  if (key !== undefined && (typeof key !== 'string' || !namePattern.test(key))) {
    throw badRequest(
      'The variable name must start with a letter or an underscore, followed by letters, digits or underscores.',
    );
  }
  if (value !== undefined && typeof value !== 'string') throw badRequest('The variable value must be a string.');
  if (secured !== undefined && typeof secured !== 'boolean') {
    throw badRequest('The secured flag of a variable must be true or false.');
  }
  return {
    key,
    value,
    secured,
  };
}
