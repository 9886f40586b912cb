import type { Report } from '../judge/model';
import { Moment } from './moment';

/** By which key the record is proved, so that somebody can compare it with the one that they were given. */
export function Seal({ seal }: { seal: Report['seal'] }) {
  if (seal === undefined) return null;
  const { keys, events, since, before } = seal;
  return (
    <section aria-labelledby="seal">
      <h2 id="seal">Seal of the record</h2>
      <p>
        {`${events.toLocaleString('en')} ${events === 1 ? 'event is' : 'events are'} sealed`}
        {since === undefined ? null : (
          <>
            {', the first at '}
            <Moment at={since} />
          </>
        )}
        {before === 0
          ? '. '
          : `; ${before.toLocaleString('en')} from before that ${before === 1 ? 'has' : 'have'} no seal. `}
        Only the functions of Keyturn can seal an event, by the KMS key below. Compare its SHA-256 with the one that you
        were given at the deployment.
      </p>
      <ul>
        {keys.map(({ arn, fingerprint }) => (
          <li key={fingerprint} class="id">
            {arn === undefined ? null : `${arn} `}
            {`SHA-256 ${fingerprint}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
