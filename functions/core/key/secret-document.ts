import * as z from 'zod';
import { KeyturnError } from '../errors';
import { Credential, Redacted } from './credential';

/** The value of a managed secret. A JSON pointer such as `/secretAccessKey` selects one field of it. */
const secretDocument = z.object({
  accessKeyId: z.string().regex(/^\w{16,128}$/),
  secretAccessKey: z.string().min(1),
  userName: z.string().min(1),
  accountId: z.string(),
  createdAt: z.iso.datetime(),
});

/** What a pointer finds in it: each is text. */
export const SECRET_FIELDS: readonly string[] = Object.keys(secretDocument.shape);

export function secretDocumentOf(credential: Credential, accountId: string): string {
  const { accessKeyId, secretAccessKey, userName, createdAt } = credential;
  return JSON.stringify({
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    userName,
    accountId,
    createdAt: createdAt.toISOString(),
  });
}

/** @throws KeyturnError `secret-invalid`, naming the fields that are wrong and never their values. */
export function parseSecretDocument(secretName: string, text: string | undefined): Credential {
  const invalid = (what: string) =>
    new KeyturnError('secret-invalid', `The value of ${secretName} ${what}. Rotate the key to replace it.`);
  let document: unknown;
  try {
    document = JSON.parse(text ?? '');
  } catch {
    throw invalid('is not JSON');
  }
  const parsed = secretDocument.safeParse(document);
  if (!parsed.success) {
    const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.') || 'the document'))];
    throw invalid(`is not a credential (look at ${fields.join(', ')})`);
  }
  const { accessKeyId, secretAccessKey, userName, createdAt } = parsed.data;
  return new Credential({
    accessKeyId,
    secretAccessKey: new Redacted(secretAccessKey),
    userName,
    createdAt: new Date(createdAt),
  });
}
