// An OpenID Connect issuer for the tests: oauth2-mock-server behind a door that counts requests, and that can be shut.
//
// It answers one line of JSON to each line of JSON on its standard input, and ends when that input closes:
//
// {"do":"key","alg":"RS256","kid":"a","extra":{…}}   makes a key and publishes it, with these members besides
// {"do":"publish","kids":["a"]}                      publishes these keys only
// {"do":"sign","kid":"a","alg":"RS256","text":"…"}   signs a text, by any algorithm that the key can do; "public" signs with HMAC
// {"do":"public","kid":"a"}                          the public key
// {"do":"door","state":"open"|"shut"|"hang"|"big"|"redirect"|"renamed"|"plain"}    "hang" answers once the door is open
// {"do":"introspection","answer":{…}}                what introspection answers from now on
// {"do":"counts"}                                    requests by path, and the credentials that introspection was given last
//
// Usage: node server.mjs FOLDER, where FOLDER holds node_modules.

import { createHmac, createPrivateKey, createPublicKey, constants, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { OAuth2Server } = createRequire(`${process.argv[2]}/`)('oauth2-mock-server');

const { issuer, service } = new OAuth2Server();
const keys = new Map();
const counts = {};
let published = null;
let door = 'open';
let held = [];
let introspection = { active: true };
let credentials = null;

service.on('beforeIntrospect', (response, request) => {
  credentials = request.headers.authorization ?? null;
  response.body = introspection;
});
service.on('beforeTokenSigning', (token, request) => {
  Object.assign(token.payload, JSON.parse(request.body.claims ?? '{}'));
});

const json = (response, body) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
};

const server = createServer((request, response) => {
  const path = request.url.split('?')[0];
  counts[path] = (counts[path] ?? 0) + 1;
  if (door === 'shut') return response.writeHead(503).end();
  if (door === 'hang') return held.push(() => service.requestHandler(request, response));
  if (door === 'big') return json(response, { issuer: issuer.url, padding: 'x'.repeat(300_000) });
  if (door === 'redirect' && path === '/jwks') return response.writeHead(302, { location: '/elsewhere' }).end();
  if (path === '/jwks' || path === '/elsewhere') return json(response, { keys: jwks() });
  if (path === '/.well-known/openid-configuration' && (door === 'renamed' || door === 'plain')) {
    const name = door === 'renamed' ? `${issuer.url}/` : issuer.url;
    return json(response, { issuer: name, jwks_uri: door === 'plain' ? 'http://192.0.2.1/jwks' : `${issuer.url}/jwks` });
  }
  return service.requestHandler(request, response);
});

const jwks = () => [...keys.values()].filter((key) => !published || published.includes(key.kid)).map(publicPart);

const publicPart = (key) => {
  const { d, p, q, dp, dq, qi, ...rest } = key.jwk;
  return { ...rest, ...key.extra };
};

const signature = ({ kid, alg, text }) => {
  const { jwk } = keys.get(kid);
  if (alg.startsWith('HS')) {
    const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    return createHmac('sha256', pem).update(text).digest('base64url');
  }
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const options = {
    RS256: { key },
    PS256: { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
    ES256: { key, dsaEncoding: 'ieee-p1363' },
    EdDSA: { key },
  }[alg];
  return sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(text), options).toString('base64url');
};

const deeds = {
  key: async ({ alg, kid, extra }) => {
    const jwk = await issuer.keys.generate(alg, { kid });
    keys.set(kid, { kid, jwk, extra: extra ?? {} });
    return publicPart(keys.get(kid));
  },
  publish: ({ kids }) => {
    published = kids;
    return null;
  },
  sign: signature,
  public: ({ kid }) => publicPart(keys.get(kid)),
  door: ({ state }) => {
    door = state;
    if (state === 'open') held.splice(0).forEach((answer) => answer());
    return null;
  },
  introspection: ({ answer }) => {
    introspection = answer;
    return null;
  },
  counts: () => ({ ...counts, credentials }),
};

server.listen(0, '127.0.0.1', () => {
  issuer.url = `http://127.0.0.1:${server.address().port}`;
  console.log(JSON.stringify(issuer.url));
});

const lines = createInterface({ input: process.stdin });
for await (const line of lines) {
  const asked = JSON.parse(line);
  console.log(JSON.stringify((await deeds[asked.do](asked)) ?? null));
}
process.exit(0);
