const WORDS: readonly (readonly [string, string])[] = [
  ['Access key', 'a pair of access key ID and secret that a program logs in to AWS with. A user has at most two.'],
  [
    'Managed key',
    'one entry of Keyturn: an IAM user, its secret, the pipelines that it is delivered to, and its policy.',
  ],
  ['Current', 'the access key that pipelines use now.'],
  ['Superseded', 'an access key with a successor. It is made Inactive and deleted later.'],
  ['Foreign', 'an access key of a managed user that somebody made by hand. Keyturn never changes it.'],
  ['Adopted', 'an access key that was there before Keyturn managed its user. The first rotation supersedes it.'],
  ['Overlap', 'the days in which a superseded key and its successor both work, so that running pipelines go on.'],
  ['Hold', 'a deactivation that waits because the key is still in use.'],
  ['Exception', 'what a control would have otherwise, for a reason and until a date that are known.'],
  ['On time', 'a managed key whose current access key is delivered, and younger than its policy allows.'],
  ['Run', 'one start of one of the functions. Each runs every day, or every hour, whether anything is due or not.'],
  ['Record', 'the audit events that the runs write: every change, with who, what, when and why.'],
  ['Matched', 'a change that CloudTrail and the record both tell of.'],
  ['Finding', 'something that a run met and told people of, such as a target that refused a key.'],
  [
    'Incident',
    'something in the life of a key that should not happen: a change without Keyturn, a failed delivery, a key that was used beyond its hold.',
  ],
  ['ARN', 'Amazon Resource Name: who or what in AWS.'],
  ['IAM', 'Identity and Access Management of AWS.'],
  ['CIS', 'Center for Internet Security.'],
  ['PCI DSS', 'Payment Card Industry Data Security Standard.'],
  ['NIST', 'National Institute of Standards and Technology.'],
  ['SOC', 'System and Organization Controls.'],
  ['UTC, Z', 'Coordinated Universal Time. All times here are in it.'],
];

/** The words and abbreviations of the page. */
export function Glossary() {
  return (
    <section class="words" aria-labelledby="words">
      <h2 id="words">Words</h2>
      <dl class="limits">
        {WORDS.map(([word, meaning]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
