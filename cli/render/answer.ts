import { bold, dim, green, red } from 'yoctocolors';
import type { OperateAnswer } from '../../functions/core/request/answer';
import { wrapped } from './wrapped';

const HEADS = { planned: 'What will be done', done: 'Done', refused: 'Nothing was done' } as const;
const COLOURS = { planned: bold, done: green, refused: red } as const;

const REPEATED = 'It was done before, by an earlier copy of this request.';

/** What is asked for stands all the same. */
function notStarted({ started = [] }: OperateAnswer): readonly string[] {
  return started.flatMap(({ function: name, isStarted }) =>
    isStarted ? [] : [`The function ${name} could not be started now: its next run of the rules does it.`],
  );
}

/** What a front answered, in 80 columns. Reasons are quoted as they were given: nothing in them starts a line. */
export function renderAnswer(answer: OperateAnswer): string {
  const { outcome, plan, refused, repeated, started, by, level, run } = answer;
  const told = outcome === 'planned' ? (plan?.words ?? []) : repeated ? [REPEATED] : notStarted(answer);
  return [
    COLOURS[outcome](outcome === 'done' && started !== undefined ? 'Asked for' : HEADS[outcome]),
    ...told.map((words) => wrapped(words, '  ')),
    ...(refused === undefined ? [] : [wrapped(`${refused.reason}: ${refused.message}`, '  ')]),
    ...(outcome === 'planned'
      ? [dim(wrapped(`asked by ${by} (${level})`, '  '))]
      : [dim(`  in the record: run ${run}`)]),
  ].join('\n');
}
