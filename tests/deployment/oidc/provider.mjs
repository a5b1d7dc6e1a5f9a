// Runs oidc-provider with one client: `node provider.mjs PORT REDIRECT_URI`. A person who types an address has it.
import Provider from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "marketplace",
      client_secret: "a secret: of the tests",
      redirect_uris: [redirectUri],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["given_name", "family_name"],
  },
  cookies: { keys: ["a key of the tests"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({
      sub,
      email: sub,
      email_verified: !sub.startsWith("unverified"),
      given_name: "Ada",
      family_name: "Byron",
    }),
  }),
});

// its pages ask a host of fonts
provider.use(async (context, next) => {
  await next();
  if (typeof context.body === "string") context.body = context.body.replace(/@import url\([^)]*\);/g, "");
});

provider.listen(Number(port), "127.0.0.1", () => console.log(issuer));
