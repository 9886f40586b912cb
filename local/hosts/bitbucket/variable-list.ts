import type { Clock } from '../../clock';
import { badRequest, pipelinesRefusal } from './bitbucket-error';
import { newUuid, type Random } from './identifiers';
import { parseVariable, type VariableBody } from './variable-body';

interface VariableListOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds until a new variable shows up in the list. */
  readonly visibilityDelay: number;
  readonly onWrite: (key: string, method: WriteMethod) => void;
}

export type WriteMethod = 'POST' | 'PUT' | 'DELETE';

/** How a read looks at the list: `stale` sees it as it was before the last write, as a lagging replica does. */
export interface ReadMode {
  readonly stale?: boolean;
}

interface Variable {
  readonly uuid: string;
  readonly key: string;
  readonly value: string;
  readonly secured: boolean;
  readonly listedFrom: number;
}

/** The variables of one workspace, repository or deployment environment, with Bitbucket's rules for changing them. */
export class VariableList {
  #now: readonly Variable[] = [];
  #beforeLastWrite: readonly Variable[] = [];
  readonly #options: VariableListOptions;

  constructor(options: VariableListOptions) {
    this.#options = options;
  }

  list(mode: ReadMode = {}): VariableBody[] {
    const now = this.#options.clock.now();
    return this.#seen(mode)
      .filter((variable) => variable.listedFrom <= now)
      .map(show);
  }

  /** @throws BitbucketError 404 */
  get(uuid: string, mode: ReadMode = {}): VariableBody {
    const variable = this.#seen(mode).find((candidate) => candidate.uuid === uuid);
    if (variable === undefined) throw notFound();
    return show(variable);
  }

  /** @throws BitbucketError 400 for a bad body, 409 when the name is taken: also by a variable no list shows yet. */
  create(body: unknown): VariableBody {
    const { key, value, secured = false } = parseVariable(body);
    if (key === undefined) throw badRequest('The variable name is required.');
    if (value === undefined) throw badRequest('The variable value is required.');
    if (this.#now.some((variable) => variable.key === key)) throw duplicate(key);
    const { clock, random, visibilityDelay } = this.#options;
    const variable = { uuid: newUuid(random), key, value, secured, listedFrom: clock.now() + visibilityDelay };
    this.#write([...this.#now, variable], key, 'POST');
    return show(variable);
  }

  /**
   * Fields that are not sent stay. The value must be sent with a change of `secured`, and with every change of a
   * secured variable: otherwise a secret could be unveiled by flipping its flag.
   * @throws BitbucketError 400, 404, 409
   */
  update(uuid: string, body: unknown): VariableBody {
    const input = parseVariable(body);
    const old = this.#now.find((variable) => variable.uuid === uuid);
    if (old === undefined) throw notFound();
    const { key = old.key, secured = old.secured } = input;
    if (input.value === undefined && (old.secured || secured)) {
      throw badRequest('The value is required when a variable is, becomes or was secured.');
    }
    if (this.#now.some((variable) => variable.key === key && variable.uuid !== uuid)) throw duplicate(key);
    const changed = { ...old, key, secured, value: input.value ?? old.value };
    this.#write(
      this.#now.map((variable) => (variable.uuid === uuid ? changed : variable)),
      key,
      'PUT',
    );
    return show(changed);
  }

  /** @throws BitbucketError 404 */
  remove(uuid: string): void {
    const old = this.#now.find((variable) => variable.uuid === uuid);
    if (old === undefined) throw notFound();
    this.#write(
      this.#now.filter((variable) => variable !== old),
      old.key,
      'DELETE',
    );
  }

  /** Names and values with the secured ones: what the runner of a step gets, and no answer of the API. */
  reveal(): Record<string, string> {
    return Object.fromEntries(this.#now.map(({ key, value }) => [key, value]));
  }

  #seen(mode: ReadMode): readonly Variable[] {
    return mode.stale === true ? this.#beforeLastWrite : this.#now;
  }

  #write(next: readonly Variable[], key: string, method: WriteMethod): void {
    this.#beforeLastWrite = this.#now;
    this.#now = next;
    this.#options.onWrite(key, method);
  }
}

function show({ uuid, key, value, secured }: Variable): VariableBody {
  return { type: 'pipeline_variable', uuid, key, ...(secured ? {} : { value }), secured };
}

function notFound() {
  return pipelinesRefusal(404, 'Not found', 'The variable was not found.', 'variable-service.variable.not-found');
}

function duplicate(key: string) {
  const detail = `A variable with the name ${key} already exists.`;
  return pipelinesRefusal(409, 'Conflict', detail, 'variable-service.variable.duplicate');
}
