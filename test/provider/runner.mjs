/**
 * Does what Bitbucket's runner does when a step starts: asks the provider with the step's token, takes the answer for
 * variables, and runs the step with them; what the step prints is masked. What it does where it is refused nobody says: the
 * step fails, or with ON_REFUSAL=goes-on it runs without.
 *
 *   SECRET_PROVIDER_URI=http://127.0.0.1:8787 BITBUCKET_STEP_OIDC_TOKEN=… node runner.mjs GET 'Bearer ' COMMAND…
 */
import { spawnSync } from 'node:child_process';

const [method, scheme, command, ...args] = process.argv.slice(2);
const { SECRET_PROVIDER_URI: uri, BITBUCKET_STEP_OIDC_TOKEN: token, ON_REFUSAL: refusal, ...env } = process.env;
const answer = await fetch(uri, { method, headers: { authorization: `${scheme}${token}` }, redirect: 'error' });
if (answer.status !== 200 && refusal !== 'goes-on') {
  process.stderr.write(`The secret provider answered ${answer.status}.\n`);
  process.exit(1);
}
const variables = answer.status === 200 ? await answer.json() : {};
const isFlat = Object.values(variables).every((value) => typeof value === 'string');
if (Array.isArray(variables) || !isFlat) throw new Error('Expected one flat object of texts.');
const { stdout, status } = spawnSync(command, args, { env: { ...env, ...variables }, encoding: 'utf8' });
const masked = Object.entries(variables).reduce((text, [name, value]) => text.replaceAll(value, `$${name}`), stdout);
process.stdout.write(masked);
process.exitCode = status ?? 1;
