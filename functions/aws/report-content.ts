const OPEN = Buffer.from('<Content>');
const CLOSE = Buffer.from('</Content>');

/** An SDK client's `streamCollector`, and what it has kept back. */
export interface ReportContent {
  readonly streamCollector: (stream: AsyncIterable<Uint8Array>) => Promise<Uint8Array>;
  /** The content of the last answer, once; undefined when it had none. */
  take(): string | undefined;
}

/**
 * Takes a credential report out of the answer before the SDK parses its XML. The parser builds every text a character at
 * a time, which needs fifty times the report's size: with the users of a large account, more memory than a function has.
 */
export function reportContent(): ReportContent {
  let content: string | undefined;
  return {
    async streamCollector(stream) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const [start, end] = [body.indexOf(OPEN), body.indexOf(CLOSE)];
      content = undefined;
      if (start < 0 || end < start) return body;
      content = Buffer.from(body.toString('latin1', start + OPEN.length, end), 'base64').toString('utf8');
      return Buffer.concat([body.subarray(0, start), body.subarray(end + CLOSE.length)]);
    },
    take() {
      const taken = content;
      content = undefined;
      return taken;
    },
  };
}
