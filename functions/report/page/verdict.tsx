import type { Report, Verdict } from '../judge/model';

const WORDS: Record<Verdict, string> = {
  pass: 'pass',
  exception: 'exception',
  fail: 'fail',
  'not-applicable': 'not applicable',
  unknown: 'cannot tell',
};

/** One verdict: a sign, a word and a colour, never the colour alone. The stylesheet sets the sign. */
export function VerdictWord({ verdict }: { verdict: Verdict }) {
  return <span class={`v ${verdict}`}>{WORDS[verdict]}</span>;
}

type Answer = Report['summary']['verdict'];

const ANSWERS: Record<Answer, { readonly word: string; readonly className: Verdict; readonly sign: string }> = {
  compliant: { word: 'Yes', className: 'pass', sign: 'M12 25l8 8 17-18' },
  'compliant-with-exceptions': { word: 'Yes', className: 'pass', sign: 'M12 25l8 8 17-18' },
  'not-compliant': { word: 'No', className: 'fail', sign: 'M15 15l18 18M33 15l-18 18' },
  'cannot-tell': {
    word: 'Cannot tell',
    className: 'unknown',
    sign: 'M17 19a7 7 0 1 1 10 6.500q-3 1.500-3 5M24 35.500v.5',
  },
};

/** The answer to the first question of everybody who opens the page. */
export function Answer({ verdict, headline, exceptionsInForce }: Report['summary']) {
  const { word, className, sign } = ANSWERS[verdict];
  const isExcepted = verdict === 'compliant-with-exceptions';
  const exceptions = exceptionsInForce === 1 ? '1 exception' : `${exceptionsInForce} exceptions`;
  const but = isExcepted ? `, with ${exceptions} in force` : '';
  return (
    <div class={`answer ${className}`} data-verdict={verdict}>
      <svg viewBox="0 0 48 48" width="56" height="56" aria-hidden="true">
        <circle cx="24" cy="24" r="22" />
        <path d={sign} />
      </svg>
      <div>
        <h2 id="answer">
          Are we compliant? <strong>{`${word}${but}.`}</strong>
        </h2>
        <p>{headline}</p>
      </div>
    </div>
  );
}
