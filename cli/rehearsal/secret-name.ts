/** The name of a secret that is named so, or by its ARN. */
export function secretNameOf(secret: string): string {
  return secret.startsWith('arn:') ? secret.replace(/^.*:secret:/, '').replace(/-[A-Za-z0-9]{6}$/, '') : secret;
}
