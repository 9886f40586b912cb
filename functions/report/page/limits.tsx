import type { Limit } from '../judge/model';

const SOURCES: Record<Limit['source'], string> = {
  'audit-record': 'Audit record',
  'provider-record': "Provider's record",
  cloudtrail: 'CloudTrail',
  'trail-files': 'Files of the trail',
  'credential-report': 'Credential report',
  iam: 'IAM',
  registry: 'Registry',
  secrets: 'Secrets Manager',
  'seal-key': 'Seal of the record',
  'audit-terms': 'Frameworks and exceptions',
  deployment: 'The deployment',
  'own-changes': 'Changes to Keyturn itself',
  'secret-policies': 'Policies of the secrets',
  clock: 'Clock',
};

/** What the report could not see: nobody should read more into it than it knows. */
export function Limits({ limits }: { limits: readonly Limit[] }) {
  return (
    <section aria-labelledby="limits" data-rows="limits" data-total={limits.length}>
      <h2 id="limits">What could not be seen</h2>
      {limits.length === 0 ? (
        <p>Every source was read in full for the whole period.</p>
      ) : (
        <dl class="limits">
          {limits.map(({ source, message }) => (
            <div key={`${source} ${message}`}>
              <dt>{SOURCES[source]}</dt>
              <dd>{message}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
