// A real OpenID provider with clients of a city: node provider.mjs PORT CONFIGURATION.json
import { readFileSync } from 'node:fs';
import { Provider } from 'oidc-provider';

const [port, file] = process.argv.slice(2);
// keys: private JWKs; clients: id -> {secret, claims}; lifetime: seconds
const { keys, clients, lifetime } = JSON.parse(readFileSync(file, 'utf8'));

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys },
  clients: Object.entries(clients).map(([id, { secret }]) => ({
    client_id: id,
    client_secret: secret,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  })),
  ttl: { ClientCredentials: lifetime },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // urn:AUDIENCE:ALGORITHM, so that a test may ask for any of them
      getResourceServerInfo(ctx, resource) {
        const [, audience, alg] = resource.split(':');
        return { scope: '', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg } } };
      },
    },
  },
  extraTokenClaims: (ctx, token) => clients[token.clientId].claims,
});

provider.listen(Number(port), '127.0.0.1');
