import { quoted } from '../../functions/core/findings/commands';
import type { ExitsOptions } from './read-exits';
import { MOST_CALLS } from './with-exits';

/** Options to repeat in a command that is printed, each with its value: without them it would ask something else. */
export interface AskedAgain {
  /** Of any command of AWS. */
  readonly aws: readonly string[];
  /** Of a command that reads an account. */
  readonly access: readonly string[];
  /** Of one that reads who uses keys. */
  readonly exits: readonly string[];
}

/** Whatever was left out is left out again. */
export function askedAgain(options: Partial<ExitsOptions>): AskedAgain {
  const { profile, region, endpointUrl, regions, mostCalls, pipelines } = options;
  const aws = [...given('--profile', profile), ...given('--endpoint-url', endpointUrl)];
  const access = [...given('--region', region), ...aws];
  const exits = [
    ...given('--pipelines', pipelines),
    ...given('--regions', regions?.join(',')),
    ...given('--most-calls', mostCalls === MOST_CALLS ? undefined : mostCalls?.toString()),
    ...access,
  ];
  return { aws, access, exits };
}

function given(option: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${option} ${quoted(value)}`];
}
