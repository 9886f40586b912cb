/**
 * Stands in for the SDK's default credential chain in the bundles: Lambda hands its role's credentials to a function in
 * environment variables and nowhere else, so files, browsers and metadata services have no business there.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
