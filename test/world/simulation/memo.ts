const MOST = 20_000;

/**
 * Remembers a pure function's answers. Years of quiet days ask the same few questions of the same documents again and
 * again; the answers are those of the real function, asked once.
 * @param keyOf two values that decide the answer
 */
export function remembering<Args extends readonly unknown[], Answer>(
  ask: (...args: Args) => Answer,
  keyOf: (...args: Args) => readonly [unknown, unknown],
): (...args: Args) => Answer {
  let known = new Map<unknown, Map<unknown, Answer>>();
  return (...args) => {
    const [first, second] = keyOf(...args);
    let answers = known.get(first);
    if (answers === undefined) {
      if (known.size > MOST) known = new Map();
      answers = new Map();
      known.set(first, answers);
    }
    const answer = answers.get(second);
    if (answer !== undefined || answers.has(second)) return answer as Answer;
    if (answers.size > MOST) answers.clear();
    const fresh = ask(...args);
    answers.set(second, fresh);
    return fresh;
  };
}

/** The same for a function of one text. */
export function rememberingText<Text extends string | undefined, Answer>(
  ask: (text: Text) => Answer,
): (text: Text) => Answer {
  let known = new Map<Text, Answer>();
  return (text) => {
    const answer = known.get(text);
    if (answer !== undefined || known.has(text)) return answer as Answer;
    if (known.size > MOST) known = new Map();
    const fresh = ask(text);
    known.set(text, fresh);
    return fresh;
  };
}

/** The same for a function of one document that nobody changes, for as long as it lives. What else it is given is always the same. */
export function rememberingOne<A extends object, More extends readonly unknown[], Answer>(
  ask: (a: A, ...more: More) => Answer,
): (a: A, ...more: More) => Answer {
  const known = new WeakMap<A, { readonly answer: Answer }>();
  return (a, ...more) => {
    let answer = known.get(a);
    if (answer === undefined) {
      answer = { answer: ask(a, ...more) };
      known.set(a, answer);
    }
    return answer.answer;
  };
}

/** The same for a function of two documents. */
export function rememberingPairs<A extends object, B extends object, Answer>(
  ask: (a: A, b: B) => Answer,
): (a: A, b: B) => Answer {
  const known = new WeakMap<A, WeakMap<B, { readonly answer: Answer }>>();
  return (a, b) => {
    let byB = known.get(a);
    if (byB === undefined) {
      byB = new WeakMap();
      known.set(a, byB);
    }
    let answer = byB.get(b);
    if (answer === undefined) {
      answer = { answer: ask(a, b) };
      byB.set(b, answer);
    }
    return answer.answer;
  };
}
