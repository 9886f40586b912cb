import { AwsError } from '../../account/aws-error';

/** A body and the headers that came behind it. */
export interface Unchunked {
  readonly body: Buffer;
  readonly trailers: Readonly<Record<string, string>>;
}

/** Takes an `aws-chunked` body with a trailer apart, as SDKs send streams to S3. @throws AwsError IncompleteBody */
export function unchunk(encoded: Buffer): Unchunked {
  const chunks: Buffer[] = [];
  let position = 0;
  const line = () => {
    const end = encoded.indexOf('\r\n', position);
    if (end === -1) throw incomplete();
    const text = encoded.toString('latin1', position, end);
    position = end + 2;
    return text;
  };
  for (;;) {
    const size = Number.parseInt(line(), 16);
    if (Number.isNaN(size) || position + size > encoded.length) throw incomplete();
    if (size === 0) break;
    chunks.push(encoded.subarray(position, position + size));
    position += size + 2;
  }
  const trailers: Record<string, string> = {};
  for (let text = line(); text !== ''; text = position < encoded.length ? line() : '') {
    const colon = text.indexOf(':');
    trailers[text.slice(0, colon).trim().toLowerCase()] = text.slice(colon + 1).trim();
  }
  return { body: Buffer.concat(chunks), trailers };
}

function incomplete(): AwsError {
  const message = 'The request body terminated unexpectedly';
  return new AwsError('IncompleteBody', 400, message);
}
