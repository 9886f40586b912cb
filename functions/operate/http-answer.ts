import { toKeyturnError } from '../core/errors';
import type { Level } from '../core/names';
import { ANSWER_SCHEMA, type OperateAnswer, REFUSALS } from '../core/request/answer';
import type { Caller } from '../core/request/caller';

/** What Lambda makes an HTTP answer of. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Asking {
  readonly caller: Caller;
  readonly level: Level;
  readonly run: string;
}

/**
 * What is answered when a run has ended, or was stopped.
 *
 * @param answer what it came to, if it came so far
 * @param asking who asked. @throws where AWS does not say who: then the run's own error goes on
 */
export async function httpAnswer(
  running: Promise<unknown>,
  answer: () => OperateAnswer | undefined,
  asking: () => Asking,
): Promise<HttpAnswer> {
  try {
    await running;
  } catch (thrown) {
    return inHttp(answer() ?? failed(asking(), toKeyturnError(thrown).message));
  }
  return inHttp(answer() ?? failed(asking(), 'The run has no answer.'));
}

function failed({ caller, level, run }: Asking, reason: string): OperateAnswer {
  const message = `${reason} Ask again with the same command: it is shown anew what stands there now.`;
  return {
    schema: ANSWER_SCHEMA,
    run,
    level,
    by: caller.arn,
    outcome: 'refused',
    refused: { reason: 'failed', message },
  };
}

function inHttp(answer: OperateAnswer): HttpAnswer {
  return {
    statusCode: answer.refused === undefined ? 200 : REFUSALS[answer.refused.reason],
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(answer),
  };
}
