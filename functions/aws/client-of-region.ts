/**
 * One client for each region, made when it is asked for first.
 *
 * @param make is given nothing where the region is the configuration's own
 */
export function clientOfRegion<Client>(
  make: (where: { readonly region?: string }) => Client,
): (region: string | undefined) => Client {
  const clients = new Map<string | undefined, Client>();
  return (region) => {
    const client = clients.get(region) ?? make(region === undefined ? {} : { region });
    clients.set(region, client);
    return client;
  };
}
