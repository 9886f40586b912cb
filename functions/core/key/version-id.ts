/**
 * A secret version's ID is the ClientRequestToken of the PutSecretValue that made it, and Keyturn writes the access key
 * into it. So which key is current, and how old it is, is known without ever reading secret material.
 */
export interface StoredKey {
  readonly accessKeyId: string;
  /** Creation of the access key, to the second. */
  readonly createdAt: Date;
}

/** IAM: an access key ID has 16 to 128 characters of `\w`; 20 in practice. ClientRequestToken: 32 to 64 characters. */
const VERSION_ID = /^access-key-([A-Z0-9]{16,36})-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** `access-key-<AccessKeyId>-<yyyymmddThhmmssZ>`. */
export function versionIdOf(key: StoredKey): string {
  const stamp = key.createdAt
    .toISOString()
    .replace(/\.\d{3}/, '')
    .replace(/[-:]/g, '');
  return `access-key-${key.accessKeyId}-${stamp}`;
}

/** The access key that a version ID names, or undefined for a version that Keyturn did not write. */
export function parseVersionId(versionId: string): StoredKey | undefined {
  const match = VERSION_ID.exec(versionId);
  if (match === null) return undefined;
  const [, accessKeyId = '', year, month, day, hour, minute, second] = match;
  const createdAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(createdAt.getTime())) return undefined;
  const key = { accessKeyId, createdAt };
  // Date takes the 30th of February for the 2nd of March; such a version is not one that Keyturn wrote.
  return versionIdOf(key) === versionId ? key : undefined;
}
